//! What holds answers back beside their delay: a capacity, or a number of servers, behind which requests queue up, and
//! a freeze, during which nothing is answered.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Shared by all threads. Times are in nanoseconds since `begun`.
#[derive(Debug)]
pub(super) struct Hold {
    begun: Instant,
    /// Between two answers; 0 without a capacity.
    gap: u64,
    /// When the next request can be answered.
    next: AtomicU64,
    /// When each of the servers is free again, the first of them on top; none: there are as many as it takes.
    servers: Option<Mutex<BinaryHeap<Reverse<u64>>>>,
    frozen_until: AtomicU64,
}

impl Hold {
    /// `capacity`: requests per second, one after the other; none: any number. `servers`: requests that are worked on
    /// at a time; none: all.
    pub(super) fn new(capacity: Option<f64>, servers: Option<usize>) -> Self {
        let free = |count: usize| Mutex::new(vec![Reverse(0); count].into());
        Self {
            begun: Instant::now(),
            gap: capacity.map_or(0, |rate| (1e9 / rate) as u64),
            next: AtomicU64::new(0),
            servers: servers.map(free),
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
        let ready = self.served(self.turn(arrived), delay);
        ready.max(self.begun + Duration::from_nanos(self.frozen_until.load(Ordering::Relaxed)))
    }

    /// When a request has been worked on for `delay` by the first server that is free from `from` on. First come, first
    /// served: each takes its place in the queue when it arrives, and keeps it whatever becomes of its client.
    fn served(&self, from: Instant, delay: Duration) -> Instant {
        let Some(servers) = &self.servers else {
            return from + delay;
        };
        let mut servers = servers.lock().unwrap_or_else(PoisonError::into_inner);
        let free = servers.pop().map_or(0, |Reverse(at)| at);
        let delay = u64::try_from(delay.as_nanos()).unwrap_or(u64::MAX);
        let done = free.max(self.nanos(from)).saturating_add(delay);
        servers.push(Reverse(done));
        self.begun + Duration::from_nanos(done)
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
        let hold = Hold::new(Some(100.0), None);
        let at = |ms| hold.begun + MS(ms);
        let released = [0, 0, 1, 100].map(|ms| hold.release(at(ms), Duration::ZERO));
        assert_eq!(released, [10, 20, 30, 110].map(at));
    }

    #[test]
    fn so_many_servers_work_at_a_time_and_the_rest_queues_up() {
        let hold = Hold::new(None, Some(2));
        let at = |ms| hold.begun + MS(ms);
        let arrivals = [(0, 100), (10, 50), (20, 100), (30, 10), (300, 10)];
        let released = arrivals.map(|(ms, delay)| hold.release(at(ms), MS(delay)));
        assert_eq!(released, [100, 60, 160, 110, 310].map(at));
    }

    #[test]
    fn a_freeze_holds_what_comes_within_it() {
        let hold = Hold::new(None, None);
        let now = Instant::now();
        hold.freeze(MS(2_000));
        assert!(hold.release(now, MS(5)) >= now + MS(2_000));
        assert_eq!(hold.release(now + MS(3_000), MS(5)), now + MS(3_005));
    }
}
