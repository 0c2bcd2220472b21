//! Runs all executors: says when each workload begins, and knows when all have ended. What an
//! executor does in between is its own, on the load threads.

use super::control::Control;
use super::phases::{Phases, WorkloadPhase};
use super::stop::{StopHandle, StopStage};
use crate::plan::Workload;
use std::time::Duration;
use tokio::time::Instant;

/// Between saying that a workload begins and its beginning, so that every thread has heard it.
const LEAD: Duration = Duration::from_millis(5);

/// Takes every workload through its life.
pub(super) struct Scheduler<'a> {
    pub(super) workloads: &'a [Workload],
    pub(super) threads: usize,
    pub(super) control: &'a Control,
    pub(super) stop: &'a StopHandle,
}

impl Scheduler<'_> {
    /// Lets the first VUs be made of all workloads that don't wait for others, and returns when
    /// they are, or the run is stopped.
    pub(super) async fn prepare(&self) {
        let first = || self.indices().filter(|(_, w)| w.begin.after.is_empty());
        first().for_each(|(index, _)| self.phases().set(index, WorkloadPhase::Preparing));
        let ready = async {
            for (index, _) in first() {
                self.phases().all_ready(index, self.threads).await;
            }
        };
        tokio::select! {
            () = ready => {}
            () = self.stop.reached(StopStage::Graceful) => {}
        }
    }

    /// Returns when the last workload has ended. `begun`: the start of the run, in the time of
    /// the plan.
    pub(super) async fn run(&self, begun: Instant) {
        let lives = self
            .indices()
            .map(|(index, workload)| self.live(index, workload, begun));
        futures_util::future::join_all(lives).await;
    }

    async fn live(&self, index: usize, workload: &Workload, run_begun: Instant) {
        tokio::select! {
            () = self.begin(index, workload, run_begun) => {}
            () = self.stop.reached(StopStage::Graceful) => {}
        }
        if !matches!(self.phases().status(index), WorkloadPhase::Running(_)) {
            // Stopped before it began: its threads needn't wait any longer.
            self.phases().set(index, WorkloadPhase::Ended);
        }
        self.phases().all_ended(index, self.threads).await;
        self.phases().set(index, WorkloadPhase::Ended);
    }

    async fn begin(&self, index: usize, workload: &Workload, run_begun: Instant) {
        let mut from = run_begun;
        for &earlier in &workload.begin.after {
            self.phases().all_ended(earlier, self.threads).await;
            from = self.control.plan_now() + LEAD;
        }
        self.phases().set(index, WorkloadPhase::Preparing);
        let due = from + workload.begin.delay;
        self.phases().all_ready(index, self.threads).await;
        // Said ahead, so that nobody is late for it.
        self.control
            .sleep_until(due.checked_sub(LEAD).unwrap_or(due))
            .await;
        self.phases()
            .set(index, WorkloadPhase::Running(due.max(run_begun)));
    }

    fn phases(&self) -> &Phases {
        self.control.phases()
    }

    fn indices(&self) -> impl Iterator<Item = (usize, &Workload)> {
        self.workloads.iter().enumerate()
    }
}
