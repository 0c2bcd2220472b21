//! Writes a request's head, and a small body behind it, into one buffer.

use std::sync::Arc;

use super::super::cookies::is_cookie;
use super::super::headers::{Own, takes_trailers};
use super::super::request::Request;
use super::super::target::Origin;
use super::response::Wanted;
use crate::memory::Account;

/// A body up to this size is copied behind the head, so that one system call sends both.
const INLINE_BYTES: usize = 16 * 1024;

/// A checked request and where on its origin it goes.
#[derive(Debug)]
pub(in super::super) struct Job<'a> {
    pub(in super::super) request: &'a Request<'a>,
    /// Path and query.
    pub(in super::super) path: &'a str,
    pub(in super::super) cookie: Option<Arc<str>>,
    /// Basic authorization out of the URL.
    pub(in super::super) authorization: Option<&'a str>,
    /// The guest wants the connection to be closed.
    pub(in super::super) closes: bool,
    pub(in super::super) wanted: Wanted,
    /// Whom a large response counts against.
    pub(in super::super) account: Option<&'a Arc<Account>>,
}

impl Job<'_> {
    /// Whether the body is in the buffer that `write` fills.
    pub(in super::super) fn inlines_body(&self) -> bool {
        self.request.body.len() <= INLINE_BYTES
    }

    /// Appends the request to `buffer`.
    pub(super) fn write(&self, origin: &Origin, buffer: &mut Vec<u8>) {
        let mut put = |bytes: &[u8]| buffer.extend_from_slice(bytes);
        put(self.request.method().as_bytes());
        put(b" ");
        put(origin.via.as_bytes());
        put(self.path.as_bytes());
        if self.authorization.is_none() && !self.overlaps(origin) {
            put(&origin.fixed);
            self.request
                .headers
                .iter()
                .filter(|(name, _)| !self.includes(name))
                .for_each(|(name, value)| put_header(buffer, name, value));
        } else {
            put(b" HTTP/1.1\r\n");
            let headers = self.headers(origin);
            headers
                .iter()
                .for_each(|(name, value)| put_header(buffer, name, value));
            self.put_connection(origin, buffer);
        }
        if let Some(cookie) = &self.cookie {
            put_header(buffer, "cookie", cookie);
        }
        self.write_body(buffer);
    }

    /// Whether any of the origin's fixed part is replaced.
    fn overlaps(&self, origin: &Origin) -> bool {
        let joined = || origin.standing.iter().any(|(name, _)| self.includes(name));
        origin.overlaps(self.request.headers) || joined()
    }

    /// Whether the header of the jar's cookies includes this one.
    fn includes(&self, name: &str) -> bool {
        self.cookie.is_some() && is_cookie(name)
    }

    /// What the guest's own `connection` and `te` ask for, where they ask for something.
    fn put_connection(&self, origin: &Origin, buffer: &mut Vec<u8>) {
        let trailers = takes_trailers(self.request.headers);
        // Without keep-alive, it is among the standing headers.
        let closes = self.closes && !origin.standing.iter().any(|(name, _)| name == "connection");
        match (closes, trailers) {
            (false, false) => {}
            (true, false) => put_header(buffer, "connection", "close"),
            (false, true) => put_header(buffer, "connection", "te"),
            (true, true) => put_header(buffer, "connection", "close, te"),
        }
        if trailers {
            put_header(buffer, "te", "trailers");
        }
    }

    /// All headers but the jar's `cookie` and those that the engine minds itself, where the guest's replace the standing ones. `host` is first.
    pub(in super::super) fn headers<'s>(&'s self, origin: &'s Origin) -> Vec<(&'s str, &'s str)> {
        let guest = self.request.headers;
        let replaced = |name: &str| {
            guest.iter().any(|(own, _)| own.eq_ignore_ascii_case(name))
                || (self.authorization.is_some() && name == "authorization")
                || self.includes(name)
        };
        let host = guest.iter().find(|(name, _)| name.eq_ignore_ascii_case("host"));
        let mut all = vec![("host", host.map_or(origin.authority.as_str(), |(_, value)| value))];
        let standing = origin.standing.iter().filter(|(name, _)| !replaced(name));
        all.extend(standing.map(|(name, value)| (name.as_str(), value.as_str())));
        if let Some(value) = self.authorization
            && !guest
                .iter()
                .any(|(name, _)| name.eq_ignore_ascii_case("authorization"))
        {
            all.push(("authorization", value));
        }
        let own = guest.iter().filter(|(name, _)| {
            !name.eq_ignore_ascii_case("host") && Own::of(name).is_none() && !self.includes(name)
        });
        all.extend(own.map(|(name, value)| (name.as_str(), value.as_str())));
        all
    }

    fn write_body(&self, buffer: &mut Vec<u8>) {
        let body = self.request.body;
        if !body.is_empty() || matches!(self.request.method(), "POST" | "PUT" | "PATCH") {
            buffer.extend_from_slice(b"content-length: ");
            put_number(buffer, body.len());
            buffer.extend_from_slice(b"\r\n");
        }
        buffer.extend_from_slice(b"\r\n");
        if self.inlines_body() {
            buffer.extend_from_slice(body);
        }
    }
}

fn put_header(buffer: &mut Vec<u8>, name: &str, value: &str) {
    for part in [name, ": ", value, "\r\n"] {
        buffer.extend_from_slice(part.as_bytes());
    }
}

fn put_number(buffer: &mut Vec<u8>, number: usize) {
    use std::io::Write;
    // Writing to a vector doesn't fail.
    let _ = write!(buffer, "{number}");
}
