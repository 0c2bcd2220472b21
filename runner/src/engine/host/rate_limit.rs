//! The most requests per second that a run may make, over all its threads. Each request books
//! the next free slot and waits for it; slots are as far apart as the rate says.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Hands out slots. Touched only in runs that have a limit.
#[derive(Debug)]
pub struct RateLimit {
    begun: Instant,
    gap: u64,
    /// The next free slot, in nanoseconds since `begun`.
    next: AtomicU64,
}

impl RateLimit {
    /// So many requests per second, above 0.
    pub fn new(rate: f64) -> RateLimit {
        RateLimit {
            begun: Instant::now(),
            gap: (1e9 / rate) as u64,
            next: AtomicU64::new(0),
        }
    }

    /// Books so many slots at `now` or later, and says when the last of them is. Slots that
    /// nobody took are gone: a pause earns no burst.
    pub(super) fn book(&self, count: u64, now: Instant) -> Instant {
        let now = u64::try_from(now.saturating_duration_since(self.begun).as_nanos()).unwrap_or(u64::MAX);
        let last_of = |next: u64| {
            next.max(now)
                .saturating_add(self.gap.saturating_mul(count.saturating_sub(1)))
        };
        let booked = self
            .next
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |next| {
                Some(last_of(next).saturating_add(self.gap))
            });
        // The closure never declines, so both cases hold the value before.
        let next = booked.unwrap_or_else(|next| next);
        self.begun + Duration::from_nanos(last_of(next))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_a_gap_apart_and_unused_ones_are_gone() {
        let rate_limit = RateLimit::new(100.0);
        let at = |ms| rate_limit.begun + Duration::from_millis(ms);
        let booked =
            [(1, 0), (1, 0), (3, 5), (1, 5), (1, 500), (1, 500)].map(|(n, now)| rate_limit.book(n, at(now)));
        assert_eq!(booked, [0, 10, 40, 50, 500, 510].map(at));
    }
}
