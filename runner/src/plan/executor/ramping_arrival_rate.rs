//! `ramping-arrival-rate`: iterations start at a rate that changes over time.

use super::asked::{AskedLoad, LoadFault};
use super::interface::{About, ArrivalRate, Executor, ExecutorKind, Figures};
use super::{rates, stages};
use crate::plan::arrivals::Spacing;
use crate::plan::profile::Profile;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Iterations start at a rate that changes over time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RampingArrivalRate {
    /// Iterations per second over time.
    pub profile: Profile,
    /// How they are spaced.
    pub spacing: Spacing,
    /// VUs that are made before the workload begins; the rest when they are needed.
    pub pre_allocated_vus: u32,
}

impl RampingArrivalRate {
    pub(super) const ABOUT: About = About {
        name: "ramping-arrival-rate",
        kind: ExecutorKind::Rate,
        keys: &[
            "start_rate",
            "time_unit",
            "stages",
            "arrivals",
            "requests_per_iteration",
            "pre_allocated_vus",
            "max_vus",
        ],
        keys_in_short: &["users", "rate"],
    };

    pub(super) fn ask(asked: &AskedLoad) -> Result<(RampingArrivalRate, Option<u32>), Vec<LoadFault>> {
        let (profile, vus) = rates::with_vus(asked, profile(asked))?;
        let executor = RampingArrivalRate {
            profile,
            spacing: asked.arrivals.unwrap_or_default(),
            pre_allocated_vus: vus.before,
        };
        Ok((executor, Some(vus.most)))
    }
}

fn profile(asked: &AskedLoad) -> Result<Profile, Vec<LoadFault>> {
    let factor = rates::factor(asked, asked.start_rate)?;
    let start = asked.start_rate.map_or(0.0, |rate| rate.amount * factor);
    let profile = stages::profile(asked, start, factor)?;
    rates::bounded(asked, &profile, factor)?;
    Ok(profile)
}

impl Executor for RampingArrivalRate {
    fn about(&self) -> &'static About {
        &RampingArrivalRate::ABOUT
    }

    fn duration(&self) -> Option<Duration> {
        Some(self.profile.duration())
    }

    fn iterations(&self, _vus: usize, seed: u64) -> Option<u64> {
        self.arrival_rate()?.count(seed)
    }

    fn fault(&self, _vus: usize) -> Option<&'static str> {
        self.arrival_rate()?.fault()
    }

    fn describe(&self, vus: usize, figures: &dyn Figures) -> String {
        let arrivals = self.arrival_rate().map(|rate| rate.describe(vus, figures));
        let stages = stages::describe(&self.profile, figures);
        format!("iterations/s {stages}{}", arrivals.unwrap_or_default())
    }

    fn arrival_rate(&self) -> Option<ArrivalRate> {
        Some(ArrivalRate {
            profile: self.profile.clone(),
            spacing: self.spacing,
            pre_allocated_vus: self.pre_allocated_vus,
        })
    }

    fn vus_at(&self, _at: Duration, _vus: usize) -> f64 {
        f64::from(self.pre_allocated_vus)
    }
}
