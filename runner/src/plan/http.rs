//! How requests travel, as part of the plan. What the engine of HTTP makes of it is in `http`; values that may be
//! secret aren't here, only the names of what carries them.

use super::{read_seconds, seconds};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use std::str::FromStr;
use std::time::Duration;

/// What is the same for every request of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpPlan {
    /// For a whole exchange, redirects included; in seconds when serialized.
    #[serde(serialize_with = "seconds", deserialize_with = "read_seconds")]
    pub timeout: Duration,
    /// For DNS, TCP and TLS together; in seconds when serialized.
    #[serde(serialize_with = "seconds", deserialize_with = "read_seconds")]
    pub connect_timeout: Duration,
    /// The most redirects that are followed, whatever a request asks for. None: 10, or as many as a request asks
    /// for up to 30.
    pub max_redirects: Option<u32>,
    /// Whether one redirect more is an error, because the operator said how many there may be.
    pub strict_redirects: bool,
    /// Which versions of HTTP to speak.
    pub protocol: HttpProtocol,
    /// Which versions of TLS to speak.
    pub tls: TlsRange,
    /// PEM file of further trusted certificates.
    pub ca_file: Option<String>,
    /// What is shown to servers that ask for a client's certificate.
    pub client_cert: Option<ClientCert>,
    /// Proxy of all requests, without its password.
    pub proxy: Option<String>,
    /// Other addresses than the names' own: `HOST[:PORT]=ADDR[:PORT]`.
    pub resolve: Vec<String>,
    /// Local addresses to connect from, dealt to VUs in turn.
    pub source_addresses: Vec<IpAddr>,
    /// Sent with every request.
    pub headers: Vec<HeaderPlan>,
    /// Whether cookies are kept, per VU.
    pub cookies: bool,
    /// Whether compressed bodies are asked for.
    pub compression: bool,
    /// Whether connections are used for more than one exchange.
    pub keep_alive: bool,
    /// The `user-agent` header, unless there is another one.
    pub user_agent: String,
    /// Whether each request carries the id of a trace of its own, and those of the slowest are kept.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub traceparent: bool,
    /// The largest body that is kept, before and after decompression.
    pub max_body_bytes: usize,
    /// How long a name's addresses are used before it is looked up again; in seconds when serialized.
    #[serde(serialize_with = "seconds", deserialize_with = "read_seconds")]
    pub dns_ttl: Duration,
    /// Which of a name's addresses are used, and in which order.
    pub dns_order: AddressOrder,
    /// HTTP/1 exchanges of one batch that run at once against one origin.
    pub parallel_per_host: usize,
}

/// A header of every request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeaderPlan {
    /// As the operator wrote it.
    pub name: String,
    /// None: it may be secret, and travels apart from the plan.
    pub value: Option<String>,
}

/// A client's certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientCert {
    /// PEM file of the chain.
    pub cert: String,
    /// PEM file of its key.
    pub key: String,
}

/// Which versions of HTTP to speak.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HttpProtocol {
    /// HTTP/2 where TLS agrees on it, else HTTP/1.1.
    #[default]
    Negotiate,
    /// HTTP/1.1 only.
    Http1,
    /// HTTP/2 only, without asking: also over plain TCP.
    Http2PriorKnowledge,
}

/// Which versions of TLS to speak.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum TlsRange {
    /// 1.2 and 1.3; the highest that both sides know.
    #[default]
    #[serde(rename = "1.2-1.3")]
    Both,
    /// 1.2 alone.
    #[serde(rename = "1.2")]
    Only12,
    /// 1.3 alone.
    #[serde(rename = "1.3")]
    Only13,
}

impl FromStr for TlsRange {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<TlsRange, &'static str> {
        match text {
            "1.2-1.3" => Ok(TlsRange::Both),
            "1.2" | "1.2-1.2" => Ok(TlsRange::Only12),
            "1.3" | "1.3-1.3" => Ok(TlsRange::Only13),
            _ => Err("there are 1.2, 1.3 and 1.2-1.3"),
        }
    }
}

/// Which of a name's addresses are used, and in which order. Its comments are a flag's help.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum AddressOrder {
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

impl Default for HttpPlan {
    fn default() -> HttpPlan {
        HttpPlan {
            timeout: Duration::from_secs(60),
            connect_timeout: Duration::from_secs(10),
            max_redirects: None,
            strict_redirects: false,
            protocol: HttpProtocol::default(),
            tls: TlsRange::default(),
            ca_file: None,
            client_cert: None,
            proxy: None,
            resolve: Vec::new(),
            source_addresses: Vec::new(),
            headers: Vec::new(),
            cookies: true,
            compression: true,
            keep_alive: true,
            user_agent: concat!("wasmswarm/", env!("CARGO_PKG_VERSION")).to_owned(),
            traceparent: false,
            max_body_bytes: 16 * 1024 * 1024,
            dns_ttl: Duration::from_secs(300),
            dns_order: AddressOrder::default(),
            parallel_per_host: 6,
        }
    }
}
