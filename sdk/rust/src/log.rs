//! Messages for the operator: `info!("…")` and its siblings. The host limits their rate.

use crate::bindings::wasmswarm::scenario::log;

pub use crate::bindings::wasmswarm::scenario::log::Level;

/// Writes a line as it is; the macros [`debug!`](crate::debug), [`info!`](crate::info),
/// [`warn!`](crate::warn) and [`error!`](crate::error) format one first.
pub fn write(level: Level, message: &str) {
    log::write(level, message);
}

/// Writes a formatted line for the plugin's author; the operator sees it with `--verbose`.
#[macro_export]
macro_rules! debug {
    ($($message:tt)*) => { $crate::log::write($crate::log::Level::Debug, &::std::format!($($message)*)) };
}

/// Writes a formatted line that is worth knowing.
///
/// ```no_run
/// # use wasmswarm_sdk::prelude::*;
/// info!("user {} logged in", vu::id());
/// ```
#[macro_export]
macro_rules! info {
    ($($message:tt)*) => { $crate::log::write($crate::log::Level::Info, &::std::format!($($message)*)) };
}

/// Writes a formatted line about something that looks wrong.
#[macro_export]
macro_rules! warn {
    ($($message:tt)*) => { $crate::log::write($crate::log::Level::Warn, &::std::format!($($message)*)) };
}

/// Writes a formatted line about something that is wrong. The task goes on; see [`bail!`](crate::bail).
#[macro_export]
macro_rules! error {
    ($($message:tt)*) => { $crate::log::write($crate::log::Level::Error, &::std::format!($($message)*)) };
}
