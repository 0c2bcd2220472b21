//! What the operator says of connections: plain data. `Network::new` checks it.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Serialize, Serializer};
use url::Url;

/// The settings of connections. Serialized, or printed for debugging, it shows no secrets.
#[derive(Clone, Serialize)]
pub struct NetSettings {
    /// Granted hosts, beside the one that the run is for: see `Egress::new`.
    pub allow: Vec<String>,
    /// For DNS, TCP and TLS together.
    pub connect_timeout: Duration,
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
}

/// Which of a name's addresses are used, and in which order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DnsPolicy {
    /// All, as the system gives them.
    #[default]
    Any,
    /// Those of IPv4 first.
    PreferIpv4,
    /// Those of IPv6 first.
    PreferIpv6,
    /// Those of IPv4 alone.
    OnlyIpv4,
    /// Those of IPv6 alone.
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

impl Default for NetSettings {
    fn default() -> NetSettings {
        NetSettings {
            allow: Vec::new(),
            connect_timeout: Duration::from_secs(10),
            insecure: false,
            ca_file: None,
            client_cert: None,
            proxy: None,
            resolve: Vec::new(),
            source_addresses: Vec::new(),
            dns_ttl: Duration::from_secs(300),
            dns_policy: DnsPolicy::Any,
            tls_versions: TlsVersions::Both,
            block_ips: Vec::new(),
            block_hosts: Vec::new(),
        }
    }
}

impl fmt::Debug for NetSettings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

fn shown_proxy<S: Serializer>(proxy: &Option<String>, serializer: S) -> Result<S::Ok, S::Error> {
    let shown = proxy
        .as_ref()
        .map(|text| Url::parse(text).map_or_else(|_| "***".to_owned(), without_password));
    shown.serialize(serializer)
}

/// A URL as people may see it.
pub fn without_password(mut url: Url) -> String {
    if url.password().is_some() && url.set_password(Some("***")).is_err() {
        return "***".to_owned();
    }
    url.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_no_password() {
        let settings = NetSettings {
            proxy: Some("http://user:hidden@p:1".to_owned()),
            ..NetSettings::default()
        };
        let text = format!("{settings:?}");
        assert!(!text.contains("hidden"), "{text}");
        assert!(text.contains("http://user:***@p:1/"), "{text}");
    }
}
