//! The flag that tells VUs to start nothing more.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;
use tokio::sync::Notify;

/// Raised when a VU may start no new iteration.
#[derive(Debug, Default)]
pub struct StopFlag {
    raised: AtomicBool,
    wake: Notify,
}

impl StopFlag {
    /// Raises the flag and ends every pause that waits for it.
    pub fn raise(&self) {
        self.raised.store(true, Ordering::Release);
        self.wake.notify_waiters();
    }

    /// Whether it was raised.
    pub fn is_raised(&self) -> bool {
        self.raised.load(Ordering::Acquire)
    }

    /// Takes it back, if nobody has acted on it yet.
    pub fn lower(&self) {
        self.raised.store(false, Ordering::Release);
    }

    /// Waits until the flag is raised.
    pub async fn raised(&self) {
        let wake = self.wake.notified();
        if !self.is_raised() {
            wake.await;
        }
    }

    /// Pauses until `deadline`, or until the flag is raised.
    pub async fn pause_until(&self, deadline: Instant) {
        let wake = self.wake.notified();
        if self.is_raised() {
            return;
        }
        tokio::select! {
            () = tokio::time::sleep_until(deadline.into()) => {}
            () = wake => {}
        }
    }
}
