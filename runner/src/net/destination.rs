//! Where a connection goes. Whoever has one has been allowed to go there.

/// A host and port that the run may reach, with TLS or without. Only [`Network::destination`](super::Network) makes
/// one, so that no protocol can forget to ask. Which of the name's addresses may be dialled is decided by `dial`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    pub(super) secure: bool,
    pub(super) host: String,
    pub(super) port: u16,
}

impl Destination {
    /// Whether the connection is a TLS connection.
    pub fn is_secure(&self) -> bool {
        self.secure
    }

    /// In normal form: see [`normal_host`](super::normal_host).
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// `host:port`, an IPv6 address in brackets.
    pub(super) fn authority(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }
}
