//! What each executor was asked to do. How it does it is in `load::executor`.

use serde::Serialize;
use std::time::Duration;

/// When the iterations of a workload start. The names are the executors' own.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum ExecutorSpec {
    /// VUs run iterations back to back until the time is up.
    ConstantVus {
        /// VUs started per second; none: all at once.
        spawn_rate: Option<f64>,
        /// Length including the start-up of VUs; none: until stopped.
        #[serde(serialize_with = "optional_seconds")]
        duration: Option<Duration>,
    },
    /// All VUs together run a number of iterations.
    SharedIterations {
        /// VUs started per second; none: all at once.
        spawn_rate: Option<f64>,
        /// Iterations in all.
        iterations: u64,
        /// Ends the workload although iterations are left.
        #[serde(serialize_with = "optional_seconds")]
        max_duration: Option<Duration>,
    },
    /// Each VU runs a number of iterations.
    PerVuIterations {
        /// VUs started per second; none: all at once.
        spawn_rate: Option<f64>,
        /// Iterations of each VU.
        iterations: u64,
        /// Ends the workload although iterations are left.
        #[serde(serialize_with = "optional_seconds")]
        max_duration: Option<Duration>,
    },
}

impl ExecutorSpec {
    /// When the VU of this index starts, from the start of the run.
    pub fn start_of(&self, index: usize) -> Duration {
        match self.spawn_rate() {
            Some(rate) => Duration::from_secs_f64(index as f64 / rate),
            None => Duration::ZERO,
        }
    }

    /// The time limit of the workload.
    pub fn duration(&self) -> Option<Duration> {
        match self {
            ExecutorSpec::ConstantVus { duration, .. } => *duration,
            ExecutorSpec::SharedIterations { max_duration, .. }
            | ExecutorSpec::PerVuIterations { max_duration, .. } => *max_duration,
        }
    }

    /// How many iterations are planned for this many VUs, if a number is.
    pub fn iterations(&self, vus: usize) -> Option<u64> {
        match self {
            ExecutorSpec::ConstantVus { .. } => None,
            ExecutorSpec::SharedIterations { iterations, .. } => Some(*iterations),
            ExecutorSpec::PerVuIterations { iterations, .. } => Some(iterations.saturating_mul(vus as u64)),
        }
    }

    /// The executor's name.
    pub fn name(&self) -> &'static str {
        match self {
            ExecutorSpec::ConstantVus { .. } => "constant-vus",
            ExecutorSpec::SharedIterations { .. } => "shared-iterations",
            ExecutorSpec::PerVuIterations { .. } => "per-vu-iterations",
        }
    }

    fn spawn_rate(&self) -> Option<f64> {
        match self {
            ExecutorSpec::ConstantVus { spawn_rate, .. }
            | ExecutorSpec::SharedIterations { spawn_rate, .. }
            | ExecutorSpec::PerVuIterations { spawn_rate, .. } => *spawn_rate,
        }
    }
}

fn optional_seconds<S: serde::Serializer>(value: &Option<Duration>, out: S) -> Result<S::Ok, S::Error> {
    match value {
        Some(d) => out.serialize_some(&d.as_secs_f64()),
        None => out.serialize_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vus_start_by_index_and_rate() {
        let spec = ExecutorSpec::ConstantVus {
            spawn_rate: Some(4.0),
            duration: None,
        };
        assert_eq!(spec.start_of(0), Duration::ZERO);
        assert_eq!(spec.start_of(10), Duration::from_millis(2500));
    }

    #[test]
    fn per_vu_iterations_multiply() {
        let spec = ExecutorSpec::PerVuIterations {
            spawn_rate: None,
            iterations: 7,
            max_duration: None,
        };
        assert_eq!(spec.iterations(3), Some(21));
    }
}
