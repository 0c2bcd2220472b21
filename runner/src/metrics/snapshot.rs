//! The aggregated view of a run at one moment. Plain data: what reports, outputs and the
//! terminal show. All times in microseconds unless said otherwise.
//!
//! Rows are read back from results files, older ones too: a field that is added here needs `#[serde(default)]`.

use super::custom::CustomValue;
use super::delta::Outcomes;
use super::distribution::{Distribution, Stats};
use super::health::Health;
use super::history::HistoryPoint;
use super::keys::{FailureKey, SeriesKey};
use super::limits::MetricKind;
use super::phases::PhaseRow;
use super::request_history::RequestPoint;
use super::series::Statuses;
use super::slowest::SlowRequest;
use super::verdict::Verdict;
use super::window::Recent;
use serde::{Deserialize, Serialize, Serializer};
use std::sync::Arc;
use std::time::Duration;

/// A run at one moment.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Snapshot {
    /// Time since the run began; in seconds when serialized.
    #[serde(serialize_with = "seconds")]
    pub elapsed: Duration,
    /// The whole run in one row.
    pub totals: Totals,
    /// The last ten seconds.
    pub recent: Recent,
    /// Where requests spent their time.
    pub phases: Vec<PhaseRow>,
    /// Requests, by all that tells them apart.
    pub series: Vec<SeriesRow>,
    /// Requests by scenario, method and name; most requests first.
    pub requests: Vec<RequestRow>,
    /// Why requests failed; most frequent first.
    pub failures: Vec<FailureRow>,
    /// How the thresholds stand, in the order in which they were given.
    pub thresholds: Vec<Verdict>,
    /// Checks, by scenario and name.
    pub checks: Vec<CheckRow>,
    /// Iterations by task, in the order of the plugin.
    pub iterations: Vec<TaskRow>,
    /// Messages of failed and trapped iterations; most frequent first.
    pub errors: Vec<ErrorRow>,
    /// Custom metrics by name and tags.
    pub custom: Vec<CustomRow>,
    /// Running VUs.
    pub vus: Vus,
    /// What the sandbox refused, by kind, and how often.
    pub denials: Vec<DenialRow>,
    /// How well the generator kept up.
    pub health: Health,
    /// What happened when.
    pub history: Vec<HistoryPoint>,
    /// What a reader must know before trusting the rest.
    pub flags: Flags,
    /// The slowest requests by the ids of their traces, slowest first; none where the run sends no ids.
    pub slowest: Vec<SlowRequest>,
    /// What became of the run's outputs; empty until they have ended.
    pub outputs: Vec<OutputRow>,
}

/// How it went with an output.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutputRow {
    /// What it is called.
    pub name: String,
    /// Seconds that it wasn't given, or couldn't deliver.
    pub dropped: u64,
    /// What kept it from its work, if anything did.
    pub failure: Option<String>,
}

/// The whole run in one row.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Totals {
    /// Completed requests, failed or not.
    pub requests: u64,
    /// Those that count as failed.
    pub failures: u64,
    /// Completed requests per second of the run.
    pub rate: f64,
    /// Requests begun.
    pub requests_started: u64,
    /// Requests dropped because the run ended.
    pub requests_interrupted: u64,
    /// Completed requests of which nothing was ever written: they have no service time.
    pub requests_unsent: u64,
    /// Those of them that were refused at once: they have no response time either.
    pub requests_refused: u64,
    /// Requests on a connection that had served one before.
    pub reused: u64,
    /// Service times.
    pub duration: Stats<u64>,
    /// Response times, from the scheduled start.
    pub response: Stats<u64>,
    /// Bytes written.
    pub bytes_sent: u64,
    /// Bytes read.
    pub bytes_received: u64,
    /// Iterations whose time came by the plan: started or dropped, each of them.
    pub iterations_planned: u64,
    /// Iterations begun.
    pub iterations_started: u64,
    /// Planned iterations that couldn't be started.
    pub iterations_dropped: u64,
    /// How iterations ended.
    pub iterations: Outcomes,
    /// Completed iterations per second of the run.
    pub iteration_rate: f64,
    /// Durations of completed iterations.
    pub iteration_duration: Stats<u64>,
    /// Checks passed.
    pub checks_passed: u64,
    /// Checks failed.
    pub checks_failed: u64,
    /// Instances replaced after a trap.
    pub instances_replaced: u64,
}

/// One series of requests.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SeriesRow {
    /// What tells it apart.
    #[serde(flatten)]
    pub key: SeriesKey,
    /// Name of the scenario; empty in the folded series.
    pub scenario_name: String,
    /// Counts by exact status; 0 stands for no response.
    pub statuses: Statuses,
    /// Completed requests.
    pub requests: u64,
    /// Those that count as failed.
    pub failures: u64,
    /// Requests per second of the run.
    pub rate: f64,
    /// Bytes written.
    pub bytes_sent: u64,
    /// Bytes read.
    pub bytes_received: u64,
    /// Service times.
    pub duration: Stats<u64>,
    /// Response times.
    pub response: Stats<u64>,
    /// All service and response times; only in the final snapshot.
    #[serde(skip)]
    pub times: Option<Arc<SeriesTimes>>,
}

/// The distributions of a series.
#[derive(Debug)]
pub struct SeriesTimes {
    /// Service times.
    pub duration: Distribution<u64>,
    /// Response times.
    pub response: Distribution<u64>,
}

/// All requests of one scenario with one method and name.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RequestRow {
    /// Name of the scenario; empty in the folded row.
    pub scenario: String,
    /// Method or protocol.
    pub method: String,
    /// Name of the group.
    pub name: String,
    /// Completed requests.
    pub requests: u64,
    /// Those that count as failed.
    pub failures: u64,
    /// Requests per second of the run.
    pub rate: f64,
    /// Service times.
    pub duration: Stats<u64>,
    /// Response times.
    pub response: Stats<u64>,
    /// What happened when; only in the final snapshot.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub history: Vec<RequestPoint>,
}

/// One way in which requests failed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FailureRow {
    /// Which requests, and why.
    #[serde(flatten)]
    pub key: FailureKey,
    /// How many.
    pub count: u64,
}

/// One check.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CheckRow {
    /// Name of the scenario; empty in the folded row.
    pub scenario: String,
    /// Name of the check.
    pub name: String,
    /// How often it passed.
    pub passed: u64,
    /// How often it failed.
    pub failed: u64,
}

/// One task's iterations.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TaskRow {
    /// Name of the scenario.
    pub scenario: String,
    /// Name of the task.
    pub task: String,
    /// How its iterations ended.
    #[serde(flatten)]
    pub outcomes: Outcomes,
    /// Durations of completed iterations.
    pub duration: Stats<u64>,
}

/// One message of failed or trapped iterations.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ErrorRow {
    /// Name of the scenario.
    pub scenario: String,
    /// Name of the task.
    pub task: String,
    /// What the guest or the sandbox said.
    pub message: String,
    /// How often.
    pub count: u64,
}

/// One custom metric with its tags.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CustomRow {
    /// Name of the metric.
    pub name: String,
    /// `key=value` pairs, joined by commas; empty for all of them together.
    pub tags: String,
    /// Its kind.
    pub kind: MetricKind,
    /// What it amounts to.
    pub value: CustomValue,
}

/// How many VUs there are.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Vus {
    /// Running now.
    pub now: u64,
    /// Most at once, at the ends of seconds, or initialised from the beginning.
    pub max: u64,
    /// Running now, by scenario, in the order of the plugin.
    pub by_scenario: Vec<(String, u64)>,
}

/// One kind of refusal.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DenialRow {
    /// What was asked for.
    pub kind: String,
    /// How often.
    pub count: u64,
}

/// What a reader must know before trusting the rest. All zero in a sound run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Flags {
    /// Requests that were folded because there were too many series.
    pub folded_requests: u64,
    /// Failed requests whose messages were folded because there were too many.
    pub folded_failures: u64,
    /// Checks that were folded because there were too many names.
    pub folded_checks: u64,
    /// Custom values that were folded because there were too many metrics.
    pub folded_values: u64,
    /// Custom values without meaning, which were dropped.
    pub values_dropped: u64,
    /// Custom metrics that two threads first used as different kinds.
    pub kind_conflicts: u64,
    /// Log lines that were dropped.
    pub logs_dropped: u64,
    /// Names and tags that were cut, changed or left out.
    pub labels_altered: u64,
}

impl Snapshot {
    /// Lets a function change every text that guests, servers or the operator wrote.
    pub(super) fn each_text(&mut self, change: fn(&mut String)) {
        for row in &mut self.series {
            let key = &mut row.key;
            [
                &mut key.method,
                &mut key.name,
                &mut key.tags,
                &mut row.scenario_name,
            ]
            .into_iter()
            .for_each(change);
        }
        for row in &mut self.requests {
            [&mut row.scenario, &mut row.method, &mut row.name]
                .into_iter()
                .for_each(change);
        }
        for row in &mut self.failures {
            let key = &mut row.key;
            [&mut key.method, &mut key.name, &mut key.message, &mut key.detail]
                .into_iter()
                .for_each(change);
        }
        for row in &mut self.checks {
            [&mut row.scenario, &mut row.name].into_iter().for_each(change);
        }
        for row in &mut self.errors {
            [&mut row.scenario, &mut row.task, &mut row.message]
                .into_iter()
                .for_each(change);
        }
        for row in &mut self.custom {
            [&mut row.name, &mut row.tags].into_iter().for_each(change);
        }
        for row in &mut self.iterations {
            [&mut row.scenario, &mut row.task].into_iter().for_each(change);
        }
        self.denials.iter_mut().for_each(|row| change(&mut row.kind));
        for row in &mut self.slowest {
            [&mut row.scenario, &mut row.method, &mut row.name]
                .into_iter()
                .for_each(change);
        }
    }
}

fn seconds<S: Serializer>(value: &Duration, out: S) -> Result<S::Ok, S::Error> {
    out.serialize_f64(value.as_secs_f64())
}
