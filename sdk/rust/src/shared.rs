//! State that all VUs of a run share: counters, queues and keys. Values travel as JSON.
//!
//! Everything else in a plugin is one VU's own. Each call here is atomic and returns at once.
//! There is room for 10,000 names and 16 MiB, 64 KiB in one value.
//!
//! ```no_run
//! # use wasmswarm_sdk::prelude::*;
//! # fn task() -> Result {
//! // Users that one scenario makes, and another one uses up.
//! shared::push("signed-up", &json!({ "user": "ann" }))?;
//! let Some(user) = shared::pop::<Value>("signed-up")? else { return Ok(()) };
//!
//! if shared::add("orders", 1) == 1000 {
//!     vu::abort("a thousand orders are enough");
//! }
//! # Ok(()) }
//! ```
//!
//! The order in which VUs come here is the system's: it differs between runs of one seed.

use crate::Result;
use crate::bindings::wasmswarm::scenario::shared::{self, Error};
use serde::{Serialize, de::DeserializeOwned};

/// Adds to a counter, which begins at 0, and returns its new value.
pub fn add(name: &str, delta: i64) -> i64 {
    shared::add(name, delta)
}

/// The value of a counter.
#[must_use]
pub fn total(name: &str) -> i64 {
    shared::total(name)
}

/// Puts a value at the end of a queue.
///
/// # Errors
///
/// If there is no room for it.
pub fn push<T: Serialize + ?Sized>(name: &str, value: &T) -> Result {
    shared::push(name, &serde_json::to_vec(value)?).map_err(|error| explain(name, error).into())
}

/// Takes the value at the front of a queue. Each value is handed out once.
///
/// # Errors
///
/// If the value doesn't fit `T`; it is gone from the queue.
pub fn pop<T: DeserializeOwned>(name: &str) -> Result<Option<T>> {
    parse(name, shared::pop(name))
}

/// How many values a queue holds.
#[must_use]
pub fn length(name: &str) -> u64 {
    shared::length(name)
}

/// Sets the value of a key.
///
/// # Errors
///
/// If there is no room for it.
pub fn write<T: Serialize + ?Sized>(key: &str, value: &T) -> Result {
    shared::write(key, &serde_json::to_vec(value)?).map_err(|error| explain(key, error).into())
}

/// The value of a key, if it has one.
///
/// # Errors
///
/// If the value doesn't fit `T`.
pub fn read<T: DeserializeOwned>(key: &str) -> Result<Option<T>> {
    parse(key, shared::read(key))
}

/// Removes a key, and returns whether it had a value.
pub fn remove(key: &str) -> bool {
    shared::remove(key)
}

/// Sets the value of a key only if it has none, and returns whether it did.
///
/// ```no_run
/// # use wasmswarm_sdk::prelude::*;
/// # fn task() -> Result {
/// let is_leader = shared::write_new("leader", &vu::id())?;
/// # Ok(()) }
/// ```
///
/// # Errors
///
/// If there is no room for it.
pub fn write_new<T: Serialize + ?Sized>(key: &str, value: &T) -> Result<bool> {
    let changed = shared::write_new(key, &serde_json::to_vec(value)?);
    changed.map_err(|error| explain(key, error).into())
}

/// Sets the value of a key only if it has the expected one, and returns whether it did.
///
/// # Errors
///
/// If there is no room for it.
pub fn compare_and_set<T: Serialize + ?Sized>(key: &str, expected: &T, value: &T) -> Result<bool> {
    let (expected, value) = (serde_json::to_vec(expected)?, serde_json::to_vec(value)?);
    let changed = shared::compare_and_set(key, &expected, &value);
    changed.map_err(|error| explain(key, error).into())
}

fn parse<T: DeserializeOwned>(name: &str, value: Option<Vec<u8>>) -> Result<Option<T>> {
    let parsed = value.map(|bytes| serde_json::from_slice(&bytes)).transpose();
    parsed.map_err(|error| format!("shared {name}: {error}").into())
}

#[cold]
fn explain(name: &str, error: Error) -> String {
    match error {
        Error::Full => format!("shared {name}: there is no room left"),
        Error::TooLarge => format!("shared {name}: the value has more than 64 KiB"),
    }
}
