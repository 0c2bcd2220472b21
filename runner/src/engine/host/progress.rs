//! What all VUs together have come to, for guests that ask: noted once a second, so that counting costs nothing.

use super::bindings::vu::Progress;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// The figures of the last full second.
#[derive(Debug, Default)]
pub struct RunProgress {
    planned: u32,
    active: AtomicU32,
    completed: AtomicU64,
    interrupted: AtomicU64,
}

impl RunProgress {
    /// Of a run with so many planned VUs.
    pub fn new(planned: u64) -> RunProgress {
        RunProgress {
            planned: u32::try_from(planned).unwrap_or(u32::MAX),
            ..RunProgress::default()
        }
    }

    /// Takes a second's figures.
    pub fn note(&self, active: u64, completed: u64, interrupted: u64) {
        let active = u32::try_from(active).unwrap_or(u32::MAX);
        self.active.store(active, Ordering::Relaxed);
        self.completed.store(completed, Ordering::Relaxed);
        self.interrupted.store(interrupted, Ordering::Relaxed);
    }

    /// As a guest gets it. There is at least the one that asks.
    pub(super) fn of_guest(&self) -> Progress {
        Progress {
            active_vus: self.active.load(Ordering::Relaxed).max(1),
            planned_vus: self.planned.max(1),
            completed_iterations: self.completed.load(Ordering::Relaxed),
            interrupted_iterations: self.interrupted.load(Ordering::Relaxed),
        }
    }
}
