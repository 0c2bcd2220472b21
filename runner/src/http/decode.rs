//! Decompresses a kept body, within bounds that a small hostile body can't break.

use std::io::Read;

use super::error::{ErrorCode, Fault};
use super::response::fields;

/// Beyond this size, a body may not be more than `RATIO` times its compressed size.
const RATIO_FROM: usize = 1024 * 1024;
const RATIO: usize = 100;
/// Codings in a row.
const MAX_CODINGS: usize = 4;

/// The body decoded as the head says; `None` if it isn't encoded, or in a way unknown here.
pub(super) fn decode(head: &[u8], body: &[u8], max_body: usize) -> Result<Option<Vec<u8>>, Fault> {
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
        return Err(Fault::new(
            ErrorCode::Decode,
            "the body is compressed more than four times",
        ));
    }
    let limit = max_body.min(RATIO_FROM.max(body.len().saturating_mul(RATIO)));
    let mut decoded = None;
    for coding in codings.iter().rev() {
        decoded = Some(undo(coding, decoded.as_deref().unwrap_or(body), limit)?);
    }
    Ok(decoded)
}

fn undo(coding: &str, body: &[u8], limit: usize) -> Result<Vec<u8>, Fault> {
    match coding {
        "br" => read(brotli::Decompressor::new(body, 4096), coding, limit),
        "zstd" => {
            let decoder = zstd::stream::read::Decoder::new(body).map_err(|error| corrupt(coding, &error))?;
            read(decoder, coding, limit)
        }
        "deflate" if is_zlib(body) => read(flate2::read::ZlibDecoder::new(body), coding, limit),
        "deflate" => read(flate2::read::DeflateDecoder::new(body), coding, limit),
        _ => read(flate2::read::MultiGzDecoder::new(body), coding, limit),
    }
}

fn read(decoder: impl Read, coding: &str, limit: usize) -> Result<Vec<u8>, Fault> {
    let mut decoded = Vec::new();
    let mut bounded = decoder.take(limit as u64 + 1);
    bounded
        .read_to_end(&mut decoded)
        .map_err(|error| corrupt(coding, &error))?;
    if decoded.len() > limit {
        return Err(Fault::new(
            ErrorCode::ResponseTooLarge,
            format!("the {coding} body has more than {limit} bytes once it is decompressed (--max-body)"),
        ));
    }
    Ok(decoded)
}

/// Servers send both zlib and raw streams as `deflate`. A zlib header is divisible by 31 (RFC 1950 §2.2).
fn is_zlib(body: &[u8]) -> bool {
    matches!(body, [first, second, ..]
        if first & 0x0f == 8 && (u16::from(*first) << 8 | u16::from(*second)).is_multiple_of(31))
}

#[cold]
fn corrupt(coding: &str, error: &std::io::Error) -> Fault {
    Fault::new(
        ErrorCode::Decode,
        format!("the {coding} body is corrupt: {error}"),
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

    fn decoded(coding: &str, body: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        decode(&head(coding), body, 16 * 1024 * 1024)
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
    fn a_small_body_that_grows_a_hundredfold_is_too_large() {
        let bomb = gzip(&vec![0; 8 * 1024 * 1024]);
        assert_eq!(
            decoded("gzip", &bomb).expect_err("bomb").code,
            ErrorCode::ResponseTooLarge
        );
        let small = gzip(&vec![0; 1024 * 1024]);
        assert_eq!(
            decoded("gzip", &small).expect("1 MiB").expect("decoded").len(),
            1024 * 1024
        );
    }
}
