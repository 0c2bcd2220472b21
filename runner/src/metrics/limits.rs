//! The bounds of what a run keeps, and the run's record of which custom metric is of which kind.

use super::distribution::COUNTER_BYTES;
use super::place::PLACES;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// How many different things are kept apart. What goes beyond is folded into one entry named
/// [`OTHER`](super::OTHER), so that totals stay exact. What is in the memory for distributions
/// already keeps counting as long as it needs no more of it.
///
/// Clones share [`kinds`](Self::kinds): make one per run and clone it for every thread.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Series of requests, and of custom metrics with their tags.
    pub series: usize,
    /// Names of custom metrics.
    pub metric_names: usize,
    /// Messages of failed requests, and as many of failed iterations.
    pub failure_messages: usize,
    /// Names of checks.
    pub check_names: usize,
    /// Bytes that the distributions of all series, custom metrics and tasks and all histories may take together.
    pub bytes: usize,
    /// Points of the run's history; at the limit, neighbours are merged in pairs.
    pub history_points: usize,
    /// Points of the history of each request name.
    pub request_points: usize,
    /// The kind of each custom metric, fixed by its first use.
    pub kinds: Kinds,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            series: 2_000,
            metric_names: 1_000,
            failure_messages: 500,
            check_names: 1_000,
            bytes: 256 << 20,
            history_points: 3_600,
            request_points: 300,
            kinds: Kinds::default(),
        }
    }
}

impl Limits {
    /// The bounds of each of so many sets of measurements, which share the memory for distributions.
    pub fn shared(bytes: usize, sets: usize) -> Self {
        Self {
            bytes: bytes / sets.max(1),
            ..Self::default()
        }
    }

    /// Bytes of them for the distributions of whole runs: of series, custom metrics and tasks.
    pub(super) fn totals_bytes(&self) -> usize {
        self.bytes - self.history_bytes() - self.request_history_bytes()
    }

    /// Bytes of them for the run's history: 2 MiB of 256.
    pub(super) fn history_bytes(&self) -> usize {
        self.bytes / 128
    }

    /// Bytes of them for the histories of all request names together: 6 MiB of 256.
    pub(super) fn request_history_bytes(&self) -> usize {
        self.history_bytes() * 3
    }
}

/// How much of the memory for distributions is in use.
#[derive(Debug)]
pub(super) struct MemoryRoom {
    used: usize,
    limit: usize,
}

impl MemoryRoom {
    /// What one series can grow by at most: two distributions of all counters, and some more.
    const MOST: usize = 3 * PLACES * COUNTER_BYTES;

    pub(super) fn new(limit: usize) -> MemoryRoom {
        MemoryRoom { used: 0, limit }
    }

    /// Whether something may grow. `growth` is asked only if the answer isn't plain.
    pub(super) fn has(&self, growth: impl FnOnce() -> usize) -> bool {
        self.used + MemoryRoom::MOST <= self.limit || self.used.saturating_add(growth()) <= self.limit
    }

    /// Notes that something has grown.
    pub(super) fn grown(&mut self, before: usize, after: usize) {
        self.used += after.saturating_sub(before);
    }
}

/// What the values of a metric mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MetricKind {
    /// Values are added up.
    Counter,
    /// The last value counts; the smallest and largest are kept.
    Gauge,
    /// Share of the values that aren't 0.
    Rate,
    /// Distribution of the values.
    Trend,
}

/// A metric was used as another kind than at its first use in the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the metric is a {registered:?} since its first use, not a {used:?}")]
pub struct KindMismatch {
    /// The kind of its first use.
    pub registered: MetricKind,
    /// The kind of this use.
    pub used: MetricKind,
}

/// Which kind each metric name of a run has. Shared by all threads; asked only when a thread
/// meets a name for the first time.
#[derive(Debug, Clone, Default)]
pub struct Kinds(Arc<Mutex<HashMap<String, MetricKind>>>);

impl Kinds {
    /// Registers `name`, or finds it registered. `Ok(false)` if there is no room for it.
    pub(super) fn register(&self, name: &str, kind: MetricKind, limit: usize) -> Result<bool, KindMismatch> {
        let mut kinds = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match kinds.get(name) {
            Some(&registered) if registered == kind => Ok(true),
            Some(&registered) => Err(KindMismatch {
                registered,
                used: kind,
            }),
            None if kinds.len() >= limit => Ok(false),
            None => {
                kinds.insert(name.to_owned(), kind);
                Ok(true)
            }
        }
    }
}
