//! Rows of the CSV and JSON files that the operator granted with `--data NAME=FILE`.
//!
//! A row is read into any type that serde can fill from text: numbers, booleans, options and plain
//! enums are read from their text, and an empty field is `None`.
//!
//! ```no_run
//! # use wasmswarm_sdk::prelude::*;
//! #[derive(serde::Deserialize)]
//! struct Account {
//!     user: String,
//!     age: u8,
//! }
//!
//! # fn task() -> Result {
//! let account: Account = data::unique("accounts")?;
//! let row: std::collections::HashMap<String, String> = data::next("accounts")?;
//! # Ok(()) }
//! ```

mod row;

use crate::Result;
use crate::bindings::wasmswarm::scenario::data::{self, Error, Pick};
use serde::de::DeserializeOwned;

/// The next row of the whole run; begins again after the last.
///
/// # Errors
///
/// If the data set wasn't granted, or the row doesn't fit `T`.
pub fn next<T: DeserializeOwned>(name: &str) -> Result<T> {
    take(name, Pick::Sequential)
}

/// Any row, from the VU's seeded generator.
///
/// # Errors
///
/// If the data set wasn't granted, or the row doesn't fit `T`.
pub fn random<T: DeserializeOwned>(name: &str) -> Result<T> {
    take(name, Pick::Random)
}

/// A row that no other call in this run gets.
///
/// # Errors
///
/// If the data set wasn't granted, every row has been taken, or the row doesn't fit `T`.
pub fn unique<T: DeserializeOwned>(name: &str) -> Result<T> {
    take(name, Pick::Unique)
}

/// How many rows there are.
///
/// # Errors
///
/// If the data set wasn't granted.
pub fn count(name: &str) -> Result<u64> {
    data::count(name).map_err(|error| explain(name, error).into())
}

fn take<T: DeserializeOwned>(name: &str, pick: Pick) -> Result<T> {
    let fields = data::row(name, pick).map_err(|error| explain(name, error))?;
    row::read(fields).map_err(|error| format!("data set {name}: {error}").into())
}

#[cold]
fn explain(name: &str, error: Error) -> String {
    match error {
        Error::NotGranted => format!("data set {name} isn't granted: pass --data {name}=FILE"),
        Error::Exhausted => format!("data set {name}: every row has been taken"),
    }
}
