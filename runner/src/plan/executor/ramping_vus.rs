//! `ramping-vus`: as many virtual users iterate as a profile says, second by second.

use super::asked::{AskedLoad, LoadFault};
use super::interface::{About, Executor, ExecutorKind, Figures};
use super::stages;
use crate::plan::profile::Profile;
use crate::plan::quantity::MOST_VUS;
use crate::plan::seconds::{read_seconds, seconds};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// As many VUs as the profile says run iterations back to back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RampingVus {
    /// VUs over time.
    pub profile: Profile,
    /// How long an iteration may go on after its VU is no longer wanted.
    #[serde(serialize_with = "seconds", deserialize_with = "read_seconds")]
    pub graceful_ramp_down: Duration,
}

impl RampingVus {
    pub(super) const ABOUT: About = About {
        name: "ramping-vus",
        kind: ExecutorKind::Users,
        keys: &["stages", "start_vus", "graceful_ramp_down"],
        keys_in_short: &["users"],
    };

    pub(super) fn ask(asked: &AskedLoad) -> Result<(RampingVus, Option<u32>), Vec<LoadFault>> {
        let start = f64::from(asked.start_vus.or(asked.users).unwrap_or(1));
        let profile = stages::profile(asked, start, 1.0)?;
        let peak = profile.peak().max(start).ceil();
        if peak > MOST_VUS as f64 {
            let why = "it must be at most 1,000,000 virtual users";
            return Err(vec![stages::over(asked, MOST_VUS as f64, 1.0, why)]);
        }
        if peak < 1.0 {
            return Err(vec![LoadFault::of("stages", "there is never a virtual user")]);
        }
        let executor = RampingVus {
            profile,
            graceful_ramp_down: asked.graceful_ramp_down.unwrap_or(Duration::from_secs(30)),
        };
        Ok((executor, Some(peak as u32)))
    }
}

impl Executor for RampingVus {
    fn about(&self) -> &'static About {
        &RampingVus::ABOUT
    }

    fn duration(&self) -> Option<Duration> {
        Some(self.profile.duration())
    }

    fn iterations(&self, _vus: usize, _seed: u64) -> Option<u64> {
        None
    }

    fn fault(&self, vus: usize) -> Option<&'static str> {
        self.profile.fault().or_else(|| {
            let peak = self.profile.peak().max(self.profile.start).ceil();
            (peak > vus as f64).then_some("its stages go above its VUs")
        })
    }

    fn describe(&self, _vus: usize, figures: &dyn Figures) -> String {
        let stages = stages::describe(&self.profile, figures);
        let wait = figures.length(self.graceful_ramp_down);
        format!("VUs {stages}, ramp-down waits {wait}")
    }

    fn vus_at(&self, at: Duration, _vus: usize) -> f64 {
        self.profile.level(at)
    }
}
