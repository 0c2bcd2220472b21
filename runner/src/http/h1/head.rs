//! Parses the head of an HTTP/1 response: what it says about the body and the connection.

use std::mem::MaybeUninit;

use httparse::{Header, ParserConfig, Status};

use super::super::error::{ErrorCode, HttpError, quoted};
use super::super::received::{HeadFacts, leads_on};
use super::body::{Chunks, Framing};

/// Headers that are parsed without reserving more stack.
const USUAL_HEADERS: usize = 32;
/// The most headers a response may have.
const MAX_HEADERS: usize = 128;

/// The length of a head, what it says, and how its body is framed.
pub(super) type ParsedHead = Option<(usize, HeadFacts, Framing)>;

/// Parses a head; `None` while it isn't complete.
pub(super) fn parse(bytes: &[u8], to_head: bool) -> Result<ParsedHead, HttpError> {
    match parse_with::<USUAL_HEADERS>(bytes, to_head) {
        Err(httparse::Error::TooManyHeaders) => parse_many(bytes, to_head),
        other => other.unwrap_or_else(|error| Err(not_http(bytes, error))),
    }
}

/// Apart, because an array of 128 headers takes 4 KiB of the caller's small stack.
#[cold]
#[inline(never)]
fn parse_many(bytes: &[u8], to_head: bool) -> Result<ParsedHead, HttpError> {
    parse_with::<MAX_HEADERS>(bytes, to_head).unwrap_or_else(|error| Err(not_http(bytes, error)))
}

#[cold]
fn not_http(bytes: &[u8], error: httparse::Error) -> HttpError {
    // A record of an alert or a handshake, of any version.
    if matches!(bytes, [0x15 | 0x16, 0x03, ..]) {
        let detail = "the server speaks TLS on this port: write https:// in place of http://";
        return HttpError::new(ErrorCode::Protocol, detail);
    }
    let (number, line) = culprit(bytes);
    let line = quoted(line);
    HttpError::new(
        ErrorCode::Protocol,
        format!("the response head isn't valid HTTP: {error} in line {number}, {line}"),
    )
}

/// The bytes with spaces in place of each line break within a header's value, as RFC 9112 §5.2 asks of user agents;
/// `None` if there is none. What follows the head stays as it is.
#[cold]
pub(super) fn unfold(bytes: &[u8]) -> Option<Vec<u8>> {
    let first = memchr::memchr(b'\n', bytes)? + 1;
    let mut out = bytes.to_vec();
    let (mut at, mut folds) = (first, 0);
    while let Some(end) = memchr::memchr(b'\n', &bytes[at..]).map(|length| at + length) {
        let line = bytes[at..end].trim_ascii();
        if line.is_empty() && !matches!(bytes[at], b' ' | b'\t') {
            break;
        }
        if matches!(bytes.get(end + 1), Some(b' ' | b'\t')) {
            out[end] = b' ';
            if bytes[end - 1] == b'\r' {
                out[end - 1] = b' ';
            }
            folds += 1;
        }
        at = end + 1;
    }
    (folds > 0).then_some(out)
}

/// The number and text of the first line that isn't what it should be; the last one where each is fine by itself.
fn culprit(bytes: &[u8]) -> (usize, &[u8]) {
    let lines = bytes
        .split(|&byte| byte == b'\n')
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let mut last = (0, &[][..]);
    for (number, line) in lines.enumerate() {
        if number > 0 && line.is_empty() {
            break;
        }
        last = (number + 1, line);
        let alone = match number {
            0 => [line, b"\r\n\r\n"].concat(),
            _ => [b"HTTP/1.1 200 OK\r\n", line, b"\r\n\r\n"].concat(),
        };
        let mut headers = [httparse::EMPTY_HEADER; 1];
        if httparse::Response::new(&mut headers).parse(&alone).is_err() {
            break;
        }
    }
    last
}

fn parse_with<const N: usize>(
    bytes: &[u8],
    to_head: bool,
) -> Result<Result<ParsedHead, HttpError>, httparse::Error> {
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

fn facts(response: &httparse::Response<'_, '_>, to_head: bool) -> Result<(HeadFacts, Framing), HttpError> {
    let mut facts = HeadFacts {
        status: response.code.unwrap_or(0),
        ..HeadFacts::default()
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
fn note(header: &Header<'_>, facts: &mut HeadFacts, findings: &mut Findings) -> Result<(), HttpError> {
    let is = |name: &str| header.name.eq_ignore_ascii_case(name);
    match header.name.len() {
        8 if is("location") => facts.location = leads_on(facts.status, header.value),
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

fn length(value: &[u8], earlier: Option<u64>) -> Result<u64, HttpError> {
    let wrong = || {
        let detail = match earlier {
            None => format!("the response has an invalid content-length, {}", quoted(value)),
            Some(earlier) => format!(
                "the response has two content-lengths, {earlier} and {}",
                quoted(value)
            ),
        };
        HttpError::new(ErrorCode::Protocol, detail)
    };
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

fn chunked(value: &[u8], earlier: bool) -> Result<bool, HttpError> {
    match value.trim_ascii() {
        coding if coding.eq_ignore_ascii_case(b"chunked") && !earlier => Ok(true),
        coding if coding.eq_ignore_ascii_case(b"identity") => Ok(earlier),
        _ => Err(HttpError::new(
            ErrorCode::Protocol,
            format!("the response has an unknown transfer coding, {}", quoted(value)),
        )),
    }
}
