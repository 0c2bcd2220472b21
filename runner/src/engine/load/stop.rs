//! How a run ends: the stages of stopping, and the one reason that counts.

use serde::Serialize;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::watch;

/// How far stopping has gone. Only ever moves down this list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum StopStage {
    /// Iterations start.
    Running,
    /// No new iterations; running ones may finish within the graceful stop.
    Graceful,
    /// What still runs is dropped and counted as interrupted.
    Hard,
}

/// Why a run ended. The first reason wins, but for defects: they can't be outdone.
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
    /// It turned out to need something that the operator didn't grant.
    NotGranted(String),
    /// A threshold failed that is to end the run.
    ThresholdFailed(String),
    /// Too many guests trapped.
    TooManyTraps(u64),
    /// No VU could ever start: how often one of them tried in a row, and why it failed last.
    NeverStarted(u32, String),
    /// Memory was nearly used up; how much there was.
    OutOfMemory(String),
    /// The plugin's shape failed.
    ShapeFailed(String),
    /// `setup` failed: no load was made.
    SetupFailed(String),
    /// `teardown` failed, after the load.
    TeardownFailed(String),
    /// A part of this program panicked, or didn't come to its end.
    Defect(String),
}

impl std::fmt::Display for EndReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            EndReason::TimeUp => write!(f, "the run time was up"),
            EndReason::Completed => write!(f, "all iterations were done"),
            EndReason::Interrupted => write!(f, "interrupted by the operator"),
            EndReason::StoppedByApi => write!(f, "stopped through the API"),
            EndReason::Aborted(why) => write!(f, "aborted by the scenario: {why}"),
            EndReason::NotGranted(what) => write!(f, "stopped: {what}"),
            EndReason::ThresholdFailed(which) => write!(f, "a threshold failed: {which}"),
            EndReason::TooManyTraps(n) => write!(f, "aborted: guests trapped {n} times"),
            EndReason::NeverStarted(attempts, why) => {
                write!(f, "no virtual user could start in {attempts} attempts: {why}")
            }
            EndReason::OutOfMemory(figures) => write!(f, "memory was nearly used up: {figures}"),
            EndReason::ShapeFailed(why) => write!(f, "the plugin's shape failed: {why}"),
            EndReason::SetupFailed(why) => write!(f, "setup failed: {why}"),
            EndReason::TeardownFailed(why) => write!(f, "teardown failed: {why}"),
            EndReason::Defect(what) => write!(f, "a defect of wasmswarm ended it: {what}"),
        }
    }
}

/// Asks a run to stop, from anywhere.
#[derive(Debug, Clone)]
pub struct StopHandle {
    stage: Arc<watch::Sender<StopStage>>,
    /// How often the operator asked.
    asked: Arc<watch::Sender<u32>>,
    /// Whether there is something to stop: `setup` has begun.
    begun: Arc<AtomicBool>,
    reason: Arc<Mutex<Option<EndReason>>>,
}

impl StopHandle {
    /// A run that has not been asked to stop.
    pub fn new() -> StopHandle {
        StopHandle {
            stage: Arc::new(watch::Sender::new(StopStage::Running)),
            asked: Arc::new(watch::Sender::new(0)),
            begun: Arc::default(),
            reason: Arc::default(),
        }
    }

    /// Moves to `stage` at least. The reason of the first call stays, unless this one is a defect.
    pub fn stop(&self, stage: StopStage, reason: EndReason) {
        let by_operator = matches!(reason, EndReason::Interrupted | EndReason::StoppedByApi);
        self.give(reason);
        self.stage.send_if_modified(|now| {
            let further = stage > *now;
            *now = stage.max(*now);
            further
        });
        if by_operator {
            self.asked.send_modify(|times| *times = times.saturating_add(1));
        }
    }

    fn give(&self, reason: EndReason) {
        let mut given = self.reason.lock().unwrap_or_else(PoisonError::into_inner);
        let is_defect = |reason: &EndReason| matches!(reason, EndReason::Defect(_));
        if given
            .as_ref()
            .is_none_or(|given| is_defect(&reason) && !is_defect(given))
        {
            *given = Some(reason.clone());
            drop(given);
            tracing::info!(%reason, "the run is to end");
        }
    }

    /// How often the operator has asked to stop.
    pub fn asked(&self) -> u32 {
        *self.asked.borrow()
    }

    /// Waits until the operator has asked more often than this.
    pub async fn asked_beyond(&self, times: u32) {
        // The sender lives as long as `self`, so waiting can't fail.
        let _ = self.asked.subscribe().wait_for(|now| *now > times).await;
    }

    /// Says that guests begin to act, so that from now on there is something to end in an orderly way.
    pub fn begin(&self) {
        self.begun.store(true, Ordering::Release);
    }

    /// Whether guests have begun to act.
    pub fn has_begun(&self) -> bool {
        self.begun.load(Ordering::Acquire)
    }

    /// The stage now.
    pub fn stage(&self) -> StopStage {
        *self.stage.borrow()
    }

    /// The first reason given.
    pub fn reason(&self) -> Option<EndReason> {
        self.reason.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Follows the stages.
    pub(super) fn follow(&self) -> watch::Receiver<StopStage> {
        self.stage.subscribe()
    }

    /// Waits until the run is at `stage` or beyond.
    pub async fn reached(&self, stage: StopStage) {
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
    fn a_defect_is_never_hidden_by_another_reason() {
        let stop = StopHandle::new();
        let defect = |what: &str| EndReason::Defect(what.to_owned());
        stop.stop(StopStage::Graceful, EndReason::Interrupted);
        stop.stop(StopStage::Graceful, defect("one"));
        stop.stop(StopStage::Hard, defect("two"));
        stop.stop(StopStage::Hard, EndReason::TimeUp);
        assert_eq!(stop.reason(), Some(defect("one")));
    }

    #[test]
    fn what_the_operator_asks_is_counted_and_nothing_else() {
        let stop = StopHandle::new();
        stop.stop(StopStage::Hard, EndReason::Completed);
        assert_eq!(stop.asked(), 0);
        stop.stop(StopStage::Graceful, EndReason::Interrupted);
        stop.stop(StopStage::Hard, EndReason::StoppedByApi);
        assert_eq!(stop.asked(), 2);
    }

    #[test]
    fn the_first_reason_wins_and_stages_only_advance() {
        let stop = StopHandle::new();
        stop.stop(StopStage::Hard, EndReason::Interrupted);
        stop.stop(StopStage::Graceful, EndReason::TimeUp);
        assert_eq!(
            (stop.stage(), stop.reason()),
            (StopStage::Hard, Some(EndReason::Interrupted))
        );
    }
}
