//! A request that failed, with what is known of it until then.

use std::time::Instant;

use super::error::ErrorCode;
use super::timings::{Exchange, Trace};

/// A request that got no complete response.
#[derive(Clone, Debug)]
pub struct HttpFailure {
    /// The cause, as results count it.
    pub code: ErrorCode,
    /// What is known of the exchange: its start, the time spent until it failed, bytes moved.
    pub exchange: Exchange,
    /// One line for people. May contain text from the server: escape it where it is shown.
    pub detail: String,
}

impl HttpFailure {
    /// A request that was refused before the engine saw it.
    pub fn refused(code: ErrorCode, detail: String) -> HttpFailure {
        let exchange = Trace::start(Instant::now()).exchange;
        HttpFailure {
            code,
            exchange,
            detail,
        }
    }
}
