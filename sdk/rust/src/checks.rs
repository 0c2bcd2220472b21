//! Checks: assertions that are counted and never stop anything.

use crate::bindings::wasmswarm::scenario::checks;

/// Counts a pass or a failure under `name` (at most 200 bytes) and returns `passed`.
///
/// The name is a key of the results: keep ids and values out of it.
pub fn check(name: &str, passed: bool) -> bool {
    checks::check(name, passed)
}

/// Counts a pass or a failure, and returns whether it passed.
///
/// ```no_run
/// # use wasmswarm_sdk::prelude::*;
/// # fn task() -> Result {
/// let page = http::get("/catalogue").send()?;
/// check!(page.ok());
/// if !check!("has items", page.json::<Value>()?["items"].is_array()) {
///     page.fail("no items");
/// }
/// # Ok(()) }
/// ```
///
/// Without a name, the expression's own text is the name.
#[macro_export]
macro_rules! check {
    ($passed:expr $(,)?) => {
        $crate::check(::core::stringify!($passed), $passed)
    };
    ($name:expr, $passed:expr $(,)?) => {
        $crate::check($name, $passed)
    };
}
