//! Checks: assertions that are counted and never stop anything.

use crate::bindings::wasmswarm::scenario::checks;

/// Counts a pass or a failure under `name` (at most 200 bytes) and returns `passed`.
///
/// The name is a key of the results: keep ids and values out of it.
pub fn check(name: &str, passed: bool) -> bool {
    checks::check(name, passed, &[])
}

/// As [`check`](fn@check), with tags that split the results further (at most 16, 200 bytes each).
pub fn check_tagged(name: &str, passed: bool, tags: &[(&str, &str)]) -> bool {
    checks::check(name, passed, tags)
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
/// check!("is fast", page.duration() < Duration::from_millis(100), [("page", "catalogue")]);
/// # Ok(()) }
/// ```
///
/// Without a name, the expression's own text is the name. A third argument is a list of tags.
#[macro_export]
macro_rules! check {
    ($passed:expr $(,)?) => {
        $crate::check(::core::stringify!($passed), $passed)
    };
    ($name:expr, $passed:expr $(,)?) => {
        $crate::check($name, $passed)
    };
    ($name:expr, $passed:expr, $tags:expr $(,)?) => {
        $crate::check_tagged($name, $passed, &$tags)
    };
}
