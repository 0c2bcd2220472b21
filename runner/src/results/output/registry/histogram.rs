//! A histogram whose buckets grow by the same factor, as Prometheus (native histograms) and OpenTelemetry (exponential
//! histograms) have them: bucket `i` counts what is above `2^((i-1)/32)` and at most `2^(i/32)`.
//!
//! That is schema 5: a bucket ends 2.2 % above its beginning, so a percentile that is computed from it lies within 2.2 %
//! of the true one, and the one that is given here, of the middle of the bucket, within 1.1 %. Values come from counters
//! that are exact to 0.1 %, each of which goes into one bucket as a whole. The count is exact, the sum to
//! 0.1 %. It has at most 1,000
//! buckets for times from a microsecond to an hour, and in practice some dozens.

/// Each power of two has `2^SCHEMA` buckets.
pub(in super::super) const SCHEMA: i32 = 5;

/// Buckets of a power of two.
const STEPS: i32 = 1 << SCHEMA;

/// Values by bucket, of either sign.
#[derive(Debug, Clone, Default, PartialEq)]
pub(in super::super) struct Histogram {
    pub(in super::super) positive: Buckets,
    /// Of how far values lie below 0.
    pub(in super::super) negative: Buckets,
    /// Values that are 0.
    pub(in super::super) zero: u64,
    pub(in super::super) sum: f64,
    pub(in super::super) min: f64,
    pub(in super::super) max: f64,
}

/// Buckets that aren't empty, ascending.
#[derive(Debug, Clone, Default, PartialEq)]
pub(in super::super) struct Buckets(Vec<(i32, u64)>);

impl Histogram {
    /// Adds values, ascending, each with how often it came and multiplied with `scale`.
    pub(in super::super) fn add(&mut self, values: &[(f64, u64)], scale: f64) {
        let (Some((first, _)), Some((last, _))) = (values.first(), values.last()) else {
            return;
        };
        let (min, max) = (first * scale, last * scale);
        let is_first = self.count() == 0;
        self.min = if is_first { min } else { self.min.min(min) };
        self.max = if is_first { max } else { self.max.max(max) };
        for &(value, times) in values {
            let value = value * scale;
            self.sum += value * times as f64;
            if value > 0.0 {
                self.positive.count(value, times);
            } else if value < 0.0 {
                self.negative.count(-value, times);
            } else {
                self.zero += times;
            }
        }
    }

    /// Number of values.
    pub(in super::super) fn count(&self) -> u64 {
        self.positive.total() + self.negative.total() + self.zero
    }

    /// The value of a quantile (0 to 1), by the nearest rank: the middle of its bucket.
    pub(in super::super) fn quantile(&self, quantile: f64) -> f64 {
        let rank = ((quantile * self.count() as f64).ceil() as u64).max(1);
        let below = self.negative.iter().rev().map(|(at, times)| (-middle(at), times));
        let above = self.positive.iter().map(|(at, times)| (middle(at), times));
        let mut passed = 0;
        let mut all = below.chain([(0.0, self.zero)]).chain(above);
        let found = all.find(|(_, times)| {
            passed += times;
            passed >= rank
        });
        found.map_or(0.0, |(value, _)| value.clamp(self.min, self.max))
    }

    /// How many values are at most this, which is to be above 0. Exact at the ends of buckets; else, up to the last end before.
    pub(in super::super) fn at_most(&self, limit: f64) -> u64 {
        let last = if bound(bucket(limit)) <= limit {
            bucket(limit)
        } else {
            bucket(limit) - 1
        };
        let above = self.positive.iter().take_while(|(at, _)| *at <= last);
        self.negative.total() + self.zero + above.map(|(_, times)| times).sum::<u64>()
    }

    /// Arithmetic mean; 0 if there is no value.
    pub(in super::super) fn mean(&self) -> f64 {
        match self.count() {
            0 => 0.0,
            count => self.sum / count as f64,
        }
    }
}

impl Buckets {
    /// Numbers of buckets, and what they count.
    pub(in super::super) fn iter(&self) -> impl DoubleEndedIterator<Item = (i32, u64)> {
        self.0.iter().copied()
    }

    fn total(&self) -> u64 {
        self.0.iter().map(|(_, times)| times).sum()
    }

    fn count(&mut self, value: f64, times: u64) {
        let at = bucket(value);
        match self.0.binary_search_by_key(&at, |(at, _)| *at) {
            Ok(found) => {
                if let Some((_, own)) = self.0.get_mut(found) {
                    *own = own.saturating_add(times);
                }
            }
            Err(missing) => self.0.insert(missing, (at, times)),
        }
    }
}

/// The bucket of a value above 0.
fn bucket(value: f64) -> i32 {
    let near = (value.log2() * f64::from(STEPS)).ceil() as i32;
    // The logarithm of a value at the end of a bucket may be rounded to either side of it.
    if value > bound(near) {
        near + 1
    } else if value <= bound(near - 1) {
        near - 1
    } else {
        near
    }
}

/// The end of a bucket, which belongs to it.
fn bound(at: i32) -> f64 {
    (f64::from(at) / f64::from(STEPS)).exp2()
}

fn middle(at: i32) -> f64 {
    ((f64::from(at) - 0.5) / f64::from(STEPS)).exp2()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[u64]) -> Histogram {
        let counted: Vec<_> = values.iter().map(|us| (*us as f64, 1)).collect();
        let mut histogram = Histogram::default();
        histogram.add(&counted, 1e-6);
        histogram
    }

    #[test]
    fn a_power_of_two_ends_its_bucket() {
        for power in -20..12 {
            let value = f64::from(power).exp2();
            assert_eq!(bucket(value), power * STEPS, "{value}");
            assert_eq!(bucket(value * 1.000_001), power * STEPS + 1, "{value}");
        }
    }

    #[test]
    fn every_value_is_in_its_bucket() {
        let values = (1..2_000_u32).map(|n| f64::from(n * n) * 1e-6);
        for value in values {
            let at = bucket(value);
            assert!(bound(at - 1) < value && value <= bound(at), "{value}");
        }
    }

    #[test]
    fn counts_and_sums_are_exact_and_percentiles_within_their_error() {
        let values: Vec<u64> = (1..=10_000).map(|n| n * 37).collect();
        let histogram = of(&values);
        assert_eq!(histogram.count(), 10_000);
        assert!((histogram.sum - 37.0 * 50_005_000.0 * 1e-6).abs() < 1e-6);
        for (quantile, truth) in [(0.5, 0.185), (0.95, 0.3515), (0.99, 0.3663), (0.999, 0.36963)] {
            let got = histogram.quantile(quantile);
            assert!(
                (got / truth - 1.0).abs() < 0.012,
                "{quantile}: {got}, not {truth}"
            );
        }
        assert_eq!(histogram.quantile(1.0), 0.37, "never above the largest value");
    }

    #[test]
    fn zeros_are_counted_apart() {
        let histogram = of(&[0, 0, 5]);
        assert_eq!((histogram.zero, histogram.count()), (2, 3));
        assert_eq!((histogram.quantile(0.5), histogram.min), (0.0, 0.0));
    }

    #[test]
    fn what_is_at_most_a_limit_is_never_too_much() {
        let histogram = of(&[900_000, 2_100_000, 3_000_000, 4_000_000]);
        let counts = [0.5, 1.0, 2.0, 3.9, 4.0].map(|limit| histogram.at_most(limit));
        assert_eq!(counts, [0, 1, 1, 3, 4]);
    }
}
