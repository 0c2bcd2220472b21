//! `per-vu-iterations`: each virtual user runs the same number of iterations.

use super::asked::{AskedLoad, LoadFault};
use super::interface::{About, Executor, ExecutorKind, Figures, MOST_ITERATIONS, fault_of_count, spawned};
use crate::plan::quantity::SpawnRate;
use crate::plan::seconds::{optional_seconds, read_optional_seconds};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Each VU runs a number of iterations.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PerVuIterations {
    /// VUs started per second; none: all at once.
    pub spawn_rate: Option<SpawnRate>,
    /// Iterations of each VU.
    pub iterations: u64,
    /// Ends the workload although iterations are left.
    #[serde(
        serialize_with = "optional_seconds",
        deserialize_with = "read_optional_seconds"
    )]
    pub max_duration: Option<Duration>,
}

impl PerVuIterations {
    pub(super) const ABOUT: About = About {
        name: "per-vu-iterations",
        kind: ExecutorKind::Iterations,
        keys: &["users", "spawn_rate", "iterations", "max_duration"],
        keys_in_short: &["iterations_per_vu", "run_time"],
    };

    pub(super) fn ask(asked: &AskedLoad) -> Result<(PerVuIterations, Option<u32>), Vec<LoadFault>> {
        let iterations = asked.iterations.unwrap_or(1);
        let vus = asked.vus()?;
        let all = iterations.checked_mul(u64::from(vus.unwrap_or(1)));
        if all.is_none_or(|all| all > MOST_ITERATIONS) {
            let why = "the iterations of all virtual users are too many";
            return Err(vec![LoadFault::of(asked.iterations_key, why)]);
        }
        let executor = PerVuIterations {
            spawn_rate: asked.spawn_rate,
            iterations,
            max_duration: asked.iterations_end(),
        };
        Ok((executor, vus))
    }
}

impl Executor for PerVuIterations {
    fn about(&self) -> &'static About {
        &PerVuIterations::ABOUT
    }

    fn duration(&self) -> Option<Duration> {
        self.max_duration
    }

    fn iterations(&self, vus: usize, _seed: u64) -> Option<u64> {
        Some(self.iterations.saturating_mul(vus as u64))
    }

    fn fault(&self, _vus: usize) -> Option<&'static str> {
        fault_of_count(self.iterations)
    }

    fn describe(&self, vus: usize, figures: &dyn Figures) -> String {
        let (iterations, vus) = (figures.count(self.iterations), figures.count(vus as u64));
        let spawned = spawned(self.spawn_rate, figures);
        format!("{iterations} iterations of each of {vus} VUs{spawned}")
    }

    fn spawn_rate(&self) -> Option<SpawnRate> {
        self.spawn_rate
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn per_vu_iterations_multiply() {
        let executor = PerVuIterations {
            spawn_rate: None,
            iterations: 7,
            max_duration: None,
        };
        assert_eq!(executor.iterations(3, 0), Some(21));
    }
}
