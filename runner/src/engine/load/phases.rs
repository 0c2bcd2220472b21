//! Which workloads wait, run and have ended, for everybody who has to know.

use std::sync::Arc;
use tokio::sync::watch;
use tokio::time::Instant;

/// Where a workload is in its life. Only ever moves down this list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WorkloadPhase {
    /// For others to end, or for its time.
    Waiting,
    /// Its first VUs may be made.
    Preparing,
    /// Since (or, shortly before, from) this instant in the time of the plan: pauses that were over
    /// by then are taken off, as all pauses are added to it.
    Running(Instant),
    /// No iteration of it runs or will run.
    Ended,
}

/// The status of every workload.
#[derive(Debug, Clone)]
pub(super) struct Phases(Arc<watch::Sender<Vec<Progress>>>);

#[derive(Debug, Clone)]
struct Progress {
    status: WorkloadPhase,
    ready: usize,
    ended: usize,
}

impl Phases {
    pub(super) fn new(workloads: usize) -> Phases {
        let progress = Progress {
            status: WorkloadPhase::Waiting,
            ready: 0,
            ended: 0,
        };
        Phases(Arc::new(watch::Sender::new(vec![progress; workloads])))
    }

    pub(super) fn status(&self, workload: usize) -> WorkloadPhase {
        self.0
            .borrow()
            .get(workload)
            .map_or(WorkloadPhase::Ended, |progress| progress.status)
    }

    pub(super) fn set(&self, workload: usize, status: WorkloadPhase) {
        self.edit(workload, |progress| progress.status = status);
    }

    /// A thread has made the first VUs of its part.
    pub(super) fn part_ready(&self, workload: usize) {
        self.edit(workload, |progress| progress.ready += 1);
    }

    /// A thread is done with its part.
    pub(super) fn part_ended(&self, workload: usize) {
        self.edit(workload, |progress| progress.ended += 1);
    }

    /// Waits until that many threads are ready.
    pub(super) async fn all_ready(&self, workload: usize, threads: usize) {
        self.wait(workload, |progress| {
            progress.ready >= threads || progress.ended >= threads
        })
        .await;
    }

    /// Waits until that many threads are done.
    pub(super) async fn all_ended(&self, workload: usize, threads: usize) {
        self.wait(workload, |progress| progress.ended >= threads).await;
    }

    /// Waits until the workload may be prepared.
    pub(super) async fn preparing(&self, workload: usize) {
        self.wait(workload, |progress| progress.status != WorkloadPhase::Waiting)
            .await;
    }

    /// Waits for the beginning of a workload; none if it ended without one.
    pub(super) async fn begun(&self, workload: usize) -> Option<Instant> {
        let begun =
            |progress: &Progress| matches!(progress.status, WorkloadPhase::Running(_) | WorkloadPhase::Ended);
        self.wait(workload, begun).await;
        match self.status(workload) {
            WorkloadPhase::Running(begun) => Some(begun),
            _ => None,
        }
    }

    fn edit(&self, workload: usize, edit: impl FnOnce(&mut Progress)) {
        self.0.send_modify(|all| {
            if let Some(progress) = all.get_mut(workload) {
                edit(progress);
            }
        });
    }

    async fn wait(&self, workload: usize, met: impl Fn(&Progress) -> bool) {
        let mut changes = self.0.subscribe();
        // The sender lives as long as `self`, so waiting can't fail.
        let _ = changes.wait_for(|all| all.get(workload).is_none_or(&met)).await;
    }
}
