//! How far a mean over a series may be off by chance, where neighbours in the series resemble each other: the circular
//! block bootstrap (Politis and Romano, 1992). Whole blocks of neighbours are drawn, so what makes neighbours alike stays
//! in each draw; single points drawn by themselves would make the error too small.

use rand::Rng as _;
use rand_pcg::Pcg32;

/// How often the series is drawn anew: the error is then known to some 4 %.
const DRAWS: usize = 400;

/// Fewer points say nothing.
pub(super) const LEAST_POINTS: usize = 8;

/// A point of a series: its weight, and its value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Weighted {
    pub(super) weight: f64,
    pub(super) value: f64,
}

/// A mean, and how far it may be off.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Estimate {
    pub(super) mean: f64,
    pub(super) error: f64,
    /// How many independent pieces it was made of.
    pub(super) pieces: f64,
}

impl Estimate {
    /// The weighted mean of a series; none of one too short.
    pub(super) fn of(series: &[Weighted]) -> Option<Estimate> {
        if series.len() < LEAST_POINTS {
            return None;
        }
        let length = block_length(series);
        Some(Estimate {
            mean: mean(series.iter()),
            error: error(series, length),
            pieces: series.len() as f64 / length as f64,
        })
    }

    /// The difference to another that is independent of this.
    pub(super) fn minus(&self, other: &Estimate) -> Estimate {
        Estimate {
            mean: self.mean - other.mean,
            error: self.error.hypot(other.error),
            // One mean was taken off; the other's is in `interval`.
            pieces: self.pieces + other.pieces - 1.0,
        }
    }

    /// What holds the true mean, but for a share `alpha` of all cases. With few pieces the error itself is uncertain:
    /// Student's distribution allows for that.
    pub(super) fn interval(&self, alpha: f64) -> [f64; 2] {
        let reach = student(1.0 - alpha / 2.0, (self.pieces - 1.0).max(2.0)) * self.error;
        [self.mean - reach, self.mean + reach]
    }
}

fn mean<'a>(series: impl Iterator<Item = &'a Weighted>) -> f64 {
    let (sum, weights) = series.fold((0.0, 0.0), |(sum, weights), point| {
        (sum + point.weight * point.value, weights + point.weight)
    });
    if weights > 0.0 { sum / weights } else { 0.0 }
}

/// How many neighbours are drawn together: more, the more they resemble each other. Andrews' rule for series in which
/// each value resembles the one before it, and never less than the cube root that holds for any weak dependence.
fn block_length(series: &[Weighted]) -> usize {
    let points = series.len() as f64;
    let rho = likeness(series).clamp(0.0, 0.9);
    let asked = (6.0_f64.sqrt() * rho / (1.0 - rho * rho)).powf(2.0 / 3.0) * points.cbrt();
    let most = (series.len() / 4).max(1);
    (asked.max(points.cbrt()).round() as usize).clamp(1, most)
}

/// By how much each value resembles the one before it, from -1 to 1.
fn likeness(series: &[Weighted]) -> f64 {
    let middle = mean(series.iter());
    let from = |point: &Weighted| point.value - middle;
    let spread: f64 = series.iter().map(|point| from(point).powi(2)).sum();
    let pairs = series.iter().zip(series.iter().skip(1));
    let shared: f64 = pairs.map(|(one, next)| from(one) * from(next)).sum();
    if spread > 0.0 { shared / spread } else { 0.0 }
}

/// The standard deviation of the mean among series that are drawn from this one.
fn error(series: &[Weighted], length: usize) -> f64 {
    // The same files are judged the same each time.
    let mut dice = Pcg32::new(series.len() as u64, length as u64);
    let points = series.len();
    let means: Vec<f64> = (0..DRAWS)
        .map(|_| {
            let blocks = (0..points.div_ceil(length)).flat_map(|_| {
                let first = ((u64::from(dice.next_u32()) * points as u64) >> 32) as usize;
                series.iter().cycle().skip(first).take(length)
            });
            mean(blocks.take(points).collect::<Vec<_>>().into_iter())
        })
        .collect();
    let middle = means.iter().sum::<f64>() / means.len() as f64;
    let squares: f64 = means.iter().map(|mean| (mean - middle).powi(2)).sum();
    (squares / (means.len() - 1) as f64).sqrt()
}

/// The value below which a share of Student's distribution lies, from that of the normal one (Cornish and Fisher's
/// expansion). `share` is above one half.
fn student(share: f64, freedom: f64) -> f64 {
    let z = normal(share);
    let (z3, z5, z7) = (z.powi(3), z.powi(5), z.powi(7));
    let first = (z3 + z) / 4.0;
    let second = (5.0 * z5 + 16.0 * z3 + 3.0 * z) / 96.0;
    let third = (3.0 * z7 + 19.0 * z5 + 17.0 * z3 - 15.0 * z) / 384.0;
    z + first / freedom + second / freedom.powi(2) + third / freedom.powi(3)
}

/// The same of the normal distribution: Abramowitz and Stegun 26.2.23, to 0.00045.
fn normal(share: f64) -> f64 {
    let t = (-2.0 * (1.0 - share).ln()).sqrt();
    let above = 2.515_517 + t * (0.802_853 + t * 0.010_328);
    let below = 1.0 + t * (1.432_788 + t * (0.189_269 + t * 0.001_308));
    t - above / below
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A series in which each value has `rho` of the one before it.
    fn series(seed: u64, points: usize, rho: f64) -> Vec<Weighted> {
        let mut dice = Pcg32::new(seed, 7);
        let mut before = 0.0;
        let mut draw = || {
            let twelve: f64 = (0..12)
                .map(|_| f64::from(dice.next_u32()) / 2.0_f64.powi(32))
                .sum();
            twelve - 6.0
        };
        // Until it has forgotten its beginning.
        for _ in 0..50 {
            before = rho * before + draw();
        }
        let values = (0..points).map(|_| {
            before = rho * before + draw();
            before
        });
        values.map(|value| Weighted { weight: 1.0, value }).collect()
    }

    #[test]
    fn quantiles_are_those_of_the_tables() {
        for (share, freedom, expected) in [(0.975, 10.0, 2.228), (0.995, 20.0, 2.845), (0.975, 1e9, 1.960)] {
            assert!(
                (student(share, freedom) - expected).abs() < 0.01,
                "{share} {freedom}"
            );
        }
    }

    /// The mean of all these series is 0: an interval of 95 % has to hold it nearly that often, whether the points are
    /// independent or not. Drawn one by one, those of the second would hold it in 6 of 10.
    #[test]
    fn intervals_hold_the_truth_as_often_as_they_say() {
        for (rho, least) in [(0.0, 0.92), (0.5, 0.88)] {
            let runs = 400;
            let holds = (0..runs).filter(|&seed| {
                let [low, high] = Estimate::of(&series(seed, 60, rho)).unwrap().interval(0.05);
                low <= 0.0 && 0.0 <= high
            });
            let share = holds.count() as f64 / runs as f64;
            assert!(share >= least && share < 1.0, "{rho}: {share}");
        }
    }

    #[test]
    fn blocks_are_longer_where_neighbours_are_alike() {
        assert!(block_length(&series(1, 100, 0.8)) > block_length(&series(1, 100, 0.0)));
        assert_eq!(Estimate::of(&series(1, LEAST_POINTS - 1, 0.0)), None);
    }

    #[test]
    fn what_never_changes_has_no_error() {
        let series = [Weighted {
            weight: 2.0,
            value: 5.0,
        }; 20];
        let estimate = Estimate::of(&series).unwrap();
        assert!(estimate.error < 1e-12 && (estimate.mean - 5.0).abs() < 1e-12);
    }
}
