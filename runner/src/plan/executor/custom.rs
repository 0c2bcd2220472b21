//! `custom`: the plugin's own shape says how much load there is, second by second.

use super::asked::{AskedLoad, LoadFault};
use super::interface::{About, Executor, ExecutorKind, Figures};
use crate::plan::seconds::{optional_seconds, read_optional_seconds};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Most VUs of a plugin's own shape, unless somebody says otherwise.
const SHAPE_VUS: u32 = 1_000;

/// The plugin's own shape says, second by second, how many VUs or which rate there is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Custom {
    /// Ends the workload although the shape goes on.
    #[serde(
        serialize_with = "optional_seconds",
        deserialize_with = "read_optional_seconds"
    )]
    pub max_duration: Option<Duration>,
}

impl Custom {
    pub(super) const ABOUT: About = About {
        name: "custom",
        kind: ExecutorKind::Own,
        keys: &["max_vus", "max_duration"],
        keys_in_short: &["iterations_per_vu", "run_time"],
    };

    pub(super) fn ask(asked: &AskedLoad) -> Result<(Custom, Option<u32>), Vec<LoadFault>> {
        if asked.max_vus.is_none() && !asked.is_short {
            return Err(vec![LoadFault::missing("max_vus")]);
        }
        let executor = Custom {
            max_duration: asked.max_duration.or(asked.run_time),
        };
        Ok((executor, Some(asked.max_vus.unwrap_or(SHAPE_VUS))))
    }
}

impl Executor for Custom {
    fn about(&self) -> &'static About {
        &Custom::ABOUT
    }

    fn duration(&self) -> Option<Duration> {
        self.max_duration
    }

    fn iterations(&self, _vus: usize, _seed: u64) -> Option<u64> {
        None
    }

    fn fault(&self, _vus: usize) -> Option<&'static str> {
        None
    }

    fn describe(&self, vus: usize, figures: &dyn Figures) -> String {
        format!(
            "the plugin's own shape, {} VUs at most",
            figures.count(vus as u64)
        )
    }
}
