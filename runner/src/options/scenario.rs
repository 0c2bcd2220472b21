//! A scenario of the configuration file: k6's parameters under k6's names, and some more.

use super::ShapeOptions;
use super::row::{LOAD, PLUGIN, Shown, options};
use super::stage;
use super::values;
use crate::plan::{AskedRate, ExecutorType};
use std::time::Duration;

options! {
    /// One scenario of the file.
    pub struct ScenarioOptions {
        /// Decides when iterations start: constant-vus, ramping-vus, shared-iterations, per-vu-iterations,
        /// constant-arrival-rate, ramping-arrival-rate, or custom for the plugin's own shape
        #[arg(long, value_parser = executor)]
        pub executor: Option<ExecutorType> = PLUGIN,

        /// The plugin's scenario that is run [default: the one of this name, or the only one]
        #[arg(long, value_parser = values::word)]
        pub exec: Option<String> = PLUGIN,

        /// Begin this long after the start of the run, or after the end of the scenarios in `after` [default: 0s]
        #[arg(long, value_parser = values::time_or_zero)]
        pub start_time: Option<Duration> = PLUGIN,

        /// Begin when these scenarios have ended
        #[arg(long, value_parser = values::word)]
        pub after: Vec<String> = PLUGIN,

        /// It only warms up the system under test: measured, but apart from the rest
        #[arg(long)]
        pub warm_up: bool = PLUGIN,

        /// Tags of everything that is measured in it
        #[arg(long = "tag", value_parser = values::pair)]
        pub tags: Vec<(String, String)> = PLUGIN.by_name('=').shown(Shown::Always),

        /// Parameters of the plugin that outrank those of the run
        #[arg(long = "param", alias = "env", value_parser = values::pair)]
        pub params: Vec<(String, String)> = PLUGIN.by_name('=').shown(Shown::Never),

        /// End it after this time although iterations are left [default: 10m]
        #[arg(long, value_parser = values::time)]
        pub max_duration: Option<Duration> = LOAD,

        /// The rate before the first stage [default: 0]
        #[arg(long, value_parser = start_rate)]
        pub start_rate: Option<AskedRate> = LOAD,

        /// What rates and targets without a unit are per [default: 1s]
        #[arg(long, value_parser = values::time)]
        pub time_unit: Option<Duration> = LOAD,

        /// Its load.
        #[command(flatten)]
        pub shape: ShapeOptions,
    }
}

fn executor(text: &str) -> Result<ExecutorType, String> {
    let names: Vec<&str> = ExecutorType::ALL.iter().map(|executor| executor.name()).collect();
    let name = values::one_of(text, &names)?;
    let found = ExecutorType::ALL.iter().find(|known| known.name() == name);
    found.copied().ok_or_else(String::new)
}

/// As a rate, or 0.
fn start_rate(text: &str) -> Result<AskedRate, String> {
    match stage::level(text) {
        Ok(amount) => Ok(AskedRate {
            amount,
            per: None,
            of_requests: false,
        }),
        Err(_) => values::rate_per(text),
    }
}
