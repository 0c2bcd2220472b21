//! What executors have in common whose VUs start iterations back to back: the number of VUs
//! follows steps in time, and live changes of them.

use super::control::LoadLevel;
use super::vu_pool::{Spawn, VuPool};
use super::workload_part::{PartEnd, WakeReason, WorkloadPart};
use crate::plan::{SpawnRate, VuStep, Workload};
use std::sync::Arc;
use std::time::Duration;

/// Steps of a number of VUs.
pub(super) type Steps = Box<dyn Iterator<Item = VuStep>>;

/// Lets the number of VUs follow `steps` for `duration` (none: until all VUs have gone, if
/// `ends_empty`). VUs that a step takes away may go on with their iteration for `grace`.
///
/// Returns when no VU may start an iteration any more; what still runs is left running.
pub(super) async fn run<S: Spawn>(
    part: &mut WorkloadPart<S>,
    steps: Steps,
    duration: Option<Duration>,
    grace: Duration,
) -> PartEnd {
    let ready = part.phases.clone();
    ready.part_ready(part.index);
    let Some(begun) = ready.begun(part.index).await else {
        return PartEnd::Stopped;
    };
    let mut count = VuCount::new(part, steps, grace);
    loop {
        let next = count.next_time(part, duration);
        match part.wait(begun, next, count.is_settled(part)).await {
            WakeReason::Stopped => return PartEnd::Stopped,
            WakeReason::Empty => return PartEnd::Done,
            WakeReason::Changed => {}
            // A step at the very end makes no VU, which could start nothing any more.
            WakeReason::Due if next == duration && next.is_some() => return PartEnd::TimeUp,
            WakeReason::Due if count.advance(part) => {}
            WakeReason::Due => return PartEnd::TimeUp,
        }
    }
}

/// The number of VUs as it goes through steps and changes.
struct VuCount<S: Spawn> {
    pool: VuPool<S>,
    steps: std::iter::Peekable<Steps>,
    grace: Duration,
    order: StartOrder,
    /// VUs of the whole workload that are wanted now.
    wanted: u32,
    /// Changes made so far.
    changes: usize,
}

impl<S: Spawn> VuCount<S> {
    fn new(part: &WorkloadPart<S>, steps: Steps, grace: Duration) -> VuCount<S> {
        VuCount {
            pool: part.pool.clone(),
            steps: steps.peekable(),
            grace,
            order: StartOrder::new(part, None),
            wanted: 0,
            changes: 0,
        }
    }

    /// Whether no more VUs will come, so that it is over when the last has gone. A thread that has
    /// none waits for changes that may bring some.
    fn is_settled(&mut self, part: &WorkloadPart<S>) -> bool {
        let may_grow = !part.workload.spare.is_empty() || part.workload.executor.kind().follows_shape();
        self.wanted > 0 && self.steps.peek().is_none() && (self.order.wanted > 0 || !may_grow)
    }

    fn next_time(&mut self, part: &WorkloadPart<S>, duration: Option<Duration>) -> Option<Duration> {
        let step = self.steps.peek().map(|step| step.at);
        let change = part.change(self.changes).map(|change| change.at);
        [step, change, duration].into_iter().flatten().min()
    }

    /// Makes the next change or step. False: the workload is over.
    fn advance(&mut self, part: &WorkloadPart<S>) -> bool {
        let step = self.steps.peek().map(|step| step.at);
        match part.change(self.changes).cloned() {
            // A step of the same moment comes first: it is part of the plan that the change replaces.
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

    fn follow(&mut self, part: &WorkloadPart<S>, at: Duration, to: LoadLevel) -> bool {
        match to {
            LoadLevel::Users {
                users,
                spawn_rate,
                scenarios,
            } => {
                if scenarios != self.order.only {
                    self.order = StartOrder::new(part, scenarios);
                    self.order.settle(self.wanted, &self.pool, self.grace);
                }
                self.steps = steps_to(self.wanted, users, spawn_rate, at).peekable();
                true
            }
            LoadLevel::Rate(_) => true,
            LoadLevel::End => false,
        }
    }

    fn go_to(&mut self, vus: u32) {
        self.wanted = vus;
        self.order.go_to(vus, &self.pool, self.grace);
    }
}

/// All VUs of a workload, at its spawn rate.
pub(super) fn all_vus(workload: &Arc<Workload>) -> Steps {
    let workload = Arc::clone(workload);
    let count = u32::try_from(workload.vus.len()).unwrap_or(u32::MAX);
    if workload.executor.spawn_rate().is_none() {
        let at = Duration::ZERO;
        return Box::new(std::iter::once(VuStep { at, vus: count }));
    }
    Box::new((1..=count).map(move |vus| VuStep {
        at: workload.executor.start_of(vus as usize - 1),
        vus,
    }))
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
struct StartOrder {
    only: Option<Arc<[u16]>>,
    /// Rank and number in the pool of this thread's VUs that may be wanted, ascending.
    ranked: Vec<(u32, usize)>,
    /// How many of them are wanted.
    wanted: usize,
}

impl StartOrder {
    fn new<S: Spawn>(part: &WorkloadPart<S>, only: Option<Arc<[u16]>>) -> StartOrder {
        let ranks = ranks(&part.workload, only.as_deref());
        let mine = part.pool.places().into_iter().enumerate();
        let ranked = mine.filter_map(|(number, place)| Some(((*ranks.get(place.index)?)?, number)));
        StartOrder {
            ranked: ranked.collect(),
            wanted: 0,
            only,
        }
    }

    /// Goes from the VUs that are wanted now to the first `vus` in this order.
    fn go_to<S: Spawn>(&mut self, vus: u32, pool: &VuPool<S>, grace: Duration) {
        while let Some((_, number)) = self.ranked.get(self.wanted).filter(|(rank, _)| *rank < vus) {
            self.wanted += 1;
            pool.want(*number);
        }
        while let Some((_, number)) = self
            .wanted
            .checked_sub(1)
            .and_then(|last| self.ranked.get(last))
            .filter(|(rank, _)| *rank >= vus)
        {
            self.wanted -= 1;
            pool.release(*number, grace);
        }
    }

    /// As [`go_to`](Self::go_to), whatever was wanted before in another order.
    fn settle<S: Spawn>(&mut self, vus: u32, pool: &VuPool<S>, grace: Duration) {
        let mut is_wanted = vec![false; pool.places().len()];
        self.wanted = self.ranked.partition_point(|(rank, _)| *rank < vus);
        for (_, number) in self.ranked.iter().take(self.wanted) {
            if let Some(entry) = is_wanted.get_mut(*number) {
                *entry = true;
            }
        }
        for (number, is_wanted) in is_wanted.into_iter().enumerate() {
            if is_wanted {
                pool.want(number);
            } else {
                pool.release(number, grace);
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
