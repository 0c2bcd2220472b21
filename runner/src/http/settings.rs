//! What the operator says of HTTP: plain data. `Transport::new` checks it.

use std::fmt;
use std::time::Duration;

use serde::{Serialize, Serializer};
use url::Url;

use crate::net::{NetSettings, without_password};

/// The settings of HTTP and of the connections below it. Serialized, or printed for debugging, it shows no secrets.
#[derive(Clone, Serialize)]
pub struct HttpSettings {
    /// Relative URLs are resolved against it; its host is granted.
    #[serde(serialize_with = "shown_url")]
    pub base: Option<Url>,
    /// How connections are made, and to where.
    #[serde(flatten)]
    pub net: NetSettings,
    /// For a whole exchange, redirects included.
    pub timeout: Duration,
    /// The most redirects that are followed, whatever a request asks for. `None`: 10, or as many as a request asks
    /// for up to 30.
    pub max_redirects: Option<u32>,
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

impl Default for HttpSettings {
    fn default() -> HttpSettings {
        HttpSettings {
            base: None,
            net: NetSettings::default(),
            timeout: Duration::from_secs(60),
            max_redirects: None,
            version: VersionPolicy::Negotiate,
            headers: Vec::new(),
            cookies: true,
            compression: true,
            keep_alive: true,
            user_agent: concat!("wasmswarm/", env!("CARGO_PKG_VERSION")).to_owned(),
            max_body_bytes: 16 * 1024 * 1024,
            parallel_per_host: 6,
        }
    }
}

impl fmt::Debug for HttpSettings {
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
        let settings = HttpSettings {
            base: Url::parse("http://user:hidden1@h/").ok(),
            net: NetSettings {
                proxy: Some("http://user:hidden2@p:1".to_owned()),
                ..NetSettings::default()
            },
            headers: vec![
                ("X-Api-Key".into(), "hidden3".into()),
                ("x-a".into(), "shown".into()),
            ],
            ..HttpSettings::default()
        };
        let text = format!("{settings:?}");
        assert!(!text.contains("hidden"), "{text}");
        assert!(
            text.contains("shown") && text.contains("http://user:***@p:1/"),
            "{text}"
        );
    }
}
