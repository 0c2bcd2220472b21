//! A scenario of the configuration file: k6's parameters under k6's names, and some more.

use super::ShapeOptions;
use super::row::{LOAD, PLUGIN, Shown, options};
use super::stage;
use super::values::{self, Rate};
use std::time::Duration;

/// The executors, by their names in configuration files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Executor {
    /// VUs run back to back for a time.
    ConstantVus,
    /// The same, their number changing.
    RampingVus,
    /// VUs share a number of iterations.
    SharedIterations,
    /// Each VU runs a number of iterations.
    PerVuIterations,
    /// Iterations start at a rate.
    ConstantArrivalRate,
    /// The same, the rate changing.
    RampingArrivalRate,
    /// The plugin's own shape says.
    Custom,
}

/// All executors with their names.
pub(super) const EXECUTORS: [(&str, Executor); 7] = [
    ("constant-vus", Executor::ConstantVus),
    ("ramping-vus", Executor::RampingVus),
    ("shared-iterations", Executor::SharedIterations),
    ("per-vu-iterations", Executor::PerVuIterations),
    ("constant-arrival-rate", Executor::ConstantArrivalRate),
    ("ramping-arrival-rate", Executor::RampingArrivalRate),
    ("custom", Executor::Custom),
];

impl Executor {
    /// Its name.
    pub fn name(self) -> &'static str {
        let found = EXECUTORS.iter().find(|(_, executor)| *executor == self);
        found.map_or("", |(name, _)| name)
    }

    /// Keys of the load that it understands; the rest is refused.
    pub(super) fn keys(self) -> &'static [&'static str] {
        match self {
            Executor::ConstantVus => &["users", "spawn_rate", "run_time"],
            Executor::RampingVus => &["stages", "start_vus", "graceful_ramp_down"],
            Executor::SharedIterations | Executor::PerVuIterations => {
                &["users", "spawn_rate", "iterations", "max_duration"]
            }
            Executor::ConstantArrivalRate => &[
                "rate",
                "time_unit",
                "run_time",
                "arrivals",
                "requests_per_iteration",
                "pre_allocated_vus",
                "max_vus",
            ],
            Executor::RampingArrivalRate => &[
                "start_rate",
                "time_unit",
                "stages",
                "arrivals",
                "requests_per_iteration",
                "pre_allocated_vus",
                "max_vus",
            ],
            Executor::Custom => &["max_vus", "max_duration"],
        }
    }
}

options! {
    /// One scenario of the file.
    pub struct ScenarioOptions {
        /// Decides when iterations start: constant-vus, ramping-vus, shared-iterations, per-vu-iterations,
        /// constant-arrival-rate, ramping-arrival-rate, or custom for the plugin's own shape
        #[arg(long, value_parser = executor)]
        pub executor: Option<Executor> = PLUGIN,

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
        pub start_rate: Option<Rate> = LOAD,

        /// What rates and targets without a unit are per [default: 1s]
        #[arg(long, value_parser = values::time)]
        pub time_unit: Option<Duration> = LOAD,

        /// Its load.
        #[command(flatten)]
        pub shape: ShapeOptions,
    }
}

fn executor(text: &str) -> Result<Executor, String> {
    let names = EXECUTORS.map(|(name, _)| name);
    let name = values::one_of(text, &names)?;
    let found = EXECUTORS.iter().find(|(known, _)| *known == name);
    found.map_or_else(|| Err(String::new()), |(_, executor)| Ok(*executor))
}

/// As a rate, or 0.
fn start_rate(text: &str) -> Result<Rate, String> {
    match stage::level(text) {
        Ok(amount) => Ok(Rate {
            amount,
            per: None,
            of_requests: false,
        }),
        Err(_) => values::rate_per(text),
    }
}
