//! Decompresses a kept body, within bounds that a small hostile body can't break: so many bytes at most, and in
//! slices of time between which the thread's other VUs have their turns.

use std::io::{self, BufRead, Read};
use std::sync::Arc;
use std::time::{Duration, Instant};

use flate2::{Crc, Decompress, FlushDecompress, Status};

use super::error::{ErrorCode, HttpError};
use super::fields::fields;
use super::received::charge;
use crate::system::memory::{Account, Held};

/// Codings in a row.
const MAX_CODINGS: usize = 4;
/// Bytes that are decoded before the clock is looked at.
const STEP_BYTES: usize = 64 * 1024;
/// Members of a gzip body, or frames of a zstd body, that may be empty.
const EMPTY: u32 = 1000;
/// What a member of a gzip body begins with.
const GZIP: [u8; 2] = [0x1f, 0x8b];
/// What a frame of a zstd body begins with; one to be skipped has other bits in the lowest half byte.
const ZSTD: u32 = 0xfd2f_b528;
const ZSTD_SKIPPED: u32 = 0x184d_2a50;
/// After so long the other VUs of the thread have their turn.
const SLICE: Duration = Duration::from_millis(1);

/// The body decoded as the head says; `None` if it isn't encoded, or in a way unknown here.
///
/// What it grows to counts against the account.
pub(super) async fn decode(
    head: &[u8],
    body: &[u8],
    max_body: usize,
    account: Option<&Arc<Account>>,
) -> Result<Option<Decoded>, HttpError> {
    let mut codings: Vec<String> = Vec::new();
    for (_, value) in fields(head).filter(|(name, _)| name.eq_ignore_ascii_case("content-encoding")) {
        codings.extend(value.split(',').map(|coding| coding.trim().to_ascii_lowercase()));
    }
    codings.retain(|coding| !coding.is_empty() && coding != "identity");
    let known = |coding: &String| matches!(coding.as_str(), "gzip" | "x-gzip" | "deflate" | "br" | "zstd");
    if body.is_empty() || codings.is_empty() || !codings.iter().all(known) {
        return Ok(None);
    }
    if codings.len() > MAX_CODINGS {
        return Err(HttpError::new(
            ErrorCode::Decode,
            "the body is compressed more than four times",
        ));
    }
    let mut decoded: Option<Decoded> = None;
    for coding in codings.iter().rev() {
        let body = decoded.as_ref().map_or(body, |(body, _)| body.as_slice());
        decoded = Some(undo(coding, body, max_body, account).await?);
    }
    Ok(decoded)
}

/// A body with what it counts, if it is large.
type Decoded = (Vec<u8>, Option<Held>);

async fn undo(
    coding: &str,
    body: &[u8],
    limit: usize,
    account: Option<&Arc<Account>>,
) -> Result<Decoded, HttpError> {
    let mut decoder: Box<dyn Read + Send + '_> = match coding {
        "br" => Box::new(brotli::Decompressor::new(Pieces::of(body), 4096)),
        "zstd" => Box::new(Zstd::new(body, limit)),
        "deflate" if is_zlib(body) => Box::new(flate2::bufread::ZlibDecoder::new(Pieces::of(body))),
        "deflate" => Box::new(flate2::bufread::DeflateDecoder::new(Pieces::of(body))),
        _ => Box::new(Gzip::new(body)),
    };
    let (mut decoded, mut held) = (Vec::new(), None);
    let mut begun = Instant::now();
    loop {
        let before = decoded.len();
        let room = (limit + 1 - before).min(STEP_BYTES);
        charge(account, &mut held, decoded.capacity(), before + room)?;
        decoded.resize(before + room, 0);
        let read = decoder.read(&mut decoded[before..]);
        decoded.truncate(before + *read.as_ref().unwrap_or(&0));
        match read {
            Ok(0) => return Ok((decoded, held)),
            Ok(_) if decoded.len() > limit => return Err(too_large(coding, limit)),
            Ok(_) => {}
            // Between two pieces.
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(corrupt(coding, &error)),
        }
        if begun.elapsed() >= SLICE {
            tokio::task::yield_now().await;
            begun = Instant::now();
        }
    }
}

/// A body in pieces: after each there is a pause, as if the next hadn't come yet, in which others have their turn.
struct Pieces<'a> {
    rest: &'a [u8],
    /// Bytes until the next pause.
    left: usize,
}

impl<'a> Pieces<'a> {
    fn of(body: &'a [u8]) -> Pieces<'a> {
        Pieces {
            rest: body,
            left: STEP_BYTES,
        }
    }
}

impl BufRead for Pieces<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.left == 0 {
            self.left = STEP_BYTES;
            return Err(io::ErrorKind::WouldBlock.into());
        }
        Ok(&self.rest[..self.rest.len().min(self.left)])
    }

    fn consume(&mut self, bytes: usize) {
        self.rest = &self.rest[bytes..];
        self.left -= bytes;
    }
}

impl Read for Pieces<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let mut piece = self.fill_buf()?;
        let read = piece.read(out)?;
        self.consume(read);
        Ok(read)
    }
}

/// A gzip body: members one after another (RFC 1952 §2.2), and perhaps bytes after the last that are none, which are
/// left alone as in browsers.
struct Gzip<'a> {
    rest: &'a [u8],
    inflate: Decompress,
    /// Of the member's content.
    crc: Crc,
    within: bool,
    members: u64,
    /// Members without content, of which only a hostile server sends many.
    empty: u32,
}

impl Gzip<'_> {
    fn new(body: &[u8]) -> Gzip<'_> {
        Gzip {
            rest: body,
            inflate: Decompress::new(false),
            crc: Crc::new(),
            within: false,
            members: 0,
            empty: 0,
        }
    }

    /// Enters the next member; `false` if there is none.
    fn enter(&mut self) -> io::Result<bool> {
        if self.members > 0 && !self.rest.starts_with(&GZIP) {
            return Ok(false);
        }
        let length = gzip_header(self.rest).ok_or_else(|| invalid("its gzip header is wrong"))?;
        self.rest = &self.rest[length..];
        self.inflate.reset(false);
        self.crc.reset();
        self.within = true;
        self.members += 1;
        Ok(true)
    }

    /// Checks what stands behind a member: its checksum and its length.
    fn leave(&mut self) -> io::Result<()> {
        let (sum, length) = (self.crc.sum().to_le_bytes(), self.crc.amount().to_le_bytes());
        let expected = [sum, length].concat();
        match self.rest.split_at_checked(expected.len()) {
            Some((trailer, rest)) if trailer == expected => self.rest = rest,
            Some(_) => return Err(invalid("its checksum is wrong")),
            None => return Err(io::ErrorKind::UnexpectedEof.into()),
        }
        self.within = false;
        self.empty += u32::from(self.crc.amount() == 0);
        if self.empty > EMPTY {
            return Err(invalid("too many of its gzip members are empty"));
        }
        Ok(())
    }
}

impl Read for Gzip<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            if !self.within && !self.enter()? {
                return Ok(0);
            }
            let (taken, made) = (self.inflate.total_in(), self.inflate.total_out());
            // Bounded, so that a member without content ends in time as well.
            let piece = &self.rest[..self.rest.len().min(STEP_BYTES)];
            let status = self.inflate.decompress(piece, out, FlushDecompress::None)?;
            let taken = (self.inflate.total_in() - taken) as usize;
            let made = (self.inflate.total_out() - made) as usize;
            self.rest = &self.rest[taken..];
            self.crc.update(&out[..made]);
            if status == Status::StreamEnd {
                self.leave()?;
            }
            match made {
                0 if status == Status::StreamEnd => {}
                0 if taken == 0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                0 => return Err(io::ErrorKind::WouldBlock.into()),
                _ => return Ok(made),
            }
        }
    }
}

/// A zstd body: frames one after another (RFC 8878 §3.1), and perhaps bytes after the last that are none.
struct Zstd<'a> {
    /// Of the frame; `None` after the last.
    frame: Option<zstd::stream::read::Decoder<'a, Pieces<'a>>>,
    has_content: bool,
    empty: u32,
    next: Option<Pieces<'a>>,
    /// Of the largest window that a frame may need, the logarithm: of so much memory.
    window_log: u32,
}

impl Zstd<'_> {
    fn new(body: &[u8], limit: usize) -> Zstd<'_> {
        Zstd {
            frame: None,
            has_content: true,
            empty: 0,
            next: Some(Pieces::of(body)),
            // At least the 8 MiB of RFC 9659; a body that was compressed at once has a window of its size.
            window_log: limit.next_power_of_two().ilog2().clamp(23, 27),
        }
    }
}

impl Read for Zstd<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if let Some(next) = self.next.take() {
            let mut frame = zstd::stream::read::Decoder::with_buffer(next)?.single_frame();
            frame.window_log_max(self.window_log)?;
            self.frame = Some(frame);
            self.empty += u32::from(!self.has_content);
            self.has_content = false;
        }
        if self.empty > EMPTY {
            return Err(invalid("too many of its zstd frames are empty"));
        }
        let Some(frame) = &mut self.frame else {
            return Ok(0);
        };
        let read = frame.read(out)?;
        if read > 0 {
            self.has_content = true;
            return Ok(read);
        }
        let rest = self.frame.take().map(zstd::stream::read::Decoder::finish);
        self.next = rest.filter(|rest| is_zstd(rest.rest));
        match self.next {
            // The next one begins after a pause.
            Some(_) => Err(io::ErrorKind::WouldBlock.into()),
            None => Ok(0),
        }
    }
}

/// Whether a frame of zstd begins here.
fn is_zstd(bytes: &[u8]) -> bool {
    let magic = bytes.first_chunk().map(|&magic| u32::from_le_bytes(magic));
    magic.is_some_and(|magic| magic == ZSTD || magic & !0xf == ZSTD_SKIPPED)
}

/// The length of a member's header; `None` if it isn't one.
fn gzip_header(bytes: &[u8]) -> Option<usize> {
    let (fixed, mut rest) = bytes.split_at_checked(10)?;
    if !fixed.starts_with(&GZIP) || fixed[2] != 8 {
        return None;
    }
    let flags = fixed[3];
    if flags & 4 != 0 {
        let (size, after) = rest.split_at_checked(2)?;
        let size = usize::from(u16::from_le_bytes([size[0], size[1]]));
        rest = after.get(size..)?;
    }
    // A name and a comment, each until a zero.
    for flag in [8, 16] {
        if flags & flag != 0 {
            rest = &rest[memchr::memchr(0, rest)? + 1..];
        }
    }
    if flags & 2 != 0 {
        rest = rest.get(2..)?;
    }
    Some(bytes.len() - rest.len())
}

fn invalid(why: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

/// Servers send both zlib and raw streams as `deflate`. A zlib header is divisible by 31 (RFC 1950 §2.2).
fn is_zlib(body: &[u8]) -> bool {
    matches!(body, [first, second, ..]
        if first & 0x0f == 8 && (u16::from(*first) << 8 | u16::from(*second)).is_multiple_of(31))
}

#[cold]
fn corrupt(coding: &str, error: &io::Error) -> HttpError {
    let why: &dyn std::fmt::Display = match error.kind() {
        io::ErrorKind::UnexpectedEof => &"it ends too early",
        _ => error,
    };
    HttpError::new(ErrorCode::Decode, format!("the {coding} body is corrupt: {why}"))
}

#[cold]
fn too_large(coding: &str, limit: usize) -> HttpError {
    HttpError::new(
        ErrorCode::ResponseTooLarge,
        format!("the {coding} body has more than {limit} bytes once it is decompressed (--max-body)"),
    )
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), Compression::default());
        encoder
            .write_all(bytes)
            .and_then(|()| encoder.finish())
            .expect("gzip")
    }

    fn head(coding: &str) -> Vec<u8> {
        format!("HTTP/1.1 200 OK\r\nContent-Encoding: {coding}\r\n\r\n").into_bytes()
    }

    const LIMIT: usize = 16 * 1024 * 1024;

    fn decoded(coding: &str, body: &[u8]) -> Result<Option<Vec<u8>>, HttpError> {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime
            .expect("runtime")
            .block_on(decode(&head(coding), body, LIMIT, None))
            .map(|decoded| decoded.map(|(body, _)| body))
    }

    #[test]
    fn undoes_every_coding() {
        let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), Compression::default());
        let mut raw = flate2::write::DeflateEncoder::new(Vec::new(), Compression::default());
        let mut br = Vec::new();
        let mut brotli = brotli::CompressorWriter::new(&mut br, 4096, 5, 20);
        for encoder in [&mut zlib as &mut dyn Write, &mut raw, &mut brotli] {
            encoder.write_all(b"hello hello").expect("encode");
        }
        drop(brotli);
        let zstd = zstd::stream::encode_all(&b"hello hello"[..], 1).expect("zstd");
        for (coding, body) in [
            ("gzip", gzip(b"hello hello")),
            ("deflate", zlib.finish().expect("zlib")),
            ("deflate", raw.finish().expect("raw")),
            ("br", br),
            ("ZSTD", zstd.clone()),
            ("zstd, gzip", gzip(&zstd)),
        ] {
            assert_eq!(
                decoded(coding, &body).expect(coding).expect(coding),
                b"hello hello",
                "{coding}"
            );
        }
    }

    #[test]
    fn leaves_other_bodies_alone() {
        assert_eq!(decoded("identity", b"x").expect("fine"), None);
        assert_eq!(decoded("aes128gcm", b"x").expect("fine"), None);
        assert_eq!(decoded("gzip", b"").expect("fine"), None);
    }

    #[test]
    fn a_corrupt_body_is_a_decode_error() {
        assert_eq!(
            decoded("gzip", b"nonsense").expect_err("corrupt").code,
            ErrorCode::Decode
        );
        let whole = gzip(b"hello hello hello");
        assert_eq!(
            decoded("gzip", &whole[..20]).expect_err("cut").code,
            ErrorCode::Decode
        );
    }

    #[test]
    fn only_the_size_counts_not_how_well_it_was_compressed() {
        let honest = gzip(&vec![0; LIMIT]);
        assert!(honest.len() < LIMIT / 900, "{}", honest.len());
        assert_eq!(
            decoded("gzip", &honest).expect("16 MiB").expect("decoded").len(),
            LIMIT
        );
        for (coding, bomb) in [
            ("gzip", gzip(&vec![0; LIMIT + 1])),
            (
                "zstd",
                zstd::stream::encode_all(&vec![0; LIMIT + 1][..], 1).expect("zstd"),
            ),
        ] {
            let fault = decoded(coding, &bomb).expect_err("bomb");
            assert_eq!(fault.code, ErrorCode::ResponseTooLarge);
            assert!(fault.detail.contains("16777216 bytes") && fault.detail.contains("--max-body"));
        }
    }

    #[test]
    fn members_and_frames_are_joined_and_what_follows_the_last_is_left_alone() {
        let zstd = |text: &str| zstd::stream::encode_all(text.as_bytes(), 1).expect("zstd");
        let mut br = Vec::new();
        brotli::CompressorWriter::new(&mut br, 4096, 5, 20)
            .write_all(b"one two")
            .expect("br");
        let mut deflate = flate2::write::ZlibEncoder::new(Vec::new(), Compression::default());
        deflate.write_all(b"one two").expect("deflate");
        for (coding, parts) in [
            ("gzip", [gzip(b"one "), gzip(b""), gzip(b"two")].concat()),
            ("zstd", [zstd("one "), zstd(""), zstd("two")].concat()),
            ("br", br),
            ("deflate", deflate.finish().expect("deflate")),
        ] {
            for tail in [&b""[..], b"\0\0\0\0\0\0\0\0", b"\r\n", b"<!-- served by x -->"] {
                let body = [&parts[..], tail].concat();
                let text = decoded(coding, &body).expect(coding).expect(coding);
                assert_eq!(text, b"one two", "{coding} and {tail:?}");
            }
        }
    }

    #[test]
    fn a_member_that_is_wrong_is_not_taken_for_what_follows_the_last() {
        let second = gzip(b"two");
        for broken in [
            &second[..2],
            &second[..9],
            &second[..15],
            &second[..second.len() - 1],
        ] {
            let body = [&gzip(b"one")[..], broken].concat();
            assert_eq!(decoded("gzip", &body).expect_err("cut").code, ErrorCode::Decode);
        }
        let mut sum = gzip(b"one");
        *sum.iter_mut().rev().nth(6).expect("byte") ^= 1;
        assert!(
            decoded("gzip", &sum)
                .expect_err("sum")
                .detail
                .contains("checksum")
        );
    }

    #[test]
    fn a_gzip_header_may_have_all_its_fields() {
        let plain = gzip(b"text");
        let header = b"\x1f\x8b\x08\x1e\0\0\0\0\0\x03\x02\0abname\0comment\0xx";
        let body = [&header[..], &plain[10..]].concat();
        assert_eq!(decoded("gzip", &body).expect("gzip").expect("gzip"), b"text");
    }

    #[test]
    fn empty_members_and_frames_end_soon() {
        let begun = Instant::now();
        for (coding, empty) in [
            ("gzip", gzip(b"")),
            ("zstd", zstd::stream::encode_all(&b""[..], 1).expect("zstd")),
        ] {
            let fault = decoded(coding, &empty.repeat(500_000)).expect_err("empty");
            assert_eq!(fault.code, ErrorCode::Decode);
            assert!(fault.detail.contains("are empty"), "{}", fault.detail);
        }
        assert!(begun.elapsed() < Duration::from_secs(5));
    }

    /// Other tasks of the thread run while a large body is decompressed.
    #[tokio::test]
    async fn a_large_body_is_decompressed_in_slices() {
        let mut text = Vec::new();
        (0..1_000_000_u32).for_each(|number| text.extend_from_slice(number.to_string().as_bytes()));
        for (coding, body) in [
            ("gzip", gzip(&text)),
            ("zstd", zstd::stream::encode_all(&text[..], 1).expect("zstd")),
        ] {
            let turns = std::cell::Cell::new(0);
            let others = async {
                loop {
                    turns.set(turns.get() + 1);
                    tokio::task::yield_now().await;
                }
            };
            let head = head(coding);
            let decoded = tokio::select! {
                decoded = decode(&head, &body, LIMIT, None) => decoded,
                () = others => unreachable!("it has no end"),
            };
            assert_eq!(decoded.expect(coding).expect(coding).0.len(), text.len());
            assert!(turns.get() > 2, "{coding}: {} turns", turns.get());
        }
    }
}
