//! What a thread says that panics: kept for whoever catches it, in place of lines between those of
//! the report.
//!
//! A panic is a defect of this program. It ends the run with an exit code of its own, and with all
//! that was measured until then.

use std::cell::{Cell, RefCell};
use std::panic::{PanicHookInfo, UnwindSafe, catch_unwind};
use std::sync::Once;

thread_local! {
    /// Whether whatever panics here is caught.
    static CONTAINED: Cell<bool> = const { Cell::new(false) };
    static LAST: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Says that every panic of this thread is caught and told of.
pub fn contain_here() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            LAST.set(Some(describe(info)));
            let wants_all = std::env::var_os("RUST_BACKTRACE").is_some_and(|value| value != "0");
            if !CONTAINED.get() || wants_all {
                before(info);
            }
        }));
    });
    CONTAINED.set(true);
}

/// What this thread said when it panicked last, and where.
pub fn last_words() -> String {
    LAST.take().unwrap_or_else(|| "panicked".to_owned())
}

/// Acts, and answers what it said if it panicked.
///
/// # Errors
/// The words of the panic, and its place.
pub fn catch<R>(act: impl FnOnce() -> R + UnwindSafe) -> Result<R, String> {
    contain_here();
    catch_unwind(act).map_err(|_| last_words())
}

fn describe(info: &PanicHookInfo<'_>) -> String {
    let payload = info.payload();
    let words = payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    let words = words.unwrap_or("without a message");
    match info.location() {
        Some(place) => format!("panicked at {}:{}: {words}", place.file(), place.line()),
        None => format!("panicked: {words}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_told_with_its_place() {
        let number = 7;
        let said = catch(move || panic!("{number} on purpose")).unwrap_err();
        assert!(said.ends_with(": 7 on purpose"), "{said}");
        assert!(said.contains("system/panics.rs:"), "{said}");
        assert_eq!(catch(|| 5), Ok(5));
        assert_eq!(last_words(), "panicked", "told once");
    }
}
