//! Reads one HTTP/1 response out of whatever pieces the socket delivers.

use std::mem::MaybeUninit;
use std::sync::Arc;

use httparse::{Header, ParserConfig, Status};

use super::super::buffers::{Buffer, POOLED_BYTES};
use super::super::error::{ErrorCode, Fault};
use super::body::{Chunks, Framing};
use crate::memory::{Account, Exceeded, Held};

/// The largest response head, interim responses included.
const HEAD_BYTES: usize = 64 * 1024;
/// Headers that are parsed without reserving more stack.
const USUAL_HEADERS: usize = 32;
/// The most headers a response may have.
const MAX_HEADERS: usize = 128;

/// What the caller wants of the response.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Wanted {
    /// Keep headers and body.
    pub(in super::super) keep: bool,
    /// The request was `HEAD`.
    pub(in super::super) head: bool,
    /// Keep the head if it sets cookies.
    pub(in super::super) cookies: bool,
    /// The largest body to keep, in bytes.
    pub(in super::super) max_body: usize,
}

/// A response being read.
#[derive(Debug)]
pub(in super::super) struct Reader {
    wanted: Wanted,
    framing: Option<Framing>,
    /// The head so far; then, if kept, head and body.
    pub(in super::super) bytes: Buffer,
    /// Length of the head in `bytes`, 0 if the head was not kept.
    pub(in super::super) head_len: u32,
    pub(in super::super) facts: Facts,
    /// Bytes of interim responses, which count against the head's limit.
    interim: usize,
    /// More came than the response has.
    surplus: bool,
    /// Whom it counts against, and with how much, once it is larger than usual.
    account: Option<Arc<Account>>,
    pub(in super::super) held: Option<Held>,
}

/// What the engine itself needs to know of a head.
#[derive(Clone, Copy, Debug, Default)]
pub(in super::super) struct Facts {
    pub(in super::super) status: u16,
    /// The server will keep the connection.
    pub(in super::super) persistent: bool,
    pub(in super::super) encoded: bool,
    pub(in super::super) sets_cookies: bool,
    pub(in super::super) location: bool,
}

impl Reader {
    pub(in super::super) fn new(wanted: Wanted) -> Reader {
        Reader {
            wanted,
            framing: None,
            bytes: Buffer::default(),
            head_len: 0,
            facts: Facts::default(),
            interim: 0,
            surplus: false,
            account: None,
            held: None,
        }
    }

    /// Counts what is kept against an account.
    pub(in super::super) fn charge_to(&mut self, account: Option<&Arc<Account>>) {
        self.account = account.cloned();
    }

    /// Makes sure that so many bytes may be kept.
    pub(in super::super) fn make_room(&mut self, needed: usize) -> Result<(), Fault> {
        charge(
            self.account.as_ref(),
            &mut self.held,
            self.bytes.capacity(),
            needed,
        )
    }

    /// Takes in bytes from the wire; `true` once the response is complete.
    pub(in super::super) fn feed(&mut self, bytes: &[u8]) -> Result<bool, Fault> {
        if self.framing.is_some() {
            return self.feed_body(bytes);
        }
        if self.bytes.is_empty() {
            return self.feed_head(bytes);
        }
        let mut joined = std::mem::take(&mut self.bytes);
        joined.extend_from_slice(bytes);
        self.feed_head(&joined)
    }

    /// Takes note that the server closed; `Ok` if that completes the response.
    pub(in super::super) fn close(&mut self) -> Result<(), Fault> {
        match self.framing {
            Some(Framing::Close) => Ok(()),
            _ => Err(Fault::new(ErrorCode::ConnectionClosed, self.closed_detail())),
        }
    }

    /// Whether another request may follow on the connection.
    pub(in super::super) fn leaves_reusable(&self) -> bool {
        self.facts.persistent && !self.surplus && !matches!(self.framing, None | Some(Framing::Close))
    }

    fn closed_detail(&self) -> &'static str {
        match self.framing {
            None => "the server closed the connection before it sent a complete response head",
            Some(_) => "the server closed the connection before the body was complete",
        }
    }

    fn feed_head(&mut self, mut bytes: &[u8]) -> Result<bool, Fault> {
        loop {
            match parse(bytes, self.wanted.head)? {
                None if bytes.len() + self.interim >= HEAD_BYTES => return Err(head_too_large()),
                None => {
                    self.bytes.ready().extend_from_slice(bytes);
                    return Ok(false);
                }
                Some((length, _, _)) if length + self.interim > HEAD_BYTES => return Err(head_too_large()),
                Some((length, facts, _)) if facts.status < 200 => {
                    self.skip_interim(length, facts.status)?;
                    bytes = &bytes[length..];
                }
                Some((length, facts, framing)) => {
                    self.facts = facts;
                    self.framing = Some(framing);
                    self.keep_head(&bytes[..length]);
                    return self.feed_body(&bytes[length..]);
                }
            }
        }
    }

    #[cold]
    fn skip_interim(&mut self, length: usize, status: u16) -> Result<(), Fault> {
        self.interim += length;
        match status {
            101 => Err(Fault::new(
                ErrorCode::Protocol,
                "the server switched protocols without being asked",
            )),
            _ => Ok(()),
        }
    }

    fn keep_head(&mut self, head: &[u8]) {
        let needed = self.facts.location || (self.facts.sets_cookies && self.wanted.cookies);
        if self.wanted.keep || needed {
            self.bytes.ready().extend_from_slice(head);
            self.head_len = u32::try_from(head.len()).unwrap_or(u32::MAX);
        }
    }

    fn feed_body(&mut self, bytes: &[u8]) -> Result<bool, Fault> {
        let Some(framing) = &mut self.framing else {
            return Ok(false);
        };
        let (keep, kept, held, account) = (
            self.wanted.keep,
            &mut self.bytes,
            &mut self.held,
            self.account.as_ref(),
        );
        let limit = self.wanted.max_body.saturating_add(self.head_len as usize);
        let taken = framing.feed(bytes, &mut |part| {
            if !keep {
                return Ok(());
            }
            if kept.len() + part.len() > limit {
                return Err(Fault::new(
                    ErrorCode::ResponseTooLarge,
                    "the body is larger than the run allows",
                ));
            }
            charge(account, held, kept.capacity(), kept.len() + part.len())?;
            kept.extend_from_slice(part);
            Ok(())
        })?;
        self.surplus |= taken < bytes.len();
        Ok(framing.is_done())
    }
}

/// Counts a buffer that is to hold so many bytes, unless it holds no more than is usual.
fn charge(
    account: Option<&Arc<Account>>,
    held: &mut Option<Held>,
    capacity: usize,
    needed: usize,
) -> Result<(), Fault> {
    match account {
        Some(account) if needed > capacity && needed > POOLED_BYTES => {
            // As a vector grows.
            let bytes = needed.max(2 * capacity);
            let held = held.get_or_insert_with(|| Held::new(account));
            held.resize(bytes).map_err(no_room)
        }
        _ => Ok(()),
    }
}

#[cold]
pub(in super::super) fn no_room(why: Exceeded) -> Fault {
    Fault::new(
        ErrorCode::ResponseTooLarge,
        format!("there is no room for the body: {why}"),
    )
}

type Parsed = Option<(usize, Facts, Framing)>;

/// Parses a head; `None` while it isn't complete.
fn parse(bytes: &[u8], to_head: bool) -> Result<Parsed, Fault> {
    match parse_with::<USUAL_HEADERS>(bytes, to_head) {
        Err(httparse::Error::TooManyHeaders) => parse_many(bytes, to_head),
        other => other.unwrap_or_else(|error| Err(not_http(error))),
    }
}

/// Apart, because an array of 128 headers takes 4 KiB of the caller's small stack.
#[cold]
#[inline(never)]
fn parse_many(bytes: &[u8], to_head: bool) -> Result<Parsed, Fault> {
    parse_with::<MAX_HEADERS>(bytes, to_head).unwrap_or_else(|error| Err(not_http(error)))
}

#[cold]
fn not_http(error: httparse::Error) -> Fault {
    Fault::new(
        ErrorCode::Protocol,
        format!("the response head isn't valid HTTP: {error}"),
    )
}

#[cold]
fn head_too_large() -> Fault {
    Fault::new(ErrorCode::Protocol, "the response head is larger than 64 KiB")
}

fn parse_with<const N: usize>(bytes: &[u8], to_head: bool) -> Result<Result<Parsed, Fault>, httparse::Error> {
    let mut headers = [const { MaybeUninit::<Header<'_>>::uninit() }; N];
    let mut response = httparse::Response::new(&mut []);
    let status =
        ParserConfig::default().parse_response_with_uninit_headers(&mut response, bytes, &mut headers)?;
    let Status::Complete(length) = status else {
        return Ok(Ok(None));
    };
    let read = facts(&response, to_head);
    Ok(read.map(|(facts, framing)| Some((length, facts, framing))))
}

/// What the headers say about the body and the connection.
#[derive(Default)]
struct Findings {
    length: Option<u64>,
    chunked: bool,
    close: bool,
    keep_alive: bool,
}

fn facts(response: &httparse::Response<'_, '_>, to_head: bool) -> Result<(Facts, Framing), Fault> {
    let mut facts = Facts {
        status: response.code.unwrap_or(0),
        ..Facts::default()
    };
    let mut findings = Findings::default();
    for header in response.headers.iter() {
        note(header, &mut facts, &mut findings)?;
    }
    let modern = response.version == Some(1);
    // A body that has both framings may have been tampered with: read it as chunked, then hang up (RFC 9112 §6.3).
    let ambiguous = findings.chunked && (findings.length.is_some() || !modern);
    facts.persistent = !findings.close && !ambiguous && (modern || findings.keep_alive);
    let framing = match () {
        () if to_head || facts.status < 200 || matches!(facts.status, 204 | 304) => Framing::Length(0),
        () if findings.chunked => Framing::Chunked(Chunks::default()),
        () => findings.length.map_or(Framing::Close, Framing::Length),
    };
    Ok((facts, framing))
}

/// Takes in one header. Sorted by length first, because most headers are none of these.
fn note(header: &Header<'_>, facts: &mut Facts, findings: &mut Findings) -> Result<(), Fault> {
    let is = |name: &str| header.name.eq_ignore_ascii_case(name);
    match header.name.len() {
        8 if is("location") => facts.location = matches!(facts.status, 301 | 302 | 303 | 307 | 308),
        10 if is("connection") => note_connection(header.value, findings),
        10 if is("set-cookie") => facts.sets_cookies = true,
        14 if is("content-length") => findings.length = Some(length(header.value, findings.length)?),
        16 if is("content-encoding") => facts.encoded = true,
        17 if is("transfer-encoding") => findings.chunked = chunked(header.value, findings.chunked)?,
        _ => {}
    }
    Ok(())
}

fn note_connection(value: &[u8], findings: &mut Findings) {
    for option in value.split(|&byte| byte == b',') {
        let option = option.trim_ascii();
        findings.close |= option.eq_ignore_ascii_case(b"close");
        findings.keep_alive |= option.eq_ignore_ascii_case(b"keep-alive");
    }
}

fn length(value: &[u8], earlier: Option<u64>) -> Result<u64, Fault> {
    let wrong = || Fault::new(ErrorCode::Protocol, "the response has an invalid content-length");
    let mut agreed = earlier;
    for item in value.split(|&byte| byte == b',') {
        let item = item.trim_ascii();
        if item.is_empty() || !item.iter().all(u8::is_ascii_digit) {
            return Err(wrong());
        }
        let number = std::str::from_utf8(item)
            .ok()
            .and_then(|text| text.parse().ok())
            .ok_or_else(wrong)?;
        if agreed.is_some_and(|agreed| agreed != number) {
            return Err(wrong());
        }
        agreed = Some(number);
    }
    agreed.ok_or_else(wrong)
}

fn chunked(value: &[u8], earlier: bool) -> Result<bool, Fault> {
    match value.trim_ascii() {
        coding if coding.eq_ignore_ascii_case(b"chunked") && !earlier => Ok(true),
        coding if coding.eq_ignore_ascii_case(b"identity") => Ok(earlier),
        _ => Err(Fault::new(
            ErrorCode::Protocol,
            "the response has an unknown transfer coding",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WANTED: Wanted = Wanted {
        keep: true,
        head: false,
        cookies: true,
        max_body: 1000,
    };

    fn read(wanted: Wanted, wire: &[u8]) -> Result<(Reader, bool), Fault> {
        let mut reader = Reader::new(wanted);
        let done = reader.feed(wire)?;
        Ok((reader, done))
    }

    fn body(reader: &Reader) -> &[u8] {
        &reader.bytes[reader.head_len as usize..]
    }

    #[test]
    fn reads_a_response_split_at_every_byte() {
        let wire = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
        for split in 0..=wire.len() {
            let mut reader = Reader::new(WANTED);
            let first = reader.feed(&wire[..split]).expect("valid");
            let done = first || reader.feed(&wire[split..]).expect("valid");
            assert!(done && reader.leaves_reusable(), "split at {split}");
            assert_eq!((reader.facts.status, body(&reader)), (200, &b"hello"[..]));
            assert!(reader.bytes.starts_with(b"HTTP/1.1 200"));
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
    fn keeps_nothing_that_is_not_wanted() {
        let wanted = Wanted {
            keep: false,
            max_body: 0,
            ..WANTED
        };
        let (reader, done) =
            read(wanted, b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello").expect("valid");
        assert!(done);
        assert_eq!((reader.bytes.len(), reader.bytes.capacity()), (0, 0));
    }

    #[test]
    fn keeps_a_head_that_the_engine_needs() {
        let wanted = Wanted {
            keep: false,
            ..WANTED
        };
        let wire = b"HTTP/1.1 200 OK\r\nset-cookie: a=b\r\ncontent-length: 0\r\n\r\n";
        assert_eq!(read(wanted, wire).expect("valid").0.head_len as usize, wire.len());
        let wire = b"HTTP/1.1 302 Found\r\nlocation: /\r\ncontent-length: 0\r\n\r\n";
        assert_eq!(read(wanted, wire).expect("valid").0.head_len as usize, wire.len());
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
        let mut reader = Reader::new(WANTED);
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
