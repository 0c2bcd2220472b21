//! A distribution of values: an HDR histogram with the exact sum, minimum and maximum beside it.
//!
//! Three significant digits (an error of at most 0.1 %). A quantile `q` of `n` values is the
//! value of rank `ceil(q * n)`, counted from 1 in ascending order (nearest rank), and is given
//! as the highest value that the histogram can't tell from it, but never above the maximum.

use hdrhistogram::{Counter, Histogram};
use serde::{Deserialize, Serialize};

/// Longest time that is recorded as it is: one hour, in microseconds.
pub const MAX_TIME_US: u64 = 3_600_000_000;
/// Largest value that is recorded as it is, of whatever unit.
pub(super) const MAX_VALUE: u64 = 3_600_000_000_000;
/// Histograms start with room for values up to here, and grow as needed.
const FIRST_MAX: u64 = 2_047;
const DIGITS: u8 = 3;

/// Counts by value. `u32` counts suffice for what a thread records in a second.
#[derive(Debug, Clone)]
pub struct Distribution<C: Counter> {
    counts: Option<Box<Histogram<C>>>,
    sum: u128,
    min: u64,
    max: u64,
}

impl<C: Counter> Default for Distribution<C> {
    fn default() -> Self {
        Self {
            counts: None,
            sum: 0,
            min: u64::MAX,
            max: 0,
        }
    }
}

impl<C: Counter> Distribution<C> {
    /// Adds one value; values beyond the limit count as the limit.
    #[inline]
    pub fn record(&mut self, value: u64) {
        self.record_n(value, C::one(), 1);
    }

    /// Number of values.
    pub fn count(&self) -> u64 {
        self.counts.as_ref().map_or(0, |counts| counts.len())
    }

    /// Whether there is no value.
    pub fn is_empty(&self) -> bool {
        self.count() == 0
    }

    /// Smallest value, exact; 0 if there is none.
    pub fn min(&self) -> u64 {
        if self.is_empty() { 0 } else { self.min }
    }

    /// Largest value, exact; 0 if there is none.
    pub fn max(&self) -> u64 {
        self.max
    }

    /// Sum of all values, exact.
    pub fn sum(&self) -> u128 {
        self.sum
    }

    #[inline]
    fn record_n(&mut self, value: u64, count: C, times: u64) {
        let value = value.min(MAX_VALUE);
        let counts = self.counts.get_or_insert_with(histogram);
        let recorded = counts.record_n(value, count);
        debug_assert!(
            recorded.is_ok(),
            "the histogram grows as far as the largest value"
        );
        self.sum += u128::from(value) * u128::from(times);
        self.min = self.min.min(value);
        self.max = self.max.max(value);
    }

    /// Each distinct value with its count.
    fn recorded(&self) -> impl Iterator<Item = (u64, C)> {
        let counts = self.counts.iter().flat_map(|counts| counts.iter_recorded());
        counts.map(|step| (step.value_iterated_to(), step.count_at_value()))
    }
}

impl Distribution<u64> {
    /// Adds one value `times` times.
    pub fn record_times(&mut self, value: u64, times: u64) {
        if times > 0 {
            self.record_n(value, times, times);
        }
    }

    /// Adds all values of a thread's distribution.
    pub fn absorb(&mut self, part: &Distribution<u32>) {
        if part.is_empty() {
            return;
        }
        let counts = self.counts.get_or_insert_with(histogram);
        for (value, count) in part.recorded() {
            let recorded = counts.record_n(value, u64::from(count));
            debug_assert!(
                recorded.is_ok(),
                "the histogram grows as far as the largest value"
            );
        }
        self.widen(part.sum, part.min, part.max);
    }

    /// Adds all values of another distribution.
    pub fn merge(&mut self, other: &Self) {
        let Some(theirs) = other.counts.as_ref() else {
            return;
        };
        let counts = self.counts.get_or_insert_with(histogram);
        let added = counts.add(theirs.as_ref());
        debug_assert!(added.is_ok(), "the histogram grows as far as the largest value");
        self.widen(other.sum, other.min, other.max);
    }

    /// Arithmetic mean, exact; 0 if there is no value.
    pub fn mean(&self) -> f64 {
        if self.is_empty() {
            0.0
        } else {
            self.sum as f64 / self.count() as f64
        }
    }

    /// The values at these quantiles (0 to 1); zeros if there is no value.
    pub fn quantiles<const N: usize>(&self, quantiles: [f64; N]) -> [u64; N] {
        let mut values = [0; N];
        let Some(counts) = self.counts.as_ref() else {
            return values;
        };
        let mut asked: Vec<_> = quantiles
            .iter()
            .map(|&q| middle_of_rank(q, counts.len()))
            .zip(&mut values)
            .collect();
        // One pass over the counts answers all, but only in ascending order.
        asked.sort_by(|(a, _), (b, _)| a.total_cmp(b));
        let answers = counts.value_at_quantiles(asked.iter().map(|(q, _)| *q).collect::<Vec<_>>());
        for ((_, out), value) in asked.into_iter().zip(answers) {
            *out = value.clamp(self.min, self.max);
        }
        values
    }

    /// The value at one quantile (0 to 1); 0 if there is no value.
    pub fn quantile(&self, quantile: f64) -> u64 {
        let [value] = self.quantiles([quantile]);
        value
    }

    /// The rank that a quantile of so many values has, counted from 1 in ascending order.
    pub(super) fn rank(quantile: f64, count: u64) -> u64 {
        (middle_of_rank(quantile, count) * count as f64).ceil() as u64
    }

    /// The value of a rank, counted from 1 in ascending order; 0 if there is no value.
    pub(super) fn of_rank(&self, rank: u64) -> u64 {
        self.quantile(rank as f64 / self.count() as f64)
    }

    /// The usual figures.
    pub fn stats(&self) -> Stats<u64> {
        let [p50, p90, p95, p99, p999] = self.quantiles([0.5, 0.9, 0.95, 0.99, 0.999]);
        let (count, mean) = (self.count(), self.mean());
        Stats {
            count,
            mean,
            min: self.min(),
            p50,
            p90,
            p95,
            p99,
            p999,
            max: self.max,
        }
    }

    /// The histogram with fixed bounds, so that equal contents are equal byte for byte when
    /// they are written.
    pub fn to_histogram(&self) -> Histogram<u64> {
        let mut out = histogram();
        if let Some(counts) = self.counts.as_ref() {
            let added = out.add(counts.as_ref());
            debug_assert!(added.is_ok(), "the histogram grows as far as the largest value");
        }
        *out
    }

    /// What was written with [`to_histogram`](Self::to_histogram), with the exact figures
    /// that were written beside it.
    pub fn restore(counts: Histogram<u64>, stats: &Stats<u64>) -> Self {
        if counts.is_empty() {
            return Self::default();
        }
        let mut own = histogram();
        let added = own.add(counts);
        debug_assert!(added.is_ok(), "the histogram grows as far as the largest value");
        Self {
            sum: (stats.mean * own.len() as f64).round() as u128,
            counts: Some(own),
            min: stats.min,
            max: stats.max,
        }
    }

    fn widen(&mut self, sum: u128, min: u64, max: u64) {
        self.sum += sum;
        self.min = self.min.min(min);
        self.max = self.max.max(max);
    }
}

/// The usual figures of a distribution.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Stats<T> {
    /// Number of values.
    pub count: u64,
    /// Arithmetic mean, exact.
    pub mean: f64,
    /// Smallest value, exact.
    pub min: T,
    /// Median.
    pub p50: T,
    /// 90th percentile.
    pub p90: T,
    /// 95th percentile.
    pub p95: T,
    /// 99th percentile.
    pub p99: T,
    /// 99.9th percentile.
    pub p999: T,
    /// Largest value, exact.
    pub max: T,
}

impl Stats<u64> {
    /// The same figures in another unit.
    pub fn scaled(&self, factor: f64) -> Stats<f64> {
        let scale = |value: u64| value as f64 * factor;
        Stats {
            count: self.count,
            mean: self.mean * factor,
            min: scale(self.min),
            p50: scale(self.p50),
            p90: scale(self.p90),
            p95: scale(self.p95),
            p99: scale(self.p99),
            p999: scale(self.p999),
            max: scale(self.max),
        }
    }
}

#[expect(
    clippy::expect_used,
    reason = "the bounds are constants that the histogram accepts"
)]
fn histogram<C: Counter>() -> Box<Histogram<C>> {
    let mut counts = Histogram::new_with_bounds(1, FIRST_MAX, DIGITS).expect("valid bounds");
    counts.auto(true);
    Box::new(counts)
}

/// A quantile that lies safely within the rank `ceil(q * n)`, so that rounding errors such as
/// in `0.07 * 100 = 7.000000000000001` can't move it to the next one.
fn middle_of_rank(quantile: f64, count: u64) -> f64 {
    let count = count as f64;
    let place = quantile.clamp(0.0, 1.0) * count;
    let whole = place.round();
    let exact = (place - whole).abs() <= place * 4.0 * f64::EPSILON;
    let rank = if exact { whole } else { place.ceil() };
    (rank.max(1.0) - 0.5) / count
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: impl IntoIterator<Item = u64>) -> Distribution<u64> {
        let mut all = Distribution::default();
        values.into_iter().for_each(|value| all.record(value));
        all
    }

    #[test]
    fn a_quantile_is_the_nearest_rank() {
        let values = (0..10_000).map(|i| if i % 100 == 99 { 500 } else { 10 });
        let all = of(values);
        assert_eq!(
            all.quantiles([0.99, 0.9901, 0.989_999, 1.0, 0.0]),
            [10, 500, 10, 500, 10]
        );
    }

    #[test]
    fn rounding_errors_do_not_move_a_rank() {
        let all = of(1..=100);
        for percent in 1..=100_u32 {
            assert_eq!(
                all.quantile(f64::from(percent) / 100.0),
                u64::from(percent),
                "p{percent}"
            );
        }
        let thousand = of(1..=1_000);
        assert_eq!(
            thousand.quantiles([0.999, 0.9991, 0.001, 0.0]),
            [999, 1_000, 1, 1]
        );
    }

    #[test]
    fn minimum_maximum_and_mean_are_exact() {
        let all = of([1_234_567, 7_654_321, 3_333_333]);
        assert_eq!(
            (all.min(), all.max(), all.sum()),
            (1_234_567, 7_654_321, 12_222_221)
        );
        assert_eq!(all.mean(), 12_222_221.0 / 3.0);
        assert_eq!(all.quantiles([0.001, 1.0]), [1_234_943, 7_654_321]);
    }

    #[test]
    fn an_empty_distribution_is_all_zeros() {
        assert_eq!(Distribution::<u64>::default().stats(), Stats::default());
    }

    #[test]
    fn zero_is_a_value() {
        let all = of([0, 0, 0, 5]);
        assert_eq!((all.count(), all.quantile(0.75), all.quantile(0.76)), (4, 0, 5));
    }

    #[test]
    fn values_beyond_the_limit_count_as_the_limit() {
        let all = of([u64::MAX]);
        assert_eq!((all.max(), all.quantile(0.5)), (MAX_VALUE, MAX_VALUE));
    }

    #[test]
    fn percentiles_are_within_a_thousandth() {
        for value in (0..1_000_000_000_u64).step_by(9_999_991) {
            let got = of([1, value, 3_000_000_000]).quantile(0.5);
            let value = value.max(1);
            assert!(
                got >= value && got - value <= value / 1_000,
                "{value} became {got}"
            );
        }
    }
}
