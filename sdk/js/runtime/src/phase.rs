//! How far the component is: from an engine without a script to a virtual user in a run.

use std::cell::Cell;

#[derive(Clone, Copy, PartialEq)]
enum Phase {
    /// The engine comes up.
    Starting,
    /// The script's top level is evaluated. There is no run yet.
    Building,
    /// Each call comes from a run.
    Running,
}

thread_local! {
    static PHASE: Cell<Phase> = const { Cell::new(Phase::Starting) };
}

/// Why the host can't be asked for anything yet.
pub(crate) const TOO_EARLY: &str = "this can't be used at the top level of a script, which runs once, when the script is built: \
     call it in a task, in setup, in teardown or when a virtual user starts";

pub(crate) fn is_starting() -> bool {
    PHASE.get() == Phase::Starting
}

pub(crate) fn is_running() -> bool {
    PHASE.get() == Phase::Running
}

pub(crate) fn begin_build() {
    PHASE.set(Phase::Building);
}

pub(crate) fn begin_run() {
    PHASE.set(Phase::Running);
}
