//! What the API says about a run.

use crate::engine::load::{EndReason, RunHandle, RunState, WorkloadNow};
use crate::metrics::Snapshot;
use serde::Serialize;
use std::sync::Arc;

/// How a run ended.
#[derive(Debug, Clone)]
pub struct End {
    /// Why.
    pub reason: EndReason,
    /// What the process will exit with.
    pub exit_code: u8,
    /// Its last figures.
    pub snapshot: Arc<Snapshot>,
}

/// `GET /v1/status`.
#[derive(Debug, Serialize)]
pub(super) struct Status<'a> {
    state: RunState,
    /// In seconds, as of the last snapshot.
    elapsed: f64,
    /// How much of that the run was paused.
    paused: f64,
    /// The planned length in seconds, pauses not counted; none: until iterations are done, or for ever.
    duration: Option<f64>,
    plugin: &'a str,
    host: Option<&'a str>,
    scenarios: Vec<&'a str>,
    vus: VusNow,
    workloads: Vec<WorkloadNow>,
    end: Option<EndStatus<'a>>,
}

#[derive(Debug, Serialize)]
struct VusNow {
    now: u64,
    max: u64,
}

/// Why a run ended.
#[derive(Debug, Serialize)]
pub(super) struct EndStatus<'a> {
    #[serde(flatten)]
    reason: &'a EndReason,
    text: String,
    exit_code: u8,
}

impl<'a> EndStatus<'a> {
    pub(super) fn of(end: &'a End) -> EndStatus<'a> {
        EndStatus {
            reason: &end.reason,
            text: end.reason.to_string(),
            exit_code: end.exit_code,
        }
    }
}

impl<'a> Status<'a> {
    /// Of a run that may have ended.
    pub(super) fn of(run: &'a RunHandle, end: Option<&'a End>) -> Status<'a> {
        let snapshot = end.map_or_else(|| run.snapshot(), |end| Arc::clone(&end.snapshot));
        Status {
            state: end.map_or_else(|| run.state(), |_| RunState::Ended),
            elapsed: snapshot.elapsed.as_secs_f64(),
            paused: run.control.paused_for().as_secs_f64(),
            duration: run.plan.duration().map(|duration| duration.as_secs_f64()),
            plugin: &run.plan.plugin.source,
            host: run.plan.host.as_deref(),
            scenarios: run.plan.scenarios.iter().map(|s| &*s.name).collect(),
            vus: VusNow {
                now: snapshot.vus.now,
                max: snapshot.vus.max,
            },
            workloads: run.control.workloads(),
            end: end.map(EndStatus::of),
        }
    }
}

/// The event `snapshot`: a second in one line. Rates and times are those of the last ten seconds.
#[derive(Debug, Serialize)]
pub(super) struct Figures {
    state: RunState,
    elapsed: f64,
    vus: u64,
    requests: u64,
    failures: u64,
    rps: f64,
    failures_per_second: f64,
    iterations_per_second: f64,
    /// In microseconds, as all times.
    p50: u64,
    p95: u64,
    p99: u64,
    dropped: u64,
    thresholds_failing: usize,
}

impl Figures {
    pub(super) fn of(snapshot: &Snapshot, state: RunState) -> Figures {
        let (totals, recent) = (&snapshot.totals, &snapshot.recent);
        Figures {
            state,
            elapsed: snapshot.elapsed.as_secs_f64(),
            vus: snapshot.vus.now,
            requests: totals.requests,
            failures: totals.failures,
            rps: recent.rps,
            failures_per_second: recent.failures_per_second,
            iterations_per_second: recent.iterations_per_second,
            p50: recent.p50,
            p95: recent.p95,
            p99: recent.p99,
            dropped: totals.iterations_dropped,
            thresholds_failing: snapshot.thresholds.iter().filter(|v| v.has_failed()).count(),
        }
    }
}

/// The event `end`.
#[derive(Debug, Serialize)]
pub(super) struct LastFigures<'a> {
    #[serde(flatten)]
    figures: Figures,
    end: EndStatus<'a>,
}

impl<'a> LastFigures<'a> {
    pub(super) fn of(end: &'a End) -> LastFigures<'a> {
        LastFigures {
            figures: Figures::of(&end.snapshot, RunState::Ended),
            end: EndStatus::of(end),
        }
    }
}
