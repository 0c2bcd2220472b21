//! Rows of the CSV, JSON and JSON Lines files that the operator granted with `--data NAME=FILE`.
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
//! let account: Account = data::unique_per_vu("accounts")?;
//! let row: std::collections::HashMap<String, String> = data::sequential("terms")?;
//! # Ok(()) }
//! ```
//!
//! Which row an iteration or a VU gets doesn't depend on the number of threads or machines:
//!
//! | function | the row | after the last |
//! |---|---|---|
//! | [`sequential`] | of the iteration's number in its scenario | the first again |
//! | [`shuffled`] | the same, in a random order, anew each round | the first again |
//! | [`random`] | any | |
//! | [`per_vu`] | of the VU's number: always the same one | the first again |
//! | [`unique`] | as `sequential`: no two iterations of a scenario share one | an error |
//! | [`unique_per_vu`] | as `per_vu`: no two VUs share one | an error |
//! | [`get`] | of a number of your own | an error |
//!
//! All calls in one iteration get the same row of `sequential`, `shuffled` and `unique`; in
//! `#[on_start]` and `#[on_stop]` these count as `per_vu`.

mod row;

use crate::Result;
use crate::bindings::wasmswarm::scenario::data::{self, Error};
use serde::de::DeserializeOwned;

pub use crate::bindings::wasmswarm::scenario::data::{AtEnd, Pick};

/// The row of this iteration, in the order of the file; begins again after the last.
///
/// # Errors
///
/// If the data set wasn't granted, or the row doesn't fit `T`.
pub fn sequential<T: DeserializeOwned>(name: &str) -> Result<T> {
    pick(name, Pick::Sequential, AtEnd::Wrap)
}

/// The row of this iteration, in an order that the run's seed shuffles; in a new one after the last.
///
/// # Errors
///
/// If the data set wasn't granted, or the row doesn't fit `T`.
pub fn shuffled<T: DeserializeOwned>(name: &str) -> Result<T> {
    pick(name, Pick::Shuffled, AtEnd::Wrap)
}

/// Any row, from the VU's seeded generator; another one with each call.
///
/// # Errors
///
/// If the data set wasn't granted, or the row doesn't fit `T`.
pub fn random<T: DeserializeOwned>(name: &str) -> Result<T> {
    pick(name, Pick::Random, AtEnd::Wrap)
}

/// The row of this VU, always the same; VUs beyond the last row begin again with the first.
///
/// # Errors
///
/// If the data set wasn't granted, or the row doesn't fit `T`.
pub fn per_vu<T: DeserializeOwned>(name: &str) -> Result<T> {
    pick(name, Pick::PerVu, AtEnd::Wrap)
}

/// The row of this iteration, which no other iteration of the scenario gets.
///
/// # Errors
///
/// If the data set wasn't granted, every row has been taken, or the row doesn't fit `T`.
pub fn unique<T: DeserializeOwned>(name: &str) -> Result<T> {
    pick(name, Pick::Sequential, AtEnd::Stop)
}

/// The row of this VU, which no other VU gets.
///
/// # Errors
///
/// If the data set wasn't granted, it has fewer rows than there are VUs, or the row doesn't fit `T`.
pub fn unique_per_vu<T: DeserializeOwned>(name: &str) -> Result<T> {
    pick(name, Pick::PerVu, AtEnd::Stop)
}

/// A row picked in any of the ways: the long form of the functions above.
///
/// # Errors
///
/// If the data set wasn't granted, every row has been taken under [`AtEnd::Stop`], or the row
/// doesn't fit `T`.
pub fn pick<T: DeserializeOwned>(name: &str, pick: Pick, at_end: AtEnd) -> Result<T> {
    read(name, data::row(name, pick, at_end))
}

/// The row of this number, from 0.
///
/// # Errors
///
/// If the data set wasn't granted, it has no row of this number, or the row doesn't fit `T`.
pub fn get<T: DeserializeOwned>(name: &str, index: u64) -> Result<T> {
    read(name, data::get(name, index))
}

/// How many rows there are.
///
/// # Errors
///
/// If the data set wasn't granted.
pub fn count(name: &str) -> Result<u64> {
    data::count(name).map_err(|error| explain(name, error).into())
}

fn read<T: DeserializeOwned>(name: &str, fields: Result<Vec<(String, String)>, Error>) -> Result<T> {
    let fields = fields.map_err(|error| explain(name, error))?;
    row::read(fields).map_err(|error| format!("data set {name}: {error}").into())
}

#[cold]
fn explain(name: &str, error: Error) -> String {
    match error {
        Error::NotGranted => format!("data set {name} isn't granted: pass --data {name}=FILE"),
        Error::Exhausted => format!("data set {name}: every row has been taken"),
    }
}
