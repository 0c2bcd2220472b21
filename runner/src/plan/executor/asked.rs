//! What is asked of one workload before anybody knows whether it makes sense, and what can be wrong with it. Where a
//! value was written, in a file or on the command line, is known only to those who ask.

use crate::plan::arrivals::Spacing;
use crate::plan::profile::Stage;
use crate::plan::quantity::{LONGEST, SpawnRate};
use std::time::Duration;

/// Values by key, each right by itself; none: it wasn't said.
#[derive(Debug, Clone)]
pub struct AskedLoad {
    /// Whether it is the load in short, which has more defaults than a scenario of a file: those are k6's.
    pub is_short: bool,
    /// The key that holds the number of iterations.
    pub iterations_key: &'static str,
    /// Virtual users.
    pub users: Option<u32>,
    /// Virtual users started per second.
    pub spawn_rate: Option<SpawnRate>,
    /// How long iterations start.
    pub run_time: Option<Duration>,
    /// Iterations, in all or of each virtual user.
    pub iterations: Option<u64>,
    /// Ends it although iterations are left.
    pub max_duration: Option<Duration>,
    /// Stages, with levels in the unit of the rate.
    pub stages: Vec<Stage>,
    /// Virtual users before the first stage.
    pub start_vus: Option<u32>,
    /// How long an iteration may go on when a stage no longer wants its virtual user.
    pub graceful_ramp_down: Option<Duration>,
    /// Iterations (or requests) per time.
    pub rate: Option<AskedRate>,
    /// The rate before the first stage.
    pub start_rate: Option<AskedRate>,
    /// What rates without a unit are per.
    pub time_unit: Option<Duration>,
    /// How arrivals are spaced.
    pub arrivals: Option<Spacing>,
    /// Requests of one iteration.
    pub requests_per_iteration: Option<f64>,
    /// Virtual users made before a rate begins.
    pub pre_allocated_vus: Option<u32>,
    /// Most virtual users of a rate or a shape.
    pub max_vus: Option<u32>,
}

/// A rate as it was asked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AskedRate {
    /// How many.
    pub amount: f64,
    /// Per which time; none: it wasn't said.
    pub per: Option<Duration>,
    /// Whether they are requests.
    pub of_requests: bool,
}

/// What is wrong with what was asked.
#[derive(Debug, Clone, PartialEq)]
pub struct LoadFault {
    /// With the value of which key.
    pub key: &'static str,
    /// With which of the stages, where the key is theirs and it is one of them.
    pub stage: Option<usize>,
    /// What.
    pub kind: FaultKind,
}

/// What is wrong with a value.
#[derive(Debug, Clone, PartialEq)]
pub enum FaultKind {
    /// It isn't there, and there is no default.
    Missing,
    /// It makes no sense, for this reason.
    Because(String),
}

impl LoadFault {
    pub(super) fn missing(key: &'static str) -> LoadFault {
        LoadFault {
            key,
            stage: None,
            kind: FaultKind::Missing,
        }
    }

    pub(super) fn of(key: &'static str, why: impl Into<String>) -> LoadFault {
        LoadFault {
            key,
            stage: None,
            kind: FaultKind::Because(why.into()),
        }
    }

    pub(super) fn of_stage(number: usize, why: impl Into<String>) -> LoadFault {
        LoadFault {
            stage: Some(number),
            ..LoadFault::of("stages", why)
        }
    }
}

impl AskedLoad {
    /// The key of what comes before the first stage.
    pub(super) fn start_key(&self) -> &'static str {
        // In short, the rate is what stages begin at.
        if self.rate.is_some() { "rate" } else { "start_rate" }
    }

    /// Virtual users that iterate back to back: as asked. k6's default is 1; in short the plugin decides (none).
    pub(super) fn vus(&self) -> Result<Option<u32>, Vec<LoadFault>> {
        let vus = self.users.or(if self.is_short { None } else { Some(1) });
        if let (Some(vus), Some(rate)) = (vus, self.spawn_rate)
            && !starts_in_time(vus as usize, rate)
        {
            let why = format!("{vus} virtual users would take longer than a year to start");
            return Err(vec![LoadFault::of("spawn_rate", why)]);
        }
        Ok(vus)
    }

    /// When a workload of so many iterations ends although some are left. k6's default is ten minutes.
    pub(super) fn iterations_end(&self) -> Option<Duration> {
        let default = (!self.is_short).then_some(Duration::from_secs(600));
        self.max_duration.or(default)
    }
}

/// Whether the last virtual user starts within the longest time there is.
pub fn starts_in_time(vus: usize, spawn_rate: SpawnRate) -> bool {
    vus as f64 / spawn_rate.per_second() <= LONGEST.as_secs_f64()
}
