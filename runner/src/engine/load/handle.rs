//! The handle of a run: what is needed to watch it, to change it and to end it, for whoever isn't part of it.

use super::control::Control;
use super::overview::WorkloadStatus;
use super::stop::{StopHandle, StopStage};
use crate::metrics::Snapshot;
use crate::plan::Plan;
use serde::Serialize;
use std::sync::Arc;
use tokio::sync::watch;

/// A run that can be watched and steered.
#[derive(Debug, Clone)]
pub struct RunHandle {
    /// What it does.
    pub plan: Arc<Plan>,
    /// Changes it.
    pub control: Control,
    /// Stops it.
    pub stop: StopHandle,
    /// The latest snapshot.
    pub snapshots: watch::Receiver<Arc<Snapshot>>,
}

/// What a run is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunState {
    /// Nothing of the load has begun.
    Preparing,
    /// Iterations start.
    Running,
    /// None starts until the operator says so.
    Paused,
    /// None starts any more.
    Stopping,
    /// All is over, and the results are written.
    Ended,
}

impl RunHandle {
    /// What it is doing now. Whether it has ended is known only to whoever writes its results.
    pub fn state(&self) -> RunState {
        match self.stop.stage() {
            StopStage::Graceful | StopStage::Hard => RunState::Stopping,
            StopStage::Running if self.control.is_paused() => RunState::Paused,
            StopStage::Running if self.has_begun() => RunState::Running,
            StopStage::Running => RunState::Preparing,
        }
    }

    /// The latest view of it.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.snapshots.borrow())
    }

    fn has_begun(&self) -> bool {
        let workloads = self.control.workloads();
        workloads
            .iter()
            .any(|w| matches!(w.status, WorkloadStatus::Running | WorkloadStatus::Ended))
    }
}
