//! A response as it is received, in the form that all versions of HTTP bring it into.

use std::sync::Arc;

use super::error::{ErrorCode, HttpError};
use crate::net::{Buffer, POOLED_BYTES};
use crate::system::memory::{Account, Exceeded, Held};

/// What the engine itself needs to know of a head.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct HeadFacts {
    pub(super) status: u16,
    /// Another request may follow on the connection.
    pub(super) persistent: bool,
    pub(super) encoded: bool,
    pub(super) sets_cookies: bool,
    pub(super) location: bool,
}

/// A response, or what has come of it so far.
#[derive(Debug)]
pub(super) struct Received {
    /// The head as HTTP/1 has it; then the body, if it is kept.
    pub(super) bytes: Buffer,
    /// Length of the head in `bytes`.
    pub(super) head_len: u32,
    pub(super) facts: HeadFacts,
    /// Whom it counts against, and with how much, once it is larger than usual.
    account: Option<Arc<Account>>,
    pub(super) held: Option<Held>,
}

impl Received {
    /// Nothing yet. What is kept counts against the account.
    pub(super) fn new(account: Option<&Arc<Account>>) -> Received {
        Received {
            bytes: Buffer::default(),
            head_len: 0,
            facts: HeadFacts::default(),
            account: account.cloned(),
            held: None,
        }
    }

    /// Makes sure that so many bytes may be kept.
    pub(super) fn make_room(&mut self, needed: usize) -> Result<(), HttpError> {
        charge(
            self.account.as_ref(),
            &mut self.held,
            self.bytes.capacity(),
            needed,
        )
    }
}

/// Whether a response of this status and `location` leads elsewhere. An empty one leads nowhere.
pub(super) fn leads_on(status: u16, location: &[u8]) -> bool {
    matches!(status, 301 | 302 | 303 | 307 | 308) && !location.trim_ascii().is_empty()
}

/// Counts a buffer that is to hold so many bytes, unless it holds no more than is usual.
pub(super) fn charge(
    account: Option<&Arc<Account>>,
    held: &mut Option<Held>,
    capacity: usize,
    needed: usize,
) -> Result<(), HttpError> {
    match account {
        Some(account) if needed > capacity && needed > POOLED_BYTES => {
            // As a vector grows.
            let bytes = needed.max(2 * capacity);
            let held = held.get_or_insert_with(|| Held::new(account));
            held.resize(bytes).map_err(no_room)
        }
        _ => Ok(()),
    }
}

#[cold]
fn no_room(why: Exceeded) -> HttpError {
    HttpError::new(
        ErrorCode::ResponseTooLarge,
        format!("there is no room for the body: {why}"),
    )
}
