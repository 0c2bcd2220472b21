//! The iterations that all VUs of a workload share, on whichever thread they are: the faster VU claims more of them.

use crate::plan::{Partition, Workload};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// What is left of the iterations that this process has of a workload, claimed one by one.
pub(super) struct IterationsLeft {
    /// Which part of the workload this process has, of how many VUs.
    partition: Partition,
    room: usize,
    next: AtomicU64,
    /// How many iterations this process has.
    total: u64,
    /// By scenario, how many it has claimed; empty where there is one scenario only.
    claimed: Vec<AtomicU64>,
    /// Threads whose VUs may still claim.
    threads: AtomicUsize,
}

impl IterationsLeft {
    /// Those of this part of a workload, if its VUs share iterations. They are then left to so many threads, which have
    /// no parts of their own, so that none is idle while another has iterations left.
    pub(super) fn of(workload: &Workload, partition: Partition, threads: usize) -> Option<IterationsLeft> {
        let total = workload.executor.shared_iterations()?;
        let scenarios = &workload.vus;
        let is_mixed = scenarios
            .iter()
            .any(|scenario| Some(scenario) != scenarios.first());
        let last = scenarios.iter().max().filter(|_| is_mixed);
        let count = last.map_or(0, |last| usize::from(*last) + 1);
        Some(IterationsLeft {
            partition,
            room: workload.room(),
            next: AtomicU64::new(0),
            total: partition.iterations(total, workload.room()),
            claimed: (0..count).map(|_| AtomicU64::new(0)).collect(),
            threads: AtomicUsize::new(threads),
        })
    }

    /// The number of the next iteration in the workload, from 0, and that among those of this scenario; none if all
    /// are claimed.
    pub(super) fn claim(&self, scenario: u16) -> Option<(u64, u64)> {
        let one_more = |next| (next < self.total).then_some(next + 1);
        let nth = self
            .next
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more)
            .ok()?;
        let index = self.partition.iteration(nth, self.room)?;
        // Else scenarios that take turns would each get only every other step of a sequence.
        let claimed = self.claimed.get(usize::from(scenario));
        let position = claimed.map_or(index, |claimed| {
            self.partition.numbered(claimed.fetch_add(1, Ordering::Relaxed))
        });
        Some((index, position))
    }

    /// A thread claims no more. What the last one leaves is nobody's.
    pub(super) fn leave(&self) -> u64 {
        match self.threads.fetch_sub(1, Ordering::AcqRel) {
            1 => self.total - self.next.swap(self.total, Ordering::Relaxed),
            _ => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Begin, ExecutorSpec, OnStop, SharedIterations};
    use std::time::Duration;

    /// What one process has of so many iterations of VUs of these scenarios.
    fn left(total: u64, vus: &[u16], partition: Partition, threads: usize) -> IterationsLeft {
        let workload = Workload {
            name: String::new(),
            executor: ExecutorSpec::SharedIterations(SharedIterations {
                spawn_rate: None,
                iterations: total,
                max_duration: None,
            }),
            vus: vus.to_vec(),
            spare: Vec::new(),
            begin: Begin::default(),
            graceful_stop: Duration::ZERO,
            on_stop: OnStop::default(),
            warm_up: false,
        };
        IterationsLeft::of(&workload, partition, threads).unwrap()
    }

    fn all_claimed(left: &IterationsLeft, scenario: u16) -> Vec<(u64, u64)> {
        std::iter::from_fn(|| left.claim(scenario)).collect()
    }

    #[test]
    fn exactly_as_many_as_there_are() {
        let left = left(3, &[0, 0], Partition::WHOLE, 1);
        assert_eq!(all_claimed(&left, 0), [(0, 0), (1, 1), (2, 2)]);
    }

    #[test]
    fn each_scenario_has_a_sequence_of_its_own() {
        let left = left(6, &[0, 2], Partition::WHOLE, 1);
        let claimed = [0, 2, 2, 0, 2, 0].map(|scenario| left.claim(scenario).unwrap());
        assert_eq!(claimed, [(0, 0), (1, 0), (2, 1), (3, 1), (4, 2), (5, 2)]);
    }

    #[test]
    fn the_last_thread_leaves_what_is_left() {
        let left = left(5, &[0], Partition::WHOLE, 2);
        left.claim(0);
        assert_eq!(left.leave(), 0);
        left.claim(0);
        assert_eq!((left.leave(), left.claim(0)), (3, None));
    }

    #[test]
    fn processes_share_the_iterations_by_their_vus() {
        let claimed = Partition::WHOLE
            .split(3)
            .map(|part| all_claimed(&left(5, &[0, 0], part, 1), 0));
        let claimed: Vec<_> = claimed.collect();
        assert_eq!(
            claimed,
            [vec![(0, 0), (2, 2), (4, 4)], vec![(1, 1), (3, 3)], vec![]]
        );
    }
}
