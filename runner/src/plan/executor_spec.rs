//! What each executor was asked to do. How it does it is in `load::executor`.

use super::arrivals::{Arrivals, Spacing};
use super::profile::Profile;
use super::quantity::SpawnRate;
use super::{optional_seconds, read_optional_seconds, read_seconds, seconds};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Random arrivals that are counted beforehand: about a second's work.
const MOST_COUNTED: f64 = 5e7;

/// When the iterations of a workload start. The names are the executors' own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case")]
pub enum ExecutorSpec {
    /// VUs run iterations back to back until the time is up.
    ConstantVus {
        /// VUs started per second; none: all at once.
        spawn_rate: Option<SpawnRate>,
        /// Length including the start-up of VUs; none: until stopped.
        #[serde(
            serialize_with = "optional_seconds",
            deserialize_with = "read_optional_seconds"
        )]
        duration: Option<Duration>,
    },
    /// As many VUs as the profile says run iterations back to back.
    RampingVus {
        /// VUs over time.
        profile: Profile,
        /// How long an iteration may go on after its VU is no longer wanted.
        #[serde(serialize_with = "seconds", deserialize_with = "read_seconds")]
        graceful_ramp_down: Duration,
    },
    /// All VUs together run a number of iterations.
    SharedIterations {
        /// VUs started per second; none: all at once.
        spawn_rate: Option<SpawnRate>,
        /// Iterations in all.
        iterations: u64,
        /// Ends the workload although iterations are left.
        #[serde(
            serialize_with = "optional_seconds",
            deserialize_with = "read_optional_seconds"
        )]
        max_duration: Option<Duration>,
    },
    /// Each VU runs a number of iterations.
    PerVuIterations {
        /// VUs started per second; none: all at once.
        spawn_rate: Option<SpawnRate>,
        /// Iterations of each VU.
        iterations: u64,
        /// Ends the workload although iterations are left.
        #[serde(
            serialize_with = "optional_seconds",
            deserialize_with = "read_optional_seconds"
        )]
        max_duration: Option<Duration>,
    },
    /// Iterations start at a fixed rate, whatever the system under test does.
    ConstantArrivalRate {
        /// Iterations per second.
        rate: f64,
        /// How long iterations start.
        #[serde(serialize_with = "seconds", deserialize_with = "read_seconds")]
        duration: Duration,
        /// How they are spaced.
        spacing: Spacing,
        /// VUs that are made before the workload begins; the rest when they are needed.
        pre_allocated_vus: u32,
    },
    /// Iterations start at a rate that changes over time.
    RampingArrivalRate {
        /// Iterations per second over time.
        profile: Profile,
        /// How they are spaced.
        spacing: Spacing,
        /// VUs that are made before the workload begins; the rest when they are needed.
        pre_allocated_vus: u32,
    },
    /// The plugin's own shape says, second by second, how many VUs or which rate there is.
    Custom {
        /// Ends the workload although the shape goes on.
        #[serde(
            serialize_with = "optional_seconds",
            deserialize_with = "read_optional_seconds"
        )]
        max_duration: Option<Duration>,
    },
}

impl ExecutorSpec {
    /// When the VU of this index starts, from the start of the workload; VUs over time aside.
    pub fn start_of(&self, index: usize) -> Duration {
        match self.spawn_rate() {
            Some(rate) => Duration::from_secs_f64(index as f64 / rate.per_second()),
            None => Duration::ZERO,
        }
    }

    /// The time after which no iteration starts.
    pub fn duration(&self) -> Option<Duration> {
        match self {
            ExecutorSpec::ConstantVus { duration, .. } => *duration,
            ExecutorSpec::SharedIterations { max_duration, .. }
            | ExecutorSpec::PerVuIterations { max_duration, .. }
            | ExecutorSpec::Custom { max_duration } => *max_duration,
            ExecutorSpec::ConstantArrivalRate { duration, .. } => Some(*duration),
            ExecutorSpec::RampingVus { profile, .. } | ExecutorSpec::RampingArrivalRate { profile, .. } => {
                Some(profile.duration())
            }
        }
    }

    /// How many iterations are planned for this many VUs, if the plan fixes a number. `seed`
    /// decides how many arrivals there are at random; more than 50 million of these aren't counted.
    pub fn iterations(&self, vus: usize, seed: u64) -> Option<u64> {
        match self {
            ExecutorSpec::ConstantVus { .. }
            | ExecutorSpec::RampingVus { .. }
            | ExecutorSpec::Custom { .. } => None,
            ExecutorSpec::SharedIterations { iterations, .. } => Some(*iterations),
            ExecutorSpec::PerVuIterations { iterations, .. } => Some(iterations.saturating_mul(vus as u64)),
            ExecutorSpec::ConstantArrivalRate { .. } | ExecutorSpec::RampingArrivalRate { .. } => {
                match self.spacing() {
                    Spacing::Even => self.rate().map(|profile| Arrivals::even_count(&profile)),
                    // Only counting tells, which takes its time: a run of more counts as it goes.
                    Spacing::Poisson => self
                        .rate()
                        .filter(|profile| profile.total() <= MOST_COUNTED)
                        .and_then(|_| self.arrivals(seed))
                        .map(|arrivals| arrivals.count() as u64),
                }
            }
        }
    }

    /// Iterations per second over time, where the executor starts them at a rate.
    pub fn rate(&self) -> Option<Profile> {
        match self {
            ExecutorSpec::ConstantArrivalRate { rate, duration, .. } => {
                Some(Profile::constant(*rate, *duration))
            }
            ExecutorSpec::RampingArrivalRate { profile, .. } => Some(profile.clone()),
            _ => None,
        }
    }

    /// The intended starts, where the executor starts iterations at a rate.
    pub fn arrivals(&self, seed: u64) -> Option<Arrivals> {
        let profile = self.rate()?;
        Some(Arrivals::new(&profile, self.spacing(), seed))
    }

    /// How arrivals are spaced.
    pub fn spacing(&self) -> Spacing {
        match self {
            ExecutorSpec::ConstantArrivalRate { spacing, .. }
            | ExecutorSpec::RampingArrivalRate { spacing, .. } => *spacing,
            _ => Spacing::Even,
        }
    }

    /// VUs over time, of `vus` that the workload may have. For rates: those made beforehand.
    pub fn vus_at(&self, at: Duration, vus: usize) -> f64 {
        match self {
            ExecutorSpec::RampingVus { profile, .. } => profile.level(at),
            ExecutorSpec::ConstantArrivalRate {
                pre_allocated_vus, ..
            }
            | ExecutorSpec::RampingArrivalRate {
                pre_allocated_vus, ..
            } => f64::from(*pre_allocated_vus),
            _ => match self.spawn_rate() {
                Some(rate) => ((at.as_secs_f64() * rate.per_second()).floor() + 1.0).min(vus as f64),
                None => vus as f64,
            },
        }
    }

    /// The executor's name.
    pub fn name(&self) -> &'static str {
        match self {
            ExecutorSpec::ConstantVus { .. } => "constant-vus",
            ExecutorSpec::RampingVus { .. } => "ramping-vus",
            ExecutorSpec::SharedIterations { .. } => "shared-iterations",
            ExecutorSpec::PerVuIterations { .. } => "per-vu-iterations",
            ExecutorSpec::ConstantArrivalRate { .. } => "constant-arrival-rate",
            ExecutorSpec::RampingArrivalRate { .. } => "ramping-arrival-rate",
            ExecutorSpec::Custom { .. } => "custom",
        }
    }

    /// VUs started per second; none: all at once, or not at a rate.
    pub fn spawn_rate(&self) -> Option<SpawnRate> {
        match self {
            ExecutorSpec::ConstantVus { spawn_rate, .. }
            | ExecutorSpec::SharedIterations { spawn_rate, .. }
            | ExecutorSpec::PerVuIterations { spawn_rate, .. } => *spawn_rate,
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vus_start_by_index_and_rate() {
        let spec = ExecutorSpec::ConstantVus {
            spawn_rate: SpawnRate::new(4.0).ok(),
            duration: None,
        };
        assert_eq!(spec.start_of(0), Duration::ZERO);
        assert_eq!(spec.start_of(10), Duration::from_millis(2500));
        assert_eq!(spec.vus_at(Duration::from_millis(600), 10), 3.0);
    }

    #[test]
    fn per_vu_iterations_multiply() {
        let spec = ExecutorSpec::PerVuIterations {
            spawn_rate: None,
            iterations: 7,
            max_duration: None,
        };
        assert_eq!(spec.iterations(3, 0), Some(21));
    }

    #[test]
    fn rates_fix_the_number_of_iterations() {
        let spec = ExecutorSpec::ConstantArrivalRate {
            rate: 50.0,
            duration: Duration::from_millis(1500),
            spacing: Spacing::Even,
            pre_allocated_vus: 1,
        };
        assert_eq!(spec.iterations(3, 0), Some(75));
    }
}
