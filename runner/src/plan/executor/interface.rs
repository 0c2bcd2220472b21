//! What every executor says of itself, so that nobody else has to know which executors there are.

use crate::plan::arrivals::{Arrivals, Spacing};
use crate::plan::profile::Profile;
use crate::plan::quantity::{MOST_RATE, MOST_VUS, SpawnRate};
use std::time::Duration;

/// Random arrivals that are counted beforehand: about a second's work.
const MOST_COUNTED: f64 = 5e7;

/// Iterations that a rate may amount to; more than a year of a million a second would have time for.
pub(super) const MOST_ARRIVALS: f64 = 1e13;

/// Most iterations that a plan may fix: a whole number that is exact in every form in which it is written.
pub(super) const MOST_ITERATIONS: u64 = 1 << 53;

/// What is known of an executor before anything is asked of it.
#[derive(Debug)]
pub struct About {
    /// Its name, in configuration files and results.
    pub name: &'static str,
    /// What it keeps to.
    pub kind: ExecutorKind,
    /// Keys of the load that it takes; the rest is refused.
    pub keys: &'static [&'static str],
    /// Keys that it takes as well in short, where one option serves several executors.
    pub keys_in_short: &'static [&'static str],
}

/// What an executor keeps to, and so what can be changed while it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExecutorKind {
    /// A number of virtual users, who start iterations back to back.
    Users,
    /// A number of iterations, which are fixed with the virtual users that they are shared out to.
    Iterations,
    /// A rate at which iterations start, whoever is free for them.
    Rate,
    /// What the plugin's own shape says second by second: users or a rate.
    Own,
}

impl ExecutorKind {
    /// Whether the number of virtual users can be changed.
    pub fn has_users(self) -> bool {
        match self {
            ExecutorKind::Users => true,
            ExecutorKind::Iterations | ExecutorKind::Rate | ExecutorKind::Own => false,
        }
    }

    /// Whether there is a rate, which can be changed.
    pub fn has_rate(self) -> bool {
        match self {
            ExecutorKind::Rate => true,
            ExecutorKind::Users | ExecutorKind::Iterations | ExecutorKind::Own => false,
        }
    }

    /// Whether the plugin's shape says what happens, so that what the plan has room for may never be used.
    pub fn follows_shape(self) -> bool {
        match self {
            ExecutorKind::Own => true,
            ExecutorKind::Users | ExecutorKind::Iterations | ExecutorKind::Rate => false,
        }
    }
}

/// One executor with its values.
pub(super) trait Executor {
    /// What is known of it whatever its values.
    fn about(&self) -> &'static About;

    /// The time after which no iteration starts.
    fn duration(&self) -> Option<Duration>;

    /// How many iterations are planned for this many virtual users, if the plan fixes a number. `seed`
    /// decides how many arrivals there are at random; more than 50 million of these aren't counted.
    fn iterations(&self, vus: usize, seed: u64) -> Option<u64>;

    /// What is wrong with it, with so many virtual users, in a plan that comes from elsewhere. What is asked for here is
    /// checked before it gets its values, in the words of whoever said it.
    fn fault(&self, vus: usize) -> Option<&'static str>;

    /// What it does, in words, with so many virtual users.
    fn describe(&self, vus: usize, figures: &dyn Figures) -> String;

    /// The rate at which it starts iterations, where it does so.
    fn arrival_rate(&self) -> Option<ArrivalRate> {
        None
    }

    /// Virtual users started per second; none: all at once, or not at a rate.
    fn spawn_rate(&self) -> Option<SpawnRate> {
        None
    }

    /// How many iterations all its virtual users have in common, where the faster of them may do more.
    fn shared_iterations(&self) -> Option<u64> {
        None
    }

    /// Virtual users over time, of `vus` that the workload may have. For rates: those made beforehand.
    fn vus_at(&self, at: Duration, vus: usize) -> f64 {
        match self.spawn_rate() {
            Some(rate) => ((at.as_secs_f64() * rate.per_second()).floor() + 1.0).min(vus as f64),
            None => vus as f64,
        }
    }
}

/// A rate at which iterations start.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ArrivalRate {
    /// Iterations per second over time.
    pub(super) profile: Profile,
    /// How they are spaced.
    pub(super) spacing: Spacing,
    /// Virtual users that are made before the workload begins.
    pub(super) pre_allocated_vus: u32,
}

impl ArrivalRate {
    /// The intended starts.
    pub(super) fn arrivals(&self, seed: u64) -> Arrivals {
        Arrivals::new(&self.profile, self.spacing, seed)
    }

    /// How many there are, unless only counting tells, which takes its time: a run of more counts as it goes.
    pub(super) fn count(&self, seed: u64) -> Option<u64> {
        match self.spacing {
            Spacing::Even => Some(Arrivals::even_count(&self.profile)),
            Spacing::Poisson => {
                let is_quick = self.profile.total() <= MOST_COUNTED;
                is_quick.then(|| self.arrivals(seed).count() as u64)
            }
        }
    }

    /// What is wrong with it in a plan that comes from elsewhere.
    pub(super) fn fault(&self) -> Option<&'static str> {
        if self.pre_allocated_vus as usize > MOST_VUS {
            return Some("it makes too many VUs beforehand");
        }
        self.profile.fault().or_else(|| {
            let is_possible = self.profile.peak() <= MOST_RATE && self.profile.total() <= MOST_ARRIVALS;
            (!is_possible).then_some("its rate is out of range")
        })
    }

    /// What is said of the spacing and the virtual users.
    pub(super) fn describe(&self, vus: usize, figures: &dyn Figures) -> String {
        let spaced = match self.spacing {
            Spacing::Even => ", evenly spaced",
            Spacing::Poisson => " as a Poisson process",
        };
        let (beforehand, vus) = (self.pre_allocated_vus, figures.count(vus as u64));
        format!("{spaced}, {beforehand} VUs beforehand, {vus} at most")
    }
}

/// How figures are written, which is up to those who show them.
pub trait Figures {
    /// A number of things.
    fn count(&self, count: u64) -> String;
    /// A level or a rate.
    fn number(&self, number: f64) -> String;
    /// A length of time.
    fn length(&self, length: Duration) -> String;
}

/// What is wrong with a number of iterations in a plan that comes from elsewhere.
pub(super) fn fault_of_count(iterations: u64) -> Option<&'static str> {
    let is_possible = (1..=MOST_ITERATIONS).contains(&iterations);
    (!is_possible).then_some("the number of iterations is out of range")
}

/// What is said of the rate at which virtual users start.
pub(super) fn spawned(rate: Option<SpawnRate>, figures: &dyn Figures) -> String {
    rate.map(|rate| format!(", {} started per second", figures.number(rate.per_second())))
        .unwrap_or_default()
}
