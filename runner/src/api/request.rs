//! The bodies of requests: JSON, small, and with nothing in them that isn't known.

use super::problem::ApiProblem;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::http::StatusCode;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::error::Category;

/// Larger bodies are refused.
pub(super) const LARGEST: usize = 64 << 10;

/// `PATCH /v1/users`.
#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Users {
    pub(super) users: u32,
    pub(super) spawn_rate: Option<f64>,
    pub(super) workload: Option<String>,
}

/// `PATCH /v1/rate`.
#[derive(Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RateRequest {
    rate: Value,
    pub(super) workload: Option<String>,
}

impl RateRequest {
    /// Iterations per second: a number, or text such as `500/s` or `30/m`.
    pub(super) fn per_second(&self) -> Result<f64, ApiProblem> {
        let rate = match &self.rate {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => per_second(text),
            _ => None,
        };
        rate.ok_or_else(|| {
            let what = format!("{} is no rate", shortened(&self.rate.to_string()));
            ApiProblem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                what,
                "send a number, or text such as \"500/s\" or \"30/m\"",
            )
        })
    }
}

fn per_second(text: &str) -> Option<f64> {
    let (count, unit) = text.split_once('/').unwrap_or((text, "s"));
    let seconds = match unit.trim() {
        "s" => 1.0,
        "m" | "min" => 60.0,
        "h" => 3_600.0,
        _ => return None,
    };
    Some(count.trim().parse::<f64>().ok()? / seconds)
}

fn shortened(text: &str) -> String {
    text.chars().take(60).collect()
}

/// Reads a body. Text that isn't JSON is another fault than JSON that means nothing.
pub(super) fn read<T: DeserializeOwned>(body: Result<Bytes, BytesRejection>) -> Result<T, ApiProblem> {
    let body = body.map_err(|rejection| {
        let hint = format!("send at most {LARGEST} bytes of JSON");
        ApiProblem::new(rejection.status(), rejection.body_text().to_lowercase(), hint)
    })?;
    serde_json::from_slice(&body).map_err(|error| {
        let status = match error.classify() {
            Category::Data => StatusCode::UNPROCESSABLE_ENTITY,
            Category::Io | Category::Syntax | Category::Eof => StatusCode::BAD_REQUEST,
        };
        let what = format!("the body can't be used: {error}");
        ApiProblem::new(
            status,
            what,
            "send JSON such as {\"users\": 50} or {\"rate\": \"500/s\"}",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn users(body: &'static str) -> Result<Users, StatusCode> {
        read(Ok(Bytes::from(body))).map_err(|problem| problem.status)
    }

    fn rate(body: &'static str) -> Result<f64, StatusCode> {
        let rate: Result<RateRequest, _> = read(Ok(Bytes::from(body)));
        rate.and_then(|rate| rate.per_second())
            .map_err(|problem| problem.status)
    }

    #[test]
    fn bodies_hold_what_is_known_and_nothing_else() {
        let whole = users(r#"{"users": 5, "spawn_rate": 2, "workload": "w"}"#).unwrap();
        assert_eq!((whole.users, whole.spawn_rate), (5, Some(2.0)));
        for syntax in ["", "{", "users=5", "{\"users\": 1e999}"] {
            assert_eq!(users(syntax), Err(StatusCode::BAD_REQUEST), "{syntax}");
        }
        for data in [
            "{}",
            "[]",
            r#"{"user": 5}"#,
            r#"{"users": 5, "x": 1}"#,
            r#"{"users": -1}"#,
            r#"{"users": 1.5}"#,
            r#"{"users": "5"}"#,
            r#"{"users": 4294967296}"#,
        ] {
            assert_eq!(users(data), Err(StatusCode::UNPROCESSABLE_ENTITY), "{data}");
        }
    }

    #[test]
    fn rates_are_numbers_or_text_with_a_unit() {
        assert_eq!(rate(r#"{"rate": 12.5}"#), Ok(12.5));
        assert_eq!(rate(r#"{"rate": "500/s"}"#), Ok(500.0));
        assert_eq!(rate(r#"{"rate": "30 / m"}"#), Ok(0.5));
        assert_eq!(rate(r#"{"rate": "7"}"#), Ok(7.0));
        for wrong in [
            r#"{"rate": "fast"}"#,
            r#"{"rate": "5/y"}"#,
            r#"{"rate": null}"#,
            r#"{"rate": [1]}"#,
        ] {
            assert_eq!(rate(wrong), Err(StatusCode::UNPROCESSABLE_ENTITY), "{wrong}");
        }
    }
}
