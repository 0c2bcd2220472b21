//! What tells a VU to hold on or to go. The pool and the executors give the signal, the VU obeys it between two
//! iterations; nothing here ends a VU that doesn't.

use crate::engine::host::StopFlag;
use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use tokio::sync::Notify;

/// Tells one VU to hold on or to go.
#[derive(Debug, Clone)]
pub(super) struct VuSignal {
    flag: Arc<StopFlag>,
    gate: Rc<PauseGate>,
    /// How often a ramp took this VU away. A ramp that wants it back within its grace and takes it away once more
    /// begins a grace of its own, which the end of the older one must not cut short.
    times: Rc<Cell<u32>>,
}

impl VuSignal {
    /// Of a VU that is wanted, and that is held while the gate is closed.
    pub(super) fn new(gate: &Rc<PauseGate>) -> VuSignal {
        VuSignal {
            flag: Arc::default(),
            gate: Rc::clone(gate),
            times: Rc::default(),
        }
    }

    pub(super) fn is_raised(&self) -> bool {
        self.flag.is_raised()
    }

    /// Raised when the VU must go; also ends its pauses.
    pub(super) fn flag(&self) -> &Arc<StopFlag> {
        &self.flag
    }

    /// Tells the VU to go because a ramp no longer wants it, and says which time this is.
    pub(super) fn retire(&self) -> u32 {
        self.flag.raise();
        self.times.set(self.times.get().wrapping_add(1));
        self.times.get()
    }

    /// Whether the VU still has to go for what was said at this time.
    pub(super) fn is_retired_since(&self, time: u32) -> bool {
        self.is_raised() && self.times.get() == time
    }

    /// Returns when the run isn't paused, or the VU must go.
    pub(super) async fn while_paused(&self) {
        while self.gate.closed.get() && !self.flag.is_raised() {
            tokio::select! {
                () = self.gate.opened.notified() => {}
                () = self.flag.raised() => {}
            }
        }
    }
}

/// Keeps all VUs of a pool from starting iterations.
#[derive(Debug, Default)]
pub(super) struct PauseGate {
    closed: Cell<bool>,
    opened: Notify,
}

impl PauseGate {
    pub(super) fn close(&self, closed: bool) {
        self.closed.set(closed);
        if !closed {
            self.opened.notify_waiters();
        }
    }
}
