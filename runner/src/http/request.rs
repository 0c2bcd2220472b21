//! A request as the host asks for it, and what is refused before anything is sent.

use std::time::{Duration, Instant};

use super::cookies::JarUse;
use super::error::HttpError;
use super::headers::{self, Ignored, ManagedHeader, is_token, refused};
use super::outcome::Hop;
use super::transport::Transport;

/// The most headers that a request may have.
const MAX_HEADERS: usize = 128;
/// The longest method.
const METHOD_BYTES: usize = 32;

/// A request. The name and tags under which it is counted are not the engine's business.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// A token of at most 32 bytes, sent as it is. Empty: `GET`.
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
    /// Keep the body; else it is read, counted and dropped, whatever its size and encoding.
    pub keep: bool,
    /// Where its cookies come from and go to.
    pub jar: JarUse,
    /// Who wants to know of redirects as they come.
    pub watch: Option<&'a dyn RedirectWatch>,
}

/// Who wants to know of a request's redirects while it is under way, and says when it may go on.
pub trait RedirectWatch: std::fmt::Debug + Sync {
    /// A redirect has come, which will be followed.
    fn redirected(&self, hop: &Hop);
    /// When the request that follows it may be sent, if it has to wait for that.
    fn next_at(&self) -> Option<Instant>;
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
        matches!(
            self.method(),
            "GET" | "HEAD" | "PUT" | "DELETE" | "OPTIONS" | "TRACE"
        )
    }

    /// Refuses what could forge another message or break the framing, and notes which headers won't be sent as they
    /// were given.
    pub(super) fn check(&self, transport: &Transport) -> Result<Ignored, HttpError> {
        let method = self.method();
        if method.len() > METHOD_BYTES || !method.bytes().all(is_token) || method == "CONNECT" {
            return Err(refused(format!("method {method:?} is not allowed")));
        }
        let count = self.headers.len();
        if count > MAX_HEADERS {
            return Err(refused(format!(
                "{count} headers; at most {MAX_HEADERS} are sent"
            )));
        }
        let (mut ignored, mut bytes) = (Ignored::default(), 0);
        for (name, value) in self.headers {
            headers::check(name, value)?;
            bytes += name.len() + value.len();
            if let Some(own) = ManagedHeader::of(name) {
                ignored.note(own, value, self.body.len());
            }
            if name.eq_ignore_ascii_case("host") && !transport.network.allows_authority(value) {
                return Err(refused(format!(
                    "the run doesn't allow the host header {value:?}; --allow-host grants it"
                )));
            }
        }
        if bytes > headers::ALL_BYTES {
            let most = headers::ALL_BYTES;
            return Err(refused(format!(
                "headers of {bytes} bytes; at most {most} are sent"
            )));
        }
        Ok(ignored)
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{base, get, transport};
    use super::*;

    #[test]
    fn a_method_is_any_token_but_connect() {
        let transport = transport(&base("http://h.test/"));
        let is_fine = |method| Request { method, ..get("/") }.check(&transport).is_ok();
        for method in ["", "GET", "get", "M-SEARCH", "VERSION-CONTROL", "X_Y!", "QUERY"] {
            assert!(is_fine(method), "{method}");
        }
        let long = "M".repeat(33);
        for method in ["CONNECT", "G ET", "GET ", "GET\r\n", "G\0T", "GÉT", "A/B", &long] {
            assert!(!is_fine(method), "{method}");
        }
    }

    #[test]
    fn headers_have_a_limit_of_their_own_and_one_together() {
        let transport = transport(&base("http://h.test/"));
        let check = |count: usize, bytes: usize| {
            let headers: Vec<_> = (0..count)
                .map(|at| (format!("h{at:03}"), "v".repeat(bytes)))
                .collect();
            let request = Request {
                headers: &headers,
                ..get("/")
            };
            request.check(&transport).map_err(|fault| fault.detail)
        };
        assert!(check(128, 508).is_ok());
        assert!(check(128, 509).expect_err("65,664 bytes").contains("65664 bytes"));
        assert!(
            check(1, 64 * 1024)
                .expect_err("too large")
                .contains("at most 65536")
        );
        assert!(check(129, 1).expect_err("too many").contains("129 headers"));
    }
}
