//! One figure of what was measured, in the unit in which rules are written.

use super::rule::{Aggregation, figures_of};
use crate::metrics::{Amount, MetricKind, Unit};

/// Trends hold microseconds, or thousandths of a custom metric's unit; rules are about
/// milliseconds, or the unit.
const TREND_SCALE: f64 = 1_000.0;

/// Why there is no figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Missing {
    /// Nothing was measured.
    NoData,
    /// The metric turned out to be of a kind that has no such figure.
    Kind(MetricKind),
}

impl Missing {
    /// In words; `selector` is what was asked for, if not the whole metric.
    pub(super) fn reason(self, selector: &str, is_matched: bool) -> String {
        match self {
            Self::NoData if selector.is_empty() || is_matched => "no data".to_owned(),
            Self::NoData => format!("no data matched {selector}"),
            Self::Kind(kind) => format!("the metric has no such figure: {}", figures_of(kind)),
        }
    }
}

/// The figure of what there was in this many seconds.
pub(super) fn figure(amount: &Amount, aggregation: Aggregation, seconds: f64) -> Result<f64, Missing> {
    let kind = amount
        .kind()
        .filter(|_| amount.is_matched())
        .ok_or(Missing::NoData)?;
    if !aggregation.fits(kind) {
        return Err(Missing::Kind(kind));
    }
    let figure = match kind {
        MetricKind::Counter if aggregation == Aggregation::Rate => per_second(amount.sum(), seconds),
        MetricKind::Counter => Some(amount.sum()),
        MetricKind::Rate => amount.share(),
        MetricKind::Gauge => amount.gauge().map(|[last, min, max]| match aggregation {
            Aggregation::Min => min,
            Aggregation::Max => max,
            _ => last,
        }),
        MetricKind::Trend => trend(amount, aggregation),
    };
    figure.ok_or(Missing::NoData)
}

fn per_second(sum: f64, seconds: f64) -> Option<f64> {
    (seconds > 0.0).then(|| (sum / seconds).clamp(f64::MIN, f64::MAX))
}

fn trend(amount: &Amount, aggregation: Aggregation) -> Option<f64> {
    let values = amount.values();
    if values.is_empty() {
        return None;
    }
    let raw = match aggregation {
        Aggregation::Avg => values.mean(),
        Aggregation::Min => values.min(),
        Aggregation::Max => values.max(),
        Aggregation::Percentile(percent) => values.quantile(percent / 100.0),
        _ => values.quantile(0.5),
    };
    Some(raw / TREND_SCALE)
}

/// The unit of a figure of a metric whose values have this unit.
pub(super) fn unit(metric: Unit, kind: Option<MetricKind>, aggregation: Aggregation) -> Unit {
    match (kind, aggregation) {
        (Some(MetricKind::Counter), Aggregation::Rate) => Unit::PerSecond,
        (Some(MetricKind::Rate), _) => Unit::Share,
        _ => metric,
    }
}
