//! What the VUs of one thread share: the run, and the count of what goes wrong in it.

use super::inputs::Run;
use super::stop::{EndReason, StopStage};
use crate::metrics::with_shard;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

/// How often in a row a VU's start may fail where none of the run has ever succeeded, before the run ends.
const START_ATTEMPTS: u32 = 10;

/// What went wrong with the guests of a run, on all its threads.
#[derive(Debug, Default)]
pub(super) struct GuestFaults {
    traps: AtomicU64,
    /// Whether any VU has ever started.
    has_started: AtomicBool,
}

/// What the VUs of one thread share.
pub(super) struct ThreadShared {
    pub(super) run: Arc<Run>,
    pub(super) faults: Arc<GuestFaults>,
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
        let traps = self.faults.traps.fetch_add(1, Ordering::Relaxed) + 1;
        if traps >= self.run.plan.limits.max_traps {
            self.run
                .stop
                .stop(StopStage::Graceful, EndReason::TooManyTraps(traps));
        }
    }

    /// Notes that VUs can start.
    pub(super) fn count_start(&self) {
        // Read first: written by every VU, the flag would travel between the processors' caches.
        if !self.faults.has_started.load(Ordering::Relaxed) {
            self.faults.has_started.store(true, Ordering::Relaxed);
        }
    }

    /// Counts a start that failed, the `attempt`-th in a row of its VU, and ends the run if it will never be one.
    pub(super) fn count_failed_start(&self, attempt: u32, why: &str) {
        self.count_trap();
        if attempt >= START_ATTEMPTS && !self.faults.has_started.load(Ordering::Relaxed) {
            let reason = EndReason::NeverStarted(attempt, why.to_owned());
            self.run.stop.stop(StopStage::Graceful, reason);
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
