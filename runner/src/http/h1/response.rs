//! Reads one HTTP/1 response out of whatever pieces the socket delivers.

use std::sync::Arc;

use super::super::error::{ErrorCode, HttpError};
use super::super::prepared::Wanted;
use super::super::received::Received;
use super::body::Framing;
use super::head::{parse, unfold};
use crate::system::memory::Account;

/// The largest response head, interim responses included.
const HEAD_BYTES: usize = 64 * 1024;

/// A response being read.
#[derive(Debug)]
pub(in super::super) struct ResponseReader {
    wanted: Wanted,
    framing: Option<Framing>,
    /// `bytes` holds the head so far; then head and, if kept, body.
    received: Received,
    /// Bytes of interim responses, which count against the head's limit.
    interim: usize,
    /// More came than the response has.
    surplus: bool,
}

impl ResponseReader {
    /// What is kept counts against the account.
    pub(in super::super) fn new(wanted: Wanted, account: Option<&Arc<Account>>) -> ResponseReader {
        ResponseReader {
            wanted,
            framing: None,
            received: Received::new(account),
            interim: 0,
            surplus: false,
        }
    }

    /// What has been read.
    pub(in super::super) fn into_received(mut self) -> Received {
        self.received.facts.persistent = self.leaves_reusable();
        self.received
    }

    /// Nothing can follow on the connection, whatever the server says.
    pub(super) fn ends_connection(&mut self) {
        self.received.facts.persistent = false;
    }

    /// Takes in bytes from the wire; `true` once the response is complete.
    pub(in super::super) fn feed(&mut self, bytes: &[u8]) -> Result<bool, HttpError> {
        if self.framing.is_some() {
            return self.feed_body(bytes);
        }
        if self.received.bytes.is_empty() {
            return self.feed_head(bytes);
        }
        let mut joined = std::mem::take(&mut self.received.bytes);
        joined.extend_from_slice(bytes);
        self.feed_head(&joined)
    }

    /// Takes note that the server closed; `Ok` if that completes the response.
    pub(in super::super) fn close(&mut self) -> Result<(), HttpError> {
        match self.framing {
            Some(Framing::Close) => Ok(()),
            _ => Err(HttpError::new(ErrorCode::ConnectionClosed, self.closed_detail())),
        }
    }

    /// Whether another request may follow on the connection.
    fn leaves_reusable(&self) -> bool {
        self.received.facts.persistent
            && !self.surplus
            && !matches!(self.framing, None | Some(Framing::Close))
    }

    fn closed_detail(&self) -> &'static str {
        match self.framing {
            None => "the server closed the connection before it sent a complete response head",
            Some(_) => "the server closed the connection before the body was complete",
        }
    }

    fn feed_head(&mut self, bytes: &[u8]) -> Result<bool, HttpError> {
        let mut unfolded: Vec<u8>;
        let mut bytes = bytes;
        loop {
            let parsed = match parse(bytes, self.wanted.head) {
                Ok(parsed) => parsed,
                Err(fault) => {
                    unfolded = unfold(bytes).ok_or(fault)?;
                    bytes = &unfolded;
                    continue;
                }
            };
            match parsed {
                None if bytes.len() + self.interim >= HEAD_BYTES => return Err(head_too_large()),
                None => {
                    self.received.bytes.ready().extend_from_slice(bytes);
                    return Ok(false);
                }
                Some((length, _, _)) if length + self.interim > HEAD_BYTES => return Err(head_too_large()),
                Some((length, facts, _)) if facts.status < 200 => {
                    self.skip_interim(length, facts.status)?;
                    bytes = &bytes[length..];
                }
                Some((length, facts, framing)) => {
                    self.received.facts = facts;
                    self.framing = Some(framing);
                    self.keep_head(&bytes[..length]);
                    return self.feed_body(&bytes[length..]);
                }
            }
        }
    }

    #[cold]
    fn skip_interim(&mut self, length: usize, status: u16) -> Result<(), HttpError> {
        self.interim += length;
        match status {
            101 => Err(HttpError::new(
                ErrorCode::Protocol,
                "the server switched protocols without being asked",
            )),
            _ => Ok(()),
        }
    }

    /// Also without the body: a head is small, and whoever throws bodies away may ask for a header.
    fn keep_head(&mut self, head: &[u8]) {
        self.received.bytes.ready().extend_from_slice(head);
        self.received.head_len = u32::try_from(head.len()).unwrap_or(u32::MAX);
    }

    fn feed_body(&mut self, bytes: &[u8]) -> Result<bool, HttpError> {
        let Some(framing) = &mut self.framing else {
            return Ok(false);
        };
        let Wanted { keep, max_body, .. } = self.wanted;
        let received = &mut self.received;
        let limit = max_body.saturating_add(received.head_len as usize);
        let taken = framing.feed(bytes, &mut |part| {
            if !keep {
                return Ok(());
            }
            let needed = received.bytes.len() + part.len();
            if needed > limit {
                return Err(HttpError::too_large(max_body));
            }
            received.make_room(needed)?;
            received.bytes.extend_from_slice(part);
            Ok(())
        })?;
        self.surplus |= taken < bytes.len();
        Ok(framing.is_done())
    }
}

#[cold]
fn head_too_large() -> HttpError {
    HttpError::new(ErrorCode::Protocol, "the response head is larger than 64 KiB")
}

#[cfg(test)]
mod tests {
    use super::super::super::fields::field;
    use super::*;

    const WANTED: Wanted = Wanted {
        keep: true,
        head: false,
        max_body: 1000,
    };

    fn read(wanted: Wanted, wire: &[u8]) -> Result<(ResponseReader, bool), HttpError> {
        let mut reader = ResponseReader::new(wanted, None);
        let done = reader.feed(wire)?;
        Ok((reader, done))
    }

    fn body(reader: &ResponseReader) -> &[u8] {
        &reader.received.bytes[reader.received.head_len as usize..]
    }

    #[test]
    fn reads_a_response_split_at_every_byte() {
        let wire = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
        for split in 0..=wire.len() {
            let mut reader = ResponseReader::new(WANTED, None);
            let first = reader.feed(&wire[..split]).expect("valid");
            let done = first || reader.feed(&wire[split..]).expect("valid");
            assert!(done && reader.leaves_reusable(), "split at {split}");
            assert_eq!(
                (reader.received.facts.status, body(&reader)),
                (200, &b"hello"[..])
            );
            assert!(reader.received.bytes.starts_with(b"HTTP/1.1 200"));
        }
    }

    #[test]
    fn has_no_body_where_http_allows_none() {
        for (head, wire) in [
            (true, &b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n"[..]),
            (false, b"HTTP/1.1 204 No Content\r\n\r\n"),
            (false, b"HTTP/1.1 304 Not Modified\r\ncontent-length: 5\r\n\r\n"),
        ] {
            let (reader, done) = read(Wanted { head, ..WANTED }, wire).expect("valid");
            assert!(done && reader.leaves_reusable());
        }
    }

    #[test]
    fn keeps_no_body_that_is_not_wanted_however_large() {
        let wanted = Wanted {
            keep: false,
            max_body: 0,
            ..WANTED
        };
        let (reader, done) =
            read(wanted, b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello").expect("valid");
        assert!(done);
        assert_eq!((reader.received.bytes.len(), reader.received.head_len), (38, 38));
    }

    #[test]
    fn folded_headers_are_one_line_wherever_the_pieces_break() {
        let wire = b"HTTP/1.1 103 Early\r\nlink: a\r\n b\r\n\r\nHTTP/1.1 200 OK\r\nx: one,\r\n two\r\n\t three\r\ny:\n z\r\ncontent-length: 6\r\n\r\na\r\n b\n";
        for split in 0..=wire.len() {
            let mut reader = ResponseReader::new(WANTED, None);
            let first = reader.feed(&wire[..split]).expect("valid");
            let done = first || reader.feed(&wire[split..]).expect("valid");
            assert!(done && reader.leaves_reusable(), "split at {split}");
            assert_eq!(body(&reader), b"a\r\n b\n");
            let head = &reader.received.bytes[..reader.received.head_len as usize];
            let words = |name| {
                let value = String::from_utf8_lossy(field(head, name).expect(name));
                value
                    .split_whitespace()
                    .map(str::to_owned)
                    .collect::<Vec<_>>()
                    .join(" ")
            };
            assert_eq!(
                (words("x"), words("y")),
                ("one, two three".to_owned(), "z".to_owned())
            );
        }
    }

    #[test]
    fn a_first_line_is_not_folded() {
        let wire = b"HTTP/1.1 200 OK\r\n x: y\r\ncontent-length: 0\r\n\r\n";
        assert_eq!(read(WANTED, wire).expect_err("invalid").code, ErrorCode::Protocol);
    }

    #[test]
    fn a_body_without_length_ends_with_the_connection() {
        let (mut reader, done) = read(WANTED, b"HTTP/1.1 200 OK\r\n\r\nabc").expect("valid");
        assert!(!done && reader.close().is_ok());
        assert_eq!((body(&reader), reader.leaves_reusable()), (&b"abc"[..], false));
    }

    #[test]
    fn a_body_cut_short_is_a_closed_connection() {
        let (mut reader, _) =
            read(WANTED, b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nabc").expect("valid");
        assert_eq!(
            reader.close().expect_err("short").code,
            ErrorCode::ConnectionClosed
        );
    }

    #[test]
    fn keep_alive_follows_version_and_connection_header() {
        for (wire, expected) in [
            (&b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"[..], true),
            (
                b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: x, Close\r\n\r\n",
                false,
            ),
            (b"HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n", false),
            (
                b"HTTP/1.0 200 OK\r\ncontent-length: 0\r\nconnection: keep-alive\r\n\r\n",
                true,
            ),
            (b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\nsurplus", false),
            (
                b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
                false,
            ),
        ] {
            assert_eq!(read(WANTED, wire).expect("valid").0.leaves_reusable(), expected);
        }
    }

    #[test]
    fn refuses_what_is_not_http() {
        for wire in [
            &b"SSH-2.0-x\r\n\r\n"[..],
            b"HTTP/1.1 200 OK\r\ncontent-length: +5\r\n\r\n",
            b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\n",
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n",
            b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
        ] {
            assert_eq!(read(WANTED, wire).expect_err("invalid").code, ErrorCode::Protocol);
        }
    }

    #[test]
    fn names_what_is_wrong_with_a_response() {
        for (wire, why) in [
            (
                &b"HTTP/1.1 200 OK\r\na: b\r\nc d: e\r\n\r\n"[..],
                "in line 3, \"c d: e\"",
            ),
            (b"HTTP/1.1 2x0 OK\r\n\r\n", "in line 1, \"HTTP/1.1 2x0 OK\""),
            (
                b"HTTP/1.1 200 OK\r\na: \x1b[31m\r\n\r\n",
                "in line 2, \"a: \\u{1b}[31m\"",
            ),
            (
                b"HTTP/1.1 200 OK\r\ncontent-length: 0x5\r\n\r\n",
                "content-length, \"0x5\"",
            ),
            (
                b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\n",
                "5 and \"6\"",
            ),
            (
                b"HTTP/1.1 200 OK\r\ntransfer-encoding: br\r\n\r\n",
                "coding, \"br\"",
            ),
            (
                b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nabc",
                "'c' instead of the end of a chunk",
            ),
        ] {
            let detail = read(WANTED, wire).expect_err("invalid").detail;
            assert!(detail.ends_with(why), "{detail}");
        }
    }

    #[test]
    fn accepts_128_headers_and_no_more() {
        let wire = |count| {
            let headers: String = (0..count).map(|i| format!("h{i}: v\r\n")).collect();
            format!("HTTP/1.1 204 No Content\r\n{headers}\r\n").into_bytes()
        };
        assert!(read(WANTED, &wire(128)).expect("valid").1);
        assert_eq!(
            read(WANTED, &wire(129)).expect_err("too many").code,
            ErrorCode::Protocol
        );
    }

    #[test]
    fn refuses_an_endless_head() {
        let mut reader = ResponseReader::new(WANTED, None);
        assert!(!reader.feed(b"HTTP/1.1 200 OK\r\nx: ").expect("valid so far"));
        let error = reader.feed(&vec![b'a'; HEAD_BYTES]).expect_err("too long");
        assert_eq!(error.code, ErrorCode::Protocol);
    }

    #[test]
    fn refuses_a_kept_body_beyond_the_limit() {
        let wanted = Wanted {
            max_body: 4,
            ..WANTED
        };
        let wire = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello";
        assert_eq!(
            read(wanted, wire).expect_err("too large").code,
            ErrorCode::ResponseTooLarge
        );
    }
}
