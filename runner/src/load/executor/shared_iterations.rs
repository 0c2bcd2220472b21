//! `shared-iterations`: all VUs together run a number of iterations; the faster do more.

use super::Executor;
use std::sync::atomic::{AtomicU64, Ordering};

/// What is left, claimed one by one.
pub(super) struct SharedIterations {
    left: AtomicU64,
}

impl SharedIterations {
    pub(super) fn new(total: u64) -> SharedIterations {
        SharedIterations {
            left: AtomicU64::new(total),
        }
    }
}

impl Executor for SharedIterations {
    fn claim(&self, _done: u64) -> bool {
        self.left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1))
            .is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_as_many_as_there_are() {
        let executor = SharedIterations::new(3);
        let claimed = (0..10).filter(|_| executor.claim(0)).count();
        assert_eq!(claimed, 3);
    }
}
