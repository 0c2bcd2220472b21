//! Who may use whom, and what still stands that shouldn't. All three lists are exact: what is new fails, and so does what is
//! gone and still listed.

/// Each part of `runner/src`, and what it may use. It stands above all that it uses, so there are no circles between them.
/// `docs/architecture.md` shows the same table.
pub(super) const MAY_USE: &str = "
main         cli
cli          build confine error exit_code options panics plan plugin scaffold secret session target terminal
session      api bounded build confine data error exit_code host http load memory metrics net options panics plan plugin private report secret tally target terminal thresholds
options      bounded build net plan plugin secret thresholds
api          load metrics secret
load         host http metrics panics plan run_queue timer
plugin       bounded confine host plan private
host         data http memory metrics plan run_queue secret
tally        metrics panics plan secret thresholds
report       metrics plan secret terminal
thresholds   metrics plan
terminal     metrics secret
build        bounded confine private
data         bounded
http         memory net
net          bounded
target       timer
error        exit_code
bounded
confine
exit_code
memory
metrics
panics
plan
private
run_queue
scaffold
secret
timer
";

/// Files of one folder that need each other in a circle.
pub(super) const STANDING_CIRCLES: &[&str] = &["host: host_calls http protocols run_shared state wasi"];

/// Names of types that other files see and that mean more than one thing.
pub(super) const STANDING_NAMES: &[&str] = &["Stage"];
