//! Who may use whom, and what still stands that shouldn't. All three lists are exact: what is new fails, and so does what is
//! gone and still listed.

/// Each part of `runner/src`, and what it may use. It stands above all that it uses, so there are no circles between them.
/// `docs/architecture.md` shows the same table.
pub(super) const MAY_USE: &str = "
main                   cli
cli                    build build/scaffold engine/plugin error exit_code options plan secret session shop system/cache system/confine system/panics terminal
session                api build engine/data engine/host engine/load engine/plugin error exit_code http metrics net options plan report results/model results/tally results/thresholds secret shop system/bounded system/confine system/memory system/panics system/private terminal
options                build engine/plugin net plan results/output results/thresholds secret system/bounded
api                    engine/load metrics secret
engine/load            engine/host engine/run_queue http metrics plan system/panics system/timer
engine/plugin          engine/host plan system/bounded system/cache system/confine
engine/host            engine/data engine/run_queue http metrics plan secret system/memory
results/output         metrics plan report results/tally secret system/panics
results/tally          metrics plan results/thresholds secret system/panics
report                 exit_code metrics plan results/model secret terminal
results/thresholds     metrics plan results/model
results/model          metrics system/bounded
terminal               metrics secret
build                  system/bounded system/cache system/confine system/private
engine/data            system/bounded
http                   net system/memory
net                    system/bounded
shop                   system/timer
error                  exit_code
system/bounded
system/cache           system/private
system/confine
exit_code
system/memory
metrics
system/panics
plan
system/private
engine/run_queue
build/scaffold
secret
system/timer
";

/// Files of one folder that need each other in a circle.
pub(super) const STANDING_CIRCLES: &[&str] = &[];

/// Names of types that other files see and that mean more than one thing.
pub(super) const STANDING_NAMES: &[&str] = &[];
