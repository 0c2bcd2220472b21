//! The summary for machines. Its schema is described in `summary.md`, next to this file; a
//! change that could break a reader gets a new version.

use super::builtin::{BuiltinMetric, builtin};
use super::end::{EndFacts, RunFacts};
use crate::metrics::{
    CheckRow, CustomRow, DenialRow, Distribution, ErrorRow, FailureRow, Flags, Health, HistoryPoint,
    RequestRow, SeriesRow, Snapshot, TaskRow, Totals, Verdict,
};
use base64::Engine as _;
use hdrhistogram::serialization::{Serializer as _, V2DeflateSerializer};
use serde::Serialize;
use std::collections::BTreeMap;
use std::time::SystemTime;

/// Name and version of the schema.
pub const SCHEMA: &str = "wasmswarm.summary/1";

/// The summary as JSON text, with a line break at its end.
///
/// # Errors
/// A histogram can't be encoded, which only happens when memory runs out.
pub fn summary_json(snapshot: &Snapshot, facts: &RunFacts<'_>) -> serde_json::Result<String> {
    let series: Result<Vec<_>, _> = snapshot.series.iter().map(series).collect();
    let document = Document {
        schema: SCHEMA,
        version: env!("CARGO_PKG_VERSION"),
        plugin: facts.plugin,
        plan: facts.plan,
        plan_hash: facts.plan_hash,
        started: timestamp(facts.started),
        ended: timestamp(facts.ended),
        seconds: snapshot.elapsed.as_secs_f64(),
        end: facts.end,
        thresholds: &snapshot.thresholds,
        totals: &snapshot.totals,
        metrics: builtin(snapshot).into_iter().collect(),
        requests: &snapshot.requests,
        series: series.map_err(serde::ser::Error::custom)?,
        failures: &snapshot.failures,
        checks: &snapshot.checks,
        custom: &snapshot.custom,
        iterations: &snapshot.iterations,
        errors: &snapshot.errors,
        denials: &snapshot.denials,
        health: &snapshot.health,
        history: &snapshot.history,
        warm_up: facts.warm_up.map(|snapshot| WarmUp {
            totals: &snapshot.totals,
            requests: &snapshot.requests,
            failures: &snapshot.failures,
            errors: &snapshot.errors,
        }),
        flags: &snapshot.flags,
        wrong: facts.wrong,
    };
    serde_json::to_string_pretty(&document).map(|text| text + "\n")
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    version: &'static str,
    plugin: &'a str,
    plan: &'a serde_json::Value,
    plan_hash: &'a str,
    started: String,
    ended: String,
    seconds: f64,
    end: &'a EndFacts,
    thresholds: &'a [Verdict],
    totals: &'a Totals,
    metrics: BTreeMap<&'static str, BuiltinMetric>,
    requests: &'a [RequestRow],
    series: Vec<Series<'a>>,
    failures: &'a [FailureRow],
    checks: &'a [CheckRow],
    custom: &'a [CustomRow],
    iterations: &'a [TaskRow],
    errors: &'a [ErrorRow],
    denials: &'a [DenialRow],
    health: &'a Health,
    history: &'a [HistoryPoint],
    #[serde(skip_serializing_if = "Option::is_none")]
    warm_up: Option<WarmUp<'a>>,
    flags: &'a Flags,
    wrong: &'a [String],
}

/// What only warmed up the system under test: in none of the other figures.
#[derive(Serialize)]
struct WarmUp<'a> {
    totals: &'a Totals,
    requests: &'a [RequestRow],
    failures: &'a [FailureRow],
    errors: &'a [ErrorRow],
}

#[derive(Serialize)]
struct Series<'a> {
    #[serde(flatten)]
    row: &'a SeriesRow,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration_histogram: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_histogram: Option<String>,
}

fn series(row: &SeriesRow) -> Result<Series<'_>, String> {
    let times = row.times.as_deref();
    Ok(Series {
        row,
        duration_histogram: times.map(|times| encoded(&times.duration)).transpose()?,
        response_histogram: times.map(|times| encoded(&times.response)).transpose()?,
    })
}

/// HdrHistogram's own interchange format: V2, deflated, base64.
fn encoded(times: &Distribution<u64>) -> Result<String, String> {
    let mut bytes = Vec::new();
    let written = V2DeflateSerializer::new().serialize(&times.to_histogram(), &mut bytes);
    written.map_err(|error| error.to_string())?;
    Ok(base64::engine::general_purpose::STANDARD.encode(bytes))
}

pub(super) fn timestamp(time: SystemTime) -> String {
    humantime::format_rfc3339_millis(time).to_string()
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;
    use hdrhistogram::Histogram;
    use hdrhistogram::serialization::Deserializer;
    use serde_json::Value;

    fn document() -> Value {
        let (plan, end) = (serde_json::json!({"seed": 1}), sample::end());
        let text = summary_json(&sample::snapshot(), &sample::facts(&plan, &end)).unwrap();
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn says_which_run_it_was_and_how_it_ended() {
        let document = document();
        assert_eq!(document["schema"], "wasmswarm.summary/1");
        assert_eq!(document["plan"]["seed"], 1);
        assert_eq!(document["started"], "2023-11-14T22:13:20.000Z");
        assert_eq!(document["ended"], "2023-11-14T22:13:30.000Z");
        assert_eq!(document["end"]["reason"], "finished");
    }

    #[test]
    fn metrics_have_their_values() {
        let metrics = &document()["metrics"];
        assert_eq!(
            metrics["http_reqs"],
            serde_json::json!({"type": "counter", "values": {"count": 100, "rate": 10.0}})
        );
        assert_eq!(metrics["http_req_failed"]["values"]["rate"], 0.03);
        assert_eq!(metrics["http_req_duration"]["values"]["max"], 1_990);
        assert_eq!(
            metrics["vus_max"],
            serde_json::json!({"type": "gauge", "values": {"value": 1}})
        );
    }

    #[test]
    fn series_carry_exact_statuses_and_whole_histograms() {
        let document = document();
        let series = document["series"].as_array().unwrap();
        let missing: Vec<_> = series.iter().filter(|row| row["class"] == "4xx").collect();
        assert_eq!(missing.len(), 2);
        assert_eq!(missing[0]["statuses"], serde_json::json!({"404": 1}));
        let requests: u64 = series.iter().map(|row| row["requests"].as_u64().unwrap()).sum();
        assert_eq!(requests, 100);
        let mut all = Histogram::<u64>::new(3).unwrap();
        series
            .iter()
            .for_each(|row| all.add(decoded(&row["duration_histogram"])).unwrap());
        assert_eq!((all.len(), all.value_at_quantile(0.5)), (100, 1_490));
    }

    fn decoded(text: &Value) -> Histogram<u64> {
        let bytes = base64::engine::general_purpose::STANDARD
            .decode(text.as_str().unwrap())
            .unwrap();
        Deserializer::new().deserialize(&mut bytes.as_slice()).unwrap()
    }

    #[test]
    fn every_field_is_documented() {
        let described = include_str!("summary.md");
        let document = document();
        for name in document.as_object().unwrap().keys() {
            assert!(
                described.contains(&format!("`{name}`")),
                "{name} is missing in summary.md"
            );
        }
        let objects = [
            "/totals",
            "/health",
            "/flags",
            "/history/0",
            "/history/0/response",
            "/requests/0",
            "/requests/0/history/0",
        ];
        for object in objects {
            for name in document.pointer(object).unwrap().as_object().unwrap().keys() {
                assert!(
                    described.contains(&format!("`{name}`")),
                    "{object}/{name} is missing in summary.md"
                );
            }
        }
    }

    #[test]
    fn requests_have_a_history_of_their_own() {
        let document = document();
        let rows = document["requests"].as_array().unwrap();
        assert_eq!(rows.len(), 2);
        for row in rows {
            let point = &row["history"][0];
            assert_eq!(
                (&point["requests"], &point["failures"]),
                (&row["requests"], &row["failures"])
            );
            assert_eq!(point["service"]["p99"], row["duration"]["p99"]);
            assert_eq!(point["response"]["max"], row["response"]["max"]);
        }
        assert_eq!(
            document["history"][0]["p99"],
            document["history"][0]["service"]["p99"]
        );
    }
}
