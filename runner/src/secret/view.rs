//! A text as its reader would decode it, with the place of every byte in the original, so that
//! what is found in the decoded text can be taken out of the original.

/// Decoded bytes, and where each began.
pub(super) struct SearchedText {
    pub(super) bytes: Vec<u8>,
    /// One more than there are bytes: the last is the end.
    places: Vec<usize>,
}

impl SearchedText {
    /// The text as it is.
    pub(super) fn plain(text: &str) -> SearchedText {
        SearchedText {
            bytes: text.as_bytes().to_vec(),
            places: (0..=text.len()).collect(),
        }
    }

    /// Where a part of the decoded bytes is in the original.
    pub(super) fn place(&self, begin: usize, end: usize) -> Option<(usize, usize)> {
        Some((*self.places.get(begin)?, *self.places.get(end)?))
    }

    /// With `%41` as `A`, and `+` as a space if that is asked for. None: there is nothing to decode.
    pub(super) fn percent(&self, plus: bool) -> Option<SearchedText> {
        let is_code = |byte: &u8| *byte == b'%' || (plus && *byte == b'+');
        if !self.bytes.iter().any(is_code) {
            return None;
        }
        self.decoded(|rest| match rest {
            [b'%', high, low, ..] => Some((Text::byte(hex(*high)? << 4 | hex(*low)?), 3)),
            [b'+', ..] if plus => Some((Text::byte(b' '), 1)),
            _ => None,
        })
    }

    /// With what JSON, JavaScript and Rust write after a backslash. None: there is no backslash.
    pub(super) fn unescaped(&self) -> Option<SearchedText> {
        if !self.bytes.contains(&b'\\') {
            return None;
        }
        self.decoded(|rest| match rest {
            [b'\\', b'u', tail @ ..] => unicode(tail).map(|(text, length)| (text, length + 2)),
            [b'\\', b'x', high, low, ..] => Some((Text::byte(hex(*high)? << 4 | hex(*low)?), 4)),
            [b'\\', short, ..] => Some((Text::byte(escape(*short)?), 2)),
            _ => None,
        })
    }

    /// `one` decodes what a text begins with, and says how much of it that was.
    fn decoded(&self, one: impl Fn(&[u8]) -> Option<(Text, usize)>) -> Option<SearchedText> {
        let (mut bytes, mut places, mut at, mut changed) = (Vec::new(), Vec::new(), 0, false);
        while let Some(&byte) = self.bytes.get(at) {
            let found = one(self.bytes.get(at..).unwrap_or_default());
            changed |= found.is_some();
            let (text, length) = found.unwrap_or((Text::byte(byte), 1));
            let place = self.places.get(at).copied()?;
            places.extend(std::iter::repeat_n(place, text.length));
            bytes.extend(text.bytes.iter().take(text.length));
            at += length;
        }
        places.push(self.places.last().copied()?);
        changed.then_some(SearchedText { bytes, places })
    }
}

/// One character, in UTF-8.
struct Text {
    bytes: [u8; 4],
    length: usize,
}

impl Text {
    fn byte(byte: u8) -> Text {
        Text {
            bytes: [byte, 0, 0, 0],
            length: 1,
        }
    }

    fn of(code: u32) -> Option<Text> {
        let character = char::from_u32(code)?;
        let mut bytes = [0; 4];
        let length = character.encode_utf8(&mut bytes).len();
        Some(Text { bytes, length })
    }
}

/// What percent-encoding stands for.
pub(super) fn percent_decoded(text: &str) -> Option<String> {
    String::from_utf8(SearchedText::plain(text).percent(false)?.bytes).ok()
}

fn hex(byte: u8) -> Option<u8> {
    char::from(byte)
        .to_digit(16)
        .and_then(|digit| u8::try_from(digit).ok())
}

fn escape(byte: u8) -> Option<u8> {
    Some(match byte {
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'b' => 8,
        b'f' => 12,
        b'0' => 0,
        b'"' | b'\'' | b'\\' | b'/' => byte,
        _ => return None,
    })
}

/// After `\u`: `{1f600}`, `00e9`, or a pair of surrogates. With how much of it was read.
fn unicode(tail: &[u8]) -> Option<(Text, usize)> {
    if let [b'{', inside @ ..] = tail {
        let end = inside.iter().take(7).position(|&byte| byte == b'}')?;
        let digits = std::str::from_utf8(inside.get(..end)?).ok()?;
        return Some((Text::of(u32::from_str_radix(digits, 16).ok()?)?, end + 2));
    }
    let first = four(tail)?;
    if !(0xd800..0xdc00).contains(&first) {
        return Some((Text::of(first)?, 4));
    }
    let second = tail.get(4..)?.strip_prefix(b"\\u").and_then(four)?;
    let low = second.checked_sub(0xdc00).filter(|low| *low < 0x400)?;
    Some((Text::of(0x10000 + (first - 0xd800) * 0x400 + low)?, 10))
}

fn four(tail: &[u8]) -> Option<u32> {
    let digits = tail.get(..4)?;
    digits
        .iter()
        .try_fold(0, |sum, &byte| Some(sum << 4 | u32::from(hex(byte)?)))
}
