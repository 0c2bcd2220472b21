//! The shapes of the target's answers.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use http::{Response, StatusCode};
use http_body_util::Full;
use serde::Serialize;

/// A complete answer.
pub(super) type Answer = Response<Full<Bytes>>;

/// Any content.
pub(super) fn content(status: u16, kind: &'static str, body: impl Into<Bytes>) -> Answer {
    let mut answer = Response::new(Full::new(body.into()));
    // Codes come from this module's callers or were range-checked; 500 would show a mistake.
    *answer.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    answer
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    answer
}

/// A value as JSON.
pub(super) fn json(status: u16, value: &impl Serialize) -> Answer {
    match serde_json::to_vec(value) {
        Ok(body) => content(status, "application/json", body),
        Err(_) => content(500, "application/json", r#"{"error":"not representable"}"#),
    }
}

/// `{"error": …}`.
pub(super) fn error(status: u16, text: &str) -> Answer {
    json(status, &serde_json::json!({ "error": text }))
}

/// A status alone.
pub(super) fn empty(status: u16) -> Answer {
    let mut answer = content(status, "text/plain", Bytes::new());
    answer.headers_mut().remove(CONTENT_TYPE);
    answer
}

/// The same answer with one more header. A value that can't be one is left out.
pub(super) fn with(mut answer: Answer, name: HeaderName, value: &str) -> Answer {
    if let Ok(value) = HeaderValue::from_str(value) {
        answer.headers_mut().insert(name, value);
    }
    answer
}
