//! What came of a request: every hop of it, each a request of its own in the results.

use std::time::Instant;

use super::failure::HttpFailure;
use super::headers::Ignored;
use super::response::Response;
use super::timings::Exchange;

/// What came of a request.
#[derive(Debug)]
pub struct HttpOutcome {
    /// The redirects that were followed, in order. Empty, without allocating, if there were none.
    pub hops: Vec<Hop>,
    /// The response that ended it, or why there is none.
    pub result: Result<Response, HttpFailure>,
    /// Why the response is a redirect that wasn't followed any more, if there was one too many.
    pub stopped: Option<String>,
    pub(super) ended: Instant,
    pub(super) landed: Option<Box<Landing>>,
    pub(super) ignored: Ignored,
}

/// The last hop of a request that was redirected.
#[derive(Clone, Debug)]
pub struct Landing {
    /// The method it was made with.
    pub method: String,
    /// The URL.
    pub url: String,
    /// The URL's path, without query.
    pub name: String,
}

impl HttpOutcome {
    /// When the last byte was read, or the failure was noticed.
    pub fn ended(&self) -> Instant {
        self.ended
    }

    /// Headers that were not sent as they were given.
    pub fn ignored(&self) -> Ignored {
        self.ignored
    }

    /// The last hop, if there were redirects.
    pub fn landing(&self) -> Option<&Landing> {
        self.landed.as_deref()
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
