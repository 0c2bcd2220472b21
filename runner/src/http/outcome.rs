//! What came of a request: every hop of it, each a request of its own in the results.

use std::time::Instant;

use super::error::Failure;
use super::response::Response;
use super::timings::Exchange;

/// What came of a request.
#[derive(Debug)]
pub struct Outcome {
    /// The redirects on the way, in order. Empty, without allocating, if there were none.
    pub hops: Vec<Hop>,
    /// The response that ended it, or why there is none.
    pub result: Result<Response, Failure>,
    /// The last hop, if there were redirects.
    pub landed: Option<Landed>,
    /// The response is a redirect that wasn't followed any more: so many had been.
    pub stopped_after: Option<u32>,
    pub(super) ended: Instant,
}

/// The last hop of a redirected request.
#[derive(Clone, Debug)]
pub struct Landed {
    /// The method it was made with.
    pub method: String,
    /// The whole URL.
    pub url: String,
    /// Its path, without query.
    pub path: String,
}

impl Outcome {
    /// When the last byte was read, or the failure was noticed.
    pub fn ended(&self) -> Instant {
        self.ended
    }
}

/// A completed exchange that redirected.
#[derive(Clone, Debug)]
pub struct Hop {
    /// The method it was made with.
    pub method: String,
    /// The URL's path, without query.
    pub name: String,
    /// The URL, without user and password.
    pub url: String,
    /// 301, 302, 303, 307 or 308.
    pub status: u16,
    /// Its measurement.
    pub exchange: Exchange,
}
