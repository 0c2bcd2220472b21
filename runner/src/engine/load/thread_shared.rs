//! What the VUs of one thread share: the run, and the count of what goes wrong in it.

use super::inputs::Run;
use super::stop::{EndReason, StopStage};
use crate::metrics::with_shard;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// What the VUs of one thread share.
pub(super) struct ThreadShared {
    pub(super) run: Arc<Run>,
    pub(super) traps: Arc<AtomicU64>,
}

impl ThreadShared {
    /// CPU time of one task.
    pub(super) fn task_cpu(&self) -> Duration {
        Duration::from_millis(self.run.plan.limits.task_cpu_ms)
    }

    /// CPU time of the calls around tasks.
    pub(super) fn start_cpu(&self) -> Duration {
        Duration::from_millis(self.run.plan.limits.start_cpu_ms)
    }

    /// Counts a trap, and ends the run if there were too many.
    pub(super) fn count_trap(&self) {
        let traps = self.traps.fetch_add(1, Ordering::Relaxed) + 1;
        if traps >= self.run.plan.limits.max_traps {
            self.run
                .stop
                .stop(StopStage::Graceful, EndReason::TooManyTraps(traps));
        }
    }

    /// Tells of a VU that panicked: it is gone, and the run ends, because what else it left in
    /// disorder nobody knows. What the others do is still measured.
    pub(super) fn count_panic(&self, scenario: u16, what: String) {
        with_shard(|shard| {
            shard.iteration_error(scenario, u16::MAX, &format!("a defect of wasmswarm: {what}"))
        });
        self.run.stop.stop(StopStage::Graceful, EndReason::Defect(what));
    }
}
