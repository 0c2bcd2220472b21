//! Setup data: a value that is made once per run, and one that is made once per scenario, which
//! every VU can read. They travel as JSON.

use crate::Result;
use serde::{Serialize, de::DeserializeOwned};
use std::cell::RefCell;

thread_local! {
    static RUN: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    static SCENARIO: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// What the plugin's `setup` function returned, read as `T`.
///
/// Each call reads it anew; keep what you need in the scenario's fields. `#[on_start]` can take the
/// value as its argument instead.
///
/// # Errors
///
/// If the plugin has no setup, or its data doesn't fit `T`.
pub fn setup_data<T: DeserializeOwned>() -> Result<T> {
    RUN.with_borrow(|bytes| read(bytes, "the setup data"))
}

/// What the scenario's `#[setup]` function returned, read as `T`.
///
/// ```
/// # use wasmswarm_sdk::prelude::*;
/// #[derive(Default)]
/// struct Shopper {
///     items: Vec<u64>,
/// }
///
/// #[scenario]
/// impl Shopper {
///     /// Once, before all shoppers. `token` is what the plugin's `setup` returned.
///     #[setup]
///     fn stock(token: &String) -> Result<Vec<u64>> {
///         http::post("/stock").bearer(token).send()?.json().map_err(Into::into)
///     }
///
///     #[on_start]
///     fn enter(&mut self, _token: String, stock: Vec<u64>) {
///         self.items = stock;
///     }
///
///     #[task]
///     fn look(&self) {}
///
///     #[teardown]
///     fn clear(stock: Vec<u64>) -> Result {
///         info!("{} items were there", stock.len());
///         Ok(())
///     }
/// }
///
/// fn log_in() -> Result<String> {
///     Ok(http::post("/login").send()?.text())
/// }
///
/// plugin!(Shopper, setup = log_in);
/// ```
///
/// Each call reads it anew; keep what you need in the scenario's fields. `#[on_start]` can take the
/// value as its last argument instead.
///
/// # Errors
///
/// If the scenario has no `#[setup]`, or its data doesn't fit `T`.
pub fn scenario_data<T: DeserializeOwned>() -> Result<T> {
    SCENARIO.with_borrow(|bytes| read(bytes, "the scenario's setup data"))
}

fn read<T: DeserializeOwned>(bytes: &[u8], what: &str) -> Result<T> {
    let json: &[u8] = if bytes.is_empty() { b"null" } else { bytes };
    serde_json::from_slice(json).map_err(|error| format!("{what} doesn't fit: {error}").into())
}

/// Keeps the bytes for [`setup_data`].
pub(crate) fn keep(bytes: Vec<u8>) {
    RUN.set(bytes);
}

/// Keeps the bytes for [`scenario_data`].
pub(crate) fn keep_scenario(bytes: Vec<u8>) {
    SCENARIO.set(bytes);
}

/// Runs a setup function and packs what it returns.
///
/// # Errors
///
/// If the function fails, or its value can't be written as JSON.
pub fn setup<T: Serialize>(function: impl FnOnce() -> Result<T>) -> Result<Vec<u8>> {
    Ok(serde_json::to_vec(&function()?)?)
}

/// Runs a teardown function, with the setup data if it takes an argument.
///
/// # Errors
///
/// If the function fails, or the data doesn't fit its argument.
pub fn teardown<A>(function: impl Teardown<A>) -> Result {
    function.call()
}

/// A teardown function: `fn() -> Result` or `fn(T) -> Result`.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be a teardown function",
    label = "write `fn() -> Result`, or `fn(data: T) -> Result` where `T` is what setup returns"
)]
pub trait Teardown<A> {
    /// Calls it.
    fn call(self) -> Result;
}

impl<F: FnOnce() -> Result> Teardown<()> for F {
    fn call(self) -> Result {
        self()
    }
}

impl<T: DeserializeOwned, F: FnOnce(T) -> Result> Teardown<(T,)> for F {
    fn call(self) -> Result {
        self(setup_data()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_setup_returns_comes_back() {
        keep(setup(|| Ok(("token", 7))).unwrap());
        assert_eq!(setup_data::<(String, u8)>().unwrap(), ("token".to_owned(), 7));
        teardown(|(text, number): (String, u8)| {
            assert_eq!((text.as_str(), number), ("token", 7));
            Ok(())
        })
        .unwrap();
        teardown(|| Ok(())).unwrap();
    }

    #[test]
    fn the_scenarios_data_is_apart_from_the_runs() {
        keep(setup(|| Ok(1)).unwrap());
        keep_scenario(setup(|| Ok("x")).unwrap());
        assert_eq!(setup_data::<u8>().unwrap(), 1);
        assert_eq!(scenario_data::<String>().unwrap(), "x");
    }

    #[test]
    fn missing_data_reads_as_nothing() {
        keep(Vec::new());
        assert_eq!(setup_data::<Option<u8>>().unwrap(), None);
        let text = setup_data::<u8>().unwrap_err().to_string();
        assert!(
            text.starts_with("the setup data doesn't fit: invalid type: null"),
            "{text}"
        );
    }
}
