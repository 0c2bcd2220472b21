//! The built-in metrics that thresholds know, and the tags that each is kept by.

use crate::metrics::{Measure, MetricKind, PHASES, Unit};

/// A built-in metric.
#[derive(Debug, Clone)]
pub(super) struct Builtin {
    pub(super) measure: Measure,
    pub(super) kind: MetricKind,
    /// Unit of its values, as rules write them.
    pub(super) unit: Unit,
    pub(super) tags: Tags,
}

/// By which tags parts of a metric can be selected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tags {
    /// The program's own.
    pub(super) own: &'static [&'static str],
    /// Whether those of the plugin too.
    pub(super) user: bool,
}

/// All tags of the program's own.
pub(super) const SYSTEM_TAGS: [&str; 9] = [
    "name",
    "url",
    "method",
    "status",
    "scenario",
    "group",
    "check",
    "expected_response",
    "task",
];

const REQUESTS: Tags = Tags {
    own: &[
        "name",
        "url",
        "method",
        "status",
        "scenario",
        "group",
        "expected_response",
    ],
    user: true,
};
const ITERATIONS: Tags = Tags {
    own: &["scenario", "task"],
    user: false,
};
const CHECKS: Tags = Tags {
    own: &["check", "scenario", "group"],
    user: true,
};
const VUS: Tags = Tags {
    own: &["scenario"],
    user: false,
};
const NONE: Tags = Tags {
    own: &[],
    user: false,
};
/// Of custom metrics.
pub(super) const CUSTOM: Tags = Tags {
    own: &["scenario", "group"],
    user: true,
};

/// Names of all built-in metrics.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    const OTHERS: [&str; 14] = [
        "http_reqs",
        "http_req_failed",
        "http_req_duration",
        "http_response_time",
        "iterations",
        "iteration_duration",
        "dropped_iterations",
        "late_starts",
        "checks",
        "group_duration",
        "data_sent",
        "data_received",
        "vus",
        "vus_max",
    ];
    OTHERS.into_iter().chain(PHASES)
}

/// The built-in metric of this name.
pub(super) fn find(name: &str) -> Option<Builtin> {
    use MetricKind::{Counter, Gauge, Rate, Trend};
    use Unit::{Bytes, Milliseconds, Number, Share};
    let (measure, kind, unit, tags) = match name {
        "http_reqs" => (Measure::Requests, Counter, Number, REQUESTS),
        "http_req_failed" => (Measure::Failed, Rate, Share, REQUESTS),
        "http_req_duration" => (Measure::Duration, Trend, Milliseconds, REQUESTS),
        "http_response_time" => (Measure::Response, Trend, Milliseconds, REQUESTS),
        "iterations" => (Measure::Iterations, Counter, Number, ITERATIONS),
        "iteration_duration" => (Measure::IterationDuration, Trend, Milliseconds, ITERATIONS),
        "dropped_iterations" => (Measure::Dropped, Counter, Number, NONE),
        "late_starts" => (Measure::LateStarts, Counter, Number, NONE),
        "checks" => (Measure::Checks, Rate, Share, CHECKS),
        // Whoever records groups does it as a custom trend in milliseconds.
        "group_duration" => (Measure::Custom(name.to_owned()), Trend, Milliseconds, CUSTOM),
        "data_sent" => (Measure::BytesSent, Counter, Bytes, REQUESTS),
        "data_received" => (Measure::BytesReceived, Counter, Bytes, REQUESTS),
        "vus" => (Measure::Vus, Gauge, Number, VUS),
        "vus_max" => (Measure::VusMax, Gauge, Number, NONE),
        _ => {
            let phase = PHASES.iter().position(|phase| *phase == name)?;
            (Measure::Phase(phase), Trend, Milliseconds, NONE)
        }
    };
    Some(Builtin {
        measure,
        kind,
        unit,
        tags,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_found() {
        for name in names() {
            assert!(find(name).is_some(), "{name}");
        }
        assert!(find("http_req").is_none());
    }
}
