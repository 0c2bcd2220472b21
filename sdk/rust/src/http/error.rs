//! What can go wrong with an exchange, each with a message that names no ids.

use super::ErrorCode;
use std::fmt;

/// Why there is no response.
#[derive(Clone, Debug)]
pub struct Error {
    title: String,
    cause: Cause,
}

#[derive(Clone, Debug)]
enum Cause {
    Code(ErrorCode, String),
    Json(String),
}

impl Error {
    /// The host's reason; none if the request could not be built in the first place.
    #[must_use]
    pub fn code(&self) -> Option<ErrorCode> {
        match self.cause {
            Cause::Code(code, _) => Some(code),
            Cause::Json(_) => None,
        }
    }

    /// Why, in words: which header, limit, certificate or place in the response it was. May be empty.
    #[must_use]
    pub fn reason(&self) -> &str {
        match &self.cause {
            Cause::Code(_, reason) | Cause::Json(reason) => reason,
        }
    }

    pub(super) fn no_response(title: String, code: ErrorCode, reason: String) -> Self {
        Self {
            title,
            cause: Cause::Code(code, reason),
        }
    }

    pub(super) fn json(title: String, error: &serde_json::Error) -> Self {
        Self {
            title,
            cause: Cause::Json(error.to_string()),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.cause {
            Cause::Code(code, reason) if reason.is_empty() => write!(f, "{}: {}", self.title, code.name()),
            Cause::Code(code, reason) => write!(f, "{}: {}: {reason}", self.title, code.name()),
            Cause::Json(error) => write!(f, "{}: the body can't be written as JSON: {error}", self.title),
        }
    }
}

impl std::error::Error for Error {}

/// Why a body can't be read as JSON.
#[derive(Debug)]
pub struct BodyError {
    status: u16,
    empty: bool,
    error: serde_json::Error,
}

impl BodyError {
    pub(super) fn new(status: u16, empty: bool, error: serde_json::Error) -> Self {
        Self { status, empty, error }
    }
}

impl fmt::Display for BodyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { status, error, .. } = self;
        if self.empty {
            return write!(f, "the body of the {status} response is empty or was discarded");
        }
        write!(
            f,
            "the body of the {status} response isn't the expected JSON: {error}"
        )
    }
}

impl std::error::Error for BodyError {}

/// A status that isn't an expected one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatusError(pub u16);

impl fmt::Display for StatusError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unexpected status {}", self.0)
    }
}

impl std::error::Error for StatusError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_names_the_request_and_the_cause() {
        let with = |reason: &str| {
            Error::no_response("GET /items/{id}".to_owned(), ErrorCode::Dns, reason.to_owned())
        };
        assert_eq!(with("").to_string(), "GET /items/{id}: dns");
        let error = with("h.test has no address");
        assert_eq!(error.to_string(), "GET /items/{id}: dns: h.test has no address");
        assert_eq!(
            (error.code(), error.reason()),
            (Some(ErrorCode::Dns), "h.test has no address")
        );
    }

    #[test]
    fn an_empty_body_is_not_blamed_on_json() {
        let error = serde_json::from_slice::<u8>(b"").unwrap_err();
        let text = BodyError::new(204, true, error).to_string();
        assert_eq!(text, "the body of the 204 response is empty or was discarded");
    }
}
