//! Text and bytes into each other.

use crate::value::{Answer, Call};
use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use std::fmt::Write as _;

/// Whether there is padding doesn't matter when reading.
const fn engine(alphabet: &alphabet::Alphabet, pad: bool) -> GeneralPurpose {
    let config = GeneralPurposeConfig::new()
        .with_encode_padding(pad)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent);
    GeneralPurpose::new(alphabet, config)
}

static STANDARD: GeneralPurpose = engine(&alphabet::STANDARD, true);
static STANDARD_UNPADDED: GeneralPurpose = engine(&alphabet::STANDARD, false);
static URL: GeneralPurpose = engine(&alphabet::URL_SAFE, true);
static URL_UNPADDED: GeneralPurpose = engine(&alphabet::URL_SAFE, false);

fn chosen(url: bool, pad: bool) -> &'static GeneralPurpose {
    match (url, pad) {
        (false, true) => &STANDARD,
        (false, false) => &STANDARD_UNPADDED,
        (true, true) => &URL,
        (true, false) => &URL_UNPADDED,
    }
}

pub(super) fn utf8(call: &Call<'_>) -> Answer {
    call.js.array_buffer(call.text(0)?.as_bytes())
}

pub(super) fn text(call: &Call<'_>) -> Answer {
    call.js.lossy_text(&call.bytes(0)?)
}

pub(super) fn base64(call: &Call<'_>) -> Answer {
    let engine = chosen(call.is_true(1), call.is_true(2));
    call.js.text(&engine.encode(&*call.bytes(0)?))
}

pub(super) fn unbase64(call: &Call<'_>) -> Answer {
    let engine = chosen(call.is_true(1), true);
    match engine.decode(call.text(0)?.as_bytes()) {
        Ok(bytes) => call.js.array_buffer(&bytes),
        Err(error) => Err(call.js.throw_type(&format!("the text isn't base64: {error}"))),
    }
}

pub(super) fn hex(call: &Call<'_>) -> Answer {
    let bytes = call.bytes(0)?;
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in &*bytes {
        // A string takes everything.
        let _ = write!(text, "{byte:02x}");
    }
    call.js.text(&text)
}
