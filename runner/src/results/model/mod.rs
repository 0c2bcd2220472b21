//! The results of a run as one value: what its file holds, field by field, and what every format at the end of a run is
//! rendered from, be it the run that has just ended or one read back. `summary.md`, next to this file, describes the file;
//! a change that could break a reader of it gets a new version. How anything looks is not known here.

mod builtin;
mod facts;
mod histogram;
mod numbers;
mod read;
mod snapshot;

#[cfg(test)]
pub(crate) mod sample;
#[cfg(test)]
mod tests;

pub use builtin::BuiltinMetric;
pub use facts::{EndFacts, RunFacts};
pub use histogram::{decoded, encoded};
pub use read::{LARGEST, of_file};

use crate::metrics::{
    CheckRow, CustomRow, DenialRow, ErrorRow, FailureRow, Flags, Health, HistoryPoint, OutputRow, RequestRow,
    SeriesRow, SlowRequest, Snapshot, TaskRow, Totals, Verdict,
};
use builtin::builtin;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::SystemTime;

/// Name and version of the schema.
pub const SCHEMA: &str = "wasmswarm.summary/1";

/// A run that has ended. Fields are as `summary.md` says; those that newer versions add need `#[serde(default)]`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RunResults {
    /// [`SCHEMA`].
    pub schema: String,
    /// Version of the program that wrote it.
    pub version: String,
    /// What was run, as the operator named it.
    pub plugin: String,
    /// The resolved plan. Its own form changes with versions of the program; `Plan::read` reads those it knows.
    pub plan: serde_json::Value,
    /// The plan's hash.
    pub plan_hash: String,
    /// When the run began, RFC 3339 in UTC.
    pub started: String,
    /// When it had ended.
    pub ended: String,
    /// Its length.
    pub seconds: f64,
    /// How it ended.
    pub end: EndFacts,
    /// How the thresholds came out.
    pub thresholds: Vec<Verdict>,
    /// The whole run in one row.
    pub totals: Totals,
    /// The built-in metrics by name.
    pub metrics: BTreeMap<String, BuiltinMetric>,
    /// Requests by scenario, method and name; most requests first.
    pub requests: Vec<RequestRow>,
    /// Requests by all that tells them apart, with their whole distributions.
    pub series: Vec<StoredSeries>,
    /// Why requests failed; most frequent first.
    pub failures: Vec<FailureRow>,
    /// Checks, by scenario and name.
    pub checks: Vec<CheckRow>,
    /// Custom metrics by name and tags.
    pub custom: Vec<CustomRow>,
    /// Iterations by task.
    pub iterations: Vec<TaskRow>,
    /// Messages of failed and trapped iterations; most frequent first.
    pub errors: Vec<ErrorRow>,
    /// What the sandbox refused.
    pub denials: Vec<DenialRow>,
    /// How well the generator kept up.
    pub health: Health,
    /// What happened when.
    pub history: Vec<HistoryPoint>,
    /// What only warmed up the system under test, in none of the other figures.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warm_up: Option<WarmUp>,
    /// What to know before trusting the rest.
    pub flags: Flags,
    /// The slowest requests by the ids of their traces, slowest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub slowest: Vec<SlowRequest>,
    /// What became of the run's outputs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outputs: Vec<OutputRow>,
    /// Counts that don't agree with each other.
    pub wrong: Vec<String>,
}

/// What only warmed up.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct WarmUp {
    /// All of it in one row.
    pub totals: Totals,
    /// Its requests.
    pub requests: Vec<RequestRow>,
    /// Why they failed.
    pub failures: Vec<FailureRow>,
    /// Messages of its iterations.
    pub errors: Vec<ErrorRow>,
}

/// A series of requests with its distributions.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StoredSeries {
    /// The series.
    #[serde(flatten)]
    pub row: SeriesRow,
    /// Service times: HdrHistogram V2, deflated, base64. [`decoded`] reads it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_histogram: Option<String>,
    /// Response times.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response_histogram: Option<String>,
}

impl RunResults {
    /// The results of a run that has ended, from its last snapshot.
    ///
    /// # Errors
    /// A histogram can't be encoded, which only happens when memory runs out.
    pub fn of(snapshot: &Snapshot, facts: &RunFacts<'_>) -> Result<Self, String> {
        let series: Result<Vec<_>, _> = snapshot.series.iter().map(stored).collect();
        Ok(Self {
            schema: SCHEMA.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            plugin: facts.plugin.to_owned(),
            plan: facts.plan.clone(),
            plan_hash: facts.plan_hash.to_owned(),
            started: timestamp(facts.started),
            ended: timestamp(facts.ended),
            seconds: snapshot.elapsed.as_secs_f64(),
            end: facts.end.clone(),
            thresholds: snapshot.thresholds.clone(),
            totals: snapshot.totals,
            metrics: named(builtin(snapshot)),
            requests: snapshot.requests.clone(),
            series: series?,
            failures: snapshot.failures.clone(),
            checks: snapshot.checks.clone(),
            custom: snapshot.custom.clone(),
            iterations: snapshot.iterations.clone(),
            errors: snapshot.errors.clone(),
            denials: snapshot.denials.clone(),
            health: snapshot.health.clone(),
            history: snapshot.history.clone(),
            warm_up: facts.warm_up.map(warmed_up),
            flags: snapshot.flags,
            slowest: snapshot.slowest.clone(),
            outputs: snapshot.outputs.clone(),
            wrong: facts.wrong.to_vec(),
        })
    }

    /// The file's text, with a line break at its end.
    ///
    /// # Errors
    /// Memory runs out.
    pub fn to_json(&self) -> serde_json::Result<String> {
        serde_json::to_string_pretty(self).map(|text| text + "\n")
    }
}

fn named(metrics: Vec<(&'static str, BuiltinMetric)>) -> BTreeMap<String, BuiltinMetric> {
    let named = metrics.into_iter();
    named.map(|(name, metric)| (name.to_owned(), metric)).collect()
}

fn warmed_up(snapshot: &Snapshot) -> WarmUp {
    WarmUp {
        totals: snapshot.totals,
        requests: snapshot.requests.clone(),
        failures: snapshot.failures.clone(),
        errors: snapshot.errors.clone(),
    }
}

fn stored(row: &SeriesRow) -> Result<StoredSeries, String> {
    let times = row.times.as_deref();
    Ok(StoredSeries {
        // The distributions are in their stored form from here on.
        row: SeriesRow {
            times: None,
            ..row.clone()
        },
        duration_histogram: times.map(|times| encoded(&times.duration)).transpose()?,
        response_histogram: times.map(|times| encoded(&times.response)).transpose()?,
    })
}

/// A moment as files have it.
pub fn timestamp(time: SystemTime) -> String {
    humantime::format_rfc3339_millis(time).to_string()
}
