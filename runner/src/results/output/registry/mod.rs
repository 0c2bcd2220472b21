//! The metrics of a run as streams send them: by name, each with its series, added up second by second in the thread of
//! the output. Prometheus and OpenTelemetry want everything since the beginning, InfluxDB and StatsD what came since the
//! last time; a registry is made for one or the other. It sends nothing.
//!
//! What it holds is bounded: so many metrics with so many series each, whatever goes beyond counts in one series that is
//! named so; of a trend since the beginning it has counters of [`Histogram`] and no values.

mod histogram;
mod spread;

pub(super) use histogram::{Buckets, Histogram, SCHEMA};
pub(super) use spread::spread;

use super::k6::{Measurement, Seconds, TagPairs, Values};
use crate::metrics::MetricKind;
use crate::plan::Plan;
use crate::results::tally::Update;
use crate::secret;
use std::collections::{BTreeMap, HashMap};
use std::convert::Infallible;

/// Series that a metric may have; as many as the results keep apart.
const MOST_SERIES: usize = 2_000;

/// What goes beyond is counted under this name.
const OTHER: &str = crate::metrics::OTHER;

/// Metrics that there may be: those of the program, and as many of guests as the results keep apart.
const MOST_FAMILIES: usize = 1_024;

/// What is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keep {
    /// Everything since the beginning of the run, with times in this unit.
    Totals(TimeUnit),
    /// What came since [`Registry::clear`].
    News,
}

/// The unit of times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TimeUnit {
    Seconds,
    Milliseconds,
}

/// How much there is of a series.
#[derive(Debug)]
pub(super) enum SeriesValue {
    /// Of a counter.
    Sum(f64),
    /// Of a gauge: the last one.
    Level(f64),
    /// Of a rate: how many values aren't 0, and how many there are.
    Share(u64, u64),
    /// Of a trend, where values are kept: each, ascending, and how often it came. Times are in milliseconds.
    Values(Vec<(f64, u64)>),
    /// Of a trend since the beginning.
    Histogram(Histogram),
}

/// One metric.
#[derive(Debug)]
pub(super) struct Family {
    pub(super) name: String,
    pub(super) kind: MetricKind,
    /// Whether its values are times.
    pub(super) is_time: bool,
    /// By all labels but the run's own.
    series: HashMap<TagPairs, Series>,
}

/// One series: all its labels, and how much there is of it.
#[derive(Debug)]
struct Series {
    labels: TagPairs,
    value: Option<SeriesValue>,
}

/// All metrics.
#[derive(Debug)]
pub(super) struct Registry {
    keep: Keep,
    seconds: Seconds,
    /// The run's own tags, which every series has.
    tags: TagPairs,
    families: BTreeMap<String, Family>,
}

impl Family {
    fn new(measurement: &Measurement<'_>) -> Family {
        // Whoever records groups does it as a custom trend in milliseconds.
        let is_group = measurement.metric == "group_duration";
        Family {
            name: measurement.metric.to_owned(),
            kind: measurement.values.kind(),
            is_time: is_group || matches!(measurement.values, Values::Times(_)),
            series: HashMap::new(),
        }
    }

    /// All series of which there is something.
    pub(super) fn series(&self) -> impl Iterator<Item = (&TagPairs, &SeriesValue)> {
        let all = self.series.values();
        all.filter_map(|series| Some((&series.labels, series.value.as_ref()?)))
    }

    /// The series with these labels, which is made if there is room, with the run's tags beside them.
    fn at(&mut self, labels: &TagPairs, tags: &TagPairs) -> &mut Series {
        let is_full = self.series.len() >= MOST_SERIES && !self.series.contains_key(labels);
        let labels = if is_full {
            vec![("name".to_owned(), OTHER.to_owned())]
        } else {
            labels.clone()
        };
        let all = |labels: &TagPairs| {
            let lacks = |(name, _): &&(String, String)| labels.iter().all(|(own, _)| own != name);
            let missing = tags.iter().filter(lacks).cloned();
            labels.iter().cloned().chain(missing).collect()
        };
        self.series.entry(labels).or_insert_with_key(|labels| Series {
            labels: all(labels),
            value: None,
        })
    }

    /// What values are multiplied with to be in the unit that is sent.
    fn scale(&self, times: TimeUnit) -> f64 {
        if self.is_time && times == TimeUnit::Seconds {
            1e-3
        } else {
            1.0
        }
    }
}

impl Series {
    fn add(&mut self, values: &Values<'_>, histogram_scale: Option<f64>) {
        let value = self.value.get_or_insert_with(|| match values {
            Values::Sum(_) => SeriesValue::Sum(0.0),
            Values::Last(_) => SeriesValue::Level(0.0),
            Values::Share { .. } => SeriesValue::Share(0, 0),
            _ if histogram_scale.is_some() => SeriesValue::Histogram(Histogram::default()),
            _ => SeriesValue::Values(Vec::new()),
        });
        match (value, values) {
            (SeriesValue::Sum(sum), Values::Sum(more)) => *sum += more,
            (SeriesValue::Level(level), Values::Last(last)) => *level = *last,
            (SeriesValue::Share(all_nonzero, all), Values::Share { nonzero, zero }) => {
                *all_nonzero += nonzero;
                *all += nonzero + zero;
            }
            (SeriesValue::Values(kept), values) => {
                kept.extend(values.samples());
                kept.sort_by(|a, b| a.0.total_cmp(&b.0));
            }
            (SeriesValue::Histogram(histogram), values) => {
                histogram.add(&values.samples(), histogram_scale.unwrap_or(1.0));
            }
            // Not of the metric's kind: refused before.
            _ => {}
        }
    }
}

impl Registry {
    pub(super) fn new(keep: Keep) -> Registry {
        Registry {
            keep,
            seconds: Seconds::default(),
            tags: TagPairs::new(),
            families: BTreeMap::new(),
        }
    }

    /// A run of this plan begins.
    pub(super) fn begin(&mut self, plan: &Plan) {
        let tags = plan.tags.iter();
        self.tags = tags.map(|(key, value)| (shown(key), shown(value))).collect();
    }

    /// Adds what came in a second.
    pub(super) fn absorb(&mut self, update: &Update) {
        let mut seconds = std::mem::take(&mut self.seconds);
        let told = seconds.tell(update, &mut |measurement| {
            self.add(measurement);
            Ok::<_, Infallible>(())
        });
        // It can't be refused.
        let Ok(()) = told;
        self.seconds = seconds;
        let slow = update.snapshot.health.red_seconds as f64;
        self.add(&Measurement {
            metric: "generator_slow_seconds",
            tags: &TagPairs::new(),
            values: Values::Last(slow),
        });
    }

    /// Adds to one series. What is of another kind than its metric was at first isn't added.
    fn add(&mut self, measurement: &Measurement<'_>) {
        let is_known = self.families.contains_key(measurement.metric);
        let is_nothing = matches!(&measurement.values, Values::Times(times) if times.is_empty());
        if is_nothing || !is_known && self.families.len() >= MOST_FAMILIES {
            return;
        }
        let family = self.families.entry(measurement.metric.to_owned());
        let family = family.or_insert_with(|| Family::new(measurement));
        if family.kind == measurement.values.kind() {
            let scale = match self.keep {
                Keep::Totals(times) => Some(family.scale(times)),
                Keep::News => None,
            };
            family
                .at(measurement.tags, &self.tags)
                .add(&measurement.values, scale);
        }
    }

    /// All metrics, by name.
    pub(super) fn families(&self) -> impl Iterator<Item = &Family> {
        self.families.values()
    }

    /// Forgets all values, so that the next ones are news.
    pub(super) fn clear(&mut self) {
        let families = self.families.values_mut();
        let series = families.flat_map(|family| family.series.values_mut());
        series.for_each(|series| series.value = None);
    }
}

/// A text without secrets.
fn shown(text: &str) -> String {
    secret::redact(text).into_owned()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::metrics::Distribution;

    impl Registry {
        /// Adds a second in which these requests came, by name and microseconds.
        pub(in super::super) fn requests(&mut self, requests: &[(&str, u64)]) {
            let own = |name: &str| {
                let pairs = [("method", "GET"), ("name", name), ("status", "200")];
                pairs
                    .map(|(name, value)| (name.to_owned(), value.to_owned()))
                    .to_vec()
            };
            for (name, us) in requests {
                let (tags, mut times) = (own(name), Distribution::default());
                times.record(*us);
                let (nonzero, zero) = (0, 1);
                for (metric, values) in [
                    ("http_reqs", Values::Sum(1.0)),
                    ("http_req_failed", Values::Share { nonzero, zero }),
                    ("http_req_duration", Values::Times(&times)),
                ] {
                    let tags = &tags;
                    self.add(&Measurement { metric, tags, values });
                }
            }
            let (metric, tags, values) = ("vus", &TagPairs::new(), Values::Last(7.0));
            self.add(&Measurement { metric, tags, values });
        }
    }

    fn count(registry: &Registry) -> (usize, f64) {
        let family = registry.families.get("http_reqs").unwrap();
        let sum = family.series().map(|(_, value)| match value {
            SeriesValue::Sum(sum) => *sum,
            _ => f64::NAN,
        });
        (family.series.len(), sum.sum())
    }

    #[test]
    fn totals_add_up_and_news_are_forgotten() {
        let mut totals = Registry::new(Keep::Totals(TimeUnit::Seconds));
        totals.requests(&[("/a", 1_000), ("/b", 2_000)]);
        totals.requests(&[("/a", 3_000)]);
        assert_eq!(count(&totals), (2, 3.0));
        let mut news = Registry::new(Keep::News);
        news.requests(&[("/a", 1_000), ("/b", 2_000)]);
        news.clear();
        news.requests(&[("/a", 3_000)]);
        assert_eq!(count(&news), (2, 1.0));
    }

    #[test]
    fn series_beyond_the_limit_are_folded_and_nothing_is_lost() {
        let mut registry = Registry::new(Keep::Totals(TimeUnit::Seconds));
        let names: Vec<_> = (0..2_500).map(|n| format!("/{n}")).collect();
        let all: Vec<_> = names.iter().map(|name| (name.as_str(), 5)).collect();
        registry.requests(&all);
        registry.requests(&all);
        assert_eq!(count(&registry), (MOST_SERIES + 1, 5_000.0));
    }

    #[test]
    fn every_series_has_the_runs_tags_and_none_twice() {
        let mut registry = Registry::new(Keep::News);
        registry.tags = vec![
            ("name".to_owned(), "run".to_owned()),
            ("testid".to_owned(), "7".to_owned()),
        ];
        registry.requests(&[("/a", 1)]);
        for family in registry.families() {
            let (labels, _) = family.series().next().unwrap();
            let of = |name: &str| {
                labels
                    .iter()
                    .filter(|(own, _)| own == name)
                    .map(|(_, value)| value.as_str())
                    .collect::<Vec<_>>()
            };
            let name = if family.name == "vus" { "run" } else { "/a" };
            assert_eq!(
                (of("testid"), of("name")),
                (vec!["7"], vec![name]),
                "{}",
                family.name
            );
        }
    }
}
