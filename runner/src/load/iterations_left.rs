//! The iterations that all VUs of a workload share, on whichever thread they are: the faster VU claims more of them.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// What is left, claimed one by one.
pub(super) struct IterationsLeft {
    next: AtomicU64,
    total: u64,
    /// By scenario, how many it has claimed; empty where there is one scenario only.
    claimed: Vec<AtomicU64>,
    /// Threads whose VUs may still claim.
    threads: AtomicUsize,
}

impl IterationsLeft {
    pub(super) fn new(total: u64, scenarios: &[u16], threads: usize) -> IterationsLeft {
        let is_mixed = scenarios
            .iter()
            .any(|scenario| Some(scenario) != scenarios.first());
        let last = scenarios.iter().max().filter(|_| is_mixed);
        let count = last.map_or(0, |last| usize::from(*last) + 1);
        IterationsLeft {
            next: AtomicU64::new(0),
            total,
            claimed: (0..count).map(|_| AtomicU64::new(0)).collect(),
            threads: AtomicUsize::new(threads),
        }
    }

    /// The number of the next iteration, from 0, and that among those of this scenario; none if all
    /// are claimed.
    pub(super) fn claim(&self, scenario: u16) -> Option<(u64, u64)> {
        let one_more = |next| (next < self.total).then_some(next + 1);
        let index = self
            .next
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more)
            .ok()?;
        // Else scenarios that take turns would each get only every other step of a sequence.
        let claimed = self.claimed.get(usize::from(scenario));
        let position = claimed.map_or(index, |claimed| claimed.fetch_add(1, Ordering::Relaxed));
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

    #[test]
    fn exactly_as_many_as_there_are() {
        let left = IterationsLeft::new(3, &[0, 0], 1);
        let claimed: Vec<_> = (0..10).filter_map(|_| left.claim(0)).collect();
        assert_eq!(claimed, [(0, 0), (1, 1), (2, 2)]);
    }

    #[test]
    fn each_scenario_has_a_sequence_of_its_own() {
        let left = IterationsLeft::new(6, &[0, 2], 1);
        let claimed = [0, 2, 2, 0, 2, 0].map(|scenario| left.claim(scenario).unwrap());
        assert_eq!(claimed, [(0, 0), (1, 0), (2, 1), (3, 1), (4, 2), (5, 2)]);
    }

    #[test]
    fn the_last_thread_leaves_what_is_left() {
        let left = IterationsLeft::new(5, &[0], 2);
        left.claim(0);
        assert_eq!(left.leave(), 0);
        left.claim(0);
        assert_eq!((left.leave(), left.claim(0)), (3, None));
    }
}
