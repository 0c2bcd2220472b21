//! Where requests go: a scheme, host and port that the run may reach, with all that is the same in every request there.

use std::sync::Arc;
use std::sync::atomic::AtomicU8;

use super::headers::ManagedHeader;
use super::urls::SplitUrl;
use crate::net::Destination;

/// One origin (RFC 9110 §4.3.1).
#[derive(Debug)]
pub(super) struct HttpOrigin {
    /// `scheme://host[:port]`, without the scheme's own port.
    pub(super) prefix: String,
    /// Scheme, host and port, which the run may reach.
    pub(super) destination: Destination,
    /// The run's base URL lies here.
    pub(super) base: bool,
    /// `host[:port]` as in a `host` header.
    pub(super) authority: String,
    /// Headers that the host adds: lower-case names.
    pub(super) standing: Vec<(String, String)>,
    /// What follows the path in a request head: version, host, standing headers.
    pub(super) fixed: Vec<u8>,
    /// What precedes the path: the prefix where a proxy wants absolute URLs, else nothing.
    pub(super) via: String,
    /// What the server was found to speak: one of the constants below.
    pub(super) speaks: AtomicU8,
}

/// Not known yet.
pub(super) const SPEAKS_UNKNOWN: u8 = 0;
/// HTTP/1.1.
pub(super) const SPEAKS_HTTP1: u8 = 1;
/// HTTP/2.
pub(super) const SPEAKS_HTTP2: u8 = 2;

impl HttpOrigin {
    /// Whether a guest's headers replace any of the fixed part, or have to be sorted out.
    pub(super) fn overlaps(&self, headers: &[(String, String)]) -> bool {
        let standing = |name: &str| {
            self.standing
                .iter()
                .any(|(own, _)| own.eq_ignore_ascii_case(name))
        };
        headers.iter().any(|(name, _)| {
            name.eq_ignore_ascii_case("host") || standing(name) || ManagedHeader::of(name).is_some()
        })
    }

    /// Whether a split URL lies here.
    pub(super) fn matches(&self, split: &SplitUrl<'_>) -> bool {
        split.prefix.map_or(self.base, |prefix| prefix == self.prefix)
    }
}

/// A URL of a request, resolved: where on which origin it leads.
#[derive(Debug)]
pub(super) struct ResolvedUrl {
    pub(super) origin: Arc<HttpOrigin>,
    pub(super) path: String,
    /// The value of an `authorization` header, from the URL's user and password.
    pub(super) authorization: Option<String>,
}
