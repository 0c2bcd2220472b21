//! Wakes an executor at the times of its plan.

use crate::system::timer::Timers;
use tokio::time::Instant;

/// Wakes at an instant: exactly, or as exactly as tokio's timer does.
#[derive(Debug)]
pub(super) enum Alarm {
    /// Within some ten microseconds.
    Exact(Timers),
    /// Within a millisecond or two; follows tokio's clock where tests stop that.
    #[cfg(test)]
    Tokio,
}

impl Alarm {
    pub(super) async fn wait_until(&self, at: Instant) {
        match self {
            Alarm::Exact(timers) => timers.wait_until(at.into_std()).await,
            #[cfg(test)]
            Alarm::Tokio => tokio::time::sleep_until(at).await,
        }
    }
}
