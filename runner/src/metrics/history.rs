//! What happened when: one point a second, merged in pairs when there are too many, so that a
//! run of any length keeps a bounded number of them.

use super::distribution::Distribution;
use serde::{Deserialize, Serialize};

/// One stretch of the run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct HistoryPoint {
    /// When it ended, in seconds since the run began.
    pub at: f64,
    /// How long it was, in seconds.
    pub seconds: f64,
    /// Requests completed in it.
    pub requests: u64,
    /// Those of them that count as failed.
    pub failures: u64,
    /// Requests per second.
    pub rps: f64,
    /// Iterations started in it.
    pub started: u64,
    /// Iterations due in it that couldn't be started.
    pub dropped: u64,
    /// VUs running at its end.
    pub vus: u64,
    /// Median service time, in microseconds. Of merged points, the larger one.
    pub p50: u64,
    /// 95th percentile of the service time, in microseconds. Of merged points, the larger one.
    pub p95: u64,
    /// 99th percentile of the service time, in microseconds. Of merged points, the larger one.
    pub p99: u64,
    /// Whether the generator was slow in it.
    pub red: bool,
}

/// What is known of a stretch of the run when it ends.
#[derive(Debug)]
pub(super) struct Interval<'a> {
    pub(super) at: f64,
    pub(super) seconds: f64,
    pub(super) requests: u64,
    /// Negative when verdicts came later than the requests.
    pub(super) failures: i64,
    pub(super) started: u64,
    pub(super) dropped: u64,
    pub(super) vus: u64,
    pub(super) durations: &'a Distribution<u64>,
    pub(super) red: bool,
}

/// The points so far.
#[derive(Debug)]
pub(super) struct History {
    points: Vec<HistoryPoint>,
    limit: usize,
    /// How many seconds a finished point stands for.
    span: u64,
    /// How many seconds the last point stands for.
    filled: u64,
}

impl History {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            points: Vec::new(),
            limit: limit.max(2),
            span: 1,
            filled: 0,
        }
    }

    pub(super) fn points(&self) -> &[HistoryPoint] {
        &self.points
    }

    /// Adds a second.
    pub(super) fn push(&mut self, interval: &Interval<'_>) {
        let point = point(interval);
        self.forgive(interval.failures.min(0).unsigned_abs());
        match self.points.last_mut() {
            Some(last) if self.filled < self.span => {
                *last = joined(last, &point);
                self.filled += 1;
            }
            _ => self.append(point),
        }
    }

    fn append(&mut self, point: HistoryPoint) {
        if self.points.len() >= self.limit {
            self.halve();
        }
        self.points.push(point);
        self.filled = 1;
    }

    fn halve(&mut self) {
        let mut halves: Vec<HistoryPoint> = Vec::with_capacity(self.limit);
        for (at, point) in self.points.drain(..).enumerate() {
            match halves.last_mut() {
                Some(first) if at % 2 == 1 => *first = joined(first, &point),
                _ => halves.push(point),
            }
        }
        // Of an odd number, the last point has only half its span yet.
        self.points = halves;
        self.span *= 2;
    }

    /// Takes failures back, latest first: they were declared successes later.
    fn forgive(&mut self, mut failures: u64) {
        for point in self.points.iter_mut().rev() {
            let taken = failures.min(point.failures);
            point.failures -= taken;
            failures -= taken;
            if failures == 0 {
                return;
            }
        }
    }
}

fn point(interval: &Interval<'_>) -> HistoryPoint {
    let [p50, p95, p99] = interval.durations.quantiles([0.5, 0.95, 0.99]);
    HistoryPoint {
        at: interval.at,
        seconds: interval.seconds,
        requests: interval.requests,
        failures: u64::try_from(interval.failures).unwrap_or(0),
        rps: per_second(interval.requests, interval.seconds),
        started: interval.started,
        dropped: interval.dropped,
        vus: interval.vus,
        p50,
        p95,
        p99,
        red: interval.red,
    }
}

fn joined(first: &HistoryPoint, second: &HistoryPoint) -> HistoryPoint {
    let (seconds, requests) = (first.seconds + second.seconds, first.requests + second.requests);
    HistoryPoint {
        at: second.at,
        seconds,
        requests,
        failures: first.failures + second.failures,
        rps: per_second(requests, seconds),
        started: first.started + second.started,
        dropped: first.dropped + second.dropped,
        vus: second.vus,
        p50: first.p50.max(second.p50),
        p95: first.p95.max(second.p95),
        p99: first.p99.max(second.p99),
        red: first.red || second.red,
    }
}

/// A rate; 0 where no time has passed.
pub(super) fn per_second(count: u64, seconds: f64) -> f64 {
    if seconds > 0.0 {
        count as f64 / seconds
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(history: &mut History, seconds: u32, requests: u64) {
        for second in 1..=seconds {
            let durations = Distribution::default();
            let at = f64::from(second);
            let failures = i64::from(second == 1);
            history.push(&Interval {
                at,
                seconds: 1.0,
                requests,
                failures,
                started: requests,
                dropped: 0,
                vus: 1,
                durations: &durations,
                red: false,
            });
        }
    }

    #[test]
    fn a_long_run_keeps_a_bounded_number_of_points_and_loses_no_request() {
        let mut history = History::new(8);
        fill(&mut history, 1_000, 3);
        assert!(history.points().len() <= 8, "{} points", history.points().len());
        let sum: u64 = history.points().iter().map(|p| p.requests).sum();
        assert_eq!(sum, 3_000);
        assert!(history.points().iter().all(|p| p.rps == 3.0));
        assert_eq!(history.points().last().unwrap().at, 1_000.0);
    }

    #[test]
    fn finished_points_of_a_merged_history_are_equally_long() {
        let mut history = History::new(4);
        fill(&mut history, 13, 1);
        let lengths: Vec<_> = history.points().iter().map(|p| p.seconds).collect();
        assert_eq!(lengths, [4.0, 4.0, 4.0, 1.0]);
    }

    #[test]
    fn forgiven_failures_leave_the_second_they_came_from() {
        let mut history = History::new(8);
        fill(&mut history, 2, 1);
        let durations = Distribution::default();
        history.push(&Interval {
            at: 3.0,
            seconds: 1.0,
            requests: 0,
            failures: -1,
            started: 0,
            dropped: 0,
            vus: 0,
            durations: &durations,
            red: false,
        });
        assert!(history.points().iter().all(|p| p.failures == 0));
    }
}
