//! How a run ends: the stages of stopping, and the one reason that counts.

use serde::Serialize;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::watch;

/// How far stopping has gone. Only ever moves down this list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Iterations start.
    Running,
    /// No new iterations; running ones may finish within the graceful stop.
    Graceful,
    /// What still runs is dropped and counted as interrupted.
    Hard,
}

/// Why a run ended. The first reason wins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "reason", content = "detail")]
pub enum EndReason {
    /// The planned time was up.
    TimeUp,
    /// All planned iterations, or all VUs, were done.
    Completed,
    /// The operator interrupted it.
    Interrupted,
    /// The operator stopped or aborted it through the API.
    StoppedByApi,
    /// A scenario asked for it.
    Aborted(String),
    /// A threshold failed that is to end the run.
    ThresholdFailed(String),
    /// Too many guests trapped.
    TooManyTraps(u64),
    /// Memory was nearly used up; how much there was.
    OutOfMemory(String),
    /// The plugin's shape failed.
    ShapeFailed(String),
    /// `setup` failed: no load was made.
    SetupFailed(String),
    /// `teardown` failed, after the load.
    TeardownFailed(String),
}

impl std::fmt::Display for EndReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            EndReason::TimeUp => write!(f, "the run time was up"),
            EndReason::Completed => write!(f, "all iterations were done"),
            EndReason::Interrupted => write!(f, "interrupted by the operator"),
            EndReason::StoppedByApi => write!(f, "stopped through the API"),
            EndReason::Aborted(why) => write!(f, "aborted by the scenario: {why}"),
            EndReason::ThresholdFailed(which) => write!(f, "a threshold failed: {which}"),
            EndReason::TooManyTraps(n) => write!(f, "aborted: guests trapped {n} times"),
            EndReason::OutOfMemory(figures) => write!(f, "memory was nearly used up: {figures}"),
            EndReason::ShapeFailed(why) => write!(f, "the plugin's shape failed: {why}"),
            EndReason::SetupFailed(why) => write!(f, "setup failed: {why}"),
            EndReason::TeardownFailed(why) => write!(f, "teardown failed: {why}"),
        }
    }
}

/// Asks a run to stop, from anywhere.
#[derive(Debug, Clone)]
pub struct StopHandle {
    stage: Arc<watch::Sender<Stage>>,
    reason: Arc<Mutex<Option<EndReason>>>,
}

impl StopHandle {
    /// A run that has not been asked to stop.
    pub fn new() -> StopHandle {
        StopHandle {
            stage: Arc::new(watch::Sender::new(Stage::Running)),
            reason: Arc::default(),
        }
    }

    /// Moves to `stage` at least. The reason of the first call stays.
    pub fn stop(&self, stage: Stage, reason: EndReason) {
        self.reason
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get_or_insert(reason);
        self.stage.send_if_modified(|now| {
            let further = stage > *now;
            *now = stage.max(*now);
            further
        });
    }

    /// The stage now.
    pub fn stage(&self) -> Stage {
        *self.stage.borrow()
    }

    /// The first reason given.
    pub fn reason(&self) -> Option<EndReason> {
        self.reason.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Follows the stages.
    pub(super) fn follow(&self) -> watch::Receiver<Stage> {
        self.stage.subscribe()
    }

    /// Waits until the run is at `stage` or beyond.
    pub async fn reached(&self, stage: Stage) {
        // The sender lives as long as `self`, so waiting can't fail.
        let _ = self.stage.subscribe().wait_for(|now| *now >= stage).await;
    }
}

impl Default for StopHandle {
    fn default() -> StopHandle {
        StopHandle::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_reason_wins_and_stages_only_advance() {
        let stop = StopHandle::new();
        stop.stop(Stage::Hard, EndReason::Interrupted);
        stop.stop(Stage::Graceful, EndReason::TimeUp);
        assert_eq!(
            (stop.stage(), stop.reason()),
            (Stage::Hard, Some(EndReason::Interrupted))
        );
    }
}
