//! What executors have in common whose VUs start iterations back to back: the number of VUs
//! follows steps in time, and live changes of them.

use super::control::Target;
use super::vu_pool::{Crew, Spawn};
use super::workload_part::{Part, PartEnd, Woken};
use crate::plan::{ExecutorSpec, SpawnRate, VuStep, Workload};
use std::sync::Arc;
use std::time::Duration;

/// Steps of a number of VUs.
pub(super) type Steps = Box<dyn Iterator<Item = VuStep>>;

/// Lets the number of VUs follow `steps` for `duration` (none: until all VUs have gone, if
/// `ends_empty`). VUs that a step takes away may go on with their iteration for `grace`.
///
/// Returns when no VU may start an iteration any more; what still runs is left running.
pub(super) async fn run<S: Spawn>(
    part: &mut Part<S>,
    steps: Steps,
    duration: Option<Duration>,
    grace: Duration,
) -> PartEnd {
    let ready = part.board.clone();
    ready.part_ready(part.index);
    let Some(begun) = ready.begun(part.index).await else {
        return PartEnd::Stopped;
    };
    let mut count = Count::new(part, steps, grace);
    loop {
        let next = count.next_time(part, duration);
        match part.wait(begun, next, count.is_settled(part)).await {
            Woken::Stopped => return PartEnd::Stopped,
            Woken::Empty => return PartEnd::Done,
            Woken::Changed => {}
            // Ties: a step at the very end makes no VU.
            Woken::Due if next == duration && next.is_some() => return PartEnd::TimeUp,
            Woken::Due if count.advance(part) => {}
            Woken::Due => return PartEnd::TimeUp,
        }
    }
}

/// The number of VUs as it goes through steps and changes.
struct Count<S: Spawn> {
    crew: Crew<S>,
    steps: std::iter::Peekable<Steps>,
    grace: Duration,
    ranks: Ranks,
    /// VUs of the whole workload that are wanted now.
    wanted: u32,
    /// Changes made so far.
    changes: usize,
}

impl<S: Spawn> Count<S> {
    fn new(part: &Part<S>, steps: Steps, grace: Duration) -> Count<S> {
        Count {
            crew: part.crew.clone(),
            steps: steps.peekable(),
            grace,
            ranks: Ranks::new(part, None),
            wanted: 0,
            changes: 0,
        }
    }

    /// Whether no more VUs will come, so that it is over when the last has gone. A thread that has
    /// none waits for changes that may bring some.
    fn is_settled(&mut self, part: &Part<S>) -> bool {
        let may_grow =
            !part.workload.spare.is_empty() || matches!(part.workload.executor, ExecutorSpec::Custom { .. });
        self.wanted > 0 && self.steps.peek().is_none() && (self.ranks.wanted > 0 || !may_grow)
    }

    fn next_time(&mut self, part: &Part<S>, duration: Option<Duration>) -> Option<Duration> {
        let step = self.steps.peek().map(|step| step.at);
        let change = part.change(self.changes).map(|change| change.at);
        [step, change, duration].into_iter().flatten().min()
    }

    /// Makes the next change or step. False: the workload is over.
    fn advance(&mut self, part: &Part<S>) -> bool {
        let step = self.steps.peek().map(|step| step.at);
        match part.change(self.changes).cloned() {
            // A step at the same time belongs to what is changed.
            Some(change) if step.is_none_or(|step| step > change.at) => {
                self.changes += 1;
                self.follow(part, change.at, change.to)
            }
            _ => {
                if let Some(step) = self.steps.next() {
                    self.go_to(step.vus);
                }
                true
            }
        }
    }

    fn follow(&mut self, part: &Part<S>, at: Duration, to: Target) -> bool {
        match to {
            Target::Users {
                users,
                spawn_rate,
                scenarios,
            } => {
                if scenarios != self.ranks.only {
                    self.ranks = Ranks::new(part, scenarios);
                    self.ranks.settle(self.wanted, &self.crew, self.grace);
                }
                self.steps = steps_to(self.wanted, users, spawn_rate, at).peekable();
                true
            }
            Target::Rate(_) => true,
            Target::End => false,
        }
    }

    fn go_to(&mut self, vus: u32) {
        self.wanted = vus;
        self.ranks.go_to(vus, &self.crew, self.grace);
    }
}

/// From one number of VUs to another at so many per second, the first at once.
fn steps_to(from: u32, to: u32, spawn_rate: Option<SpawnRate>, at: Duration) -> Steps {
    let Some(rate) = spawn_rate.map(SpawnRate::per_second) else {
        return Box::new(std::iter::once(VuStep { at, vus: to }));
    };
    let count = from.abs_diff(to);
    Box::new((1..=count).map(move |n| VuStep {
        at: at + Duration::from_secs_f64(f64::from(n - 1) / rate),
        vus: if to > from { from + n } else { from - n },
    }))
}

/// The order in which this thread's VUs come and go: their ranks among all VUs of the workload
/// whose scenario is one of some.
struct Ranks {
    only: Option<Arc<[u16]>>,
    /// Rank and slot number of this thread's VUs that may be wanted, ascending.
    order: Vec<(u32, usize)>,
    /// How many of them are wanted.
    wanted: usize,
}

impl Ranks {
    fn new<S: Spawn>(part: &Part<S>, only: Option<Arc<[u16]>>) -> Ranks {
        let ranks = ranks(&part.workload, only.as_deref());
        let mine = part.crew.places().into_iter().enumerate();
        let order = mine.filter_map(|(number, place)| Some(((*ranks.get(place.index)?)?, number)));
        Ranks {
            order: order.collect(),
            wanted: 0,
            only,
        }
    }

    /// Goes from the slots that are wanted now to the first `vus` in this order.
    fn go_to<S: Spawn>(&mut self, vus: u32, crew: &Crew<S>, grace: Duration) {
        while let Some((_, number)) = self.order.get(self.wanted).filter(|(rank, _)| *rank < vus) {
            self.wanted += 1;
            crew.want(*number);
        }
        while let Some((_, number)) = self
            .wanted
            .checked_sub(1)
            .and_then(|last| self.order.get(last))
            .filter(|(rank, _)| *rank >= vus)
        {
            self.wanted -= 1;
            crew.release(*number, grace);
        }
    }

    /// As [`go_to`](Self::go_to), whatever was wanted before in another order.
    fn settle<S: Spawn>(&mut self, vus: u32, crew: &Crew<S>, grace: Duration) {
        let mut is_wanted = vec![false; crew.places().len()];
        self.wanted = self.order.partition_point(|(rank, _)| *rank < vus);
        for (_, number) in self.order.iter().take(self.wanted) {
            if let Some(slot) = is_wanted.get_mut(*number) {
                *slot = true;
            }
        }
        for (number, is_wanted) in is_wanted.into_iter().enumerate() {
            if is_wanted {
                crew.want(number);
            } else {
                crew.release(number, grace);
            }
        }
    }
}

/// The rank of each VU of the workload among those of `only` these scenarios.
fn ranks(workload: &Workload, only: Option<&[u16]>) -> Vec<Option<u32>> {
    let mut next = 0;
    let rank = |index| {
        let scenario = workload.scenario_of(index)?;
        if only.is_some_and(|only| !only.contains(&scenario)) {
            return None;
        }
        next += 1;
        Some(next - 1)
    };
    (0..workload.room()).map(rank).collect()
}
