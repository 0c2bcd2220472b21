//! Requests that can't be done: a status, what is wrong, and what to do about it.

use super::answer::json;
use crate::engine::load::ControlError;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// An answer that isn't 2xx.
#[derive(Debug, Serialize)]
pub(super) struct ApiProblem {
    #[serde(skip)]
    pub(super) status: StatusCode,
    pub(super) error: String,
    pub(super) hint: String,
}

impl ApiProblem {
    pub(super) fn new(status: StatusCode, error: impl Into<String>, hint: impl Into<String>) -> ApiProblem {
        ApiProblem {
            status,
            error: error.into(),
            hint: hint.into(),
        }
    }
}

impl IntoResponse for ApiProblem {
    fn into_response(self) -> Response {
        json(self.status, &self)
    }
}

impl From<ControlError> for ApiProblem {
    fn from(error: ControlError) -> ApiProblem {
        let (status, hint) = match &error {
            ControlError::NoWorkload { name: Some(_), .. } => {
                (StatusCode::NOT_FOUND, "GET /v1/status lists the workloads")
            }
            ControlError::NoWorkload { name: None, .. } => (
                StatusCode::CONFLICT,
                "GET /v1/status shows which workloads have `users` or a `rate`",
            ),
            ControlError::Ambiguous { .. } => (StatusCode::CONFLICT, "add \"workload\": NAME"),
            ControlError::TooMany(_) => (
                StatusCode::CONFLICT,
                "start the run with --max-users N for room for more",
            ),
            ControlError::BadRate(_) | ControlError::BadSpawnRate(_) => {
                (StatusCode::UNPROCESSABLE_ENTITY, "send a number in that range")
            }
        };
        ApiProblem::new(status, error.to_string(), hint)
    }
}
