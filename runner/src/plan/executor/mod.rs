//! Executors: when the iterations of a workload start. One file each says all that is to be known of it before a run:
//! its name and keys, what it makes of them, how long it lasts, how many iterations it plans, and how that is told. How
//! it does it is in `engine::load::executor`.
//!
//! A new one is a file here, a line below and a driver.

mod asked;
mod constant_arrival_rate;
mod constant_vus;
mod custom;
mod interface;
mod per_vu_iterations;
mod ramping_arrival_rate;
mod ramping_vus;
mod rates;
mod shared_iterations;
mod stages;

pub use asked::{AskedLoad, AskedRate, FaultKind, LoadFault, starts_in_time};
pub use constant_arrival_rate::ConstantArrivalRate;
pub use constant_vus::ConstantVus;
pub use custom::Custom;
pub use interface::{About, ExecutorKind, Figures};
pub use per_vu_iterations::PerVuIterations;
pub use ramping_arrival_rate::RampingArrivalRate;
pub use ramping_vus::RampingVus;
pub use shared_iterations::SharedIterations;

use super::arrivals::{Arrivals, Spacing};
use super::profile::Profile;
use super::quantity::SpawnRate;
use interface::Executor;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// An executor that somebody asked for, and the virtual users that it is to have.
#[derive(Debug, Clone, PartialEq)]
pub struct ExecutorWithVus {
    /// The executor.
    pub spec: ExecutorSpec,
    /// Most virtual users; none: as many as the plugin's scenarios need.
    pub vus: Option<u32>,
}

/// All that differs from one executor to the next but is the same for all who ask is in its own file. So this is the
/// one place where they are listed, and what it makes only passes on.
macro_rules! executors {
    ($($(#[$about:meta])* $Executor:ident,)*) => {
        /// Which executor.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum ExecutorType {
            $($(#[$about])* $Executor,)*
        }

        impl ExecutorType {
            /// All of them, in the order in which they are told.
            pub const ALL: &[ExecutorType] = &[$(ExecutorType::$Executor,)*];

            /// What is known of it before anything is asked.
            pub fn about(self) -> &'static About {
                match self {
                    $(ExecutorType::$Executor => &$Executor::ABOUT,)*
                }
            }

            /// It, with what is asked.
            ///
            /// # Errors
            /// All that makes no sense.
            pub fn ask(self, asked: &AskedLoad) -> Result<ExecutorWithVus, Vec<LoadFault>> {
                match self {
                    $(ExecutorType::$Executor => $Executor::ask(asked).map(|(executor, vus)| ExecutorWithVus {
                        spec: ExecutorSpec::$Executor(executor),
                        vus,
                    }),)*
                }
            }
        }

        /// When the iterations of a workload start. The names are the executors' own.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "type", rename_all = "kebab-case")]
        pub enum ExecutorSpec {
            $($(#[$about])* $Executor($Executor),)*
        }

        impl ExecutorSpec {
            fn executor(&self) -> &dyn Executor {
                match self {
                    $(ExecutorSpec::$Executor(executor) => executor,)*
                }
            }
        }
    };
}

executors! {
    /// VUs run back to back for a time.
    ConstantVus,
    /// The same, their number changing.
    RampingVus,
    /// VUs share a number of iterations.
    SharedIterations,
    /// Each VU runs a number of iterations.
    PerVuIterations,
    /// Iterations start at a rate.
    ConstantArrivalRate,
    /// The same, the rate changing.
    RampingArrivalRate,
    /// The plugin's own shape says.
    Custom,
}

impl ExecutorType {
    /// Its name.
    pub fn name(self) -> &'static str {
        self.about().name
    }
}

/// What all executors say, each for itself.
impl ExecutorSpec {
    /// The executor's name.
    pub fn name(&self) -> &'static str {
        self.executor().about().name
    }

    /// What it keeps to.
    pub fn kind(&self) -> ExecutorKind {
        self.executor().about().kind
    }

    /// The time after which no iteration starts.
    pub fn duration(&self) -> Option<Duration> {
        self.executor().duration()
    }

    /// How many iterations are planned for this many VUs, if the plan fixes a number. `seed`
    /// decides how many arrivals there are at random; more than 50 million of these aren't counted.
    pub fn iterations(&self, vus: usize, seed: u64) -> Option<u64> {
        self.executor().iterations(vus, seed)
    }

    /// What is wrong with it, with so many VUs, in a plan that comes from elsewhere.
    pub(super) fn fault(&self, vus: usize) -> Option<&'static str> {
        if self.spawn_rate().is_some_and(|rate| !starts_in_time(vus, rate)) {
            return Some("its last VU would start after more than a year");
        }
        self.executor().fault(vus)
    }

    /// What it does, in words, with so many VUs.
    pub fn describe(&self, vus: usize, figures: &dyn Figures) -> String {
        self.executor().describe(vus, figures)
    }

    /// Iterations per second over time, where the executor starts them at a rate.
    pub fn rate(&self) -> Option<Profile> {
        Some(self.executor().arrival_rate()?.profile)
    }

    /// The intended starts, where the executor starts iterations at a rate.
    pub fn arrivals(&self, seed: u64) -> Option<Arrivals> {
        Some(self.executor().arrival_rate()?.arrivals(seed))
    }

    /// How arrivals are spaced.
    pub fn spacing(&self) -> Spacing {
        let rate = self.executor().arrival_rate();
        rate.map_or(Spacing::Even, |rate| rate.spacing)
    }

    /// VUs started per second; none: all at once, or not at a rate.
    pub fn spawn_rate(&self) -> Option<SpawnRate> {
        self.executor().spawn_rate()
    }

    /// When the VU of this index starts, from the start of the workload; VUs over time aside.
    pub fn start_of(&self, index: usize) -> Duration {
        match self.spawn_rate() {
            Some(rate) => Duration::from_secs_f64(index as f64 / rate.per_second()),
            None => Duration::ZERO,
        }
    }

    /// How many iterations all VUs have in common, where the faster of them may do more.
    pub fn shared_iterations(&self) -> Option<u64> {
        self.executor().shared_iterations()
    }

    /// VUs over time, of `vus` that the workload may have. For rates: those made beforehand.
    pub fn vus_at(&self, at: Duration, vus: usize) -> f64 {
        self.executor().vus_at(at, vus)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: fn(u64) -> Duration = Duration::from_millis;

    fn all() -> [ExecutorSpec; 7] {
        let spawn_rate = SpawnRate::new(4.0).ok();
        let profile = Profile::constant(2.5, MS(1_500));
        [
            ExecutorSpec::ConstantVus(ConstantVus {
                spawn_rate,
                duration: None,
            }),
            ExecutorSpec::RampingVus(RampingVus {
                profile: profile.clone(),
                graceful_ramp_down: MS(30_000),
            }),
            ExecutorSpec::SharedIterations(SharedIterations {
                spawn_rate: None,
                iterations: 7,
                max_duration: Some(MS(500)),
            }),
            ExecutorSpec::PerVuIterations(PerVuIterations {
                spawn_rate,
                iterations: 7,
                max_duration: None,
            }),
            ExecutorSpec::ConstantArrivalRate(ConstantArrivalRate {
                rate: 50.0,
                duration: MS(1_500),
                spacing: Spacing::Poisson,
                pre_allocated_vus: 3,
            }),
            ExecutorSpec::RampingArrivalRate(RampingArrivalRate {
                profile,
                spacing: Spacing::Even,
                pre_allocated_vus: 3,
            }),
            ExecutorSpec::Custom(Custom {
                max_duration: Some(MS(1_000)),
            }),
        ]
    }

    #[test]
    fn vus_start_by_index_and_rate() {
        let [spec, ..] = all();
        assert_eq!(spec.start_of(0), Duration::ZERO);
        assert_eq!(spec.start_of(10), MS(2_500));
        assert_eq!(spec.vus_at(MS(600), 10), 3.0);
    }

    #[test]
    fn the_form_in_results_files_is_what_readers_of_them_know() {
        let stages = r#""profile":{"start":2.5,"stages":[{"duration":1.5,"target":2.5,"curve":"step"}]}"#;
        let expected = [
            r#"{"type":"constant-vus","spawn_rate":4.0,"duration":null}"#.to_owned(),
            format!(r#"{{"type":"ramping-vus",{stages},"graceful_ramp_down":30.0}}"#),
            r#"{"type":"shared-iterations","spawn_rate":null,"iterations":7,"max_duration":0.5}"#.to_owned(),
            r#"{"type":"per-vu-iterations","spawn_rate":4.0,"iterations":7,"max_duration":null}"#.to_owned(),
            r#"{"type":"constant-arrival-rate","rate":50.0,"duration":1.5,"spacing":"poisson","pre_allocated_vus":3}"#
                .to_owned(),
            format!(r#"{{"type":"ramping-arrival-rate",{stages},"spacing":"even","pre_allocated_vus":3}}"#),
            r#"{"type":"custom","max_duration":1.0}"#.to_owned(),
        ];
        assert_eq!(all().map(|spec| serde_json::to_string(&spec).unwrap()), expected);
    }

    #[test]
    fn every_executor_is_known_by_the_name_that_it_has_in_results() {
        let names = all().map(|spec| serde_json::to_value(&spec).unwrap()["type"].clone());
        let known = ExecutorType::ALL.iter().map(|executor| executor.name());
        assert!(known.eq(names.iter().filter_map(|name| name.as_str())));
    }
}
