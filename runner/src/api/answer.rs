//! Answers as they leave: JSON, without any known secret.

use crate::secret;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// An answer with this status.
pub(super) fn json(status: StatusCode, body: &impl Serialize) -> Response {
    // What is answered is made of numbers and texts, which all have a JSON form.
    let Ok(text) = serde_json::to_string(body) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let shown = secret::redact_json(&text).into_owned();
    (status, [(header::CONTENT_TYPE, "application/json")], shown).into_response()
}
