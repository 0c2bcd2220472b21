//! Compressed bodies of requests. Levels are those that k6 takes, or the nearest: what counts is that the server
//! decompresses what real clients send.

use crate::value::{Answer, Call};
use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use std::io::Write;

/// Bytes and the name of an encoding, as `content-encoding` has it.
pub(super) fn compress(call: &Call<'_>) -> Answer {
    let (bytes, encoding) = (call.bytes(0)?, call.text(1)?);
    let done = match &*encoding {
        "gzip" => gzip(&bytes),
        "deflate" => deflate(&bytes),
        "zstd" => Ok(zstd(&bytes)),
        "br" => brotli(&bytes),
        other => {
            return Err(call
                .js
                .throw_type(&format!("compression \"{other}\" isn't known")));
        }
    };
    match done {
        Ok(compressed) => call.js.array_buffer(&compressed),
        Err(error) => Err(call.js.throw(&format!("compression: {error}"))),
    }
}

fn gzip(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes)?;
    encoder.finish()
}

/// With zlib's frame, as RFC 9110 has it.
fn deflate(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes)?;
    encoder.finish()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}

/// In a window of 256 KiB: a larger one would take a virtual user's memory for little.
fn brotli(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let parameters = brotli::enc::BrotliEncoderParams {
        quality: 5,
        lgwin: 18,
        size_hint: bytes.len(),
        ..Default::default()
    };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut &bytes[..], &mut compressed, &parameters)?;
    Ok(compressed)
}
