//! A slot: the right, and the duty, to start one planned iteration. What is let go without having been started
//! counts as dropped, so that no planned iteration can get lost unseen.

use crate::metrics::with_shard;
use crate::plan::Drawer;
use tokio::time::Instant;

/// One planned iteration. It is either started, or counted as dropped when it is let go.
#[derive(Debug)]
pub(super) struct Slot {
    /// Number of the iteration in its workload, from 0: the same whatever the number of threads.
    pub(super) index: u64,
    /// When it was meant to start, if the plan says so.
    pub(super) due: Option<Instant>,
    /// Its place among the iterations of its scenario, where that and `index`, not the VU, decide
    /// what is random in it.
    pub(super) position: Option<u64>,
    started: bool,
}

impl Slot {
    /// Counts an iteration as planned.
    pub(super) fn new(index: u64, due: Option<Instant>, position: Option<u64>) -> Slot {
        with_shard(|shard| shard.iterations_planned(1));
        Slot {
            index,
            due,
            position,
            started: false,
        }
    }

    /// Whose random numbers its iteration draws; none: its VU's.
    pub(super) fn drawer(&self, workload: usize) -> Option<Drawer> {
        let index = self.index;
        self.position.map(|_| Drawer::Iteration { workload, index })
    }

    /// Its iteration starts now.
    pub(super) fn start(mut self) {
        self.started = true;
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        if !self.started {
            with_shard(|shard| shard.iterations_dropped(1));
        }
    }
}

/// Counts planned iterations that nobody will start.
pub(super) fn drop_unused(count: u64) {
    with_shard(|shard| {
        shard.iterations_planned(count);
        shard.iterations_dropped(count);
    });
}
