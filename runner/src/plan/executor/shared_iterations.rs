//! `shared-iterations`: all virtual users together run a number of iterations; the faster do more.

use super::asked::{AskedLoad, LoadFault};
use super::interface::{About, Executor, ExecutorKind, Figures, fault_of_count, spawned};
use crate::plan::quantity::SpawnRate;
use crate::plan::seconds::{optional_seconds, read_optional_seconds};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// All VUs together run a number of iterations.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SharedIterations {
    /// VUs started per second; none: all at once.
    pub spawn_rate: Option<SpawnRate>,
    /// Iterations in all.
    pub iterations: u64,
    /// Ends the workload although iterations are left.
    #[serde(
        serialize_with = "optional_seconds",
        deserialize_with = "read_optional_seconds"
    )]
    pub max_duration: Option<Duration>,
}

impl SharedIterations {
    pub(super) const ABOUT: About = About {
        name: "shared-iterations",
        kind: ExecutorKind::Iterations,
        keys: &["users", "spawn_rate", "iterations", "max_duration"],
        keys_in_short: &["iterations_per_vu", "run_time"],
    };

    pub(super) fn ask(asked: &AskedLoad) -> Result<(SharedIterations, Option<u32>), Vec<LoadFault>> {
        let vus = asked.vus()?;
        let executor = SharedIterations {
            spawn_rate: asked.spawn_rate,
            iterations: asked.iterations.unwrap_or(1),
            max_duration: asked.iterations_end(),
        };
        Ok((executor, vus))
    }
}

impl Executor for SharedIterations {
    fn about(&self) -> &'static About {
        &SharedIterations::ABOUT
    }

    fn duration(&self) -> Option<Duration> {
        self.max_duration
    }

    fn iterations(&self, _vus: usize, _seed: u64) -> Option<u64> {
        Some(self.iterations)
    }

    fn fault(&self, _vus: usize) -> Option<&'static str> {
        fault_of_count(self.iterations)
    }

    fn describe(&self, vus: usize, figures: &dyn Figures) -> String {
        let (iterations, vus) = (figures.count(self.iterations), figures.count(vus as u64));
        let spawned = spawned(self.spawn_rate, figures);
        format!("{iterations} iterations, shared by {vus} VUs{spawned}")
    }

    fn spawn_rate(&self) -> Option<SpawnRate> {
        self.spawn_rate
    }

    fn shared_iterations(&self) -> Option<u64> {
        Some(self.iterations)
    }
}
