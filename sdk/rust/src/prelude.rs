//! Everything a scenario needs, in one `use wasmswarm_sdk::prelude::*;`.

#[doc(no_inline)]
pub use crate::metrics::{Counter, Gauge, Rate, Trend};
#[doc(no_inline)]
pub use crate::{
    Defaults, Error, Moment, Outcome, Result, Target, Value, bail, check, cookies, data, debug, error, group,
    http, info, json, metrics, params, plugin, random, scenario, scenario_data, setup_data, shared, vu, warn,
};
#[doc(no_inline)]
pub use std::time::Duration;
