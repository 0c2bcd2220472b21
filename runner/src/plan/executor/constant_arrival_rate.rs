//! `constant-arrival-rate`: iterations start at a fixed rate, whatever the system under test does.

use super::asked::{AskedLoad, LoadFault};
use super::interface::{About, ArrivalRate, Executor, ExecutorKind, Figures};
use super::rates;
use crate::plan::arrivals::Spacing;
use crate::plan::profile::Profile;
use crate::plan::quantity::MOST_RATE;
use crate::plan::seconds::{read_seconds, seconds};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Iterations start at a fixed rate, whatever the system under test does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConstantArrivalRate {
    /// Iterations per second.
    pub rate: f64,
    /// How long iterations start.
    #[serde(serialize_with = "seconds", deserialize_with = "read_seconds")]
    pub duration: Duration,
    /// How they are spaced.
    pub spacing: Spacing,
    /// VUs that are made before the workload begins; the rest when they are needed.
    pub pre_allocated_vus: u32,
}

impl ConstantArrivalRate {
    pub(super) const ABOUT: About = About {
        name: "constant-arrival-rate",
        kind: ExecutorKind::Rate,
        keys: &[
            "rate",
            "time_unit",
            "run_time",
            "arrivals",
            "requests_per_iteration",
            "pre_allocated_vus",
            "max_vus",
        ],
        keys_in_short: &["users"],
    };

    pub(super) fn ask(asked: &AskedLoad) -> Result<(ConstantArrivalRate, Option<u32>), Vec<LoadFault>> {
        let (profile, vus) = rates::with_vus(asked, profile(asked))?;
        let executor = ConstantArrivalRate {
            rate: profile.start,
            duration: profile.duration(),
            spacing: asked.arrivals.unwrap_or_default(),
            pre_allocated_vus: vus.before,
        };
        Ok((executor, Some(vus.most)))
    }
}

fn profile(asked: &AskedLoad) -> Result<Profile, Vec<LoadFault>> {
    let (Some(rate), Some(duration)) = (asked.rate, asked.run_time) else {
        let missing = [
            ("rate", asked.rate.is_none()),
            ("run_time", asked.run_time.is_none()),
        ];
        let missing = missing.into_iter().filter(|(_, is_missing)| *is_missing);
        return Err(missing.map(|(key, _)| LoadFault::missing(key)).collect());
    };
    let factor = rates::factor(asked, Some(rate))?;
    let profile = Profile::constant(rate.amount * factor, duration);
    rates::bounded(asked, &profile, factor)?;
    Ok(profile)
}

impl Executor for ConstantArrivalRate {
    fn about(&self) -> &'static About {
        &ConstantArrivalRate::ABOUT
    }

    fn duration(&self) -> Option<Duration> {
        Some(self.duration)
    }

    fn iterations(&self, _vus: usize, seed: u64) -> Option<u64> {
        self.arrival_rate()?.count(seed)
    }

    fn fault(&self, _vus: usize) -> Option<&'static str> {
        let is_possible = self.rate > 0.0 && self.rate <= MOST_RATE;
        if !is_possible {
            return Some("its rate is out of range");
        }
        self.arrival_rate()?.fault()
    }

    fn describe(&self, vus: usize, figures: &dyn Figures) -> String {
        let arrivals = self.arrival_rate().map(|rate| rate.describe(vus, figures));
        let rate = figures.number(self.rate);
        format!("{rate} iterations/s{}", arrivals.unwrap_or_default())
    }

    fn arrival_rate(&self) -> Option<ArrivalRate> {
        Some(ArrivalRate {
            profile: Profile::constant(self.rate, self.duration),
            spacing: self.spacing,
            pre_allocated_vus: self.pre_allocated_vus,
        })
    }

    fn vus_at(&self, _at: Duration, _vus: usize) -> f64 {
        f64::from(self.pre_allocated_vus)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_fixes_the_number_of_iterations() {
        let executor = ConstantArrivalRate {
            rate: 50.0,
            duration: Duration::from_millis(1500),
            spacing: Spacing::Even,
            pre_allocated_vus: 1,
        };
        assert_eq!(executor.iterations(3, 0), Some(75));
    }
}
