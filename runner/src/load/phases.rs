//! Which workloads wait, run and have ended, for everybody who has to know.

use std::sync::Arc;
use tokio::sync::watch;
use tokio::time::Instant;

/// Where a workload is in its life. Only ever moves down this list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
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
pub(super) struct Board(Arc<watch::Sender<Vec<Entry>>>);

#[derive(Debug, Clone)]
struct Entry {
    status: Status,
    ready: usize,
    ended: usize,
}

impl Board {
    pub(super) fn new(workloads: usize) -> Board {
        let entry = Entry {
            status: Status::Waiting,
            ready: 0,
            ended: 0,
        };
        Board(Arc::new(watch::Sender::new(vec![entry; workloads])))
    }

    pub(super) fn status(&self, workload: usize) -> Status {
        self.0
            .borrow()
            .get(workload)
            .map_or(Status::Ended, |entry| entry.status)
    }

    pub(super) fn set(&self, workload: usize, status: Status) {
        self.edit(workload, |entry| entry.status = status);
    }

    /// A thread has made the first VUs of its part.
    pub(super) fn part_ready(&self, workload: usize) {
        self.edit(workload, |entry| entry.ready += 1);
    }

    /// A thread is done with its part.
    pub(super) fn part_ended(&self, workload: usize) {
        self.edit(workload, |entry| entry.ended += 1);
    }

    /// Waits until that many threads are ready.
    pub(super) async fn all_ready(&self, workload: usize, threads: usize) {
        self.wait(workload, |entry| entry.ready >= threads || entry.ended >= threads)
            .await;
    }

    /// Waits until that many threads are done.
    pub(super) async fn all_ended(&self, workload: usize, threads: usize) {
        self.wait(workload, |entry| entry.ended >= threads).await;
    }

    /// Waits until the workload may be prepared.
    pub(super) async fn preparing(&self, workload: usize) {
        self.wait(workload, |entry| entry.status != Status::Waiting).await;
    }

    /// Waits for the beginning of a workload; none if it ended without one.
    pub(super) async fn begun(&self, workload: usize) -> Option<Instant> {
        let begun = |entry: &Entry| matches!(entry.status, Status::Running(_) | Status::Ended);
        self.wait(workload, begun).await;
        match self.status(workload) {
            Status::Running(begun) => Some(begun),
            _ => None,
        }
    }

    fn edit(&self, workload: usize, edit: impl FnOnce(&mut Entry)) {
        self.0.send_modify(|entries| {
            if let Some(entry) = entries.get_mut(workload) {
                edit(entry);
            }
        });
    }

    async fn wait(&self, workload: usize, met: impl Fn(&Entry) -> bool) {
        let mut changes = self.0.subscribe();
        // The sender lives as long as `self`, so waiting can't fail.
        let _ = changes
            .wait_for(|entries| entries.get(workload).is_none_or(&met))
            .await;
    }
}
