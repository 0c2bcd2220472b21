//! `constant-vus`: a number of virtual users iterate until the time is up.

use super::asked::{AskedLoad, LoadFault};
use super::interface::{About, Executor, ExecutorKind, Figures, spawned};
use crate::plan::quantity::SpawnRate;
use crate::plan::seconds::{optional_seconds, read_optional_seconds};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// VUs run iterations back to back until the time is up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConstantVus {
    /// VUs started per second; none: all at once.
    pub spawn_rate: Option<SpawnRate>,
    /// Length including the start-up of VUs; none: until stopped.
    #[serde(
        serialize_with = "optional_seconds",
        deserialize_with = "read_optional_seconds"
    )]
    pub duration: Option<Duration>,
}

impl ConstantVus {
    pub(super) const ABOUT: About = About {
        name: "constant-vus",
        kind: ExecutorKind::Users,
        keys: &["users", "spawn_rate", "run_time"],
        keys_in_short: &[],
    };

    pub(super) fn ask(asked: &AskedLoad) -> Result<(ConstantVus, Option<u32>), Vec<LoadFault>> {
        let duration = asked
            .run_time
            .ok_or_else(|| vec![LoadFault::missing("run_time")])?;
        let vus = asked.vus()?;
        let executor = ConstantVus {
            spawn_rate: asked.spawn_rate,
            duration: Some(duration),
        };
        Ok((executor, vus))
    }
}

impl Executor for ConstantVus {
    fn about(&self) -> &'static About {
        &ConstantVus::ABOUT
    }

    fn duration(&self) -> Option<Duration> {
        self.duration
    }

    fn iterations(&self, _vus: usize, _seed: u64) -> Option<u64> {
        None
    }

    fn fault(&self, _vus: usize) -> Option<&'static str> {
        None
    }

    fn describe(&self, vus: usize, figures: &dyn Figures) -> String {
        let spawned = spawned(self.spawn_rate, figures);
        format!("{} VUs{spawned}", figures.count(vus as u64))
    }

    fn spawn_rate(&self) -> Option<SpawnRate> {
        self.spawn_rate
    }
}
