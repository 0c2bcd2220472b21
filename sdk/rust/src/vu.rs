//! The virtual user that this instance is, and what it may do to itself and the run.

use crate::bindings::wasmswarm::scenario::vu;
use crate::time::{IntoDuration, micros};
use std::time::Duration;

#[doc(inline)]
pub use crate::bindings::wasmswarm::scenario::vu::Identity;

/// Who is running: all of it with one call into the host.
#[must_use]
pub fn current() -> Identity {
    vu::current()
}

/// Number of this VU in the run, from 1; 0 in setup and teardown.
#[must_use]
pub fn id() -> u64 {
    vu::current().id
}

/// Iterations this VU has begun, the running one included.
#[must_use]
pub fn iteration() -> u64 {
    vu::current().iteration
}

/// Number of the running iteration in its scenario of the whole run, from 0. Each number is given
/// once, however many VUs, threads and machines share the run.
#[must_use]
pub fn iteration_index() -> u64 {
    vu::current().iteration_index
}

/// Name of the scenario that this VU runs.
#[must_use]
pub fn scenario() -> String {
    vu::current().scenario
}

/// Pauses inside a task, at most one hour; a number means seconds.
///
/// The pause counts as part of the task's time. For think time between tasks use the scenario's
/// `wait`, which counts as nothing.
pub fn sleep(pause: impl IntoDuration) {
    vu::sleep(micros(pause.into_duration()));
}

/// Ends this VU after the running task; it isn't replaced.
pub fn stop() {
    vu::stop();
}

/// Ends the whole run, in an orderly way and with a report, for this reason.
pub fn abort(reason: &str) {
    vu::abort(reason);
}

/// Sets a tag on everything that this VU records from now on. 16 count, of 200 bytes each; the rest is left out.
pub fn set_tag(key: &str, value: &str) {
    vu::set_tag(key, value);
}

/// Removes a tag that [`set_tag`] set.
pub fn remove_tag(key: &str) {
    vu::set_tag(key, "");
}

/// Runs a part of a task as a group, and returns what it returns.
///
/// Everything that is recorded inside has the tag `group`, which is `::login` here and
/// `::login::token` in a group `token` within; the time that it took goes to the trend
/// `group_duration`, in milliseconds. In names, `,` and `::` become `_`; they are cut at 200 bytes. What is deeper
/// than 8 groups counts to the eighth.
///
/// ```no_run
/// # use wasmswarm_sdk::prelude::*;
/// # fn task() -> Result {
/// let token = group("login", || -> Result<String> {
///     http::get("/login").send()?;
///     Ok(http::post("/token").send()?.text())
/// })?;
/// # Ok(()) }
/// ```
pub fn group<T>(name: &str, part: impl FnOnce() -> T) -> T {
    vu::enter_group(name);
    let result = part();
    vu::leave_group();
    result
}

/// Time since the run began, from a clock that never jumps.
#[must_use]
pub fn now() -> Duration {
    Duration::from_micros(vu::now())
}
