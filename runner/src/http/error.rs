//! How an exchange fails: the closed set of codes that guests and results see. Not the errors of settings
//! (`settings.rs`), which stop a run before it starts.

use std::io;

use crate::net::{NetError, NetErrorKind};

/// Why a request has no response. The cases and their meaning are those of `error-code` in the WIT contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorCode {
    /// The URL can't be parsed, or its scheme isn't http or https.
    InvalidUrl,
    /// A method, header or size is outside the limits.
    InvalidRequest,
    /// The run doesn't allow this host; nothing was sent.
    HostNotAllowed,
    /// The name doesn't resolve.
    Dns,
    /// The connection was refused.
    ConnectionRefused,
    /// The connection couldn't be made for another reason.
    Connect,
    /// The TLS handshake failed.
    Tls,
    /// The certificate isn't valid for its name, or isn't trusted.
    Certificate,
    /// The time limit passed.
    Timeout,
    /// The connection was reset or closed before the response was complete.
    ConnectionClosed,
    /// The response isn't valid HTTP.
    Protocol,
    /// The response is larger than the run allows.
    ResponseTooLarge,
    /// The body can't be decompressed.
    Decode,
    /// More redirects than allowed.
    TooManyRedirects,
    /// The proxy refused or failed.
    Proxy,
    /// The generator has no file handle, port or buffer left.
    Exhausted,
    /// The run was stopped meanwhile. The engine never returns it: who drops a request in flight says so.
    Interrupted,
}

impl ErrorCode {
    /// Every code, in the order of the WIT contract.
    pub const ALL: [ErrorCode; 17] = [
        ErrorCode::InvalidUrl,
        ErrorCode::InvalidRequest,
        ErrorCode::HostNotAllowed,
        ErrorCode::Dns,
        ErrorCode::ConnectionRefused,
        ErrorCode::Connect,
        ErrorCode::Tls,
        ErrorCode::Certificate,
        ErrorCode::Timeout,
        ErrorCode::ConnectionClosed,
        ErrorCode::Protocol,
        ErrorCode::ResponseTooLarge,
        ErrorCode::Decode,
        ErrorCode::TooManyRedirects,
        ErrorCode::Proxy,
        ErrorCode::Exhausted,
        ErrorCode::Interrupted,
    ];

    /// The code's name in results: the case of the WIT enum.
    pub fn name(self) -> &'static str {
        match self {
            ErrorCode::InvalidUrl => "invalid-url",
            ErrorCode::InvalidRequest => "invalid-request",
            ErrorCode::HostNotAllowed => "host-not-allowed",
            ErrorCode::Dns => "dns",
            ErrorCode::ConnectionRefused => "connection-refused",
            ErrorCode::Connect => "connect",
            ErrorCode::Tls => "tls",
            ErrorCode::Certificate => "certificate",
            ErrorCode::Timeout => "timeout",
            ErrorCode::ConnectionClosed => "connection-closed",
            ErrorCode::Protocol => "protocol",
            ErrorCode::ResponseTooLarge => "response-too-large",
            ErrorCode::Decode => "decode",
            ErrorCode::TooManyRedirects => "too-many-redirects",
            ErrorCode::Proxy => "proxy",
            ErrorCode::Exhausted => "exhausted",
            ErrorCode::Interrupted => "interrupted",
        }
    }
}

/// A cause on its way up to where the exchange's timings are known.
#[derive(Debug)]
pub(super) struct HttpError {
    pub(super) code: ErrorCode,
    pub(super) detail: String,
}

impl HttpError {
    #[cold]
    pub(super) fn new(code: ErrorCode, detail: impl Into<String>) -> HttpError {
        HttpError {
            code,
            detail: detail.into(),
        }
    }

    /// A body beyond the run's limit.
    #[cold]
    pub(super) fn too_large(limit: usize) -> HttpError {
        HttpError::new(
            ErrorCode::ResponseTooLarge,
            format!("the body has more than {limit} bytes (--max-body)"),
        )
    }

    /// A fault of reading or writing an established connection.
    #[cold]
    pub(super) fn transfer(error: &io::Error) -> HttpError {
        NetError::transfer(error).into()
    }
}

/// What goes wrong below HTTP, as HTTP's guests and results see it.
impl From<NetError> for HttpError {
    fn from(error: NetError) -> HttpError {
        let code = match error.kind {
            NetErrorKind::HostNotAllowed => ErrorCode::HostNotAllowed,
            NetErrorKind::Dns => ErrorCode::Dns,
            NetErrorKind::ConnectionRefused => ErrorCode::ConnectionRefused,
            NetErrorKind::Connect => ErrorCode::Connect,
            NetErrorKind::Tls => ErrorCode::Tls,
            NetErrorKind::Certificate => ErrorCode::Certificate,
            NetErrorKind::Timeout => ErrorCode::Timeout,
            NetErrorKind::ConnectionClosed => ErrorCode::ConnectionClosed,
            NetErrorKind::Proxy => ErrorCode::Proxy,
            NetErrorKind::Exhausted => ErrorCode::Exhausted,
        };
        HttpError::new(code, error.detail)
    }
}

/// Bytes that are quoted of what a server sent.
const QUOTED: usize = 60;

/// Text of a server's, short enough to be quoted: as a literal, so that what is hidden in it shows.
pub(super) fn quoted(bytes: &[u8]) -> String {
    let start = bytes.get(..QUOTED).unwrap_or(bytes);
    let end = if bytes.len() > QUOTED { "…" } else { "" };
    format!("{:?}{end}", String::from_utf8_lossy(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_every_code_once() {
        let names: std::collections::BTreeSet<_> = ErrorCode::ALL.iter().map(|code| code.name()).collect();
        assert_eq!(names.len(), 17);
        assert_eq!(ErrorCode::ALL[16].name(), "interrupted");
    }
}
