//! Which headers of a guest are sent as they are, and which the engine minds itself: those about the framing of a
//! message and about one connection. People copy these from their browsers, so they fail no request.

use super::error::{ErrorCode, HttpError};

/// The bytes of all headers of a request, names and values.
pub(super) const ALL_BYTES: usize = 64 * 1024;

/// A header that the engine writes itself, or not at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum ManagedHeader {
    Te,
    Trailer,
    Upgrade,
    Connection,
    KeepAlive,
    ContentLength,
    ProxyConnection,
    TransferEncoding,
    ProxyAuthorization,
}

/// In the order of the cases of `ManagedHeader`.
const NAMES: [&str; 9] = [
    "te",
    "trailer",
    "upgrade",
    "connection",
    "keep-alive",
    "content-length",
    "proxy-connection",
    "transfer-encoding",
    "proxy-authorization",
];

impl ManagedHeader {
    /// The header of this name, if it is one of these. Sorted by length first: most headers have another.
    pub(super) fn of(name: &str) -> Option<ManagedHeader> {
        let candidates: &[ManagedHeader] = match name.len() {
            2 => &[ManagedHeader::Te],
            7 => &[ManagedHeader::Trailer, ManagedHeader::Upgrade],
            10 => &[ManagedHeader::Connection, ManagedHeader::KeepAlive],
            14 => &[ManagedHeader::ContentLength],
            16 => &[ManagedHeader::ProxyConnection],
            17 => &[ManagedHeader::TransferEncoding],
            19 => &[ManagedHeader::ProxyAuthorization],
            _ => return None,
        };
        let is = |own: &&ManagedHeader| name.eq_ignore_ascii_case(NAMES[**own as usize]);
        candidates.iter().find(is).copied()
    }

    /// Whether what is sent says what the guest wanted to say.
    fn is_honoured(self, value: &str, body: usize) -> bool {
        match self {
            ManagedHeader::ContentLength => value.trim().parse() == Ok(body),
            ManagedHeader::Connection => {
                tokens(value).all(|token| is_any(token, &["close", "keep-alive", "te"]))
            }
            ManagedHeader::Te => is_any(value.trim(), &["trailers"]),
            // Every connection is kept, as long as the server agrees.
            ManagedHeader::KeepAlive => true,
            ManagedHeader::ProxyConnection => is_any(value.trim(), &["keep-alive"]),
            ManagedHeader::Trailer
            | ManagedHeader::Upgrade
            | ManagedHeader::TransferEncoding
            | ManagedHeader::ProxyAuthorization => false,
        }
    }
}

/// Set beside the bits of headers where a connection was closed because a header asked for it.
const CLOSES: u16 = 1 << 15;

/// Headers of a guest that are worth a word: those that were not sent as it gave them, and one that costs it its
/// connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ignored(u16);

impl Ignored {
    /// Takes note of a header that the engine minds itself.
    pub(super) fn note(&mut self, own: ManagedHeader, value: &str, body: usize) {
        if own == ManagedHeader::Connection && asks_to_close(value) {
            self.0 |= CLOSES;
        }
        if !own.is_honoured(value, body) {
            self.0 |= 1 << own as u16;
        }
    }

    /// Whether there were none.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// One bit for each of them.
    pub fn bits(self) -> u16 {
        self.0
    }

    /// Whether these bits say that the guest had its connection closed.
    pub fn closes(bits: u16) -> bool {
        bits & CLOSES != 0
    }

    /// The names that belong to these bits.
    pub fn names(bits: u16) -> impl Iterator<Item = &'static str> {
        let names = NAMES.into_iter().enumerate();
        names.filter_map(move |(at, name)| (bits & 1 << at != 0).then_some(name))
    }
}

/// Whether the guest asks for the connection to be closed after its request.
pub(super) fn closes(headers: &[(String, String)]) -> bool {
    let mut own = headers
        .iter()
        .filter(|(name, _)| ManagedHeader::of(name) == Some(ManagedHeader::Connection));
    own.any(|(_, value)| asks_to_close(value))
}

/// Whether a header, in lower case, asks for what is done anyway.
pub(super) fn asks_to_keep_alive(name: &str, value: &str) -> bool {
    match ManagedHeader::of(name) {
        Some(ManagedHeader::KeepAlive) => true,
        Some(ManagedHeader::Connection | ManagedHeader::ProxyConnection) => {
            is_any(value.trim(), &["keep-alive"])
        }
        _ => false,
    }
}

fn asks_to_close(value: &str) -> bool {
    tokens(value).any(|token| is_any(token, &["close"]))
}

/// Whether the guest takes trailers, which is the one thing that `te` may ask for.
pub(super) fn takes_trailers(headers: &[(String, String)]) -> bool {
    let mut own = headers
        .iter()
        .filter(|(name, _)| ManagedHeader::of(name) == Some(ManagedHeader::Te));
    own.any(|(_, value)| ManagedHeader::Te.is_honoured(value, 0))
}

/// Refuses a header that isn't one.
pub(super) fn check(name: &str, value: &str) -> Result<(), HttpError> {
    if name.is_empty() || !name.bytes().all(is_token) {
        return Err(refused(format!("invalid header name {name:?}")));
    }
    if value
        .bytes()
        .any(|byte| byte == 127 || (byte < 32 && byte != b'\t'))
    {
        return Err(refused(format!(
            "the value of header {name:?} contains a control character"
        )));
    }
    Ok(())
}

/// A byte of a header's name, or of a method (RFC 9110 §5.6.2).
pub(super) fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

#[cold]
pub(super) fn refused(detail: impl Into<String>) -> HttpError {
    HttpError::new(ErrorCode::InvalidRequest, detail)
}

fn tokens(value: &str) -> impl Iterator<Item = &str> {
    value.split(',').map(str::trim).filter(|token| !token.is_empty())
}

fn is_any(token: &str, known: &[&str]) -> bool {
    known.iter().any(|known| token.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_headers_that_could_forge_a_message() {
        for (name, value) in [
            ("", "v"),
            ("a b", "v"),
            ("a:", "v"),
            ("a\r\nb", "v"),
            ("é", "v"),
            ("a", "v\r\nb: c"),
            ("a", "v\0"),
        ] {
            let error = check(name, value).expect_err(name);
            assert_eq!(error.code, ErrorCode::InvalidRequest);
        }
    }

    #[test]
    fn accepts_usual_headers() {
        for (name, value) in [
            ("x-a", "tab\tand é"),
            ("Authorization", "Bearer x"),
            ("empty", ""),
        ] {
            assert!(check(name, value).is_ok());
        }
    }

    #[test]
    fn knows_the_headers_that_it_minds_itself() {
        for name in NAMES {
            let upper = name.to_ascii_uppercase();
            let own = ManagedHeader::of(&upper).expect(name);
            assert_eq!(NAMES[own as usize], name);
        }
        for name in [
            "host",
            "expect",
            "upgrade-insecure-requests",
            "trailers",
            "x-connect1",
        ] {
            assert_eq!(ManagedHeader::of(name), None, "{name}");
        }
    }

    #[test]
    fn names_only_what_is_not_sent_as_it_was_given() {
        for (name, value, ignored) in [
            ("Content-Length", "3", false),
            ("Content-Length", "4", true),
            ("Content-Length", "x", true),
            ("Connection", "keep-alive", false),
            ("Connection", "Close, TE", false),
            ("Connection", "Upgrade", true),
            ("Keep-Alive", "timeout=5", false),
            ("TE", "Trailers", false),
            ("TE", "gzip", true),
            ("Transfer-Encoding", "chunked", true),
            ("Upgrade", "h2c", true),
            ("Trailer", "x-sum", true),
            ("Proxy-Connection", "keep-alive", false),
            ("Proxy-Authorization", "Basic eA==", true),
        ] {
            let mut found = Ignored::default();
            found.note(ManagedHeader::of(name).expect(name), value, 3);
            assert_eq!(
                Ignored::closes(found.bits()),
                value.starts_with("Close"),
                "{value}"
            );
            let names: Vec<_> = Ignored::names(found.bits()).collect();
            assert_eq!(
                names.join(" "),
                if ignored {
                    name.to_ascii_lowercase()
                } else {
                    String::new()
                }
            );
        }
    }
}
