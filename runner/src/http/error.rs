//! How an exchange fails: the closed set of codes that guests and results see, and the failure that carries one.
//! Not the errors of settings (`settings.rs`), which stop a run before it starts.

use std::io;
use std::time::Instant;

use super::timings::{Exchange, Trace};
use super::trust::advice;

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

/// A request that got no complete response.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The cause, as results count it.
    pub code: ErrorCode,
    /// What is known of the exchange: its start, the time spent until it failed, bytes moved.
    pub exchange: Exchange,
    /// One line for people. May contain text from the server: escape it where it is shown.
    pub detail: String,
}

impl Failure {
    /// A request that was refused before the engine saw it.
    pub fn refused(code: ErrorCode, detail: String) -> Failure {
        let exchange = Trace::start(Instant::now()).exchange;
        Failure {
            code,
            exchange,
            detail,
        }
    }
}

/// A cause on its way up to where the exchange's timings are known.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) code: ErrorCode,
    pub(super) detail: String,
}

impl Fault {
    #[cold]
    pub(super) fn new(code: ErrorCode, detail: impl Into<String>) -> Fault {
        Fault {
            code,
            detail: detail.into(),
        }
    }

    /// A body beyond the run's limit.
    #[cold]
    pub(super) fn too_large(limit: usize) -> Fault {
        Fault::new(
            ErrorCode::ResponseTooLarge,
            format!("the body has more than {limit} bytes (--max-body)"),
        )
    }

    /// A fault while connecting: `what` says to where.
    #[cold]
    pub(super) fn connecting(error: &io::Error, what: &str) -> Fault {
        let code = match error.kind() {
            _ if is_exhaustion(error) => ErrorCode::Exhausted,
            io::ErrorKind::ConnectionRefused => ErrorCode::ConnectionRefused,
            _ => ErrorCode::Connect,
        };
        Fault::new(code, format!("can't connect to {what}: {error}"))
    }

    /// A fault of the TLS handshake with `name`.
    #[cold]
    pub(super) fn handshake(error: &io::Error, name: &str) -> Fault {
        let cause = error
            .get_ref()
            .and_then(|inner| inner.downcast_ref::<rustls::Error>());
        let mut detail = format!("TLS handshake with {name}: {error}");
        let code = match cause {
            Some(rustls::Error::InvalidCertificate(why)) => {
                detail.push_str("; ");
                detail.push_str(advice(why));
                ErrorCode::Certificate
            }
            Some(rustls::Error::NoCertificatesPresented) => ErrorCode::Certificate,
            _ => ErrorCode::Tls,
        };
        Fault::new(code, detail)
    }

    /// A fault of reading or writing an established connection.
    #[cold]
    pub(super) fn transfer(error: &io::Error) -> Fault {
        let cause = error.get_ref().is_some_and(|inner| inner.is::<rustls::Error>());
        let code = match () {
            () if is_exhaustion(error) => ErrorCode::Exhausted,
            () if cause => ErrorCode::Tls,
            () => ErrorCode::ConnectionClosed,
        };
        Fault::new(code, format!("connection lost: {error}"))
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

/// Whether this machine, rather than the server, ran out of something.
fn is_exhaustion(error: &io::Error) -> bool {
    matches!(
        error.raw_os_error(),
        Some(libc::EMFILE | libc::ENFILE | libc::EADDRNOTAVAIL | libc::ENOBUFS | libc::ENOMEM)
    )
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

    #[test]
    fn blames_the_generator_for_exhaustion() {
        for number in [libc::EMFILE, libc::ENFILE, libc::EADDRNOTAVAIL, libc::ENOBUFS] {
            let error = io::Error::from_raw_os_error(number);
            assert_eq!(Fault::connecting(&error, "x").code, ErrorCode::Exhausted);
            assert_eq!(Fault::transfer(&error).code, ErrorCode::Exhausted);
        }
    }

    #[test]
    fn tells_refused_from_unreachable() {
        let refused = io::Error::from_raw_os_error(libc::ECONNREFUSED);
        let unreachable = io::Error::from_raw_os_error(libc::EHOSTUNREACH);
        assert_eq!(
            Fault::connecting(&refused, "x").code,
            ErrorCode::ConnectionRefused
        );
        assert_eq!(Fault::connecting(&unreachable, "x").code, ErrorCode::Connect);
    }
}
