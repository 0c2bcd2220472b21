//! Replaces what looks like an id in a URL's path, so that `/users/123` and `/users/124` are
//! counted together. Guesses by the form alone: who wants to be sure gives requests a name.

use std::borrow::Cow;

/// The path with `{id}` for segments that are ids, and `{date}` for dates. Allocates only if
/// there are some.
///
/// Ids are decimal numbers, UUIDs, ULIDs, and hexadecimal numbers of 16 digits or more, or of
/// 8 or more if letters and digits are mixed. A file's extension stays: `/images/123.png` is
/// `/images/{id}.png`.
pub(super) fn group(path: &str) -> Cow<'_, str> {
    if !path.split('/').any(|segment| replacement(segment).is_some()) {
        return Cow::Borrowed(path);
    }
    let mut grouped = String::with_capacity(path.len());
    for (at, segment) in path.split('/').enumerate() {
        if at > 0 {
            grouped.push('/');
        }
        match replacement(segment) {
            Some((placeholder, rest)) => {
                grouped.push_str(placeholder);
                grouped.push_str(rest);
            }
            None => grouped.push_str(segment),
        }
    }
    Cow::Owned(grouped)
}

/// What stands for a segment, and what of it stays behind that.
fn replacement(segment: &str) -> Option<(&'static str, &str)> {
    let stem = segment.split('.').next().unwrap_or(segment);
    let rest = segment.get(stem.len()..).unwrap_or_default();
    // A number with decimals or a version is no file with an extension.
    if rest
        .bytes()
        .skip(1)
        .any(|b| !b.is_ascii_alphabetic() && b != b'.')
    {
        return None;
    }
    if is_date(stem) {
        return Some(("{date}", rest));
    }
    (is_number(stem) || is_uuid(stem) || is_ulid(stem) || is_hex(stem)).then_some(("{id}", rest))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// `YYYY-MM-DD`, with or without a time behind a `T`.
fn is_date(text: &str) -> bool {
    let day = text.split('T').next().unwrap_or(text);
    let is_day = day.len() == 10
        && day.bytes().enumerate().all(|(at, b)| match at {
            4 | 7 => b == b'-',
            _ => b.is_ascii_digit(),
        });
    let number = |from: usize, to: usize| day.get(from..to).and_then(|part| part.parse::<u8>().ok());
    is_day
        && number(5, 7).is_some_and(|month| (1..=12).contains(&month))
        && number(8, 10).is_some_and(|day| (1..=31).contains(&day))
        && text
            .bytes()
            .skip(11)
            .all(|b| b.is_ascii_digit() || b"TZ:+-".contains(&b))
}

/// Five groups of hexadecimal digits.
fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, b)| match at {
            8 | 13 | 18 | 23 => b == b'-',
            _ => b.is_ascii_hexdigit(),
        })
}

/// 26 characters of Crockford's base 32, the first of which is at most 7.
fn is_ulid(text: &str) -> bool {
    let is_digit = |b: u8| b.is_ascii_alphanumeric() && !b"ILOUilou".contains(&b);
    text.len() == 26
        && text.bytes().next().is_some_and(|b| (b'0'..=b'7').contains(&b))
        && text.bytes().all(is_digit)
}

fn is_hex(text: &str) -> bool {
    let has = |wanted: fn(&u8) -> bool| text.bytes().any(|b| wanted(&b));
    let is_mixed = || has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic);
    text.len() >= 8 && text.bytes().all(|b| b.is_ascii_hexdigit()) && (text.len() >= 16 || is_mixed())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_replaced_and_words_are_not() {
        let cases = [
            ("/users/123", "/users/{id}"),
            ("/users/123/posts/7/", "/users/{id}/posts/{id}/"),
            ("/0", "/{id}"),
            ("/o/550e8400-e29b-41d4-a716-446655440000", "/o/{id}"),
            ("/o/550E8400-E29B-41D4-A716-446655440000/x", "/o/{id}/x"),
            ("/o/01ARZ3NDEKTSV4RRFFQ69G5FAV", "/o/{id}"),
            ("/commits/deadbeefdeadbeef", "/commits/{id}"),
            ("/commits/9fceb02d", "/commits/{id}"),
            ("/images/123.png", "/images/{id}.png"),
            ("/archive/9fceb02d.tar.gz", "/archive/{id}.tar.gz"),
            ("/on/2024-02-29", "/on/{date}"),
            ("/on/2024-02-29T10:00:00Z/x", "/on/{date}/x"),
        ];
        for (path, grouped) in cases {
            assert_eq!(group(path), grouped);
        }
    }

    #[test]
    fn what_is_no_id_stays_and_costs_nothing() {
        let cases = [
            "",
            "/",
            "/users",
            "/v1/users",
            "/api/2.0/x",
            "/facade/decade",
            "/effaced",
            "/deadbeef",
            "/on/2024-13-01",
            "/on/2024-00-10",
            "/items/{id}",
            "/123abc",
            "/users/me",
            "/a-b-c-d-e",
            "/81ARZ3NDEKTSV4RRFFQ69G5FAV",
        ];
        for path in cases {
            assert!(
                matches!(group(path), Cow::Borrowed(same) if same == path),
                "{path}"
            );
        }
    }
}
