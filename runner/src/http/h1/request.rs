//! Writes a request's head, and a small body behind it, into one buffer.

use super::super::headers::takes_trailers;
use super::super::origin::HttpOrigin;
use super::super::prepared::PreparedRequest;

/// A body up to this size is copied behind the head, so that one system call sends both.
const INLINE_BYTES: usize = 16 * 1024;

/// Whether the body is in the buffer that `write` fills.
pub(super) fn inlines_body(prepared: &PreparedRequest<'_>) -> bool {
    prepared.request.body.len() <= INLINE_BYTES
}

/// Appends the request to `buffer`.
pub(super) fn write(prepared: &PreparedRequest<'_>, origin: &HttpOrigin, buffer: &mut Vec<u8>) {
    let mut put = |bytes: &[u8]| buffer.extend_from_slice(bytes);
    put(prepared.request.method().as_bytes());
    put(b" ");
    put(origin.via.as_bytes());
    put(prepared.path.as_bytes());
    if prepared.authorization.is_none() && !prepared.overlaps(origin) {
        put(&origin.fixed);
        prepared
            .request
            .headers
            .iter()
            .filter(|(name, _)| !prepared.includes(name))
            .for_each(|(name, value)| put_header(buffer, name, value));
    } else {
        put(b" HTTP/1.1\r\n");
        let headers = prepared.headers(origin);
        headers
            .iter()
            .for_each(|(name, value)| put_header(buffer, name, value));
        put_connection(prepared, origin, buffer);
    }
    if let Some(cookie) = &prepared.cookie {
        put_header(buffer, "cookie", cookie);
    }
    write_body(prepared, buffer);
}

/// What the guest's own `connection` and `te` ask for, where they ask for something.
fn put_connection(prepared: &PreparedRequest<'_>, origin: &HttpOrigin, buffer: &mut Vec<u8>) {
    let trailers = takes_trailers(prepared.request.headers);
    // Without keep-alive, it is among the standing headers.
    let closes = prepared.closes && !origin.standing.iter().any(|(name, _)| name == "connection");
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

fn write_body(prepared: &PreparedRequest<'_>, buffer: &mut Vec<u8>) {
    let body = prepared.request.body;
    if !body.is_empty() || matches!(prepared.request.method(), "POST" | "PUT" | "PATCH") {
        buffer.extend_from_slice(b"content-length: ");
        put_number(buffer, body.len());
        buffer.extend_from_slice(b"\r\n");
    }
    buffer.extend_from_slice(b"\r\n");
    if inlines_body(prepared) {
        buffer.extend_from_slice(body);
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
