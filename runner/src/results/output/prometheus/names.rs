//! The metrics of a run by Prometheus' names: k6's prefix and suffixes, so that boards that were made for k6 go on showing
//! something. Nothing here knows how they are sent.

use crate::metrics::MetricKind;
use crate::results::output::k6::TagPairs;
use crate::results::output::registry::{Family, Histogram, Registry, SeriesValue};
use std::collections::HashSet;

/// What k6 puts before all names.
const PREFIX: &str = "k6_";

/// What k6 calls figures of a trend, and the quantile that each is, where it is one.
const FIGURES: [(&str, Figure); 8] = [
    ("avg", Figure::Mean),
    ("min", Figure::Min),
    ("med", Figure::Quantile(0.5)),
    ("max", Figure::Max),
    ("p90", Figure::Quantile(0.9)),
    ("p95", Figure::Quantile(0.95)),
    ("p99", Figure::Quantile(0.99)),
    ("p999", Figure::Quantile(0.999)),
];

#[derive(Clone, Copy)]
enum Figure {
    Mean,
    Min,
    Max,
    Quantile(f64),
}

/// Which type Prometheus takes a metric for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PrometheusType {
    Counter,
    Gauge,
    Histogram,
}

/// A metric with its series.
#[derive(Debug)]
pub(super) struct Exposed<'a> {
    pub(super) name: String,
    pub(super) kind: PrometheusType,
    pub(super) series: Vec<(TagPairs, ExposedValue<'a>)>,
}

/// The value of a series.
#[derive(Debug, Clone, Copy)]
pub(super) enum ExposedValue<'a> {
    Number(f64),
    Histogram(&'a Histogram),
}

/// All metrics of a run. No two have the same name, nor two series of one the same labels.
pub(super) fn expose(registry: &Registry) -> Vec<Exposed<'_>> {
    let mut all: Vec<Exposed<'_>> = registry.families().flat_map(of_family).collect();
    let mut taken = HashSet::new();
    for exposed in &mut all {
        // Guests' names that differ only in what Prometheus doesn't allow.
        while !taken.insert(exposed.name.clone()) {
            exposed.name.push('_');
        }
        let mut labels = HashSet::new();
        exposed.series.retain(|(own, _)| labels.insert(own.clone()));
    }
    all.retain(|exposed| !exposed.series.is_empty());
    all
}

fn of_family(family: &Family) -> Vec<Exposed<'_>> {
    let name = format!("{PREFIX}{}", metric_name(&family.name));
    match family.kind {
        MetricKind::Counter => vec![numbers(name + "_total", PrometheusType::Counter, family, sum)],
        MetricKind::Gauge => vec![numbers(name, PrometheusType::Gauge, family, last)],
        MetricKind::Rate => vec![numbers(name + "_rate", PrometheusType::Gauge, family, share)],
        MetricKind::Trend => of_trend(&name, family),
    }
}

fn of_trend<'a>(name: &str, family: &'a Family) -> Vec<Exposed<'a>> {
    let unit = if family.is_time { "_seconds" } else { "" };
    let histograms = family.series().filter_map(|(labels, value)| match value {
        SeriesValue::Histogram(histogram) => Some((pairs(labels), ExposedValue::Histogram(histogram))),
        _ => None,
    });
    let mut all = vec![Exposed {
        name: format!("{name}{unit}"),
        kind: PrometheusType::Histogram,
        series: histograms.collect(),
    }];
    all.extend(FIGURES.into_iter().map(|(suffix, figure)| {
        let name = format!("{name}_{suffix}");
        numbers(name, PrometheusType::Gauge, family, move |value| figure.of(value))
    }));
    all
}

fn numbers(
    name: String,
    kind: PrometheusType,
    family: &Family,
    number: impl Fn(&SeriesValue) -> Option<f64>,
) -> Exposed<'_> {
    let series = family.series().filter_map(|(labels, value)| {
        let number = number(value)?;
        Some((pairs(labels), ExposedValue::Number(number)))
    });
    Exposed {
        name,
        kind,
        series: series.collect(),
    }
}

impl Figure {
    fn of(self, value: &SeriesValue) -> Option<f64> {
        let SeriesValue::Histogram(histogram) = value else {
            return None;
        };
        Some(match self {
            Figure::Mean => histogram.mean(),
            Figure::Min => histogram.min,
            Figure::Max => histogram.max,
            Figure::Quantile(quantile) => histogram.quantile(quantile),
        })
    }
}

fn sum(value: &SeriesValue) -> Option<f64> {
    match value {
        SeriesValue::Sum(sum) => Some(*sum),
        _ => None,
    }
}

fn last(value: &SeriesValue) -> Option<f64> {
    match value {
        SeriesValue::Level(level) => Some(*level),
        _ => None,
    }
}

fn share(value: &SeriesValue) -> Option<f64> {
    match value {
        SeriesValue::Share(nonzero, count) if *count > 0 => Some(*nonzero as f64 / *count as f64),
        _ => None,
    }
}

/// Labels by name, as the protocol has them: none twice, none empty, which is the same as none.
fn pairs(labels: &TagPairs) -> TagPairs {
    let filled = labels.iter().filter(|(_, value)| !value.is_empty());
    let mut pairs: Vec<_> = filled
        .map(|(name, value)| (label_name(name), value.clone()))
        .collect();
    // Stable: of two that Prometheus can't tell apart, the program's own comes first and stays.
    pairs.sort_by(|a, b| a.0.cmp(&b.0));
    pairs.dedup_by(|later, earlier| later.0 == earlier.0);
    pairs
}

/// A name with only what Prometheus allows in names of metrics.
fn metric_name(name: &str) -> String {
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    name.chars().map(|c| if allowed(c) { c } else { '_' }).collect()
}

fn label_name(name: &str) -> String {
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let name: String = name.chars().map(|c| if allowed(c) { c } else { '_' }).collect();
    // Those with two underscores are Prometheus' own, and so is the one of buckets.
    let is_taken = name.starts_with("__") || name == "le" || name == "quantile";
    if is_taken || !name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        format!("tag_{}", name.trim_start_matches('_'))
    } else {
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::output::registry::{Keep, TimeUnit};

    #[test]
    fn names_are_those_of_k6() {
        let mut registry = Registry::new(Keep::Totals(TimeUnit::Seconds));
        registry.requests(&[("/a", 1_000), ("/b", 2_000)]);
        let all = expose(&registry);
        let has = |name: &str| all.iter().any(|exposed| exposed.name == name);
        for name in [
            "k6_http_reqs_total",
            "k6_http_req_failed_rate",
            "k6_http_req_duration_seconds",
            "k6_http_req_duration_p99",
            "k6_http_req_duration_med",
            "k6_vus",
        ] {
            assert!(has(name), "{name}");
        }
        let names: HashSet<_> = all.iter().map(|exposed| &exposed.name).collect();
        assert_eq!(names.len(), all.len(), "each once");
    }

    #[test]
    fn labels_are_legal_sorted_and_none_is_there_twice() {
        let labels: TagPairs = [
            ("url", "/a"),
            ("a-b", "own"),
            ("a.b", "guest's"),
            ("9", "x"),
            ("__name__", "forged"),
            ("le", "1"),
            ("empty", ""),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec();
        let expected = [
            ("a_b", "own"),
            ("tag_9", "x"),
            ("tag_le", "1"),
            ("tag_name__", "forged"),
            ("url", "/a"),
        ];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(pairs(&labels), expected);
    }
}
