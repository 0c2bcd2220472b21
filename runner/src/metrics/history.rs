//! What happened when in the whole run: one point a second, merged in pairs when there are too many or they take too much
//! memory, so that a run of any length keeps a bounded number of them.

use super::times::{PackedTimes, Percentiles, Times};
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
    /// Median service time, in microseconds; as in `service`, which came later.
    pub p50: u64,
    /// 95th percentile of the service time, in microseconds.
    pub p95: u64,
    /// 99th percentile of the service time, in microseconds.
    pub p99: u64,
    /// Service times.
    pub service: Percentiles,
    /// Response times.
    pub response: Percentiles,
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
    pub(super) times: &'a Times,
    pub(super) red: bool,
}

/// The points so far.
#[derive(Debug)]
pub(super) struct History {
    points: Vec<HistoryPoint>,
    /// The times of each point, from which those of merged ones are made.
    times: Vec<PackedTimes>,
    limit: usize,
    /// Bytes that all of it may take.
    room: usize,
    /// How many seconds a finished point stands for.
    span: u64,
    /// How many seconds the last point stands for.
    filled: u64,
}

impl History {
    pub(super) fn new(limit: usize, room: usize) -> Self {
        Self {
            points: Vec::new(),
            times: Vec::new(),
            limit: limit.max(2),
            room,
            span: 1,
            filled: 0,
        }
    }

    pub(super) fn points(&self) -> &[HistoryPoint] {
        &self.points
    }

    /// Adds a second.
    pub(super) fn push(&mut self, interval: &Interval<'_>) {
        let (point, times) = (point(interval), interval.times.packed());
        self.forgive(interval.failures.min(0).unsigned_abs());
        if self.filled >= self.span && self.points.len() >= self.limit {
            self.halve();
        }
        match (self.points.last_mut(), self.times.last_mut()) {
            (Some(last), Some(last_times)) if self.filled < self.span => {
                join(last, last_times, &point, &times);
                self.filled += 1;
            }
            _ => {
                self.points.push(point);
                self.times.push(times);
                self.filled = 1;
            }
        }
        while self.bytes() > self.room && self.points.len() > 1 {
            self.halve();
        }
    }

    /// Bytes of memory that it takes.
    fn bytes(&self) -> usize {
        let each = size_of::<HistoryPoint>() + size_of::<PackedTimes>();
        self.points.len() * each + self.times.iter().map(PackedTimes::bytes).sum::<usize>()
    }

    /// Merges points in pairs. Of an odd number, the last has only half its length then.
    fn halve(&mut self) {
        if self.points.len().is_multiple_of(2) {
            self.filled += self.span;
        }
        self.span *= 2;
        let (points, times) = (std::mem::take(&mut self.points), std::mem::take(&mut self.times));
        for (at, (point, times)) in points.into_iter().zip(times).enumerate() {
            match (self.points.last_mut(), self.times.last_mut()) {
                (Some(first), Some(first_times)) if at % 2 == 1 => join(first, first_times, &point, &times),
                _ => {
                    self.points.push(point);
                    self.times.push(times);
                }
            }
        }
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
    let mut point = HistoryPoint {
        at: interval.at,
        seconds: interval.seconds,
        requests: interval.requests,
        failures: u64::try_from(interval.failures).unwrap_or(0),
        rps: per_second(interval.requests, interval.seconds),
        started: interval.started,
        dropped: interval.dropped,
        vus: interval.vus,
        red: interval.red,
        ..HistoryPoint::default()
    };
    point.set_times(interval.times);
    point
}

impl HistoryPoint {
    fn set_times(&mut self, times: &Times) {
        (self.service, self.response) = times.percentiles();
        let Percentiles { p50, p95, p99, .. } = self.service;
        (self.p50, self.p95, self.p99) = (p50, p95, p99);
    }
}

/// Adds the next point to the first.
fn join(first: &mut HistoryPoint, first_times: &mut PackedTimes, next: &HistoryPoint, times: &PackedTimes) {
    let (seconds, requests) = (first.seconds + next.seconds, first.requests + next.requests);
    *first = HistoryPoint {
        at: next.at,
        seconds,
        requests,
        failures: first.failures + next.failures,
        rps: per_second(requests, seconds),
        started: first.started + next.started,
        dropped: first.dropped + next.dropped,
        vus: next.vus,
        red: first.red || next.red,
        ..HistoryPoint::default()
    };
    first_times.merge(times);
    first.set_times(&first_times.unpacked());
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
            let times = Times::default();
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
                times: &times,
                red: false,
            });
        }
    }

    #[test]
    fn a_long_run_keeps_a_bounded_number_of_points_and_loses_no_request() {
        let mut history = History::new(8, 1 << 20);
        fill(&mut history, 1_000, 3);
        assert!(history.points().len() <= 8, "{} points", history.points().len());
        let sum: u64 = history.points().iter().map(|p| p.requests).sum();
        assert_eq!(sum, 3_000);
        assert!(history.points().iter().all(|p| p.rps == 3.0));
        assert_eq!(history.points().last().unwrap().at, 1_000.0);
    }

    #[test]
    fn finished_points_of_a_merged_history_are_equally_long() {
        let mut history = History::new(4, 1 << 20);
        fill(&mut history, 13, 1);
        let lengths: Vec<_> = history.points().iter().map(|p| p.seconds).collect();
        assert_eq!(lengths, [4.0, 4.0, 4.0, 1.0]);
    }

    #[test]
    fn forgiven_failures_leave_the_second_they_came_from() {
        let mut history = History::new(8, 1 << 20);
        fill(&mut history, 2, 1);
        let times = Times::default();
        history.push(&Interval {
            at: 3.0,
            seconds: 1.0,
            requests: 0,
            failures: -1,
            started: 0,
            dropped: 0,
            vus: 0,
            times: &times,
            red: false,
        });
        assert!(history.points().iter().all(|p| p.failures == 0));
    }

    #[test]
    fn times_that_take_too_much_room_make_for_longer_points() {
        let room = 30_000;
        let mut history = History::new(3_600, room);
        for second in 0..1_000_u64 {
            let mut times = Times::default();
            (0..200).for_each(|n| times.record(n * n + second, n * n * 3));
            history.push(&Interval {
                at: second as f64 + 1.0,
                seconds: 1.0,
                requests: 200,
                failures: 0,
                started: 200,
                dropped: 0,
                vus: 1,
                times: &times,
                red: false,
            });
            assert!(history.bytes() <= room, "{} bytes", history.bytes());
        }
        let points = history.points();
        assert_eq!(points.iter().map(|p| p.requests).sum::<u64>(), 200_000);
        assert_eq!(points.iter().map(|p| p.seconds).sum::<f64>(), 1_000.0);
        let finished = &points[..points.len() - 1];
        assert!(
            finished.iter().all(|p| p.seconds == points[0].seconds),
            "{finished:?}"
        );
        assert!(points.iter().all(|p| p.response.max == 199 * 199 * 3));
    }

    #[test]
    fn a_merged_point_has_the_percentile_of_all_and_not_the_larger_of_two() {
        let mut history = History::new(2, 1 << 20);
        for values in [vec![10; 9_900], vec![1_000; 100], vec![7]] {
            let mut times = Times::default();
            values.iter().for_each(|&us| times.record(us, us));
            history.push(&Interval {
                at: 1.0,
                seconds: 1.0,
                requests: values.len() as u64,
                failures: 0,
                started: 0,
                dropped: 0,
                vus: 1,
                times: &times,
                red: false,
            });
        }
        let first = &history.points()[0];
        assert_eq!(
            (first.requests, first.p99, first.service.p999),
            (10_000, 10, 1_000)
        );
    }
}
