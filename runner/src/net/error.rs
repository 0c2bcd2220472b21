//! How a connection can't be made, or is lost: a closed set of kinds, each with a line for people. What a protocol
//! makes of them is its own business, and so is all that its messages can have wrong with them.

use std::io;

use super::trust::advice;

/// Why there is no connection, or no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NetErrorKind {
    /// The run doesn't allow this host, or the address that its name leads to; nothing was sent.
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
    /// The time limit for connecting passed.
    Timeout,
    /// An established connection was reset or closed.
    ConnectionClosed,
    /// The proxy refused or failed.
    Proxy,
    /// The generator has no file handle, port or buffer left.
    Exhausted,
}

/// A connection that couldn't be made, or was lost.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{detail}")]
pub struct NetError {
    /// The cause.
    pub kind: NetErrorKind,
    /// One line for people. May contain text from the server: escape it where it is shown.
    pub detail: String,
}

impl NetError {
    #[cold]
    pub(super) fn new(kind: NetErrorKind, detail: impl Into<String>) -> NetError {
        NetError {
            kind,
            detail: detail.into(),
        }
    }

    /// An error while connecting: `what` says to where.
    #[cold]
    pub(super) fn connecting(error: &io::Error, what: &str) -> NetError {
        let kind = match error.kind() {
            _ if is_exhaustion(error) => NetErrorKind::Exhausted,
            io::ErrorKind::ConnectionRefused => NetErrorKind::ConnectionRefused,
            _ => NetErrorKind::Connect,
        };
        NetError::new(kind, format!("can't connect to {what}: {error}"))
    }

    /// An error of the TLS handshake with `name`.
    #[cold]
    pub(super) fn handshake(error: &io::Error, name: &str) -> NetError {
        let cause = error
            .get_ref()
            .and_then(|inner| inner.downcast_ref::<rustls::Error>());
        let mut detail = format!("TLS handshake with {name}: {error}");
        let kind = match cause {
            Some(rustls::Error::InvalidCertificate(why)) => {
                detail.push_str("; ");
                detail.push_str(advice(why));
                NetErrorKind::Certificate
            }
            Some(rustls::Error::NoCertificatesPresented) => NetErrorKind::Certificate,
            _ => NetErrorKind::Tls,
        };
        NetError::new(kind, detail)
    }

    /// An error of reading or writing an established connection.
    #[cold]
    pub fn transfer(error: &io::Error) -> NetError {
        let is_tls = error.get_ref().is_some_and(|inner| inner.is::<rustls::Error>());
        let kind = match () {
            () if is_exhaustion(error) => NetErrorKind::Exhausted,
            () if is_tls => NetErrorKind::Tls,
            () => NetErrorKind::ConnectionClosed,
        };
        NetError::new(kind, format!("connection lost: {error}"))
    }
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
    fn blames_the_generator_for_exhaustion() {
        for number in [libc::EMFILE, libc::ENFILE, libc::EADDRNOTAVAIL, libc::ENOBUFS] {
            let error = io::Error::from_raw_os_error(number);
            assert_eq!(NetError::connecting(&error, "x").kind, NetErrorKind::Exhausted);
            assert_eq!(NetError::transfer(&error).kind, NetErrorKind::Exhausted);
        }
    }

    #[test]
    fn tells_refused_from_unreachable() {
        let refused = io::Error::from_raw_os_error(libc::ECONNREFUSED);
        let unreachable = io::Error::from_raw_os_error(libc::EHOSTUNREACH);
        assert_eq!(
            NetError::connecting(&refused, "x").kind,
            NetErrorKind::ConnectionRefused
        );
        assert_eq!(
            NetError::connecting(&unreachable, "x").kind,
            NetErrorKind::Connect
        );
    }
}
