//! The header fields of a head that the parser has accepted: parsed again only where somebody asks.

use std::borrow::Cow;

/// The fields of a head that the parser has accepted, hence without folded lines.
pub(super) fn fields(head: &[u8]) -> impl Iterator<Item = (&str, Cow<'_, str>)> {
    fields_in_bytes(head).map(|(name, value)| (name, String::from_utf8_lossy(value)))
}

fn fields_in_bytes(head: &[u8]) -> impl Iterator<Item = (&str, &[u8])> {
    head.split(|&byte| byte == b'\n').skip(1).filter_map(|line| {
        let colon = memchr::memchr(b':', line)?;
        let name = std::str::from_utf8(&line[..colon]).ok()?;
        Some((name, line[colon + 1..].trim_ascii()))
    })
}

/// The first value of a field, in whatever charset it is.
pub(super) fn field<'a>(head: &'a [u8], name: &str) -> Option<&'a [u8]> {
    fields_in_bytes(head)
        .find(|(own, _)| own.eq_ignore_ascii_case(name))
        .map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_fields_of_a_head() {
        let head = b"HTTP/1.1 200 OK\r\nA: 1\r\nb:\t\xff \r\nA: 2\r\n\r\n";
        let all: Vec<_> = fields(head)
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        assert_eq!(all, ["A=1", "b=\u{fffd}", "A=2"]);
        assert_eq!(field(head, "a"), Some(&b"1"[..]));
    }
}
