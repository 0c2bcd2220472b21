//! Exchanges that did not complete, and which of them are made again.

use std::io;

use super::error::HttpError;
use super::request::Request;

/// An exchange that did not complete.
#[derive(Debug)]
pub(super) struct FailedExchange {
    pub(super) fault: HttpError,
    pub(super) retry: Retry,
}

/// Whether an exchange that failed may be made again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Retry {
    /// The server may have acted on it, or would fail again.
    No,
    /// A kept-alive connection was closed by the server before it answered.
    Stale,
    /// The server has not acted on it: nothing was written, or it said so.
    Untouched,
}

/// How often a request that servers don't take up is sent again.
const UNTOUCHED: u8 = 3;

impl FailedExchange {
    /// For good.
    #[cold]
    pub(super) fn for_good(fault: HttpError) -> FailedExchange {
        FailedExchange {
            fault,
            retry: Retry::No,
        }
    }

    /// Whether it is made again, on a new connection if its own is closed. `before`: how often it was already.
    pub(super) fn goes_again(&self, request: &Request<'_>, before: u8) -> bool {
        match self.retry {
            Retry::No => false,
            Retry::Stale => before == 0 && request.is_idempotent(),
            Retry::Untouched => before < UNTOUCHED,
        }
    }
}

/// Whether the peer closed the connection.
pub(super) fn is_hang_up(error: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, NotConnected, UnexpectedEof};
    matches!(
        error.kind(),
        BrokenPipe | ConnectionAborted | ConnectionReset | NotConnected | UnexpectedEof
    )
}
