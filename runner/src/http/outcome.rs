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
    pub(super) ended: Instant,
    pub(super) landed: Option<String>,
}

impl Outcome {
    /// When the last byte was read, or the failure was noticed.
    pub fn ended(&self) -> Instant {
        self.ended
    }

    /// The path of the last URL, if there were redirects.
    pub fn final_name(&self) -> Option<String> {
        self.landed.clone()
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
