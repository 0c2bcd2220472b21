//! What the API says about a run.

use crate::load::{Control, EndReason, Stage, StopHandle, WorkloadNow, WorkloadStatus};
use crate::metrics::Snapshot;
use crate::plan::Plan;
use serde::Serialize;
use std::sync::Arc;
use tokio::sync::watch;

/// A run that can be watched and steered.
#[derive(Debug, Clone)]
pub struct Watched {
    /// What it does.
    pub plan: Arc<Plan>,
    /// Changes it.
    pub control: Control,
    /// Stops it.
    pub stop: StopHandle,
    /// The latest snapshot.
    pub snapshots: watch::Receiver<Arc<Snapshot>>,
}

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

/// What a run is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum State {
    Preparing,
    Running,
    Paused,
    Stopping,
    Ended,
}

/// `GET /v1/status`.
#[derive(Debug, Serialize)]
pub(super) struct Status<'a> {
    state: State,
    /// In seconds, as of the last snapshot.
    elapsed: f64,
    /// How much of that the run was paused.
    paused: f64,
    /// The planned length in seconds, pauses not counted; none: until iterations are done, or for ever.
    duration: Option<f64>,
    plugin: &'a str,
    host: Option<&'a str>,
    scenarios: Vec<&'a str>,
    vus: Vus,
    workloads: Vec<WorkloadNow>,
    end: Option<Ended<'a>>,
}

#[derive(Debug, Serialize)]
struct Vus {
    now: u64,
    max: u64,
}

/// Why a run ended.
#[derive(Debug, Serialize)]
pub(super) struct Ended<'a> {
    #[serde(flatten)]
    reason: &'a EndReason,
    text: String,
    exit_code: u8,
}

impl<'a> Ended<'a> {
    pub(super) fn of(end: &'a End) -> Ended<'a> {
        Ended {
            reason: &end.reason,
            text: end.reason.to_string(),
            exit_code: end.exit_code,
        }
    }
}

impl Watched {
    pub(super) fn state(&self) -> State {
        let has_begun = || {
            let workloads = self.control.workloads();
            workloads
                .iter()
                .any(|w| matches!(w.status, WorkloadStatus::Running | WorkloadStatus::Ended))
        };
        match self.stop.stage() {
            Stage::Graceful | Stage::Hard => State::Stopping,
            Stage::Running if self.control.is_paused() => State::Paused,
            Stage::Running if has_begun() => State::Running,
            Stage::Running => State::Preparing,
        }
    }

    pub(super) fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.snapshots.borrow())
    }

    pub(super) fn status<'a>(&'a self, end: Option<&'a End>) -> Status<'a> {
        let snapshot = end.map_or_else(|| self.snapshot(), |end| Arc::clone(&end.snapshot));
        Status {
            state: end.map_or_else(|| self.state(), |_| State::Ended),
            elapsed: snapshot.elapsed.as_secs_f64(),
            paused: self.control.paused_for().as_secs_f64(),
            duration: self.plan.duration().map(|duration| duration.as_secs_f64()),
            plugin: &self.plan.plugin.source,
            host: self.plan.host.as_deref(),
            scenarios: self.plan.scenarios.iter().map(|s| &*s.name).collect(),
            vus: Vus {
                now: snapshot.vus.now,
                max: snapshot.vus.max,
            },
            workloads: self.control.workloads(),
            end: end.map(Ended::of),
        }
    }
}

/// The event `snapshot`: a second in one line. Rates and times are those of the last ten seconds.
#[derive(Debug, Serialize)]
pub(super) struct Figures {
    state: State,
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
    pub(super) fn of(snapshot: &Snapshot, state: State) -> Figures {
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
    end: Ended<'a>,
}

impl<'a> LastFigures<'a> {
    pub(super) fn of(end: &'a End) -> LastFigures<'a> {
        LastFigures {
            figures: Figures::of(&end.snapshot, State::Ended),
            end: Ended::of(end),
        }
    }
}
