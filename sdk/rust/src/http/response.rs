//! A response: a number that names it on the host, and what can be asked about it.

use super::{BodyError, StatusError, Timings, wit};
use serde::de::DeserializeOwned;
use std::time::Duration;

/// A completed exchange, already recorded.
///
/// Headers and body stay on the host until asked for. A response is gone when the task returns, or
/// when 64 newer ones exist; asking for more of it then is a trap. Take out what must live longer.
#[derive(Debug)]
pub struct Response {
    raw: wit::Response,
}

impl Response {
    pub(super) fn new(raw: wit::Response) -> Self {
        Self { raw }
    }

    /// The status code, 100 to 999.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.raw.status
    }

    /// Whether the status is one of the expected ones.
    #[must_use]
    pub fn ok(&self) -> bool {
        self.raw.ok
    }

    /// Service time: first byte written to last byte read.
    #[must_use]
    pub fn duration(&self) -> Duration {
        Duration::from_micros(self.raw.duration)
    }

    /// The body, decompressed. Empty after [`discard`](super::Request::discard).
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        wit::body(self.raw.id)
    }

    /// The body as text; bytes that aren't UTF-8 are replaced.
    #[must_use]
    pub fn text(&self) -> String {
        match String::from_utf8(self.bytes()) {
            Ok(text) => text,
            Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
        }
    }

    /// The body read as JSON.
    ///
    /// # Errors
    ///
    /// If the body isn't JSON, doesn't fit `T`, or was discarded.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, BodyError> {
        let body = self.bytes();
        serde_json::from_slice(&body).map_err(|error| BodyError::new(self.raw.status, body.is_empty(), error))
    }

    /// The first header of this name, in any case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<String> {
        wit::header(self.raw.id, name)
    }

    /// All headers in the order received.
    #[must_use]
    pub fn headers(&self) -> Vec<(String, String)> {
        wit::headers(self.raw.id)
    }

    /// Where the time went, in microseconds.
    #[must_use]
    pub fn timings(&self) -> Timings {
        wit::get_timings(self.raw.id)
    }

    /// The address and port that answered.
    #[must_use]
    pub fn remote_address(&self) -> String {
        wit::remote_address(self.raw.id)
    }

    /// The URL that answered, after redirects.
    #[must_use]
    pub fn url(&self) -> String {
        wit::final_url(self.raw.id)
    }

    /// Counts this response as a success, whatever its status.
    pub fn pass(&self) {
        wit::pass(self.raw.id);
    }

    /// Counts this response as a failure with this message: the right status, the wrong answer.
    pub fn fail(&self, message: &str) {
        wit::fail(self.raw.id, message);
    }

    /// Ends the task if the status isn't an expected one.
    ///
    /// ```no_run
    /// # use wasmswarm_sdk::prelude::*;
    /// # fn task() -> Result {
    /// let page = http::get("/account").send()?.error_for_status()?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    ///
    /// The status, if [`ok`](Response::ok) is false.
    pub fn error_for_status(self) -> Result<Self, StatusError> {
        if self.ok() {
            Ok(self)
        } else {
            Err(StatusError(self.raw.status))
        }
    }
}
