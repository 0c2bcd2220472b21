//! Which hosts a run may reach. Asked before a name is resolved, for every hop; everything else is denied.

use url::{Host, Url};

/// The hosts that the operator granted.
#[derive(Clone, Debug, Default)]
pub struct Egress {
    entries: Vec<HostGrant>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct HostGrant {
    /// With TLS only, or without only.
    secure: Option<bool>,
    name: HostPattern,
    port: Option<u16>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum HostPattern {
    Exact(String),
    /// `*.example.com`: any name below, not the name itself. Held as `.example.com`.
    Below(String),
}

impl Egress {
    /// Reads entries of the form `host`, `host:port`, `*.host`, `*.host:port`, each optionally after `http://` or
    /// `https://`. A host without a port is granted on all its ports.
    ///
    /// # Errors
    /// One line per entry that can't be read.
    pub fn new<'a>(entries: impl IntoIterator<Item = &'a str>) -> Result<Egress, Vec<String>> {
        let (mut granted, mut problems) = (Vec::new(), Vec::new());
        for text in entries {
            match HostGrant::parse(text) {
                Some(entry) => granted.push(entry),
                None => problems.push(format!(
                    "allowed host {text:?} is not of the form [http://|https://][*.]HOST[:PORT]"
                )),
            }
        }
        if problems.is_empty() {
            Ok(Egress { entries: granted })
        } else {
            Err(problems)
        }
    }

    /// Also grants the host, port and scheme of this URL.
    pub fn grant(&mut self, url: &Url) {
        let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else {
            return;
        };
        let secure = Some(url.scheme() == "https");
        self.entries.push(HostGrant {
            secure,
            name: HostPattern::Exact(normal_host(&host)),
            port: Some(port),
        });
    }

    /// The ports on which a host, in normal form, is granted: `None` for all. Empty if it isn't.
    pub fn ports(&self, host: &str) -> Vec<Option<u16>> {
        let here = self.entries.iter().filter(|entry| entry.name.covers(host));
        here.map(|entry| entry.port).collect()
    }

    /// Whether a connection may be made there, with TLS or without. `host` must be normal: see `normal_host`.
    pub(super) fn allows(&self, secure: bool, host: &str, port: u16) -> bool {
        self.entries.iter().any(|entry| {
            entry.secure.is_none_or(|wanted| wanted == secure)
                && entry.port.is_none_or(|wanted| wanted == port)
                && entry.name.covers(host)
        })
    }

    /// Whether a `host` header, or its like, may carry this value: a granted host, with a port that it is granted on.
    pub(super) fn allows_authority(&self, secure: bool, value: &str) -> bool {
        if value.contains(['@', '/', '\\', '?', '#']) {
            return false;
        }
        let scheme = if secure { "https" } else { "http" };
        let Ok(url) = Url::parse(&format!("{scheme}://{value}/")) else {
            return false;
        };
        match (url.host(), url.port_or_known_default()) {
            (Some(host), Some(port)) => self.allows(secure, &normal_host(&host), port),
            _ => false,
        }
    }
}

/// A host as hosts are compared: lower case, punycode, no trailing dot, addresses in their usual form, no
/// brackets.
pub fn normal_host(host: &Host<&str>) -> String {
    match host {
        Host::Domain(name) => name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase(),
        Host::Ipv4(address) => address.to_string(),
        Host::Ipv6(address) => address.to_string(),
    }
}

impl HostGrant {
    fn parse(text: &str) -> Option<HostGrant> {
        let (secure, rest) = match text.split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => (Some(false), rest),
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => (Some(true), rest),
            Some(_) => return None,
            None => (None, text),
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let below = rest.strip_prefix("*.");
        let authority = below.unwrap_or(rest);
        if authority.is_empty() || authority.contains(['@', '/', '\\', '?', '#', '*']) {
            return None;
        }
        let host = parse_host(authority)?;
        let name = if below.is_some() {
            HostPattern::Below(format!(".{host}"))
        } else {
            HostPattern::Exact(host)
        };
        Some(HostGrant {
            secure,
            name,
            port: written_port(authority)?,
        })
    }
}

impl HostPattern {
    fn covers(&self, host: &str) -> bool {
        match self {
            HostPattern::Exact(name) => name == host,
            HostPattern::Below(suffix) => host.len() > suffix.len() && host.ends_with(suffix.as_str()),
        }
    }
}

/// The normal form of an authority's host. A bare IPv6 address needs no brackets.
fn parse_host(authority: &str) -> Option<String> {
    let bare = authority.parse::<std::net::Ipv6Addr>();
    let bracketed = bare.map_or_else(|_| authority.to_owned(), |address| format!("[{address}]"));
    let url = Url::parse(&format!("http://{bracketed}/")).ok()?;
    url.host()
        .map(|host| normal_host(&host))
        .filter(|host| !host.is_empty())
}

/// The port that is written in an authority, which a URL parser would drop if it is the scheme's own.
/// `None`: it isn't a port.
fn written_port(authority: &str) -> Option<Option<u16>> {
    if authority.parse::<std::net::Ipv6Addr>().is_ok() {
        return Some(None);
    }
    let after_host = authority.rsplit_once(']').map_or(authority, |(_, after)| after);
    match after_host.rsplit_once(':') {
        Some((_, port)) => port.parse().ok().map(Some),
        None => Some(None),
    }
}

/// Whether a host, in normal form, is one of these names or below a `*.NAME`.
pub(super) fn names_host(patterns: &[String], host: &str) -> bool {
    patterns.iter().any(|pattern| {
        let pattern = pattern.to_ascii_lowercase();
        match pattern.strip_prefix('*') {
            Some(end) => host.ends_with(end),
            None => host == pattern,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn egress(entries: &[&str]) -> Egress {
        Egress::new(entries.iter().copied()).expect("entries")
    }

    fn allows(entries: &[&str], url: &str) -> bool {
        let url = Url::parse(url).expect("url");
        let host = normal_host(&url.host().expect("host"));
        let port = url.port_or_known_default().expect("port");
        egress(entries).allows(url.scheme() == "https", &host, port)
    }

    #[test]
    fn denies_by_default() {
        assert!(!allows(&[], "http://example.com/"));
        assert!(!allows(&["example.com"], "http://example.org/"));
        assert!(!allows(&["example.com"], "http://notexample.com/"));
        assert!(!allows(&["example.com"], "http://example.com.evil.org/"));
    }

    #[test]
    fn a_host_without_port_is_granted_on_all_ports() {
        assert!(allows(&["example.com"], "http://example.com:8080/"));
        assert!(allows(&["Example.COM."], "https://eXample.com./"));
    }

    #[test]
    fn a_port_binds() {
        assert!(allows(&["example.com:80"], "http://example.com/"));
        assert!(!allows(&["example.com:80"], "https://example.com/"));
        assert!(!allows(&["example.com:80"], "http://example.com:8080/"));
    }

    #[test]
    fn a_scheme_binds() {
        assert!(allows(&["https://example.com"], "https://example.com/"));
        assert!(!allows(&["https://example.com"], "http://example.com/"));
    }

    #[test]
    fn a_wildcard_covers_names_below_only() {
        assert!(allows(&["*.example.com"], "http://a.b.example.com/"));
        assert!(!allows(&["*.example.com"], "http://example.com/"));
        assert!(!allows(&["*.example.com"], "http://evilexample.com/"));
    }

    #[test]
    fn addresses_are_one_however_written() {
        for url in [
            "http://2130706433/",
            "http://0x7f.1/",
            "http://0177.0.0.1/",
            "http://127.0.0.1./",
        ] {
            assert!(allows(&["127.0.0.1"], url), "{url}");
        }
        assert!(allows(&["::1"], "http://[0:0::1]:99/"));
        assert!(allows(&["[::1]:99"], "http://[::1]:99/"));
        assert!(!allows(&["[::1]:99"], "http://[::1]:98/"));
    }

    #[test]
    fn the_host_is_what_follows_the_userinfo() {
        assert!(!allows(&["ok.com"], "http://ok.com@evil.com/"));
        assert!(!allows(&["ok.com"], "http://ok.com:80@evil.com/"));
        assert!(!allows(&["ok.com"], "http://evil.com\\@ok.com/"));
    }

    #[test]
    fn names_every_unreadable_entry() {
        let problems = Egress::new(["ok.com", "", "ftp://x", "a b", "x@y", "h:99999", "*"]).expect_err("six");
        assert_eq!(problems.len(), 6);
    }

    #[test]
    fn a_host_header_names_a_granted_host() {
        let egress = egress(&["api.test:8080", "other.test"]);
        assert!(egress.allows_authority(false, "api.test:8080"));
        assert!(egress.allows_authority(true, "OTHER.test"));
        assert!(!egress.allows_authority(false, "api.test"));
        assert!(!egress.allows_authority(false, "evil.test"));
        assert!(!egress.allows_authority(false, "x@other.test"));
    }

    #[test]
    fn hosts_are_named_or_lie_below() {
        let patterns = ["Ads.test".to_owned(), "*.cdn.test".to_owned()];
        assert!(names_host(&patterns, "ads.test") && names_host(&patterns, "a.b.cdn.test"));
        assert!(!names_host(&patterns, "www.ads.test") && !names_host(&patterns, "cdn.test"));
    }
}
