//! What a thread knows of live changes and of stopping.

use super::control::{Changes, LiveChanges};
use super::stop::StopStage;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// What this thread knows of live changes and of stopping. Read from here, without a lock, as
/// often as the pacing needs; brought up to date when something changes.
pub(super) struct RunSignals {
    pub(super) live: watch::Receiver<LiveChanges>,
    pub(super) stopped: watch::Receiver<StopStage>,
    /// Since when the run is paused, if it is.
    pub(super) paused: Option<Instant>,
    /// How long it was paused before.
    pub(super) pauses: Duration,
    pub(super) changes: Changes,
}

impl RunSignals {
    pub(super) fn new(
        mut live: watch::Receiver<LiveChanges>,
        mut stopped: watch::Receiver<StopStage>,
    ) -> RunSignals {
        // What happened before this thread listened is to be heard as well.
        live.mark_changed();
        stopped.mark_changed();
        RunSignals {
            live,
            stopped,
            paused: None,
            pauses: Duration::ZERO,
            changes: Changes::default(),
        }
    }

    pub(super) fn update(&mut self, workload: usize) {
        let live = self.live.borrow_and_update();
        self.paused = live.paused;
        self.pauses = live.pauses;
        self.changes = live.changes.get(workload).cloned().unwrap_or_default();
    }

    pub(super) async fn stopping(stopped: &mut watch::Receiver<StopStage>) {
        // The sender lives as long as the run.
        while stopped.changed().await.is_ok() {
            if *stopped.borrow_and_update() >= StopStage::Graceful {
                // Whoever waits once more hears it again: the run goes on being stopped.
                stopped.mark_changed();
                return;
            }
        }
    }
}
