//! One cookie, and which requests it goes with (RFC 6265 §5.4). Where it comes from is `parse.rs`, where it is kept
//! `jar.rs`.

use url::Host;

use crate::net::normal_host;

/// The largest cookie: its whole text.
pub(super) const COOKIE_BYTES: usize = 4096;

/// One cookie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cookie {
    /// Never empty.
    pub name: String,
    /// As it was set.
    pub value: String,
    /// In normal form, without a leading dot.
    pub domain: String,
    /// Begins with `/`.
    pub path: String,
    /// In milliseconds since 1970; none for a cookie of the session.
    pub expires_ms: Option<u64>,
    /// Only for https.
    pub secure: bool,
    /// Not for scripts in a page.
    pub http_only: bool,
    /// Only for `domain` itself.
    pub host_only: bool,
}

/// Where a request goes, as far as cookies care.
#[derive(Clone, Copy, Debug)]
pub(super) struct CookieScope<'a> {
    pub(super) https: bool,
    /// In normal form.
    pub(super) host: &'a str,
    /// Whether the host is an address, below which nothing lies.
    pub(super) is_address: bool,
    /// Without query.
    pub(super) path: &'a str,
}

impl CookieScope<'_> {
    /// Whether the host is one below this domain.
    pub(super) fn lies_below(&self, domain: &str) -> bool {
        !self.is_address
            && self
                .host
                .strip_suffix(domain)
                .is_some_and(|above| above.ends_with('.'))
    }

    fn has_domain_of(&self, cookie: &Cookie) -> bool {
        self.host == cookie.domain || (!cookie.host_only && self.lies_below(&cookie.domain))
    }

    fn has_path_of(&self, cookie: &Cookie) -> bool {
        let rest = self.path.strip_prefix(cookie.path.as_str());
        rest.is_some_and(|rest| rest.is_empty() || cookie.path.ends_with('/') || rest.starts_with('/'))
    }
}

impl Cookie {
    pub(super) fn matches(&self, place: &CookieScope<'_>) -> bool {
        (place.https || !self.secure) && place.has_domain_of(self) && place.has_path_of(self)
    }

    pub(super) fn is_over(&self, now_ms: u64) -> bool {
        self.expires_ms.is_some_and(|end| end <= now_ms)
    }

    pub(super) fn is_same(&self, domain: &str, path: &str, name: &str) -> bool {
        self.name == name && self.path == path && self.domain == domain
    }

    pub(super) fn bytes(&self) -> usize {
        self.name.len() + self.value.len() + self.domain.len() + self.path.len()
    }

    /// Bytes of memory: itself, its texts, and these once more in the header that is kept.
    pub(super) fn cost(&self) -> usize {
        size_of::<Cookie>() + 2 * self.bytes()
    }

    /// With its domain and path in normal form. `None`: it can't be sent.
    pub(super) fn normal(mut self) -> Option<Cookie> {
        let texts = [&self.name, &self.value, &self.path];
        let fine = !self.name.is_empty()
            && self.bytes() <= COOKIE_BYTES
            && !self.name.contains(['=', ';'])
            && !self.value.contains(';')
            && !texts.iter().any(|text| text.bytes().any(is_control));
        if !fine {
            return None;
        }
        let domain = self.domain.strip_prefix('.').unwrap_or(&self.domain);
        self.domain = domain_of(domain)?;
        if !self.path.starts_with('/') {
            "/".clone_into(&mut self.path);
        }
        Some(self)
    }
}

/// A domain in the form in which hosts are compared.
pub(super) fn domain_of(text: &str) -> Option<String> {
    match Host::parse(text).ok()? {
        Host::Domain(name) => Some(normal_host(&Host::Domain(name.as_str()))),
        Host::Ipv4(address) => Some(normal_host(&Host::Ipv4(address))),
        Host::Ipv6(address) => Some(normal_host(&Host::Ipv6(address))),
    }
}

/// What no header may hold: it would forge another.
pub(super) fn is_control(byte: u8) -> bool {
    byte == 127 || (byte < 32 && byte != b'\t')
}
