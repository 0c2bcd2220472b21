//! The responses that a guest may still ask about: the newest few of the running call.

use crate::engine::host::limits;
use crate::http::{Exchange, Response};
use crate::metrics::RequestHandle;
use std::collections::VecDeque;

/// A response, and what it was recorded under.
#[derive(Debug)]
pub(in crate::engine::host) struct KeptResponse {
    pub(in crate::engine::host) response: Response,
    pub(in crate::engine::host) handle: Option<RequestHandle>,
    /// The message under which it counts as failed; none for a success.
    pub(in crate::engine::host) failure: Option<String>,
}

impl KeptResponse {
    pub(in crate::engine::host) fn exchange(&self) -> &Exchange {
        &self.response.exchange
    }
}

/// A window over the ids that were given out.
#[derive(Debug, Default)]
pub(in crate::engine::host) struct Responses {
    kept: VecDeque<KeptResponse>,
    /// Id of the first one kept. Ids are never reused in a VU's life.
    first: u64,
}

impl Responses {
    /// Keeps a response and names it. The oldest gives way when there are too many.
    pub(in crate::engine::host) fn push(&mut self, kept: KeptResponse) -> u64 {
        if self.kept.len() == limits::RESPONSES && self.kept.pop_front().is_some() {
            self.first += 1;
        }
        self.kept.push_back(kept);
        self.first + self.kept.len() as u64 - 1
    }

    /// Forgets all of them; their buffers serve the next ones.
    pub(super) fn clear(&mut self) {
        self.first += self.kept.len() as u64;
        self.kept.clear();
        if self.kept.capacity() > 4 {
            // A batch made it grow; an idle VU shouldn't pay for that.
            self.kept.shrink_to(1);
        }
    }

    /// The response of this id.
    ///
    /// # Errors
    /// Misuse, which traps the guest.
    pub(in crate::engine::host) fn find(&mut self, id: u64) -> wasmtime::Result<&mut KeptResponse> {
        let index = id.checked_sub(self.first).and_then(|i| usize::try_from(i).ok());
        let kept = index.and_then(|i| self.kept.get_mut(i));
        kept.ok_or_else(|| wasmtime::format_err!("response {id} is unknown or no longer kept"))
    }
}
