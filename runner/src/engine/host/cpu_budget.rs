//! The CPU time that one export call of a guest may take.

use crate::engine::run_queue;
use std::time::{Duration, Instant};

/// CPU time of one export call: all that the guest computed, and what the host did for it. Waiting costs nothing, and a
/// call that doesn't wait resets nothing.
#[derive(Debug, Default)]
pub(super) struct CpuBudget {
    /// What the VU had used when the call began. Outside of a turn, where asking costs as much as a short call, none until
    /// the call's first tick.
    before: Option<Duration>,
    /// What the call may use.
    pub(super) allowed: Duration,
}

impl CpuBudget {
    pub(super) fn new(allowed: Duration, now: Instant) -> CpuBudget {
        CpuBudget {
            before: run_queue::used_in_turn(now),
            allowed,
        }
    }

    pub(super) fn used(&self, now: Instant) -> Duration {
        self.before.map_or(Duration::ZERO, |before| {
            run_queue::used(now).saturating_sub(before)
        })
    }

    /// Whether it is used up, at a tick.
    pub(super) fn is_spent(&mut self, now: Instant) -> bool {
        self.before.get_or_insert_with(|| run_queue::used(now));
        self.used(now) >= self.allowed
    }
}
