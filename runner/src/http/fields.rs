//! The header fields of a head that the parser has accepted: parsed again only where somebody asks.

use std::borrow::Cow;

/// The fields of a head that the parser has accepted, hence without folded lines.
pub(super) fn fields(head: &[u8]) -> impl Iterator<Item = (&str, Cow<'_, str>)> {
    head.split(|&byte| byte == b'\n').skip(1).filter_map(|line| {
        let colon = memchr::memchr(b':', line)?;
        let name = std::str::from_utf8(&line[..colon]).ok()?;
        Some((name, String::from_utf8_lossy(line[colon + 1..].trim_ascii())))
    })
}

/// The first value of a field.
pub(super) fn field<'a>(head: &'a [u8], name: &str) -> Option<Cow<'a, str>> {
    fields(head)
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
        assert_eq!(field(head, "a").as_deref(), Some("1"));
    }
}
