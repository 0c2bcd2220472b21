//! Custom metrics: what a guest counts and measures itself.

use super::burst::Burst;
use super::distribution::{Distribution, Stats};
use super::limits::MetricKind;
use super::saturating::Saturating as _;
use super::signed::Signed;
use serde::{Deserialize, Serialize};

/// Trends are kept in thousandths, so that values down to 0.001 are told apart.
const TREND_SCALE: f64 = 1_000.0;

/// A custom metric in one thread and second.
#[derive(Debug, Default)]
pub(super) struct CustomPart {
    /// The kind of its first value.
    pub(super) kind: Option<MetricKind>,
    samples: u64,
    sum: f64,
    nonzero: u64,
    gauge: Option<Gauge>,
    trend: Burst,
    /// How far below 0 a trend's negative values lie.
    below: Burst,
}

/// A gauge's values so far.
#[derive(Debug, Clone, Copy)]
pub(super) struct Gauge {
    pub(super) last: f64,
    pub(super) min: f64,
    pub(super) max: f64,
    /// When it was set, counted in merged parts; the latest of several is the last value.
    turn: u64,
}

impl CustomPart {
    /// How many values there were.
    pub(super) fn samples(&self) -> u64 {
        self.samples
    }

    /// Adds a value. False if it means nothing, as it isn't finite.
    pub(super) fn add(&mut self, kind: MetricKind, value: f64) -> bool {
        if !value.is_finite() {
            return false;
        }
        self.kind.get_or_insert(kind);
        self.samples += 1;
        match kind {
            MetricKind::Counter => self.sum = finite(self.sum + value),
            MetricKind::Rate => self.nonzero += u64::from(value != 0.0),
            MetricKind::Gauge => self.gauge = Some(Gauge::set(self.gauge, value)),
            // The cast saturates, and the distribution has its own limit.
            MetricKind::Trend => {
                let side = if value < 0.0 {
                    &mut self.below
                } else {
                    &mut self.trend
                };
                side.record((value.abs() * TREND_SCALE).round() as u64);
            }
        }
        true
    }
}

/// A sum that has grown out of its range stays at the end of it: results have no other numbers.
fn finite(sum: f64) -> f64 {
    sum.clamp(f64::MIN, f64::MAX)
}

impl Gauge {
    fn set(before: Option<Self>, value: f64) -> Self {
        let (min, max) = before.map_or((value, value), |gauge| (gauge.min, gauge.max));
        Self {
            last: value,
            min: min.min(value),
            max: max.max(value),
            turn: 0,
        }
    }

    fn join(before: Option<Self>, other: Self) -> Self {
        let before = before.unwrap_or(other);
        let later = if other.turn >= before.turn { other } else { before };
        Self {
            min: before.min.min(other.min),
            max: before.max.max(other.max),
            ..later
        }
    }
}

/// A custom metric over the whole run, or several of them together.
#[derive(Debug, Clone, Default)]
pub(super) struct CustomTotals {
    pub(super) kind: Option<MetricKind>,
    samples: u64,
    sum: f64,
    /// Negative for a while where verdicts on requests come later than the requests.
    nonzero: i64,
    pub(super) gauge: Option<Gauge>,
    trend: Distribution<u64>,
    below: Distribution<u64>,
}

impl CustomTotals {
    /// Adds a thread's part, which was the `turn`-th to be merged. False if it is of another
    /// kind, and then isn't added.
    pub(super) fn absorb(&mut self, part: &CustomPart, turn: u64) -> bool {
        if part
            .kind
            .is_some_and(|kind| *self.kind.get_or_insert(kind) != kind)
        {
            return false;
        }
        self.samples.raise(part.samples);
        self.sum = finite(self.sum + part.sum);
        self.nonzero
            .raise(i64::try_from(part.nonzero).unwrap_or(i64::MAX));
        let gauge = part.gauge.map(|gauge| Gauge { turn, ..gauge });
        self.gauge = gauge.map(|later| Gauge::join(self.gauge, later)).or(self.gauge);
        part.trend.pour_into(&mut self.trend);
        part.below.pour_into(&mut self.below);
        true
    }

    /// Bytes of memory that its values take.
    pub(super) fn bytes(&self) -> usize {
        self.trend.bytes() + self.below.bytes()
    }

    /// By how many bytes it grows at most when a part is added.
    pub(super) fn growth(&self, part: &CustomPart) -> usize {
        self.trend.growth(&part.trend.counted().counts) + self.below.growth(&part.below.counted().counts)
    }

    /// Counts the values of a part that finds no room.
    pub(super) fn fold(&mut self, part: &CustomPart) {
        self.kind = Some(MetricKind::Counter);
        self.sum += part.samples as f64;
        self.samples.raise(part.samples);
    }

    /// Adds the same metric with other tags.
    pub(super) fn merge(&mut self, other: &Self) {
        self.kind = self.kind.or(other.kind);
        self.samples.raise(other.samples);
        self.sum = finite(self.sum + other.sum);
        self.nonzero.raise(other.nonzero);
        self.gauge = other
            .gauge
            .map(|later| Gauge::join(self.gauge, later))
            .or(self.gauge);
        self.trend.merge(&other.trend);
        self.below.merge(&other.below);
    }

    /// Counts `amount` as a counter does.
    pub(super) fn count(&mut self, amount: f64) {
        self.kind = Some(MetricKind::Counter);
        self.sum = finite(self.sum + amount);
        self.samples += 1;
    }

    /// Adds values of a rate, `nonzero` of which count.
    pub(super) fn share(&mut self, nonzero: i64, total: u64) {
        self.kind = Some(MetricKind::Rate);
        self.nonzero.raise(nonzero);
        self.samples.raise(total);
    }

    /// Sets a gauge.
    pub(super) fn set(&mut self, value: f64, turn: u64) {
        self.kind = Some(MetricKind::Gauge);
        let gauge = Gauge {
            turn,
            ..Gauge::set(None, value)
        };
        self.gauge = Some(Gauge::join(self.gauge, gauge));
    }

    /// The values of a trend from 0 up, in thousandths of their unit.
    pub(super) fn trend(&mut self) -> &mut Distribution<u64> {
        self.kind = Some(MetricKind::Trend);
        &mut self.trend
    }

    /// The values of a trend so far, in thousandths of their unit.
    pub(super) fn values(&self) -> Signed<'_> {
        Signed {
            below: &self.below,
            above: &self.trend,
        }
    }

    /// How many values there were.
    pub(super) fn samples(&self) -> u64 {
        self.samples
    }

    /// Their sum, of a counter.
    pub(super) fn sum(&self) -> f64 {
        self.sum
    }

    /// How many aren't 0, of a rate.
    pub(super) fn nonzero(&self) -> f64 {
        self.nonzero as f64
    }

    pub(super) fn value(&self) -> Option<CustomValue> {
        Some(match self.kind? {
            MetricKind::Counter => CustomValue::Counter {
                count: self.samples,
                sum: self.sum,
            },
            MetricKind::Rate => CustomValue::Rate {
                nonzero: u64::try_from(self.nonzero).unwrap_or(0),
                total: self.samples,
            },
            MetricKind::Gauge => {
                let Gauge { last, min, max, .. } = self.gauge?;
                CustomValue::Gauge { last, min, max }
            }
            MetricKind::Trend => CustomValue::Trend(self.values().stats(TREND_SCALE)),
        })
    }
}

/// What a custom metric amounts to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "type")]
pub enum CustomValue {
    /// Values added up.
    Counter {
        /// How many values there were.
        count: u64,
        /// Their sum.
        sum: f64,
    },
    /// A value at a time.
    Gauge {
        /// The last one.
        last: f64,
        /// The smallest one.
        min: f64,
        /// The largest one.
        max: f64,
    },
    /// Share of values that aren't 0.
    Rate {
        /// Values other than 0.
        nonzero: u64,
        /// All values.
        total: u64,
    },
    /// Distribution of the values, in the guest's own unit.
    Trend(Stats<f64>),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn total(kind: MetricKind, values: &[f64]) -> CustomTotals {
        let mut part = CustomPart::default();
        values.iter().for_each(|&value| assert!(part.add(kind, value)));
        let mut totals = CustomTotals::default();
        assert!(totals.absorb(&part, 1));
        totals
    }

    #[test]
    fn each_kind_has_its_value() {
        let value = |kind, values: &[f64]| total(kind, values).value().unwrap();
        assert_eq!(
            value(MetricKind::Counter, &[1.5, -0.5]),
            CustomValue::Counter { count: 2, sum: 1.0 }
        );
        assert_eq!(
            value(MetricKind::Gauge, &[2.0, -1.0, 1.0]),
            CustomValue::Gauge {
                last: 1.0,
                min: -1.0,
                max: 2.0
            }
        );
        assert_eq!(
            value(MetricKind::Rate, &[0.0, 1.0, 7.0]),
            CustomValue::Rate { nonzero: 2, total: 3 }
        );
    }

    #[test]
    fn a_sum_stays_at_the_end_of_its_range() {
        let mut all = total(MetricKind::Counter, &[f64::MAX, f64::MAX]);
        let once = all.clone();
        all.merge(&once);
        assert_eq!(
            all.value(),
            Some(CustomValue::Counter {
                count: 4,
                sum: f64::MAX
            })
        );
        assert_eq!(total(MetricKind::Counter, &[f64::MIN, f64::MIN]).sum(), f64::MIN);
    }

    #[test]
    fn trends_are_kept_in_thousandths() {
        let CustomValue::Trend(stats) = total(MetricKind::Trend, &[0.001, 0.25, 1.5]).value().unwrap() else {
            panic!("not a trend");
        };
        assert_eq!(
            (stats.count, stats.min, stats.p50, stats.max),
            (3, 0.001, 0.25, 1.5)
        );
    }

    #[test]
    fn negative_values_of_a_trend_count() {
        let CustomValue::Trend(stats) = total(MetricKind::Trend, &[-5.0, 0.0, -0.25, 40.0, 10.0])
            .value()
            .unwrap()
        else {
            panic!("not a trend");
        };
        assert_eq!(
            (stats.count, stats.min, stats.p50, stats.max, stats.mean),
            (5, -5.0, 0.0, 40.0, 8.95)
        );
    }

    #[test]
    fn values_without_meaning_are_refused() {
        let mut part = CustomPart::default();
        assert!(!part.add(MetricKind::Counter, f64::NAN));
        assert!(!part.add(MetricKind::Trend, f64::INFINITY));
        assert!(!part.add(MetricKind::Trend, f64::NEG_INFINITY));
        assert_eq!(part.kind, None);
    }

    #[test]
    fn another_kind_is_not_mixed_in() {
        let mut totals = total(MetricKind::Counter, &[1.0]);
        let mut part = CustomPart::default();
        part.add(MetricKind::Gauge, 9.0);
        assert!(!totals.absorb(&part, 1));
        assert_eq!(totals.value(), Some(CustomValue::Counter { count: 1, sum: 1.0 }));
    }

    #[test]
    fn a_gauge_without_news_keeps_its_value() {
        let mut totals = total(MetricKind::Gauge, &[3.0]);
        assert!(totals.absorb(&CustomPart::default(), 2));
        assert_eq!(
            totals.value(),
            Some(CustomValue::Gauge {
                last: 3.0,
                min: 3.0,
                max: 3.0
            })
        );
    }
}
