//! Distributions in HdrHistogram's own interchange format: V2, deflated, base64. What is read is bounded before it is
//! unpacked: a text of a few bytes may claim to be gigabytes.

use crate::metrics::{Distribution, Stats};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hdrhistogram::serialization::{Deserializer, Serializer as _, V2DeflateSerializer};
use std::io::Read as _;

/// Most bytes that one unpacks to. Of ours, with three digits and times of up to an hour, none needs a tenth of that.
const LARGEST: u64 = 1 << 20;

/// Bytes before the unpacked part: what it is, and the length of the rest.
const ENVELOPE: usize = 8;

/// Bytes before the counts: what it is, their length, an offset, the digits, the smallest and the largest value, a ratio.
const HEADER: usize = 40;

/// Most significant digits. With more, few values take much memory.
const DIGITS: u32 = 3;

/// A distribution as text.
///
/// # Errors
/// It can't be encoded, which only happens when memory runs out.
pub fn encoded(times: &Distribution<u64>) -> Result<String, String> {
    let mut bytes = Vec::new();
    let written = V2DeflateSerializer::new().serialize(&times.to_histogram(), &mut bytes);
    written.map_err(|error| error.to_string())?;
    Ok(STANDARD.encode(bytes))
}

/// The distribution that was written as this text, with the exact figures that were written beside it.
///
/// # Errors
/// It isn't one, in words.
pub fn decoded(text: &str, stats: &Stats<u64>) -> Result<Distribution<u64>, String> {
    let damaged = |why: &dyn std::fmt::Display| format!("one of its histograms is damaged: {why}");
    let bytes = STANDARD.decode(text).map_err(|error| damaged(&error))?;
    let plain = unpacked(&bytes).map_err(|why| damaged(&why))?;
    let counts = Deserializer::new().deserialize(&mut plain.as_slice());
    let counts = counts.map_err(|error| damaged(&format!("{error:?}")))?;
    Ok(Distribution::restore(&counts, stats))
}

/// The V2 form within the deflated one, where it is no larger than it says and than it may be.
fn unpacked(bytes: &[u8]) -> Result<Vec<u8>, &'static str> {
    let deflated = bytes.get(ENVELOPE..).ok_or("it is cut off")?;
    let mut plain = Vec::new();
    let read = flate2::read::ZlibDecoder::new(deflated)
        .take(LARGEST + 1)
        .read_to_end(&mut plain);
    read.map_err(|_| "it isn't deflated")?;
    if plain.len() as u64 > LARGEST {
        return Err("it is larger than any of ours");
    }
    let field = |at: usize| {
        let bytes = plain.get(at..at + 4).and_then(|bytes| bytes.try_into().ok());
        bytes.map(u32::from_be_bytes).ok_or("it is cut off")
    };
    if field(4)? as usize != plain.len().saturating_sub(HEADER) {
        return Err("its length isn't what it says");
    }
    if field(12)? > DIGITS {
        return Err("it has more digits than any of ours");
    }
    Ok(plain)
}
