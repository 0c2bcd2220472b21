//! Values of either sign: a distribution of those from 0 up, and one of how far the others lie below.
//! Negative values are rare, so the second one is usually empty and costs nothing.

use super::distribution::{Distribution, Stats};

/// Both distributions, read as one.
#[derive(Debug, Clone, Copy)]
pub struct Signed<'a> {
    /// How far the negative values lie below 0.
    pub(super) below: &'a Distribution<u64>,
    pub(super) above: &'a Distribution<u64>,
}

impl Signed<'_> {
    /// Number of values.
    pub fn count(&self) -> u64 {
        self.below.count() + self.above.count()
    }

    /// Whether there is no value.
    pub fn is_empty(&self) -> bool {
        self.count() == 0
    }

    /// Each value that it tells apart, ascending, and how often it occurs.
    pub fn each(&self) -> impl Iterator<Item = (f64, u64)> + '_ {
        let below: Vec<_> = self.below.values().collect();
        let below = below
            .into_iter()
            .rev()
            .map(|(value, count)| (-(value as f64), count));
        below.chain(self.above.values().map(|(value, count)| (value as f64, count)))
    }

    /// Smallest value, exact; 0 if there is none.
    pub fn min(&self) -> f64 {
        if self.below.is_empty() {
            self.above.min() as f64
        } else {
            -(self.below.max() as f64)
        }
    }

    /// Largest value, exact; 0 if there is none.
    pub fn max(&self) -> f64 {
        if self.above.is_empty() && !self.below.is_empty() {
            -(self.below.min() as f64)
        } else {
            self.above.max() as f64
        }
    }

    /// Arithmetic mean, exact; 0 if there is no value.
    pub fn mean(&self) -> f64 {
        if self.below.is_empty() {
            return self.above.mean();
        }
        (self.above.sum() as f64 - self.below.sum() as f64) / self.count() as f64
    }

    /// The value at one quantile (0 to 1), by the nearest rank; 0 if there is no value.
    pub fn quantile(&self, quantile: f64) -> f64 {
        let (below, all) = (self.below.count(), self.count());
        if below == 0 {
            return self.above.quantile(quantile) as f64;
        }
        let rank = Distribution::<u64>::rank(quantile, all);
        if rank > below {
            self.above.of_rank(rank - below) as f64
        } else {
            // Of the negative values the smallest is the one that lies furthest below.
            -(self.below.of_rank(below - rank + 1) as f64)
        }
    }

    /// The usual figures, in a unit that is this much larger.
    pub(super) fn stats(&self, unit: f64) -> Stats<f64> {
        if self.below.is_empty() {
            return self.above.stats().scaled(1.0 / unit);
        }
        let at = |quantile| self.quantile(quantile) / unit;
        Stats {
            count: self.count(),
            mean: self.mean() / unit,
            min: self.min() / unit,
            p50: at(0.5),
            p90: at(0.9),
            p95: at(0.95),
            p99: at(0.99),
            p999: at(0.999),
            max: self.max() / unit,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(values: &[i64]) -> (Distribution<u64>, Distribution<u64>) {
        let (mut below, mut above) = (Distribution::default(), Distribution::default());
        for value in values {
            let side = if *value < 0 { &mut below } else { &mut above };
            side.record(value.unsigned_abs());
        }
        (below, above)
    }

    #[test]
    fn quantiles_go_through_zero_by_nearest_rank() {
        let values: Vec<i64> = (-40..=59).collect();
        let (below, above) = split(&values);
        let all = Signed {
            below: &below,
            above: &above,
        };
        for percent in 1..=100_u32 {
            let rank = usize::try_from(percent).unwrap() - 1;
            assert_eq!(
                all.quantile(f64::from(percent) / 100.0),
                values[rank] as f64,
                "p{percent}"
            );
        }
        assert_eq!(
            (all.min(), all.max(), all.mean(), all.quantile(0.0)),
            (-40.0, 59.0, 9.5, -40.0)
        );
    }

    #[test]
    fn there_may_be_values_of_one_sign_only() {
        let (below, above) = split(&[-7, -3, -5]);
        let all = Signed {
            below: &below,
            above: &above,
        };
        let stats = all.stats(1.0);
        assert_eq!(
            (stats.count, stats.min, stats.p50, stats.max),
            (3, -7.0, -5.0, -3.0)
        );
        assert_eq!(stats.mean, -5.0);
        let (below, above) = split(&[4, 8]);
        let all = Signed {
            below: &below,
            above: &above,
        };
        assert_eq!(
            (all.min(), all.quantile(0.5), all.stats(2.0).max),
            (4.0, 4.0, 4.0)
        );
    }
}
