//! What happened lately: the last ten closed seconds. Without traffic it goes to zero.

use super::distribution::Distribution;
use super::history::per_second;
use super::times::Times;
use serde::Serialize;
use std::collections::VecDeque;

/// Seconds that count as "now".
const SECONDS: usize = 10;

/// One closed second.
#[derive(Debug, Default)]
pub(super) struct Second {
    pub(super) seconds: f64,
    pub(super) requests: u64,
    pub(super) failures: i64,
    pub(super) iterations: u64,
    pub(super) started: u64,
    pub(super) dropped: u64,
    pub(super) times: Times,
}

/// The last closed seconds.
#[derive(Debug, Default)]
pub(super) struct Window(VecDeque<Second>);

impl Window {
    pub(super) fn push(&mut self, second: Second) {
        if self.0.len() >= SECONDS {
            self.0.pop_front();
        }
        self.0.push_back(second);
    }

    pub(super) fn recent(&self) -> Recent {
        let seconds: f64 = self.0.iter().map(|second| second.seconds).sum();
        let rate = |count: u64| per_second(count, seconds);
        let failures: i64 = self.0.iter().map(|second| second.failures).sum();
        let mut durations = Distribution::default();
        self.0
            .iter()
            .for_each(|second| second.times.add_service(&mut durations));
        let [p50, p95, p99] = durations.quantiles([0.5, 0.95, 0.99]);
        Recent {
            seconds,
            rps: rate(self.0.iter().map(|second| second.requests).sum()),
            failures_per_second: rate(u64::try_from(failures).unwrap_or(0)),
            iterations_per_second: rate(self.0.iter().map(|second| second.iterations).sum()),
            p50,
            p95,
            p99,
        }
    }
}

/// Rates and service times of the last ten closed seconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Recent {
    /// How much time it covers: ten seconds, less at the beginning.
    pub seconds: f64,
    /// Requests per second.
    pub rps: f64,
    /// Failed requests per second.
    pub failures_per_second: f64,
    /// Completed iterations per second.
    pub iterations_per_second: f64,
    /// Median service time, in microseconds; 0 without traffic.
    pub p50: u64,
    /// 95th percentile of the service time, in microseconds; 0 without traffic.
    pub p95: u64,
    /// 99th percentile of the service time, in microseconds; 0 without traffic.
    pub p99: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(requests: u64, duration_us: u64) -> Second {
        let mut times = Times::default();
        (0..requests).for_each(|_| times.record(duration_us, duration_us));
        Second {
            seconds: 1.0,
            requests,
            times,
            ..Second::default()
        }
    }

    #[test]
    fn falls_to_zero_when_traffic_stops() {
        let mut window = Window::default();
        (0..20).for_each(|_| window.push(second(50, 100)));
        assert_eq!((window.recent().rps, window.recent().p99), (50.0, 100));
        (0..5).for_each(|_| window.push(second(0, 0)));
        assert_eq!((window.recent().rps, window.recent().p99), (25.0, 100));
        (0..5).for_each(|_| window.push(second(0, 0)));
        assert_eq!((window.recent().rps, window.recent().p99), (0.0, 0));
    }

    #[test]
    fn a_step_in_latency_shows_within_the_window() {
        let mut window = Window::default();
        (0..60).for_each(|_| window.push(second(10, 10_000)));
        (0..10).for_each(|_| window.push(second(10, 900_000)));
        assert!(window.recent().p50 >= 900_000);
    }

    #[test]
    fn a_short_run_has_the_rate_of_its_own_length() {
        let mut window = Window::default();
        window.push(Second {
            seconds: 0.5,
            requests: 50,
            ..Second::default()
        });
        assert_eq!(window.recent().rps, 100.0);
    }
}
