//! `one-each`: every virtual user runs one iteration, all at once; a stampede.

use super::asked::{AskedLoad, LoadFault};
use super::interface::{About, Executor, ExecutorKind, Figures};
use crate::plan::seconds::{optional_seconds, read_optional_seconds};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Every VU runs one iteration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OneEach {
    /// Ends the workload although iterations are left.
    #[serde(
        serialize_with = "optional_seconds",
        deserialize_with = "read_optional_seconds"
    )]
    pub max_duration: Option<Duration>,
}

impl OneEach {
    pub(super) const ABOUT: About = About {
        name: "one-each",
        kind: ExecutorKind::Iterations,
        keys: &["users", "max_duration"],
        keys_in_short: &[],
    };

    pub(super) fn ask(asked: &AskedLoad) -> Result<(OneEach, Option<u32>), Vec<LoadFault>> {
        let max_duration = asked.iterations_end();
        Ok((OneEach { max_duration }, asked.vus()?))
    }
}

impl Executor for OneEach {
    fn about(&self) -> &'static About {
        &OneEach::ABOUT
    }

    fn duration(&self) -> Option<Duration> {
        self.max_duration
    }

    fn iterations(&self, vus: usize, _seed: u64) -> Option<u64> {
        Some(vus as u64)
    }

    fn fault(&self, _vus: usize) -> Option<&'static str> {
        None
    }

    fn describe(&self, vus: usize, figures: &dyn Figures) -> String {
        format!("one iteration of each of {} VUs", figures.count(vus as u64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_as_many_iterations_as_vus() {
        assert_eq!(OneEach { max_duration: None }.iterations(3, 0), Some(3));
    }
}
