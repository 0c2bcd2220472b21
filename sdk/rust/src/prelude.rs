//! Everything a scenario needs, in one `use wasmswarm_sdk::prelude::*;`.

#[doc(no_inline)]
pub use crate::metrics::{Counter, Gauge, Rate, Trend};
#[doc(no_inline)]
pub use crate::{
    Defaults, Error, Outcome, Result, Value, bail, check, data, debug, error, http, info, json, metrics,
    params, plugin, random, scenario, setup_data, vu, warn,
};
#[doc(no_inline)]
pub use std::time::Duration;
