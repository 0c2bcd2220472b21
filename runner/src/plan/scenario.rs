//! A scenario as the host plans with it: the plugin's description, validated.

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// What one kind of VU runs: a scenario of the plugin, under the name that the run gives it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScenarioPlan {
    /// Unique in the run. The plugin's own name, unless the configuration gives another.
    pub name: String,
    /// Index of the plugin's scenario.
    pub exec: u32,
    /// Its share of the VUs.
    pub population: Population,
    /// How the next task is chosen.
    pub order: TaskOrder,
    /// The pause between two tasks.
    pub wait: WaitTime,
    /// The tasks, by index.
    pub tasks: Vec<TaskPlan>,
    /// Tags of everything that is measured in it.
    pub tags: BTreeMap<String, String>,
    /// Names of parameters that outrank the run's own; values may be secret.
    pub params: BTreeSet<String>,
}

/// One step of a scenario.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskPlan {
    /// Unique in the scenario.
    pub name: String,
    /// Relative frequency, or repetitions in sequential order.
    pub weight: u32,
    /// Labels for picking tasks.
    pub tags: Vec<String>,
}

/// A scenario's share of the VUs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Population {
    /// In proportion to the other scenarios' weights.
    Weight(u32),
    /// Exactly this many.
    Fixed(u32),
}

/// How a VU's next task is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TaskOrder {
    /// Weighted, with replacement.
    Random,
    /// One after the other, again and again.
    Sequential,
}

/// The pause between two tasks.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WaitTime {
    /// No pause.
    None,
    /// Always the same.
    Constant(Duration),
    /// Evenly distributed, both ends included.
    Uniform(Duration, Duration),
    /// Tasks start at least this far apart.
    Pacing(Duration),
    /// Exponentially distributed with this mean.
    Exponential(Duration),
}

impl WaitTime {
    /// The pause before the next task. `busy` is how long the last task took, `unit` a
    /// number drawn from [0, 1).
    ///
    /// The exponential case inverts the distribution function: `-mean * ln(1 - u)`.
    pub fn pause(self, busy: Duration, unit: f64) -> Duration {
        match self {
            WaitTime::None => Duration::ZERO,
            WaitTime::Constant(d) => d,
            WaitTime::Uniform(low, high) => low + high.saturating_sub(low).mul_f64(unit),
            WaitTime::Pacing(d) => d.saturating_sub(busy),
            WaitTime::Exponential(mean) => mean.mul_f64(-(1.0 - unit).ln()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: fn(u64) -> Duration = Duration::from_millis;

    #[test]
    fn pacing_subtracts_the_time_that_the_task_took() {
        assert_eq!(WaitTime::Pacing(MS(100)).pause(MS(30), 0.5), MS(70));
        assert_eq!(WaitTime::Pacing(MS(100)).pause(MS(130), 0.5), MS(0));
    }

    #[test]
    fn uniform_spans_both_bounds() {
        let wait = WaitTime::Uniform(MS(10), MS(20));
        assert_eq!(wait.pause(MS(0), 0.0), MS(10));
        assert_eq!(wait.pause(MS(0), 0.5), MS(15));
    }

    #[test]
    fn exponential_has_its_median_at_mean_times_ln_2() {
        let pause = WaitTime::Exponential(MS(1000)).pause(MS(0), 0.5);
        assert!((pause.as_secs_f64() - std::f64::consts::LN_2).abs() < 1e-9);
    }
}
