//! Whether there is a run: not while the script is being built.

use std::cell::Cell;

thread_local! {
    static RUNNING: Cell<bool> = const { Cell::new(false) };
}

/// Why the host can't be asked for anything yet.
pub(crate) const TOO_EARLY: &str = "this can't be used at the top level of a script, which runs once, when the script is built: \
     call it in a task, in setup, in teardown or when a virtual user starts";

pub(crate) fn is_running() -> bool {
    RUNNING.get()
}

/// From here on each call comes from a run.
pub(crate) fn begin_run() {
    RUNNING.set(true);
}
