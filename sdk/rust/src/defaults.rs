//! The run that a plugin's author suggests.

use crate::bindings::exports::wasmswarm::scenario::scenario::DefaultOptions;
use crate::time::{IntoDuration, micros};

/// Options of the run, each outranked by the operator's own.
///
/// ```
/// # use wasmswarm_sdk::prelude::*;
/// let defaults = Defaults::new().users(50).spawn_rate(5).run_time(60).host("https://shop.example");
/// # let _ = defaults;
/// ```
#[derive(Clone, Debug, Default)]
pub struct Defaults {
    users: Option<u32>,
    spawn_rate: Option<f64>,
    run_time: Option<u64>,
    host: Option<String>,
}

impl Defaults {
    /// Nothing suggested.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many VUs.
    #[must_use]
    pub fn users(mut self, users: u32) -> Self {
        self.users = Some(users);
        self
    }

    /// VUs started per second.
    #[must_use]
    pub fn spawn_rate(mut self, per_second: impl Into<f64>) -> Self {
        self.spawn_rate = Some(per_second.into());
        self
    }

    /// Length of the run, ramp included; a number means seconds.
    #[must_use]
    pub fn run_time(mut self, length: impl IntoDuration) -> Self {
        self.run_time = Some(micros(length.into_duration()));
        self
    }

    /// Base URL of the system under test. The operator still has to allow it.
    #[must_use]
    pub fn host(mut self, url: impl Into<String>) -> Self {
        self.host = Some(url.into());
        self
    }

    pub(crate) fn into_wit(self) -> DefaultOptions {
        let Self {
            users,
            spawn_rate,
            run_time,
            host,
        } = self;
        DefaultOptions {
            users,
            spawn_rate,
            run_time,
            host,
        }
    }
}
