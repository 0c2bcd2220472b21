//! A distribution of values: the counters of an HDR histogram that count anything, with the exact
//! sum, minimum and maximum beside them. It takes room for what it holds, not for what it could.
//!
//! Three significant digits (an error of at most 0.1 %). A quantile `q` of `n` values is the
//! value of rank `ceil(q * n)`, counted from 1 in ascending order (nearest rank), and is given
//! as the highest value that the histogram can't tell from it, but never above the maximum.

use super::place::{MAX_VALUE, highest, place};
use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};

/// Longest time that is recorded as it is: one hour, in microseconds.
pub const MAX_TIME_US: u64 = 3_600_000_000;
/// Results are written as histograms that begin with room for values up to here.
const FIRST_MAX: u64 = 2_047;
const DIGITS: u8 = 3;

/// Bytes that a counter takes.
pub(super) const COUNTER_BYTES: usize = size_of::<u16>() + size_of::<u64>();

/// Counts by value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Distribution<C> {
    /// The counters that aren't 0, ascending.
    places: Vec<u16>,
    /// What each of them counts.
    counts: Vec<C>,
    count: u64,
    sum: u128,
    min: u64,
    max: u64,
}

impl<C> Default for Distribution<C> {
    fn default() -> Self {
        Self {
            places: Vec::new(),
            counts: Vec::new(),
            count: 0,
            sum: 0,
            min: u64::MAX,
            max: 0,
        }
    }
}

impl Distribution<u64> {
    /// Adds one value; values beyond the limit count as the limit.
    pub fn record(&mut self, value: u64) {
        self.record_times(value, 1);
    }

    /// Adds one value `times` times.
    pub fn record_times(&mut self, value: u64, times: u64) {
        if times > 0 {
            let value = value.min(MAX_VALUE);
            let sum = u128::from(value) * u128::from(times);
            self.add(&[(place(value) as u16, times)], sum, value, value);
        }
    }

    /// Number of values.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Whether there is no value.
    pub fn is_empty(&self) -> bool {
        self.count == 0
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

    /// Bytes of memory that it takes besides itself.
    pub(super) fn bytes(&self) -> usize {
        self.places.capacity() * size_of::<u16>() + self.counts.capacity() * size_of::<u64>()
    }

    /// By how many bytes it grows at most when these counters are added.
    pub(super) fn growth(&self, counted: &[(u16, u64)]) -> usize {
        match self.lacks(counted) {
            0 => 0,
            fresh => (fresh + (self.places.len() + fresh) / 4) * COUNTER_BYTES,
        }
    }

    /// How many of these counters, which are in ascending order, it doesn't have yet.
    fn lacks(&self, counted: &[(u16, u64)]) -> usize {
        let mut from = 0;
        let is_new = |&&(place, _): &&(u16, u64)| match self.find(from, place) {
            Ok(at) => {
                from = at + 1;
                false
            }
            Err(at) => {
                from = at;
                true
            }
        };
        counted.iter().filter(is_new).count()
    }

    /// Adds counters in ascending order, with the exact figures of what they count.
    pub(super) fn add(&mut self, counted: &[(u16, u64)], sum: u128, min: u64, max: u64) {
        let mut from = 0;
        let mut fresh = Vec::new();
        for &(place, count) in counted {
            self.count = self.count.saturating_add(count);
            from = match self.find(from, place) {
                Ok(at) => {
                    if let Some(counter) = self.counts.get_mut(at) {
                        *counter = counter.saturating_add(count);
                    }
                    at + 1
                }
                Err(at) => {
                    fresh.push((place, count));
                    at
                }
            };
        }
        if !fresh.is_empty() {
            self.insert(&fresh);
        }
        if !counted.is_empty() {
            self.sum = self.sum.saturating_add(sum);
            self.min = self.min.min(min);
            self.max = self.max.max(max);
        }
    }

    /// Adds all values of another distribution.
    pub fn merge(&mut self, other: &Self) {
        let counted: Vec<_> = other.counted().collect();
        self.add(&counted, other.sum, other.min, other.max);
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
        let mut asked: Vec<_> = quantiles
            .iter()
            .map(|&q| rank(q, self.count))
            .zip(&mut values)
            .collect();
        // One pass over the counts answers all, but only in ascending order.
        asked.sort_by_key(|(rank, _)| *rank);
        let mut counted = self.counted();
        let (mut passed, mut value) = (0_u64, 0);
        for (rank, out) in asked {
            while passed < rank
                && let Some((place, count)) = counted.next()
            {
                passed = passed.saturating_add(count);
                value = highest(usize::from(place));
            }
            *out = if self.is_empty() {
                0
            } else {
                value.clamp(self.min, self.max)
            };
        }
        values
    }

    /// The value at one quantile (0 to 1); 0 if there is no value.
    pub fn quantile(&self, quantile: f64) -> u64 {
        let [value] = self.quantiles([quantile]);
        value
    }

    /// How many values are at most this, as far as the histogram can tell.
    pub fn up_to(&self, value: u64) -> u64 {
        let up_to = self
            .counted()
            .take_while(|(place, _)| highest(usize::from(*place)) <= value);
        let below = up_to.map(|(_, count)| count).sum();
        if value >= self.max { self.count } else { below }
    }

    /// The rank that a quantile of so many values has, counted from 1 in ascending order.
    pub(super) fn rank(quantile: f64, count: u64) -> u64 {
        rank(quantile, count)
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
        for (place, count) in self.counted() {
            let value = highest(usize::from(place)).min(MAX_VALUE);
            let recorded = out.record_n(value, count);
            debug_assert!(
                recorded.is_ok(),
                "the histogram grows as far as the largest value"
            );
        }
        out
    }

    /// What was written with [`to_histogram`](Self::to_histogram), with the exact figures
    /// that were written beside it.
    pub fn restore(counts: &Histogram<u64>, stats: &Stats<u64>) -> Self {
        let mut own = Self::default();
        for step in counts.iter_recorded() {
            own.record_times(step.value_iterated_to(), step.count_at_value());
        }
        if own.is_empty() {
            return own;
        }
        Self {
            sum: (stats.mean * own.count as f64).round() as u128,
            min: stats.min.min(stats.max),
            max: stats.max,
            ..own
        }
    }

    /// Each value that it tells apart, ascending, and how often it occurs.
    pub fn values(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        let value = |place: u16| highest(usize::from(place)).clamp(self.min, self.max);
        self.counted().map(move |(place, count)| (value(place), count))
    }

    /// How many counters it has.
    pub(super) fn counters(&self) -> usize {
        self.places.len()
    }

    /// Each counter with what it counts, ascending.
    pub(super) fn counted(&self) -> impl Iterator<Item = (u16, u64)> + '_ {
        self.places.iter().copied().zip(self.counts.iter().copied())
    }

    /// Where a counter is, or where it would be; not before `from`.
    fn find(&self, from: usize, place: u16) -> Result<usize, usize> {
        let rest = self.places.get(from..).unwrap_or_default();
        // What is merged is usually as dense as what it is merged into.
        if rest.first() == Some(&place) {
            return Ok(from);
        }
        match rest.binary_search(&place) {
            Ok(at) => Ok(from + at),
            Err(at) => Err(from + at),
        }
    }

    /// Adds counters that aren't there yet, in ascending order.
    fn insert(&mut self, fresh: &[(u16, u64)]) {
        let length = self.places.len() + fresh.len();
        if length > self.places.capacity() {
            // In small steps: what a distribution will hold in the end, most of them hold soon.
            let more = length + length / 4 - self.places.len();
            self.places.reserve_exact(more);
            self.counts.reserve_exact(more);
        }
        let (places, counts) = (&mut self.places, &mut self.counts);
        let mut old = places.len();
        places.resize(length, 0);
        counts.resize(length, 0);
        // From the end, so that nothing is overwritten before it has moved.
        let mut to = length;
        for &(place, count) in fresh.iter().rev() {
            while old > 0 && places[old - 1] > place {
                (old, to) = (old - 1, to - 1);
                (places[to], counts[to]) = (places[old], counts[old]);
            }
            to -= 1;
            (places[to], counts[to]) = (place, count);
        }
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
fn histogram() -> Histogram<u64> {
    let mut counts = Histogram::new_with_bounds(1, FIRST_MAX, DIGITS).expect("valid bounds");
    counts.auto(true);
    counts
}

/// The rank `ceil(q * n)`, where rounding errors such as in `0.07 * 100 = 7.000000000000001`
/// don't move it to the next one.
fn rank(quantile: f64, count: u64) -> u64 {
    let place = quantile.clamp(0.0, 1.0) * count as f64;
    let whole = place.round();
    let exact = (place - whole).abs() <= place * 4.0 * f64::EPSILON;
    let rank = if exact { whole } else { place.ceil() };
    (rank as u64).clamp(1, count.max(1))
}

#[cfg(test)]
mod tests {
    use super::super::place::PLACES;
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
    fn it_holds_what_the_histogram_holds_however_it_was_put_together() {
        let values: Vec<u64> = (0..3_000_u64).map(|n| (n * n * 7_919) % 40_000_000).collect();
        let mut direct = super::histogram();
        let mut parts = vec![Distribution::default(); 7];
        for (n, value) in values.iter().enumerate() {
            direct.record(*value).unwrap();
            parts[n % 7].record_times(*value, 1);
        }
        let mut all = Distribution::default();
        parts.iter().for_each(|part| all.merge(part));
        assert_eq!(all.to_histogram(), direct);
        assert_eq!(all.sum(), values.iter().map(|v| u128::from(*v)).sum::<u128>());
        for q in [0.0, 0.001, 0.5, 0.9, 0.999, 1.0] {
            assert_eq!(
                all.quantile(q),
                direct.value_at_quantile(q.max(1e-9)).min(all.max()),
                "{q}"
            );
        }
        let back = Distribution::restore(&all.to_histogram(), &all.stats());
        assert_eq!(
            (back.stats(), back.to_histogram()),
            (all.stats(), all.to_histogram())
        );
    }

    #[test]
    fn it_takes_room_for_what_it_holds() {
        let wide = of([1, 3_600_000_000]);
        assert!(wide.bytes() <= 8 * COUNTER_BYTES, "{} bytes", wide.bytes());
        let mut many = of((0..50_000).map(|n| n * 70_000));
        let before = many.bytes();
        (0..50_000).for_each(|n| many.record(n * 70_000));
        assert_eq!(many.bytes(), before, "the same values again");
        assert!(before <= PLACES * COUNTER_BYTES * 5 / 4 + 20, "{before} bytes");
    }

    #[test]
    fn counts_stop_at_their_end_instead_of_beginning_again() {
        let mut all = Distribution::default();
        (0..3).for_each(|_| all.record_times(MAX_VALUE, u64::MAX));
        assert_eq!((all.count(), all.quantile(0.5)), (u64::MAX, MAX_VALUE));
        assert!(all.mean() > 0.0);
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
