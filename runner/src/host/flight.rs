//! A request between its start and its end, which must be counted as one or the other.

use super::state::Phase;
use crate::metrics::{Shard, with_shard};
use std::time::Instant;

/// Waits for a slot below the run's ceiling.
pub(super) async fn wait_for(slot: Option<Instant>) {
    if let Some(slot) = slot {
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
