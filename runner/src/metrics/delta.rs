//! What one thread recorded in one second, on its way to the aggregator.

use super::burst::Burst;
use super::custom::CustomPart;
use super::health::{Greed, Lateness};
use super::keys::{ErrorKey, FailureKey, NameKey, SeriesKey, TaggedKey, TaskKey};
use super::phases::PhaseParts;
use super::sample::IterationOutcome;
use super::saturating::Saturating as _;
use super::series::SeriesPart;
use super::slowest::Slowest;
use std::sync::Arc;

type Entries<K, V> = Vec<(Arc<K>, V)>;

/// What one thread recorded since it was last asked.
#[derive(Debug, Default)]
pub struct Delta {
    pub(super) series: Entries<SeriesKey, SeriesPart>,
    pub(super) phases: PhaseParts,
    pub(super) failures: Entries<FailureKey, i64>,
    pub(super) iterations: Entries<TaskKey, IterationPart>,
    pub(super) errors: Entries<ErrorKey, u64>,
    pub(super) checks: Entries<TaggedKey, CheckCount>,
    pub(super) customs: Entries<TaggedKey, CustomPart>,
    pub(super) denials: Entries<NameKey, u64>,
    /// VUs started minus VUs stopped, by scenario.
    pub(super) vus: Entries<NameKey, i64>,
    pub(super) counts: Counts,
    pub(super) lateness: Lateness,
    pub(super) greed: Greed,
    pub(super) slowest: Slowest,
}

/// Plain counts.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Counts {
    pub(super) requests_started: u64,
    pub(super) requests_interrupted: u64,
    pub(super) requests_unsent: u64,
    pub(super) requests_refused: u64,
    pub(super) iterations_planned: u64,
    pub(super) iterations_started: u64,
    pub(super) iterations_dropped: u64,
    pub(super) instances_replaced: u64,
    pub(super) logs_dropped: u64,
    pub(super) labels_altered: u64,
    pub(super) values_dropped: u64,
    pub(super) late_starts: u64,
    pub(super) extra_sent: u64,
    pub(super) extra_received: u64,
}

impl Counts {
    pub(super) fn add(&mut self, other: &Self) {
        self.requests_started.raise(other.requests_started);
        self.requests_interrupted.raise(other.requests_interrupted);
        self.requests_unsent.raise(other.requests_unsent);
        self.requests_refused.raise(other.requests_refused);
        self.iterations_planned.raise(other.iterations_planned);
        self.iterations_started.raise(other.iterations_started);
        self.iterations_dropped.raise(other.iterations_dropped);
        self.instances_replaced.raise(other.instances_replaced);
        self.logs_dropped.raise(other.logs_dropped);
        self.labels_altered.raise(other.labels_altered);
        self.values_dropped.raise(other.values_dropped);
        self.late_starts.raise(other.late_starts);
        self.extra_sent.raise(other.extra_sent);
        self.extra_received.raise(other.extra_received);
    }
}

/// Passes and failures of a check.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct CheckCount {
    pub(super) passed: u64,
    pub(super) failed: u64,
}

/// A task's iterations in one thread and second.
#[derive(Debug, Default)]
pub(super) struct IterationPart {
    pub(super) outcomes: Outcomes,
    pub(super) durations: Burst,
}

/// How iterations ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Outcomes {
    /// The task returned success.
    pub ok: u64,
    /// The task returned an error.
    pub failed: u64,
    /// The guest trapped or went beyond a limit.
    pub trapped: u64,
    /// The run ended first; not part of [`completed`](Self::completed).
    pub interrupted: u64,
}

impl Outcomes {
    /// Iterations that came to an end of their own.
    pub fn completed(&self) -> u64 {
        self.ok + self.failed + self.trapped
    }

    pub(super) fn count(&mut self, outcome: IterationOutcome) {
        match outcome {
            IterationOutcome::Ok => self.ok += 1,
            IterationOutcome::Failed => self.failed += 1,
            IterationOutcome::Trapped => self.trapped += 1,
            IterationOutcome::Interrupted => self.interrupted += 1,
        }
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.ok.raise(other.ok);
        self.failed.raise(other.failed);
        self.trapped.raise(other.trapped);
        self.interrupted.raise(other.interrupted);
    }
}
