//! What a threshold consists of. Plain data; `parse` makes it, `evaluator` applies it.

use crate::metrics::MetricKind;
use std::time::Duration;

/// A rule over a metric.
#[derive(Debug, Clone, PartialEq)]
pub struct Threshold {
    /// What is measured.
    pub metric: Metric,
    /// What must hold of it.
    pub rule: Rule,
}

/// A metric, or the part of it that a selector names.
#[derive(Debug, Clone, PartialEq)]
pub struct Metric {
    /// As it was written.
    pub text: String,
    /// Its name.
    pub name: String,
    /// Whether the name was in quotes: then it is a metric of the plugin's own, however close
    /// it is to another name.
    pub quoted: bool,
    /// What series must have; empty for the whole metric.
    pub selector: Vec<Pair>,
}

/// A tag that series must have.
#[derive(Debug, Clone, PartialEq)]
pub struct Pair {
    /// The tag.
    pub key: String,
    /// Whether the tag was in quotes: then it is one of the plugin's own, as above.
    pub quoted: bool,
    /// Its value.
    pub value: String,
    /// Where the tag begins in the metric's text, in bytes.
    pub key_at: usize,
    /// Where its value begins.
    pub value_at: usize,
}

/// What must hold of a metric.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// As it was written.
    pub text: String,
    /// Which figure of the metric.
    pub aggregation: Aggregation,
    /// How it is compared.
    pub operator: Operator,
    /// With what.
    pub limit: Limit,
    /// Where the limit begins in the rule's text, in bytes.
    pub limit_at: usize,
    /// Over which time.
    pub span: Span,
    /// Whether a failure ends the run, and how long after its start at the earliest.
    pub abort: Option<Duration>,
}

/// One figure of a metric.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Aggregation {
    /// Sum of a counter.
    Count,
    /// Sum of a counter per second, or share of a rate.
    Rate,
    /// Last value of a gauge.
    Value,
    /// Mean of a trend.
    Avg,
    /// Smallest value of a trend or gauge.
    Min,
    /// Largest value of a trend or gauge.
    Max,
    /// Median of a trend.
    Med,
    /// Percentile of a trend, from 0 to 100.
    Percentile(f64),
}

impl Aggregation {
    /// Whether metrics of this kind have such a figure.
    pub fn fits(self, kind: MetricKind) -> bool {
        match self {
            Self::Count => kind == MetricKind::Counter,
            Self::Rate => matches!(kind, MetricKind::Counter | MetricKind::Rate),
            Self::Value => kind == MetricKind::Gauge,
            Self::Min | Self::Max => matches!(kind, MetricKind::Trend | MetricKind::Gauge),
            Self::Avg | Self::Med | Self::Percentile(_) => kind == MetricKind::Trend,
        }
    }
}

/// A kind of metric and the figures that it has, in words.
pub(super) fn figures_of(kind: MetricKind) -> &'static str {
    match kind {
        MetricKind::Counter => "a counter has `count` and `rate`",
        MetricKind::Gauge => "a gauge has `value`, `min` and `max`",
        MetricKind::Rate => "a rate has `rate`",
        MetricKind::Trend => "a trend has `avg`, `min`, `max`, `med` and `p(N)`",
    }
}

/// How a figure is compared with its limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `==` or `===`
    Equal,
    /// `!=`
    NotEqual,
}

impl Operator {
    /// Whether the comparison holds.
    pub fn holds(self, figure: f64, limit: f64) -> bool {
        match self {
            Self::Greater => figure > limit,
            Self::GreaterOrEqual => figure >= limit,
            Self::Less => figure < limit,
            Self::LessOrEqual => figure <= limit,
            Self::Equal => figure == limit,
            Self::NotEqual => figure != limit,
        }
    }

    /// How far the figure is on the wrong side of the limit; negative on the right side.
    pub(super) fn excess(self, figure: f64, limit: f64) -> f64 {
        match self {
            Self::Greater | Self::GreaterOrEqual => limit - figure,
            Self::Less | Self::LessOrEqual => figure - limit,
            Self::Equal => (figure - limit).abs(),
            Self::NotEqual => -(figure - limit).abs(),
        }
    }
}

/// What a figure is compared with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Limit {
    /// A number.
    Fixed(Quantity),
    /// The same figure of an earlier run, changed.
    Baseline(BaselineChange),
}

/// How the figure of an earlier run is changed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum BaselineChange {
    /// Multiplied with this; 1 leaves it as it is.
    Times(f64),
    /// With this added, which may be negative.
    Plus(Quantity),
}

/// A number with what was written after it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quantity {
    /// In milliseconds with a unit of time, as a share of 1 with `%`, else as written.
    pub value: f64,
    /// What was written after it.
    pub mark: Mark,
}

/// What was written after a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// Nothing. Times are in milliseconds then, as in k6.
    None,
    /// A unit of time.
    Time,
    /// `%`
    Percent,
}

/// Over which time a rule must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// The whole run so far.
    Run,
    /// The last stretch of this length, at every second.
    Over(Duration),
    /// Every stretch of this length from the beginning of the run, by itself.
    Each(Duration),
}
