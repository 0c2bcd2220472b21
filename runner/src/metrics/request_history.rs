//! The history of each request name. Its points lie on one grid for all names: a point of a name covers one stretch of the
//! grid, or two, four, eight… of them. Stretches without requests take no room.
//!
//! All names together have a fixed amount of memory. When it is used up, the name that takes most of it merges its points in
//! pairs: what is seldom asked for keeps its seconds while what is asked for all the time has longer stretches.

use super::cells::Cells;
use super::keys::{RequestNameKey, RequestNameRef};
use super::saturating::Saturating as _;
use super::series::{PartTimes, SeriesPart};
use super::times::{PackedTimes, Percentiles, Times};
use serde::{Deserialize, Serialize};

/// One stretch of a request name's history.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct RequestPoint {
    /// When it ended, in seconds since the run began.
    pub at: f64,
    /// How long it was, in seconds.
    pub seconds: f64,
    /// Requests completed in it.
    pub requests: u64,
    /// Those of them that count as failed.
    pub failures: u64,
    /// Service times.
    pub service: Percentiles,
    /// Response times.
    pub response: Percentiles,
}

/// The histories of all names.
#[derive(Debug)]
pub(super) struct RequestHistories {
    names: Cells<RequestNameKey, RequestHistory>,
    grid: Grid,
    /// Bytes that they may take together.
    room: usize,
}

impl RequestHistories {
    /// No history yet, of at most so many names, with so many points each.
    pub(super) fn new(names: usize, points: usize, room: usize) -> Self {
        Self {
            names: Cells::new(names),
            grid: Grid::new(points),
            room,
        }
    }

    /// Adds what a thread recorded of a name.
    pub(super) fn add(&mut self, name: RequestNameRef<'_>, part: &SeriesPart, times: &PartTimes) {
        let history = self.names.at(name);
        history.add(part.requests, part.failures, |all| all.absorb(times));
    }

    /// Closes a second that ended then, and makes room if need be.
    pub(super) fn close(&mut self, at: f64) {
        self.grid.push(at);
        let mut used: usize = 0;
        for history in self.names.values_mut() {
            history.close(&self.grid);
            used += history.bytes();
        }
        while used > self.room && self.halve_largest(&mut used) {}
    }

    /// Merges points of the name that takes most of the room, and says whether that could help.
    fn halve_largest(&mut self, used: &mut usize) -> bool {
        let Some(largest) = self.names.values_mut().max_by_key(|history| history.bytes()) else {
            return false;
        };
        let before = largest.bytes();
        let could = largest.halve();
        *used = (*used + largest.bytes()).saturating_sub(before);
        could
    }

    /// All points of a name, in order of time.
    pub(super) fn points(&self, name: RequestNameRef<'_>) -> Vec<RequestPoint> {
        let history = self.names.get(name);
        history.map_or_else(Vec::new, |history| history.points(&self.grid))
    }
}

/// When the stretches of all histories of names end: seconds at first, merged in pairs when there are too many.
#[derive(Debug)]
struct Grid {
    /// The end of each stretch, in seconds since the run began; of the last one, as far as it got.
    ends: Vec<f64>,
    limit: usize,
    /// Seconds in a stretch.
    span: u64,
    /// Seconds so far.
    seconds: u64,
}

impl Grid {
    fn new(limit: usize) -> Self {
        Self {
            ends: Vec::new(),
            limit: limit.max(2),
            span: 1,
            seconds: 0,
        }
    }

    /// Adds a second that ended then.
    fn push(&mut self, at: f64) {
        if self.seconds.is_multiple_of(self.span) {
            if self.ends.len() >= self.limit {
                self.halve();
            }
            // A longer stretch may have room for the second yet.
            if self.seconds.is_multiple_of(self.span) {
                self.ends.push(at);
            }
        }
        if let Some(last) = self.ends.last_mut() {
            *last = at;
        }
        self.seconds += 1;
    }

    fn halve(&mut self) {
        // Of an odd number, the last stretch has only half its length yet.
        let ends = self.ends.chunks(2).filter_map(<[f64]>::last);
        self.ends = ends.copied().collect();
        self.span *= 2;
    }

    /// When a stretch of this many seconds began and ended, by its number.
    fn stretch(&self, span: u64, number: u64) -> (f64, f64) {
        // Spans are powers of two, and none is shorter than the grid's.
        let ratio = span / self.span;
        let end = |number: u64| {
            let at = usize::try_from(number.saturating_mul(ratio)).unwrap_or(usize::MAX);
            let last = self.ends.len();
            at.min(last)
                .checked_sub(1)
                .and_then(|at| self.ends.get(at))
                .copied()
        };
        (
            end(number).unwrap_or_default(),
            end(number + 1).unwrap_or_default(),
        )
    }
}

/// What came of a name in the second that isn't closed.
#[derive(Debug, Default)]
struct OpenSecond {
    requests: u64,
    /// Negative when verdicts came later than the requests.
    failures: i64,
    times: Times,
}

/// One stretch that had requests.
#[derive(Debug)]
struct Stretch {
    number: u64,
    requests: u64,
    failures: u64,
    times: PackedTimes,
}

/// The history of one name.
#[derive(Debug)]
struct RequestHistory {
    stretches: Vec<Stretch>,
    /// Seconds in a stretch.
    span: u64,
    bytes: usize,
    open: Option<Box<OpenSecond>>,
}

impl Default for RequestHistory {
    fn default() -> Self {
        Self {
            stretches: Vec::new(),
            span: 1,
            bytes: 0,
            open: None,
        }
    }
}

impl RequestHistory {
    /// Bytes of memory that its closed stretches take.
    fn bytes(&self) -> usize {
        self.bytes
    }

    /// The second that isn't closed.
    fn open(&mut self) -> &mut OpenSecond {
        self.open.get_or_insert_default()
    }

    /// Adds requests to the second that isn't closed.
    fn add(&mut self, requests: u64, failures: i64, times: impl FnOnce(&mut Times)) {
        let open = self.open();
        open.requests.raise(requests);
        open.failures.raise(failures);
        times(&mut open.times);
    }

    /// Closes the second that was pushed to the grid last.
    fn close(&mut self, grid: &Grid) {
        while self.span < grid.span {
            self.halve();
        }
        let Some(open) = self.open.take() else { return };
        self.forgive(open.failures.min(0).unsigned_abs());
        if open.requests == 0 {
            return;
        }
        let stretch = Stretch {
            number: grid.seconds.saturating_sub(1) / self.span,
            requests: open.requests,
            failures: u64::try_from(open.failures).unwrap_or(0),
            times: open.times.packed(),
        };
        self.push(stretch);
    }

    fn push(&mut self, stretch: Stretch) {
        match self.stretches.last_mut() {
            Some(last) if last.number == stretch.number => {
                let before = last.bytes();
                last.merge(&stretch);
                self.bytes = (self.bytes + last.bytes()).saturating_sub(before);
            }
            _ => {
                self.bytes += stretch.bytes();
                self.stretches.push(stretch);
            }
        }
    }

    /// Merges its points in pairs, and says whether that could take less room.
    fn halve(&mut self) -> bool {
        let could = self.stretches.len() > 1;
        self.span = self.span.saturating_mul(2);
        self.bytes = 0;
        for mut stretch in std::mem::take(&mut self.stretches) {
            stretch.number /= 2;
            self.push(stretch);
        }
        self.stretches.shrink_to_fit();
        could
    }

    /// Takes failures back, latest first: they were declared successes later.
    fn forgive(&mut self, mut failures: u64) {
        for stretch in self.stretches.iter_mut().rev() {
            let taken = failures.min(stretch.failures);
            stretch.failures -= taken;
            failures -= taken;
            if failures == 0 {
                return;
            }
        }
    }

    /// All points, in order of time.
    fn points(&self, grid: &Grid) -> Vec<RequestPoint> {
        let points = self.stretches.iter().map(|stretch| {
            let (begin, at) = grid.stretch(self.span, stretch.number);
            let (service, response) = stretch.times.unpacked().percentiles();
            RequestPoint {
                at,
                seconds: at - begin,
                requests: stretch.requests,
                failures: stretch.failures,
                service,
                response,
            }
        });
        points.collect()
    }
}

impl Stretch {
    fn bytes(&self) -> usize {
        size_of::<Self>() + self.times.bytes()
    }

    fn merge(&mut self, later: &Self) {
        self.requests += later.requests;
        self.failures += later.failures;
        self.times.merge(&later.times);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A run of so many seconds; what a name has in each of them is asked by its number, from 1.
    fn run(limit: usize, seconds: u32, values: impl Fn(u32) -> Vec<u64>) -> (Grid, RequestHistory) {
        let (mut grid, mut history) = (Grid::new(limit), RequestHistory::default());
        for second in 1..=seconds {
            let values = values(second);
            if !values.is_empty() {
                history.add(values.len() as u64, 0, |times| {
                    values.iter().for_each(|&us| times.record(us, us + 5));
                });
            }
            grid.push(f64::from(second));
            history.close(&grid);
        }
        (grid, history)
    }

    #[test]
    fn a_short_run_has_a_point_for_each_second_with_requests() {
        let (grid, history) = run(300, 5, |second| match second {
            2 => vec![10, 20],
            4 => vec![30],
            _ => vec![],
        });
        let points = history.points(&grid);
        let whens: Vec<_> = points.iter().map(|p| (p.at, p.seconds, p.requests)).collect();
        assert_eq!(whens, [(2.0, 1.0, 2), (4.0, 1.0, 1)]);
        assert_eq!((points[0].service.p50, points[0].response.p50), (10, 15));
        assert_eq!((points[0].service.max, points[0].response.max), (20, 25));
    }

    #[test]
    fn a_long_run_has_no_more_points_than_the_limit_and_loses_no_request() {
        for seconds in [7, 8, 9, 16, 17, 100, 1_000] {
            let (grid, history) = run(8, seconds, |second| vec![u64::from(second)]);
            let points = history.points(&grid);
            assert!(points.len() <= 8, "{} points of {seconds} s", points.len());
            assert_eq!(points.iter().map(|p| p.requests).sum::<u64>(), u64::from(seconds));
            assert_eq!(points.last().map(|p| p.at), Some(f64::from(seconds)));
            assert_eq!(points.iter().map(|p| p.seconds).sum::<f64>(), f64::from(seconds));
            assert!(points.iter().all(|p| p.requests as f64 == p.seconds));
        }
    }

    #[test]
    fn a_merged_point_has_the_percentile_of_all_and_not_the_larger_of_two() {
        let (grid, history) = run(2, 4, |second| match second {
            1 => vec![10; 9_900],
            2 => vec![1_000; 100],
            _ => vec![7],
        });
        let points = history.points(&grid);
        assert_eq!((points[0].seconds, points[0].requests), (2.0, 10_000));
        assert_eq!((points[0].service.p99, points[0].service.p999), (10, 1_000));
    }

    #[test]
    fn a_name_may_have_longer_stretches_than_others() {
        let (grid, mut history) = run(300, 6, |second| vec![u64::from(second)]);
        let before = history.bytes();
        assert!(history.halve() && history.bytes() < before);
        assert!(history.halve());
        let points = history.points(&grid);
        let whens: Vec<_> = points.iter().map(|p| (p.at, p.seconds, p.requests)).collect();
        assert_eq!(whens, [(4.0, 4.0, 4), (6.0, 2.0, 2)]);
    }

    #[test]
    fn what_all_names_take_is_bounded_at_the_cost_of_the_busiest() {
        let room = 40_000;
        let mut all = RequestHistories::new(10, 300, room);
        let seconds = 200_u64;
        for second in 0..seconds {
            for (name, requests) in [("busy", 400), ("idle", 1)] {
                all.names.at((0, "GET", name)).add(requests, 0, |times| {
                    (0..requests).for_each(|n| times.record(second + n * n * 7, 0));
                });
            }
            all.close(second as f64 + 1.0);
            let used: usize = all.names.values_mut().map(|history| history.bytes()).sum();
            assert!(used <= room, "{used} bytes");
        }
        let [busy, idle] = ["busy", "idle"].map(|name| all.points((0, "GET", name)));
        assert_eq!(
            (idle.len(), busy.iter().map(|p| p.requests).sum()),
            (200, 400 * seconds)
        );
        assert!((2..100).contains(&busy.len()), "{} points", busy.len());
    }

    #[test]
    fn what_a_single_point_takes_cannot_be_halved() {
        let (_, mut history) = run(300, 1, |_| vec![5]);
        assert!(!history.halve());
    }

    #[test]
    fn forgiven_failures_leave_the_second_they_came_from() {
        let (mut grid, mut history) = (Grid::new(300), RequestHistory::default());
        for failures in [2, -1] {
            history.add(u64::from(failures > 0) * 2, failures, |times| times.record(1, 1));
            grid.push(1.0);
            history.close(&grid);
        }
        let points = history.points(&grid);
        assert_eq!((points.len(), points[0].failures), (1, 1));
    }
}
