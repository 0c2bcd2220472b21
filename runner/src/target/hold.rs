//! What holds answers back beside their delay: a capacity, behind which requests queue up, and
//! a freeze, during which nothing is answered.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Shared by all threads. Times are in nanoseconds since `begun`.
#[derive(Debug)]
pub(super) struct Hold {
    begun: Instant,
    /// Between two answers; 0 without a capacity.
    gap: u64,
    /// When the next request can be answered.
    next: AtomicU64,
    frozen_until: AtomicU64,
}

impl Hold {
    /// `capacity`: requests per second, one after the other; none: any number.
    pub(super) fn new(capacity: Option<f64>) -> Self {
        Self {
            begun: Instant::now(),
            gap: capacity.map_or(0, |rate| (1e9 / rate) as u64),
            next: AtomicU64::new(0),
            frozen_until: AtomicU64::new(0),
        }
    }

    /// Answers nothing for this long, from now on.
    pub(super) fn freeze(&self, length: Duration) {
        let until = self.nanos(Instant::now() + length);
        self.frozen_until.fetch_max(until, Ordering::Relaxed);
    }

    /// When a request that arrived at this instant, and takes `delay` to answer, may be answered.
    pub(super) fn release(&self, arrived: Instant, delay: Duration) -> Instant {
        let ready = self.turn(arrived) + delay;
        ready.max(self.begun + Duration::from_nanos(self.frozen_until.load(Ordering::Relaxed)))
    }

    /// When the turn of a request has come that queues from `arrived` on.
    fn turn(&self, arrived: Instant) -> Instant {
        if self.gap == 0 {
            return arrived;
        }
        let arrived = self.nanos(arrived);
        let after = |next: u64| Some(next.max(arrived).saturating_add(self.gap));
        // The closure never declines, so both cases hold the value before.
        let next = self
            .next
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, after)
            .unwrap_or_else(|next| next);
        self.begun + Duration::from_nanos(next.max(arrived).saturating_add(self.gap))
    }

    fn nanos(&self, at: Instant) -> u64 {
        u64::try_from(at.saturating_duration_since(self.begun).as_nanos()).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: fn(u64) -> Duration = Duration::from_millis;

    #[test]
    fn requests_queue_up_behind_the_capacity() {
        let hold = Hold::new(Some(100.0));
        let at = |ms| hold.begun + MS(ms);
        let released = [0, 0, 1, 100].map(|ms| hold.release(at(ms), Duration::ZERO));
        assert_eq!(released, [10, 20, 30, 110].map(at));
    }

    #[test]
    fn a_freeze_holds_what_comes_within_it() {
        let hold = Hold::new(None);
        let now = Instant::now();
        hold.freeze(MS(2_000));
        assert!(hold.release(now, MS(5)) >= now + MS(2_000));
        assert_eq!(hold.release(now + MS(3_000), MS(5)), now + MS(3_005));
    }
}
