#![doc = include_str!("../README.md")]
//!
//! # Where things are
//!
//! [`prelude`] brings all that a scenario needs: the macros [`scenario`](macro@scenario),
//! [`plugin!`], [`check!`], [`info!`] and friends, and the modules [`http`], [`cookies`], [`metrics`], [`vu`],
//! [`random`], [`params`], [`data`] and [`shared`]. Every call into the host is measured and paced there;
//! this crate only makes it pleasant to write.
//!
//! On another target than WebAssembly the crate compiles, so that an editor and `cargo test` of
//! your own pure functions work, but a call into the host panics: there is no host.

extern crate self as wasmswarm_sdk;

#[doc(hidden)]
pub mod bindings;
mod checks;
pub mod cookies;
pub mod data;
mod defaults;
mod dispatch;
mod error;
pub mod http;
pub mod log;
pub mod metrics;
mod outcome;
pub mod params;
pub mod prelude;
pub mod random;
mod scenario;
mod setup;
mod shape;
pub mod shared;
mod time;
pub mod vu;
pub mod wait;

#[doc(inline)]
pub use crate::{
    checks::{check, check_tagged},
    defaults::Defaults,
    error::{Error, Result},
    outcome::Outcome,
    setup::{scenario_data, setup_data},
    shape::{Moment, Target},
    time::IntoDuration,
    vu::group,
};
pub use serde_json::{self, Value, json};
pub use wasmswarm_sdk_macros::{plugin, scenario};

/// What the macros expand to. No stability is promised.
#[doc(hidden)]
pub mod __private {
    pub use crate::bindings::{self, export};
    pub use crate::dispatch::{Entry, Exported, Plugin};
    pub use crate::outcome::IntoOutcome;
    pub use crate::scenario::{Population, Scenario, Task, no_such_task};
    pub use crate::setup::{setup, teardown};
}
