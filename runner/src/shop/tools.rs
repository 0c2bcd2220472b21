//! Routes that aren't a shop's: answers of a chosen size, status, encoding or number of
//! redirects, to try a client's corner cases with.

use super::answer::{self, Answer};
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http::header::{CONTENT_ENCODING, LOCATION};
use http::request::Parts;
use serde_json::json;
use std::io::Write;
use std::sync::LazyLock;

const MOST_BYTES: usize = 64 << 20;
const MOST_REDIRECTS: u32 = 1000;
static SMALL: [u8; 64 << 10] = [b'x'; 64 << 10];
static GZIPPED: LazyLock<Bytes> = LazyLock::new(|| gzip(br#"{"gzipped":true}"#));

pub(super) fn bytes(count: &str) -> Answer {
    let body = match count.parse::<usize>() {
        Ok(count) if count <= SMALL.len() => Bytes::from_static(&SMALL).slice(..count),
        Ok(count) if count <= MOST_BYTES => vec![b'x'; count].into(),
        _ => return answer::error(400, "a number of bytes up to 64 MiB, please"),
    };
    answer::content(200, "application/octet-stream", body)
}

pub(super) fn status(code: &str) -> Answer {
    match code.parse::<u16>() {
        Ok(code @ (204 | 205 | 304)) => answer::empty(code),
        Ok(code @ 200..=999) => answer::json(code, &json!({ "status": code })),
        _ => answer::error(400, "a status from 200 to 999, please"),
    }
}

pub(super) fn redirect(left: &str) -> Answer {
    match left.parse::<u32>() {
        Ok(0) => answer::json(200, &json!({ "redirects": "done" })),
        Ok(left) if left <= MOST_REDIRECTS => {
            answer::with(answer::empty(302), LOCATION, &format!("/redirect/{}", left - 1))
        }
        _ => answer::error(400, "a number of redirects up to 1000, please"),
    }
}

pub(super) fn gzipped() -> Answer {
    let answer = answer::content(200, "application/json", GZIPPED.clone());
    answer::with(answer, CONTENT_ENCODING, "gzip")
}

/// The request as it arrived. Bytes that aren't UTF-8 are replaced.
pub(super) fn echo(request: &Parts, body: &[u8]) -> Answer {
    let headers = request
        .headers
        .iter()
        .map(|(name, value)| json!([name.as_str(), String::from_utf8_lossy(value.as_bytes())]))
        .collect::<Vec<_>>();
    answer::json(
        200,
        &json!({
            "method": request.method.as_str(),
            "target": request.uri.to_string(),
            "headers": headers,
            "body": String::from_utf8_lossy(body),
        }),
    )
}

fn gzip(plain: &[u8]) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    // Writing to memory doesn't fail; if it did, clients would see an invalid stream.
    let _ = encoder.write_all(plain);
    encoder.finish().unwrap_or_default().into()
}
