//! An earlier run, from its JSON summary: the figures that rules are compared with. Says which
//! figures it can't give; never guesses one.

use super::measured::{self, Missing};
use super::resolve::Resolved;
use super::rule::Aggregation;
use crate::metrics::{
    ANY_SCENARIO, Amount, Distribution, Measure, OTHER, PHASES, RunInfo, Selection, SeriesKey, Stats,
    StatusClass,
};
use crate::results::model::{SCHEMA, decoded};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// An earlier run.
#[derive(Debug, Deserialize)]
pub struct Baseline {
    seconds: f64,
    series: Vec<Series>,
    checks: Vec<Check>,
    iterations: Vec<Iterations>,
    custom: Vec<Custom>,
    metrics: BTreeMap<String, BuiltinMetric>,
}

#[derive(Debug, Deserialize)]
struct Series {
    scenario_name: String,
    method: String,
    name: String,
    class: String,
    expected: bool,
    tags: String,
    statuses: BTreeMap<u16, u64>,
    requests: u64,
    failures: u64,
    bytes_sent: u64,
    bytes_received: u64,
    duration: Stats<u64>,
    response: Stats<u64>,
    duration_histogram: Option<String>,
    response_histogram: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Check {
    scenario: String,
    name: String,
    passed: u64,
    failed: u64,
}

#[derive(Debug, Deserialize)]
struct Iterations {
    scenario: String,
    task: String,
    ok: u64,
    failed: u64,
    trapped: u64,
    duration: Stats<f64>,
}

#[derive(Debug, Deserialize)]
struct Custom {
    name: String,
    tags: String,
    value: CustomFigures,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase", tag = "type")]
enum CustomFigures {
    Counter { sum: f64 },
    Gauge { last: f64, min: f64, max: f64 },
    Rate { nonzero: u64, total: u64 },
    Trend(Stats<f64>),
}

#[derive(Debug, Deserialize)]
struct BuiltinMetric {
    values: Value,
}

type Figure = Result<f64, String>;

impl Baseline {
    /// Reads a summary.
    ///
    /// # Errors
    /// It isn't one, in words.
    pub fn parse(text: &str) -> Result<Self, String> {
        #[derive(Deserialize)]
        struct Head {
            schema: String,
        }
        let what = |error: serde_json::Error| format!("it is no JSON summary: {error}");
        let head: Head = serde_json::from_str(text).map_err(what)?;
        if head.schema != SCHEMA {
            return Err(format!("its schema is {:?}, not {SCHEMA:?}", head.schema));
        }
        serde_json::from_str(text).map_err(what)
    }

    /// The figure of the whole earlier run.
    pub(super) fn figure(&self, resolved: &Resolved, info: &RunInfo) -> Figure {
        let (query, aggregation) = (&resolved.query, resolved.threshold.rule.aggregation);
        match &query.measure {
            Measure::Requests
            | Measure::Failed
            | Measure::Duration
            | Measure::Response
            | Measure::BytesSent
            | Measure::BytesReceived => self.requests(resolved, info),
            Measure::Checks => self.checks(&query.selection, info),
            Measure::Iterations => self.iterations(&query.selection, info, aggregation),
            Measure::IterationDuration => self.iteration_duration(&query.selection, info, aggregation),
            Measure::Custom(name) => self.custom(name, &query.selection, aggregation),
            Measure::Phase(phase) => self.trend(PHASES.get(*phase).copied().unwrap_or_default(), aggregation),
            Measure::Dropped => self.counter("dropped_iterations", aggregation),
            Measure::LateStarts => self.counter("late_starts", aggregation),
            Measure::Vus if !query.selection.is_all() => {
                Err("it doesn't hold the VUs of single scenarios".to_owned())
            }
            Measure::Vus => self.gauge("vus", aggregation),
            Measure::VusMax => self.gauge("vus_max", aggregation),
        }
    }

    fn requests(&self, resolved: &Resolved, info: &RunInfo) -> Figure {
        let (query, mut amount) = (&resolved.query, Amount::default());
        for series in &self.series {
            let key = series.key(info)?;
            if query.selection.has_series(&key) {
                series.add(&query.measure, &query.selection, &mut amount)?;
            } else if key.scenario == ANY_SCENARIO && key.name == OTHER && series.requests > 0 {
                return Err("some of its requests were folded into `__other__`: too many names".to_owned());
            }
        }
        let bytes = match query.measure {
            Measure::BytesSent => Some("data_sent"),
            Measure::BytesReceived => Some("data_received"),
            _ => None,
        };
        match bytes {
            // Some bytes belong to no request; the total has them too.
            Some(metric) if query.selection.is_all() => {
                self.counter(metric, resolved.threshold.rule.aggregation)
            }
            _ => self.of_amount(&amount, resolved.threshold.rule.aggregation),
        }
    }

    fn of_amount(&self, amount: &Amount, aggregation: Aggregation) -> Figure {
        let figure = measured::figure(amount, aggregation, self.seconds);
        figure.map_err(|missing| match missing {
            Missing::NoData => "it has no such data".to_owned(),
            Missing::Kind(_) => missing.reason("", true),
        })
    }

    fn checks(&self, selection: &Selection, info: &RunInfo) -> Figure {
        if !selection.tags.is_empty() {
            return Err("it doesn't hold checks by tag".to_owned());
        }
        let wanted = self.checks.iter().filter(|row| {
            is_in(info, selection, &row.scenario)
                && selection.check.as_ref().is_none_or(|check| *check == row.name)
        });
        let mut amount = Amount::default();
        for row in wanted {
            amount.add_share(signed(row.passed), row.passed + row.failed);
        }
        self.of_amount(&amount, Aggregation::Rate)
    }

    fn iterations(&self, selection: &Selection, info: &RunInfo, aggregation: Aggregation) -> Figure {
        let mut amount = Amount::default();
        for row in self.tasks(selection, info) {
            amount.count((row.ok + row.failed + row.trapped) as f64);
        }
        self.of_amount(&amount, aggregation)
    }

    fn iteration_duration(&self, selection: &Selection, info: &RunInfo, aggregation: Aggregation) -> Figure {
        if selection.is_all() {
            return self.trend("iteration_duration", aggregation);
        }
        let mut rows = self.tasks(selection, info);
        match (rows.next(), rows.next()) {
            (Some(only), None) => of_stats(&only.duration, aggregation).map(milliseconds),
            (None, _) => Err("it has no such data".to_owned()),
            _ => Err("it holds durations of single tasks and of all, not of several together".to_owned()),
        }
    }

    fn tasks(&self, selection: &Selection, info: &RunInfo) -> impl Iterator<Item = &Iterations> {
        self.iterations.iter().filter(move |row| {
            let task = selection.tasks.as_ref();
            is_in(info, selection, &row.scenario)
                && task.is_none_or(|tasks| tasks.iter().any(|task| is_task(info, *task, row)))
        })
    }

    fn custom(&self, name: &str, selection: &Selection, aggregation: Aggregation) -> Figure {
        if selection.scenarios.is_some() {
            return Err("it doesn't hold custom metrics by scenario".to_owned());
        }
        let has_tags = |tags: &str| {
            let has = |(key, value): &(String, String)| {
                tags.split(',').any(|pair| pair == format!("{key}={value}"))
            };
            selection.tags.iter().all(has) && selection.tags.is_empty() == tags.is_empty()
        };
        let mut rows = self
            .custom
            .iter()
            .filter(|row| row.name == name && has_tags(&row.tags));
        match (rows.next(), rows.next()) {
            (Some(only), None) => custom_figure(&only.value, aggregation, self.seconds),
            (None, _) => Err("it has no such data".to_owned()),
            _ => Err("it holds the metric by all of its tags, not by some".to_owned()),
        }
    }

    fn trend(&self, metric: &str, aggregation: Aggregation) -> Figure {
        let stats: Stats<f64> = self.values(metric)?;
        of_stats(&stats, aggregation).map(milliseconds)
    }

    fn counter(&self, metric: &str, aggregation: Aggregation) -> Figure {
        #[derive(Deserialize)]
        struct Counter {
            count: f64,
            rate: f64,
        }
        let Counter { count, rate } = self.values(metric)?;
        Ok(if aggregation == Aggregation::Rate {
            rate
        } else {
            count
        })
    }

    fn gauge(&self, metric: &str, aggregation: Aggregation) -> Figure {
        #[derive(Deserialize)]
        struct Gauge {
            value: f64,
        }
        match aggregation {
            Aggregation::Value => Ok(self.values::<Gauge>(metric)?.value),
            _ => Err(format!("it only holds the last value of `{metric}`")),
        }
    }

    fn values<T: serde::de::DeserializeOwned>(&self, metric: &str) -> Result<T, String> {
        let metric = self.metrics.get(metric).ok_or("it doesn't hold the metric")?;
        T::deserialize(&metric.values).map_err(|error| format!("its figures are damaged: {error}"))
    }
}

impl Series {
    /// The key that the same series has in this run.
    fn key(&self, info: &RunInfo) -> Result<SeriesKey, String> {
        let class = StatusClass::parse(&self.class)
            .ok_or_else(|| format!("it holds an unknown class of status, {:?}", self.class))?;
        Ok(SeriesKey {
            scenario: index_of(info, &self.scenario_name),
            method: self.method.clone(),
            name: self.name.clone(),
            class,
            expected: self.expected,
            tags: self.tags.clone(),
        })
    }

    fn add(&self, measure: &Measure, selection: &Selection, amount: &mut Amount) -> Result<(), String> {
        match measure {
            Measure::Failed => amount.add_share(signed(self.failures), self.requests),
            Measure::Duration => {
                amount.add_times(&restored(self.duration_histogram.as_deref(), &self.duration)?)
            }
            Measure::Response => {
                amount.add_times(&restored(self.response_histogram.as_deref(), &self.response)?)
            }
            Measure::BytesSent => amount.count(self.bytes_sent as f64),
            Measure::BytesReceived => amount.count(self.bytes_received as f64),
            _ => {
                let wanted = self
                    .statuses
                    .iter()
                    .filter(|(status, _)| selection.has_status(**status));
                amount.count(wanted.map(|(_, count)| *count).sum::<u64>() as f64);
            }
        }
        Ok(())
    }
}

/// A distribution from HdrHistogram's interchange format in base64.
fn restored(text: Option<&str>, stats: &Stats<u64>) -> Result<Distribution<u64>, String> {
    decoded(text.ok_or("it lacks histograms")?, stats)
}

fn custom_figure(value: &CustomFigures, aggregation: Aggregation, seconds: f64) -> Figure {
    use Aggregation::{Count, Max, Min, Rate, Value};
    match (value, aggregation) {
        (CustomFigures::Counter { sum }, Count) => Ok(*sum),
        (CustomFigures::Counter { sum }, Rate) if seconds > 0.0 => Ok(sum / seconds),
        (CustomFigures::Rate { nonzero, total }, Rate) if *total > 0 => Ok(*nonzero as f64 / *total as f64),
        (CustomFigures::Gauge { last, .. }, Value) => Ok(*last),
        (CustomFigures::Gauge { min, .. }, Min) => Ok(*min),
        (CustomFigures::Gauge { max, .. }, Max) => Ok(*max),
        (CustomFigures::Trend(stats), _) => of_stats(stats, aggregation),
        _ => Err("its metric of that name is of another kind".to_owned()),
    }
}

/// A figure where only the usual ones are known.
fn of_stats(stats: &Stats<f64>, aggregation: Aggregation) -> Figure {
    if stats.count == 0 {
        return Err("it has no such data".to_owned());
    }
    let percentiles = [
        (50.0, stats.p50),
        (90.0, stats.p90),
        (95.0, stats.p95),
        (99.0, stats.p99),
        (99.9, stats.p999),
    ];
    match aggregation {
        Aggregation::Avg => Ok(stats.mean),
        Aggregation::Min => Ok(stats.min),
        Aggregation::Max => Ok(stats.max),
        Aggregation::Med => Ok(stats.p50),
        Aggregation::Percentile(wanted) => {
            let found = percentiles.into_iter().find(|(percent, _)| *percent == wanted);
            let (_, value) =
                found.ok_or("of this metric it only holds p(50), p(90), p(95), p(99) and p(99.9)")?;
            Ok(value)
        }
        _ => Err("its metric of that name is of another kind".to_owned()),
    }
}

fn milliseconds(microseconds: f64) -> f64 {
    microseconds / 1_000.0
}

fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Index of a scenario in this run, or one that none has.
fn index_of(info: &RunInfo, name: &str) -> u16 {
    let index = info.scenarios.iter().position(|scenario| scenario.name == name);
    index
        .and_then(|index| u16::try_from(index).ok())
        .unwrap_or(ANY_SCENARIO)
}

fn is_in(info: &RunInfo, selection: &Selection, scenario: &str) -> bool {
    let scenarios = selection.scenarios.as_ref();
    scenarios.is_none_or(|scenarios| scenarios.contains(&index_of(info, scenario)))
}

fn is_task(info: &RunInfo, (scenario, task): (u16, u16), row: &Iterations) -> bool {
    let found = info.scenarios.get(usize::from(scenario));
    found.is_some_and(|s| s.name == row.scenario && s.tasks.get(usize::from(task)) == Some(&row.task))
}
