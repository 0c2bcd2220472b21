//! Whether the server falls behind: how the number of iterations in flight grows. If it keeps up, that stays the same; if it doesn't, they grow in number by what it leaves undone. Nothing but arithmetic.

/// What is left undone of a rate that a server keeps up with, as a share; what is above it grows for good.
pub(super) const TOLERATED: f64 = 0.02;

/// Standard errors on each side that make an interval of 95 %.
const SIGMAS: f64 = 2.0;

/// Least error of one count of iterations in flight: a fraction of an iteration, and what ends or starts within
/// a few milliseconds.
const LEAST_COUNT: f64 = 0.3;
const LEAST_SECONDS: f64 = 0.005;

/// The iterations in flight at one moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Point {
    /// Seconds since the first was due.
    pub(super) at: f64,
    /// How many were in flight.
    pub(super) in_flight: f64,
}

/// By how much the iterations in flight grew in number, as a share of those that started.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Growth {
    /// The share that was left undone.
    pub(super) share: f64,
    /// Its standard error.
    pub(super) error: f64,
    /// Iterations in flight, on average.
    pub(super) in_flight: f64,
}

impl Growth {
    /// The slope of a line through the points that come after `fill` seconds, in which the first iterations are
    /// still on their way. None: too few.
    pub(super) fn of(points: &[Point], rate: f64, fill: f64) -> Option<Growth> {
        let used: Vec<_> = points.iter().filter(|point| point.at >= fill).collect();
        let count = used.len() as f64;
        if used.len() < 3 {
            return None;
        }
        let mean = |of: fn(&Point) -> f64| used.iter().map(|point| of(point)).sum::<f64>() / count;
        let (at, in_flight) = (mean(|point| point.at), mean(|point| point.in_flight));
        let spread: f64 = used.iter().map(|point| (point.at - at).powi(2)).sum();
        let together: f64 = used
            .iter()
            .map(|point| (point.at - at) * (point.in_flight - in_flight))
            .sum();
        let slope = together / spread;
        let left: f64 = used
            .iter()
            .map(|point| (point.in_flight - in_flight - slope * (point.at - at)).powi(2))
            .sum();
        let noise = (left / (count - 2.0))
            .sqrt()
            .max(LEAST_COUNT + LEAST_SECONDS * rate);
        Some(Growth {
            share: slope / rate,
            error: noise / spread.sqrt() / rate,
            in_flight,
        })
    }

    /// Several measurements of the same rate, the more exact ones weighing more.
    pub(super) fn pooled(all: &[Growth]) -> Option<Growth> {
        let weight = |growth: &Growth| growth.error.max(1e-9).powi(-2);
        let weights: f64 = all.iter().map(weight).sum();
        let mean = |of: fn(&Growth) -> f64| all.iter().map(|g| weight(g) * of(g)).sum::<f64>() / weights;
        (!all.is_empty()).then(|| Growth {
            share: mean(|growth| growth.share),
            error: weights.sqrt().recip(),
            in_flight: mean(|growth| growth.in_flight),
        })
    }

    /// Whether the server surely kept up.
    pub(super) fn is_steady(&self) -> bool {
        self.share + SIGMAS * self.error < TOLERATED
    }

    /// Whether it surely didn't.
    pub(super) fn is_growing(&self) -> bool {
        self.share - SIGMAS * self.error > TOLERATED
    }

    /// Whether it fell behind by so much that there is nothing to wait for.
    pub(super) fn is_hopeless(&self) -> bool {
        self.share - 2.0 * SIGMAS * self.error > 5.0 * TOLERATED
    }

    /// The iterations per second that were answered: the interval that holds it in 95 of 100 cases.
    pub(super) fn answered(&self, rate: f64) -> [f64; 2] {
        [1.0, -1.0].map(|side| (rate * (1.0 - self.share - side * SIGMAS * self.error)).max(0.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In flight each second, at a rate, with a server of this capacity and service time.
    fn points(rate: f64, capacity: f64, service: f64, seconds: u32) -> Vec<Point> {
        let in_flight = |at: f64| {
            let queue = (rate - capacity).max(0.0) * at;
            (rate * at).min(rate.min(capacity) * service + queue).floor()
        };
        let point = |second: u32| Point {
            at: f64::from(second),
            in_flight: in_flight(f64::from(second)),
        };
        (0..=seconds).map(point).collect()
    }

    #[test]
    fn a_server_that_keeps_up_is_steady_and_one_that_does_not_is_growing() {
        for (service, fill) in [(0.001, 0.0), (0.01, 0.0), (0.1, 0.2), (1.0, 1.2)] {
            for capacity in [40.0, 500.0, 4_000.0] {
                let judge = |share: f64| {
                    let rate = capacity * share;
                    Growth::of(&points(rate, capacity, service, 8), rate, fill).unwrap()
                };
                assert!(
                    judge(0.99).is_steady(),
                    "{capacity}, {service}: {:?}",
                    judge(0.99)
                );
                assert!(
                    judge(1.06).is_growing(),
                    "{capacity}, {service}: {:?}",
                    judge(1.06)
                );
                assert!(judge(2.0).is_hopeless() && !judge(1.06).is_hopeless());
            }
        }
    }

    #[test]
    fn what_an_overloaded_server_answers_is_its_capacity() {
        let growth = Growth::of(&points(800.0, 500.0, 0.1, 4), 800.0, 0.2).unwrap();
        let [low, high] = growth.answered(800.0);
        assert!(
            low < 500.0 && 500.0 < high && high - low < 40.0,
            "{low} to {high}"
        );
    }

    #[test]
    fn the_first_iterations_on_their_way_are_no_growth() {
        let early = Growth::of(&points(100.0, 200.0, 3.0, 6), 100.0, 0.0).unwrap();
        let rest = Growth::of(&points(100.0, 200.0, 3.0, 8), 100.0, 3.6).unwrap();
        assert!(early.is_growing() && rest.is_steady(), "{early:?} {rest:?}");
        assert_eq!(Growth::of(&points(100.0, 200.0, 3.0, 5), 100.0, 3.6), None);
    }

    #[test]
    fn repeated_measurements_are_more_exact_than_one() {
        let one = Growth {
            share: 0.012,
            error: 0.006,
            in_flight: 4.0,
        };
        assert!(!one.is_steady() && !one.is_growing());
        assert!(Growth::pooled(&[one; 5]).unwrap().is_steady());
        assert_eq!(Growth::pooled(&[]), None);
    }
}
