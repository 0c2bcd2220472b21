//! A request between its start and its end, which must be counted as one or the other.

use super::state::Phase;
use crate::metrics::{Shard, with_shard};
use std::time::Instant;

/// Waits for a slot below the run's ceiling.
pub(super) async fn wait_for(slot: Option<Instant>) {
    // The runtime's timer counts in whole milliseconds and rounds up: even a moment that has passed would take one, and a
    // ceiling that is never met would slow the load down.
    if let Some(slot) = slot.filter(|&slot| slot > Instant::now()) {
        // Boxed: rare, and every VU would have to hold it.
        Box::pin(tokio::time::sleep_until(slot.into())).await;
    }
}

/// A request between its start and its end. Dropped before it landed, it was interrupted.
pub(super) struct InFlight {
    counted: bool,
}

impl InFlight {
    pub(super) fn new(phase: Phase) -> InFlight {
        if phase == Phase::Load {
            with_shard(Shard::request_started);
        }
        InFlight {
            counted: phase == Phase::Load,
        }
    }

    pub(super) fn landed(mut self) {
        self.counted = false;
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        if self.counted {
            with_shard(|shard| shard.request_interrupted());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;
    use std::time::Duration;

    #[tokio::test]
    async fn only_a_slot_to_come_is_waited_for() {
        assert!(wait_for(None).now_or_never().is_some());
        assert!(wait_for(Some(Instant::now())).now_or_never().is_some());
        let slot = Instant::now() + Duration::from_millis(20);
        assert!(wait_for(Some(slot)).now_or_never().is_none());
        wait_for(Some(slot)).await;
        assert!(Instant::now() >= slot);
    }
}
