//! `shared-iterations`: all VUs together run a number of iterations; the faster do more.

use super::all_vus;
use crate::load::closed;
use crate::load::crew::Spawn;
use crate::load::part::{Part, PartEnd};
use crate::load::turns::{Turns, drop_unused};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

/// What is left, claimed one by one.
pub(in crate::load) struct SharedIterations {
    next: AtomicU64,
    total: u64,
    /// Threads whose VUs may still claim.
    threads: AtomicUsize,
}

impl SharedIterations {
    pub(super) fn new(total: u64, threads: usize) -> SharedIterations {
        SharedIterations {
            next: AtomicU64::new(0),
            total,
            threads: AtomicUsize::new(threads),
        }
    }

    /// The number of the next iteration, from 0; none if all are claimed.
    pub(in crate::load) fn claim(&self) -> Option<u64> {
        let one_more = |next| (next < self.total).then_some(next + 1);
        self.next
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more)
            .ok()
    }

    /// A thread claims no more. What the last one leaves is nobody's.
    fn leave(&self) -> u64 {
        match self.threads.fetch_sub(1, Ordering::AcqRel) {
            1 => self.total - self.next.swap(self.total, Ordering::Relaxed),
            _ => 0,
        }
    }
}

pub(super) async fn run<S: Spawn>(
    part: &mut Part<S>,
    left: &Arc<SharedIterations>,
    max_duration: Option<Duration>,
) -> PartEnd {
    part.crew.give_turns(Turns::Shared(Arc::clone(left)));
    let steps = all_vus(&part.workload);
    let grace = part.workload.graceful_stop;
    let end = closed::run(part, steps, max_duration, grace).await;
    let nobodys = left.leave();
    if end != PartEnd::Stopped {
        drop_unused(nobodys);
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_as_many_as_there_are() {
        let left = SharedIterations::new(3, 1);
        let claimed: Vec<_> = (0..10).filter_map(|_| left.claim()).collect();
        assert_eq!(claimed, [0, 1, 2]);
    }

    #[test]
    fn the_last_thread_leaves_what_is_left() {
        let left = SharedIterations::new(5, 2);
        left.claim();
        assert_eq!(left.leave(), 0);
        left.claim();
        assert_eq!((left.leave(), left.claim()), (3, None));
    }
}
