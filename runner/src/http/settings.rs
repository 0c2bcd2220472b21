//! What the operator asks of the engine: plain data. `Transport::new` checks it.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use serde::{Serialize, Serializer};
use url::Url;

/// The engine's settings. Serialized, or printed for debugging, it shows no secrets.
#[derive(Clone, Serialize)]
pub struct Settings {
    /// Relative URLs are resolved against it; its host is granted.
    #[serde(serialize_with = "shown_url")]
    pub base: Option<Url>,
    /// Further granted hosts: see `Egress::new`.
    pub allow: Vec<String>,
    /// For a whole exchange, redirects included.
    pub timeout: Duration,
    /// For DNS, TCP and TLS together.
    pub connect_timeout: Duration,
    /// The most redirects that are followed, whatever a request asks for. `None`: 10, or as many as a request asks
    /// for up to 30.
    pub max_redirects: Option<u32>,
    /// Accept any certificate.
    pub insecure: bool,
    /// PEM file of further trusted certificates.
    pub ca_file: Option<PathBuf>,
    /// PEM files of a certificate chain and its key, shown to servers that ask.
    pub client_cert: Option<(PathBuf, PathBuf)>,
    /// `http://[user:password@]host[:port]` or `https://…`. The environment is never asked.
    #[serde(serialize_with = "shown_proxy")]
    pub proxy: Option<String>,
    /// `HOST[:PORT]=ADDR[:PORT]`: connect there instead of asking DNS. IPv6 addresses with a port in brackets.
    pub resolve: Vec<String>,
    /// Local addresses to connect from, dealt to VUs in turn.
    pub source_addresses: Vec<IpAddr>,
    /// Which versions of HTTP to speak.
    pub version: VersionPolicy,
    /// Sent with every request, unless the guest sets the same name. Those that carry credentials are only sent to
    /// the base URL's origin, if there is a base URL.
    #[serde(serialize_with = "shown_headers")]
    pub headers: Vec<(String, String)>,
    /// Keep cookies, per VU.
    pub cookies: bool,
    /// Ask for compressed bodies.
    pub compression: bool,
    /// Use connections for more than one exchange.
    pub keep_alive: bool,
    /// The `user-agent` header.
    pub user_agent: String,
    /// The largest body that is kept, in bytes, before and after decompression.
    pub max_body_bytes: usize,
    /// How long a name's addresses are used before DNS is asked again.
    pub dns_ttl: Duration,
    /// Which of a name's addresses are used, and in which order.
    pub dns_policy: DnsPolicy,
    /// Versions of TLS to speak.
    pub tls_versions: TlsVersions,
    /// Addresses that are never connected to: see `AddressRange::parse`.
    pub block_ips: Vec<String>,
    /// Hosts that nothing is sent to, whatever else is granted: `NAME` or `*.NAME`.
    pub block_hosts: Vec<String>,
    /// HTTP/1 exchanges of one batch that run at once against one origin.
    pub parallel_per_host: usize,
}

/// Which versions of HTTP to speak.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum VersionPolicy {
    /// HTTP/2 where TLS agrees on it, else HTTP/1.1.
    #[default]
    Negotiate,
    /// HTTP/1.1 only.
    Http1,
    /// HTTP/2 only, without asking: also over plain TCP.
    Http2PriorKnowledge,
}

/// Which of a name's addresses are used, and in which order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum DnsPolicy {
    /// All, as the system gives them
    #[default]
    Any,
    /// Those of IPv4 first
    PreferIpv4,
    /// Those of IPv6 first
    PreferIpv6,
    /// Those of IPv4 alone
    OnlyIpv4,
    /// Those of IPv6 alone
    OnlyIpv6,
}

/// Versions of TLS to speak.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TlsVersions {
    /// 1.2 and 1.3; the highest that both sides know.
    #[default]
    Both,
    /// 1.2 alone.
    Only12,
    /// 1.3 alone.
    Only13,
}

impl FromStr for TlsVersions {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<TlsVersions, &'static str> {
        match text {
            "1.2-1.3" => Ok(TlsVersions::Both),
            "1.2" | "1.2-1.2" => Ok(TlsVersions::Only12),
            "1.3" | "1.3-1.3" => Ok(TlsVersions::Only13),
            _ => Err("there are 1.2, 1.3 and 1.2-1.3"),
        }
    }
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            base: None,
            allow: Vec::new(),
            timeout: Duration::from_secs(60),
            connect_timeout: Duration::from_secs(10),
            max_redirects: None,
            insecure: false,
            ca_file: None,
            client_cert: None,
            proxy: None,
            resolve: Vec::new(),
            source_addresses: Vec::new(),
            version: VersionPolicy::Negotiate,
            headers: Vec::new(),
            cookies: true,
            compression: true,
            keep_alive: true,
            user_agent: concat!("wasmswarm/", env!("CARGO_PKG_VERSION")).to_owned(),
            max_body_bytes: 16 * 1024 * 1024,
            dns_ttl: Duration::from_secs(300),
            dns_policy: DnsPolicy::Any,
            tls_versions: TlsVersions::Both,
            block_ips: Vec::new(),
            block_hosts: Vec::new(),
            parallel_per_host: 6,
        }
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

/// Everything that is wrong with the settings.
#[derive(Debug, thiserror::Error)]
#[error("{}", .problems.join("; "))]
pub struct SettingsError {
    /// One line per problem.
    pub problems: Vec<String>,
}

/// Whether a header's value is a credential. `name` is in lower case.
pub(super) fn is_credential(name: &str) -> bool {
    let telling = ["auth", "cookie", "token", "secret", "key", "password"];
    telling.iter().any(|part| name.contains(part))
}

fn shown_url<S: Serializer>(url: &Option<Url>, serializer: S) -> Result<S::Ok, S::Error> {
    url.as_ref()
        .map(|url| without_password(url.clone()))
        .serialize(serializer)
}

fn shown_proxy<S: Serializer>(proxy: &Option<String>, serializer: S) -> Result<S::Ok, S::Error> {
    let shown = proxy
        .as_ref()
        .map(|text| Url::parse(text).map_or_else(|_| "***".to_owned(), without_password));
    shown.serialize(serializer)
}

fn without_password(mut url: Url) -> String {
    if url.password().is_some() && url.set_password(Some("***")).is_err() {
        return "***".to_owned();
    }
    url.to_string()
}

fn shown_headers<S: Serializer>(headers: &[(String, String)], serializer: S) -> Result<S::Ok, S::Error> {
    let shown = headers.iter().map(|(name, value)| {
        (
            name,
            if is_credential(&name.to_ascii_lowercase()) {
                "***"
            } else {
                value
            },
        )
    });
    serializer.collect_seq(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_no_secrets() {
        let settings = Settings {
            base: Url::parse("http://user:hidden1@h/").ok(),
            proxy: Some("http://user:hidden2@p:1".to_owned()),
            headers: vec![
                ("X-Api-Key".into(), "hidden3".into()),
                ("x-a".into(), "shown".into()),
            ],
            ..Settings::default()
        };
        let text = format!("{settings:?}");
        assert!(!text.contains("hidden"), "{text}");
        assert!(
            text.contains("shown") && text.contains("http://user:***@p:1/"),
            "{text}"
        );
    }
}
