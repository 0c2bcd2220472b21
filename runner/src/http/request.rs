//! A request as the host asks for it, and what is refused before anything is sent.

use std::time::Duration;

use super::cookies::JarUse;
use super::error::{ErrorCode, Fault};
use super::transport::Transport;

/// The most headers that a request may have.
const MAX_HEADERS: usize = 128;

/// A request. The name and tags under which it is counted are not the engine's business.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// Upper-case letters, at most 32. Empty: `GET`.
    pub method: &'a str,
    /// Absolute, or relative to the run's base URL, under whose path it then goes.
    pub url: &'a str,
    /// Sent in this order, after the standing headers; replaces those of the same name.
    pub headers: &'a [(String, String)],
    /// Sent with its length.
    pub body: &'a [u8],
    /// For the whole exchange, redirects included. `None`: the run's.
    pub timeout: Option<Duration>,
    /// The most redirects to follow; 0 returns the redirect itself. `None`: the run's.
    pub redirects: Option<u32>,
    /// Keep headers and body; else the body is read, counted and dropped.
    pub keep: bool,
    /// Where its cookies come from and go to.
    pub jar: JarUse,
}

impl Request<'_> {
    /// The method, with the default filled in.
    pub(super) fn method(&self) -> &str {
        if self.method.is_empty() {
            "GET"
        } else {
            self.method
        }
    }

    /// Whether sending it twice does what sending it once does (RFC 9110 §9.2.2).
    pub(super) fn is_idempotent(&self) -> bool {
        matches!(self.method(), "GET" | "HEAD" | "PUT" | "DELETE" | "OPTIONS")
    }

    /// Refuses what could forge another message or break the framing.
    pub(super) fn check(&self, transport: &Transport) -> Result<(), Fault> {
        let method = self.method();
        let letters = method.bytes().all(|byte| byte.is_ascii_uppercase());
        if method.len() > 32 || !letters || method == "CONNECT" {
            return Err(refused(format!("method {method:?} is not allowed")));
        }
        if self.headers.len() > MAX_HEADERS {
            return Err(refused("more than 128 headers"));
        }
        self.headers.iter().try_for_each(|(name, value)| {
            check_header(name, value)?;
            if name.eq_ignore_ascii_case("host") && !transport.allows_host_header(value) {
                return Err(refused(format!(
                    "the run doesn't allow the host header {value:?}"
                )));
            }
            Ok(())
        })
    }
}

/// Refuses a header that is malformed, or that belongs to the engine.
pub(super) fn check_header(name: &str, value: &str) -> Result<(), Fault> {
    if name.is_empty() || !name.bytes().all(is_token) {
        return Err(refused(format!("invalid header name {name:?}")));
    }
    if value
        .bytes()
        .any(|byte| byte == 127 || (byte < 32 && byte != b'\t'))
    {
        return Err(refused(format!(
            "the value of header {name:?} contains a control character"
        )));
    }
    if is_reserved(name) {
        return Err(refused(format!("header {name:?} is set by the host")));
    }
    Ok(())
}

#[cold]
fn refused(detail: impl Into<String>) -> Fault {
    Fault::new(ErrorCode::InvalidRequest, detail)
}

/// A byte of a header's name (RFC 9110 §5.6.2).
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// Framing and hop-by-hop fields. Sorted by length first: most headers have another.
fn is_reserved(name: &str) -> bool {
    let candidates: &[&str] = match name.len() {
        2 => &["te"],
        7 => &["trailer", "upgrade"],
        10 => &["connection", "keep-alive"],
        14 => &["content-length"],
        16 => &["proxy-connection"],
        17 => &["transfer-encoding"],
        19 => &["proxy-authorization"],
        _ => &[],
    };
    candidates
        .iter()
        .any(|reserved| name.eq_ignore_ascii_case(reserved))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_headers_that_could_forge_a_message() {
        for (name, value) in [
            ("", "v"),
            ("a b", "v"),
            ("a:", "v"),
            ("a\r\nb", "v"),
            ("é", "v"),
            ("a", "v\r\nb: c"),
            ("a", "v\0"),
            ("Content-Length", "5"),
            ("transfer-encoding", "chunked"),
            ("Connection", "close"),
            ("proxy-authorization", "x"),
        ] {
            let error = check_header(name, value).expect_err(name);
            assert_eq!(error.code, ErrorCode::InvalidRequest);
        }
    }

    #[test]
    fn accepts_usual_headers() {
        for (name, value) in [
            ("x-a", "tab\tand é"),
            ("Authorization", "Bearer x"),
            ("empty", ""),
        ] {
            assert!(check_header(name, value).is_ok());
        }
    }
}
