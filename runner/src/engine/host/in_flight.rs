//! A request between its start and its end, which must be counted as one or the other, whatever protocol it is of.

use super::identity::Purpose;
use crate::metrics::{Shard, with_shard};

/// A request between its start and its end. Dropped before it ended, it was interrupted.
pub(super) struct InFlight {
    counted: bool,
}

impl InFlight {
    pub(super) fn new(purpose: Purpose) -> InFlight {
        let counted = purpose == Purpose::Load;
        if counted {
            with_shard(Shard::request_started);
        }
        InFlight { counted }
    }

    pub(super) fn end(mut self) {
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
