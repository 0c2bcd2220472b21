//! The built-in metrics of a run under the names that k6 users know.

use crate::metrics::{Snapshot, Stats};
use serde::{Deserialize, Serialize};

/// One metric's kind and values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "type", content = "values")]
pub enum BuiltinMetric {
    /// Adds up.
    Counter {
        /// The sum.
        count: u64,
        /// The sum per second of the run.
        rate: f64,
    },
    /// A value at a time.
    Gauge {
        /// The last one.
        value: u64,
    },
    /// A share.
    Rate {
        /// From 0 to 1; null without values.
        rate: Option<f64>,
        /// How many values counted.
        nonzero: u64,
        /// How many did not.
        zero: u64,
    },
    /// A distribution, in microseconds.
    Trend(Stats<u64>),
}

/// All built-in metrics, in the order in which they are shown.
pub(super) fn builtin(snapshot: &Snapshot) -> Vec<(&'static str, BuiltinMetric)> {
    let totals = &snapshot.totals;
    let counter = |count: u64| counter(count, snapshot.elapsed.as_secs_f64());
    let mut all = vec![
        ("http_reqs", counter(totals.requests)),
        (
            "http_req_failed",
            share(totals.failures, totals.requests.saturating_sub(totals.failures)),
        ),
        ("http_req_duration", BuiltinMetric::Trend(totals.duration)),
        ("http_response_time", BuiltinMetric::Trend(totals.response)),
    ];
    all.extend(
        snapshot
            .phases
            .iter()
            .map(|row| (row.metric, BuiltinMetric::Trend(row.times))),
    );
    all.extend([
        ("iterations", counter(totals.iterations.completed())),
        (
            "iteration_duration",
            BuiltinMetric::Trend(totals.iteration_duration),
        ),
        ("dropped_iterations", counter(totals.iterations_dropped)),
        ("late_starts", counter(snapshot.health.late_starts)),
        ("checks", share(totals.checks_passed, totals.checks_failed)),
        (
            "vus",
            BuiltinMetric::Gauge {
                value: snapshot.vus.now,
            },
        ),
        (
            "vus_max",
            BuiltinMetric::Gauge {
                value: snapshot.vus.max,
            },
        ),
        ("data_sent", counter(totals.bytes_sent)),
        ("data_received", counter(totals.bytes_received)),
    ]);
    all
}

fn counter(count: u64, seconds: f64) -> BuiltinMetric {
    BuiltinMetric::Counter {
        count,
        rate: if seconds > 0.0 {
            count as f64 / seconds
        } else {
            0.0
        },
    }
}

fn share(nonzero: u64, zero: u64) -> BuiltinMetric {
    let all = nonzero + zero;
    BuiltinMetric::Rate {
        rate: (all > 0).then(|| nonzero as f64 / all as f64),
        nonzero,
        zero,
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::snapshot;
    use super::*;

    #[test]
    fn all_names_are_there_once() {
        let mut names: Vec<_> = builtin(&snapshot()).into_iter().map(|(name, _)| name).collect();
        names.sort_unstable();
        let expected = [
            "checks",
            "data_received",
            "data_sent",
            "dropped_iterations",
            "http_req_blocked",
            "http_req_connecting",
            "http_req_dns",
            "http_req_duration",
            "http_req_failed",
            "http_req_receiving",
            "http_req_sending",
            "http_req_tls_handshaking",
            "http_req_waiting",
            "http_reqs",
            "http_response_time",
            "iteration_duration",
            "iterations",
            "late_starts",
            "vus",
            "vus_max",
        ];
        assert_eq!(names, expected);
    }

    #[test]
    fn a_share_of_nothing_is_no_number() {
        assert_eq!(
            share(0, 0),
            BuiltinMetric::Rate {
                rate: None,
                nonzero: 0,
                zero: 0
            }
        );
        assert_eq!(
            share(1, 3),
            BuiltinMetric::Rate {
                rate: Some(0.25),
                nonzero: 1,
                zero: 3
            }
        );
    }
}
