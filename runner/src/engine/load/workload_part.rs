//! A workload's part on one thread: what an executor works with.

use super::alarm::Alarm;
use super::control::LoadChange;
use super::phases::Phases;
use super::run_signals::RunSignals;
use super::stop::{StopHandle, StopStage};
use super::vu_pool::{Spawn, VuPool};
use crate::plan::{Partition, Workload};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// Later than this, a time has been over before it was waited for.
const OVERDUE: Duration = Duration::from_millis(1);

/// Times that may be overdue in a row before others have a turn.
const OVERDUE_IN_A_ROW: u32 = 32;

/// How a workload's part came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PartEnd {
    /// Its time was up.
    TimeUp,
    /// There was nothing left to do.
    Done,
    /// The run was stopped.
    Stopped,
}

/// One workload on one thread.
pub(super) struct WorkloadPart<S: Spawn> {
    pub(super) workload: Arc<Workload>,
    /// Its index in the plan.
    pub(super) index: usize,
    /// Seed of its arrivals.
    pub(super) seed: u64,
    /// Which part of it the thread has.
    pub(super) partition: Partition,
    pub(super) pool: VuPool<S>,
    pub(super) phases: Phases,
    pub(super) stop: StopHandle,
    pub(super) alarm: Alarm,
    pub(super) signals: RunSignals,
    /// Times that were over already when they were waited for, one after the other.
    pub(super) overdue: u32,
}

/// What an executor woke up for.
pub(super) enum WakeReason {
    /// The time that it asked for has come.
    Due,
    /// Something was changed, or the run was paused or resumed.
    Changed,
    /// No VU is left.
    Empty,
    /// The run is being stopped.
    Stopped,
}

impl<S: Spawn> WorkloadPart<S> {
    /// When a time of the workload's plan is, if the run isn't paused until then.
    pub(super) fn instant(&self, begun: Instant, at: Duration) -> Instant {
        begun + self.signals.pauses + at
    }

    /// The next change that this executor hasn't made yet.
    pub(super) fn change(&self, number: usize) -> Option<&LoadChange> {
        self.signals.changes.get(number)
    }

    /// Waits for the first change; none if the run is stopped.
    pub(super) async fn first_change(&mut self) -> Option<LoadChange> {
        loop {
            if let Some(first) = self.change(0) {
                return Some(first.clone());
            }
            // No time has been asked for, so the beginning of the workload doesn't matter.
            if let WakeReason::Stopped = self.wait(Instant::now(), None, false).await {
                return None;
            }
        }
    }

    /// Waits for a time of the workload's plan (none: for ever), or for what comes before it.
    /// `ends_empty`: also for the last VU to go.
    pub(super) async fn wait(
        &mut self,
        begun: Instant,
        at: Option<Duration>,
        ends_empty: bool,
    ) -> WakeReason {
        let due = at
            .filter(|_| self.signals.paused.is_none())
            .map(|at| self.instant(begun, at));
        let (alarm, pool) = (&self.alarm, &self.pool);
        let alarm = async {
            match due {
                Some(due) => alarm.wait_until(due).await,
                None => std::future::pending().await,
            }
        };
        let empty = async {
            if ends_empty {
                pool.all_left().await;
            } else {
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            // In this order: an executor that is always late would otherwise never hear that it is to stop or to change,
            // and the last VU that goes is the end, whatever else is due.
            biased;
            () = RunSignals::stopping(&mut self.signals.stopped) => return WakeReason::Stopped,
            Ok(()) = self.signals.live.changed() => {}
            () = empty => return WakeReason::Empty,
            () = alarm => {
                self.give_way(due).await;
                return WakeReason::Due;
            }
        }
        self.signals.update(self.index);
        self.pool.pause(self.signals.paused.is_some());
        WakeReason::Changed
    }

    /// Gives others a turn now and then when what is due has been due before, so that an executor
    /// that has much to make up for keeps nobody from running, or from stopping it.
    async fn give_way(&mut self, due: Option<Instant>) {
        if due.is_some_and(|due| due.elapsed() < OVERDUE) {
            self.overdue = 0;
            return;
        }
        self.overdue += 1;
        if self.overdue.is_multiple_of(OVERDUE_IN_A_ROW) {
            tokio::task::yield_now().await;
        }
    }

    /// Ends all VUs: within the workload's graceful stop, or at once when the run is stopped hard.
    pub(super) async fn dismiss(&self) {
        self.pool.pause(false);
        tokio::select! {
            biased;
            () = self.pool.dismiss(self.workload.graceful_stop) => {}
            () = self.stop.reached(StopStage::Hard) => self.pool.dismiss(Duration::ZERO).await,
        }
    }
}
