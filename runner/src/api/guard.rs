//! Who may talk to the API: whoever has the token, and means this machine.

use super::problem::ApiProblem;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use subtle::ConstantTimeEq;

/// How long one request may take, its body included. Streams go on after their beginning.
const PATIENCE: Duration = Duration::from_secs(10);

/// Whether a connection has shown the token.
#[derive(Debug, Clone, Default)]
pub(super) struct Trusted(Arc<AtomicBool>);

impl Trusted {
    pub(super) fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Lets requests through that may pass, each for a limited time.
pub(super) async fn guard(State(token): State<Arc<str>>, request: Request, next: Next) -> Response {
    if let Err(problem) = check_host(request.headers()) {
        return problem.into_response();
    }
    if !has_token(request.headers(), &token) {
        return no_token();
    }
    if let Some(trusted) = request.extensions().get::<Trusted>() {
        trusted.0.store(true, Ordering::Relaxed);
    }
    let answer = tokio::time::timeout(PATIENCE, next.run(request)).await;
    answer.unwrap_or_else(|_| {
        let what = "the request took too long";
        ApiProblem::new(StatusCode::REQUEST_TIMEOUT, what, "send its body at once").into_response()
    })
}

/// A page in a browser may reach loopback under a name of its own; such a name is refused.
fn check_host(headers: &HeaderMap) -> Result<(), ApiProblem> {
    let mut hosts = headers.get_all(header::HOST).iter();
    let is_local = match (hosts.next(), hosts.next()) {
        (Some(host), None) => host.to_str().is_ok_and(is_loopback),
        _ => false,
    };
    if is_local {
        return Ok(());
    }
    let what = "the host header names another machine";
    Err(ApiProblem::new(
        StatusCode::FORBIDDEN,
        what,
        "address the API as 127.0.0.1 or localhost",
    ))
}

/// Whether `HOST[:PORT]` is this machine. Any port: a tunnel may have one of its own.
fn is_loopback(host: &str) -> bool {
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => (name, Some(port)),
        _ => (host, None),
    };
    let address = name
        .strip_prefix('[')
        .and_then(|name| name.strip_suffix(']'))
        .unwrap_or(name);
    let is_local = name.eq_ignore_ascii_case("localhost")
        || address
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback());
    is_local && port.is_none_or(|port| port.parse::<u16>().is_ok())
}

fn has_token(headers: &HeaderMap, token: &str) -> bool {
    let given = headers
        .get(header::AUTHORIZATION)
        .map_or(&[][..], HeaderValue::as_bytes);
    let Some((scheme, given)) = given.split_at_checked("bearer ".len()) else {
        return false;
    };
    // As long for a token that is nearly right as for any other.
    scheme.eq_ignore_ascii_case(b"bearer ") && bool::from(given.ct_eq(token.as_bytes()))
}

fn no_token() -> Response {
    let hint = "send `authorization: Bearer TOKEN`; the run printed its token, or --api-token gave it";
    let problem = ApiProblem::new(StatusCode::UNAUTHORIZED, "the token is missing or wrong", hint);
    ([(header::WWW_AUTHENTICATE, "Bearer")], problem).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_machine_pass() {
        for host in [
            "localhost",
            "LOCALHOST:6565",
            "127.0.0.1:1",
            "127.8.9.1",
            "[::1]",
            "[::1]:80",
        ] {
            assert!(is_loopback(host), "{host}");
        }
        for host in [
            "",
            "evil.test",
            "evil.test:6565",
            "localhost.evil.test",
            "10.0.0.1",
            "127.0.0.1:x",
            "::1:",
        ] {
            assert!(!is_loopback(host), "{host}");
        }
    }

    #[test]
    fn the_token_must_be_right_to_its_last_character() {
        let with = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, HeaderValue::from_str(value).unwrap());
            has_token(&headers, "secret-token")
        };
        assert!(with("Bearer secret-token") && with("bearer secret-token"));
        for wrong in [
            "",
            "Bearer",
            "Bearer ",
            "Basic secret-token",
            "Bearer secret-toke",
            "Bearer secret-token1",
        ] {
            assert!(!with(wrong), "{wrong}");
        }
        assert!(!has_token(&HeaderMap::new(), "secret-token"));
    }
}
