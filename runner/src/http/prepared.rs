//! A request that was checked and resolved, as all versions of HTTP send it: what they are given, and which headers it
//! has. How they write it is their own business.

use std::sync::Arc;

use super::cookies::is_cookie;
use super::headers::ManagedHeader;
use super::origin::HttpOrigin;
use super::request::Request;
use crate::system::memory::Account;

/// What the caller wants of the response.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    /// Keep the body, beside the head.
    pub(super) keep: bool,
    /// The request was `HEAD`.
    pub(super) head: bool,
    /// The largest body to keep, in bytes.
    pub(super) max_body: usize,
}

/// A checked request and where on its origin it goes.
#[derive(Debug)]
pub(super) struct PreparedRequest<'a> {
    pub(super) request: &'a Request<'a>,
    /// Path and query.
    pub(super) path: &'a str,
    pub(super) cookie: Option<Arc<str>>,
    /// Basic authorization out of the URL.
    pub(super) authorization: Option<&'a str>,
    /// The guest wants the connection to be closed.
    pub(super) closes: bool,
    pub(super) wanted: Wanted,
    /// Whom a large response counts against.
    pub(super) account: Option<&'a Arc<Account>>,
}

impl PreparedRequest<'_> {
    /// Whether any of the origin's fixed part is replaced.
    pub(super) fn overlaps(&self, origin: &HttpOrigin) -> bool {
        let joined = || origin.standing.iter().any(|(name, _)| self.includes(name));
        origin.overlaps(self.request.headers) || joined()
    }

    /// Whether the header of the jar's cookies includes this one.
    pub(super) fn includes(&self, name: &str) -> bool {
        self.cookie.is_some() && is_cookie(name)
    }

    /// All headers but the jar's `cookie` and those that the engine minds itself, where the guest's replace the
    /// standing ones. `host` is first.
    pub(super) fn headers<'s>(&'s self, origin: &'s HttpOrigin) -> Vec<(&'s str, &'s str)> {
        let guest = self.request.headers;
        let replaced = |name: &str| {
            guest.iter().any(|(own, _)| own.eq_ignore_ascii_case(name))
                || (self.authorization.is_some() && name == "authorization")
                || self.includes(name)
        };
        let host = guest.iter().find(|(name, _)| name.eq_ignore_ascii_case("host"));
        let mut all = vec![("host", host.map_or(origin.authority.as_str(), |(_, value)| value))];
        let standing = origin.standing.iter().filter(|(name, _)| !replaced(name));
        all.extend(standing.map(|(name, value)| (name.as_str(), value.as_str())));
        if let Some(value) = self.authorization
            && !guest
                .iter()
                .any(|(name, _)| name.eq_ignore_ascii_case("authorization"))
        {
            all.push(("authorization", value));
        }
        let own = guest.iter().filter(|(name, _)| {
            !name.eq_ignore_ascii_case("host") && ManagedHeader::of(name).is_none() && !self.includes(name)
        });
        all.extend(own.map(|(name, value)| (name.as_str(), value.as_str())));
        all
    }
}
