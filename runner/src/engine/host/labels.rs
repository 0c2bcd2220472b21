//! Names and tags as results can have them. What a guest gives is data, often from a URL or a file: it is cut,
//! replaced or left out where it has to be, which is counted, and never decides whether something happens.

use super::limits;
use crate::metrics::with_shard;
use std::borrow::Cow;

/// What stands for a character that results can't have.
const PLACEHOLDER: char = '_';

/// A name of a request, check, metric or protocol.
pub(super) fn name(text: &str) -> Cow<'_, str> {
    fitting(text, |_| false)
}

/// A pair that splits results; none where there is nothing of it to keep.
pub(super) fn pair<'a>(key: &'a str, value: &'a str) -> Option<(Cow<'a, str>, Cow<'a, str>)> {
    if key.is_empty() {
        altered();
    }
    // A tag without a value is none; nothing of it is lost.
    if key.is_empty() || value.is_empty() {
        return None;
    }
    Some((self::key(key), self::value(value)))
}

/// A tag's key.
pub(super) fn key(text: &str) -> Cow<'_, str> {
    fitting(text, |character| matches!(character, ',' | '='))
}

/// A tag's value.
pub(super) fn value(text: &str) -> Cow<'_, str> {
    fitting(text, |character| character == ',')
}

/// One part of a group's path.
pub(super) fn group(text: &str) -> Cow<'_, str> {
    if text.is_empty() {
        altered();
        return Cow::Borrowed("_");
    }
    let name = fitting(text, |character| character == ',');
    if name.contains("::") {
        altered();
        return Cow::Owned(name.replace("::", "__"));
    }
    name
}

/// Counts something of a guest that results don't have as it was given.
#[cold]
pub(super) fn altered() {
    with_shard(crate::metrics::Shard::label_altered);
}

/// Whether results can have this name as it is.
pub(super) fn fits(text: &str) -> bool {
    text.len() <= limits::NAME_BYTES && !text.chars().any(char::is_control)
}

fn fitting(text: &str, is_odd: impl Fn(char) -> bool) -> Cow<'_, str> {
    if fits(text) && !text.contains(&is_odd) {
        return Cow::Borrowed(text);
    }
    altered();
    let text = limits::cut(text, limits::NAME_BYTES);
    let replace = |character: char| {
        if character.is_control() || is_odd(character) {
            PLACEHOLDER
        } else {
            character
        }
    };
    Cow::Owned(text.chars().map(replace).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_is_not_copied() {
        for text in ["", "/users/{id}", "a, b = c", "größe", &"x".repeat(200)] {
            assert!(
                matches!(name(text), Cow::Borrowed(same) if same == text),
                "{text}"
            );
        }
        assert!(matches!(
            pair("team", "a=b"),
            Some((Cow::Borrowed("team"), Cow::Borrowed("a=b")))
        ));
    }

    #[test]
    fn what_does_not_fit_is_cut_or_replaced() {
        assert_eq!(name(&"ö".repeat(101)), "ö".repeat(100));
        assert_eq!(name("a\r\nb\u{7f}"), "a__b_");
        assert_eq!(pair("a,b=c", "d,e=f\t"), Some(("a_b_c".into(), "d_e=f_".into())));
        assert_eq!(pair("", "x"), None);
        assert_eq!(pair("x", ""), None);
        assert_eq!(group("a::b,c\n"), "a__b_c_");
        assert_eq!(group(""), "_");
        assert_eq!(group(&"::".repeat(200)).len(), 200);
    }
}
