//! What all VUs share of HTTP: checked settings, the network below, the origins met so far.

use std::collections::HashMap;
use std::fmt::Write;
use std::sync::atomic::AtomicU8;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use url::Url;

use super::error::{ErrorCode, HttpError};
use super::headers::{self, ManagedHeader};
use super::origin::{HttpOrigin, SPEAKS_UNKNOWN};
use super::settings::{HttpSettings, SettingsError, VersionPolicy, is_credential};
use super::urls;
use crate::net::{Network, Tls, basic_authorization};

/// Origins that are remembered; then it starts anew.
const ORIGINS: usize = 10_000;

/// Redirects that are followed where neither the operator nor the request says how many.
const MAX_REDIRECTS: u32 = 10;
/// Redirects that a request may ask for where the operator doesn't say how many.
const REDIRECT_LIMIT: u32 = 30;

/// Shared by the clients of a process.
#[derive(Debug)]
pub struct Transport {
    pub(super) network: Network,
    pub(super) tls: Tls,
    pub(super) base: Option<Url>,
    /// What comes before the path of a relative URL; mostly empty.
    pub(super) below: String,
    pub(super) timeout: Duration,
    max_redirects: u32,
    /// Beyond it no request goes, whatever it asks for.
    redirect_limit: u32,
    pub(super) version: VersionPolicy,
    pub(super) cookies: bool,
    pub(super) keep_alive: bool,
    pub(super) max_body_bytes: usize,
    pub(super) parallel_per_host: usize,
    standing: Vec<(String, String)>,
    origins: Mutex<HashMap<String, Arc<HttpOrigin>>>,
}

impl Transport {
    /// Checks the settings and reads the certificates.
    ///
    /// # Errors
    /// All that is wrong with the settings.
    pub fn new(settings: &HttpSettings) -> Result<Arc<Transport>, SettingsError> {
        let mut problems = Vec::new();
        check_base(settings, &mut problems);
        let network = Network::new(&settings.net, settings.base.as_ref());
        let network = network.map_err(|found| problems.extend(found)).ok();
        let standing = standing(settings, &mut problems);
        let Some(network) = network.filter(|_| problems.is_empty()) else {
            return Err(SettingsError { problems });
        };
        Ok(Arc::new(Transport {
            tls: network.tls_offering(protocols(settings.version)),
            network,
            base: settings.base.clone(),
            below: settings.base.as_ref().map_or("", urls::path_below).to_owned(),
            timeout: settings.timeout,
            max_redirects: settings.max_redirects.unwrap_or(MAX_REDIRECTS),
            redirect_limit: settings.max_redirects.unwrap_or(REDIRECT_LIMIT),
            version: settings.version,
            cookies: settings.cookies,
            keep_alive: settings.keep_alive,
            max_body_bytes: settings.max_body_bytes,
            parallel_per_host: settings.parallel_per_host.max(1),
            standing,
            origins: Mutex::default(),
        }))
    }

    /// The origin of a URL, if the run may reach it. Asks nobody: names are not resolved.
    pub(super) fn origin(&self, url: &Url) -> Result<Arc<HttpOrigin>, HttpError> {
        let key = url.origin().ascii_serialization();
        if let Some(known) = self.origins().get(&key) {
            return Ok(known.clone());
        }
        let origin = Arc::new(self.new_origin(url)?);
        let mut origins = self.origins();
        if origins.len() >= ORIGINS {
            origins.clear();
        }
        origins.insert(key, origin.clone());
        Ok(origin)
    }

    /// The most redirects that a request follows: its own number, within the operator's.
    pub(super) fn redirects_of(&self, own: Option<u32>) -> u32 {
        let own = own.unwrap_or(self.max_redirects);
        own.min(self.redirect_limit)
    }

    fn origins(&self) -> std::sync::MutexGuard<'_, HashMap<String, Arc<HttpOrigin>>> {
        self.origins.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn new_origin(&self, url: &Url) -> Result<HttpOrigin, HttpError> {
        let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else {
            return Err(HttpError::new(ErrorCode::InvalidUrl, "the URL has no host"));
        };
        let https = url.scheme() == "https";
        let destination = self.network.destination(https, &host, port)?;
        let base = self
            .base
            .as_ref()
            .is_some_and(|base| base.origin() == url.origin());
        let bracketed = match destination.host() {
            host if host.contains(':') => format!("[{host}]"),
            host => host.to_owned(),
        };
        let authority = url
            .port()
            .map_or_else(|| bracketed.clone(), |port| format!("{bracketed}:{port}"));
        let prefix = format!("{}://{authority}", url.scheme());
        let via = if self.network.has_proxy() && !https {
            prefix.clone()
        } else {
            String::new()
        };
        let standing = self.standing_for(base, !via.is_empty());
        let fixed = fixed(&authority, &standing);
        let speaks = AtomicU8::new(SPEAKS_UNKNOWN);
        Ok(HttpOrigin {
            prefix,
            destination,
            base,
            authority,
            standing,
            fixed,
            via,
            speaks,
        })
    }

    /// The standing headers for one origin: credentials go to the base URL's only, if there is one.
    fn standing_for(&self, base: bool, proxied: bool) -> Vec<(String, String)> {
        let trusted = base || self.base.is_none();
        let mut headers: Vec<_> = self
            .standing
            .iter()
            .filter(|(name, _)| trusted || !is_credential(name))
            .cloned()
            .collect();
        let user = self.base.as_ref().filter(|_| base).and_then(basic_authorization);
        if let Some(value) = user
            && !headers.iter().any(|(name, _)| name == "authorization")
        {
            headers.push(("authorization".to_owned(), value));
        }
        let proxy = self.network.proxy_authorization().filter(|_| proxied);
        headers.extend(proxy.map(|value| ("proxy-authorization".to_owned(), value.to_owned())));
        headers
    }
}

/// What is wrong with the base URL, whose host `net` grants.
fn check_base(settings: &HttpSettings, problems: &mut Vec<String>) {
    if let Some(base) = &settings.base
        && (!matches!(base.scheme(), "http" | "https") || base.host().is_none())
    {
        problems.push(format!(
            "the host's URL scheme is {:?}; it must be http or https",
            base.scheme()
        ));
    }
}

/// What is offered to speak over TLS.
fn protocols(version: VersionPolicy) -> &'static [&'static str] {
    match version {
        VersionPolicy::Negotiate => &["h2", "http/1.1"],
        VersionPolicy::Http1 => &["http/1.1"],
        VersionPolicy::Http2PriorKnowledge => &["h2"],
    }
}

fn standing(settings: &HttpSettings, problems: &mut Vec<String>) -> Vec<(String, String)> {
    let mut headers = vec![("user-agent".to_owned(), settings.user_agent.clone())];
    if settings.compression {
        headers.push(("accept-encoding".to_owned(), "gzip, deflate, br, zstd".to_owned()));
    }
    if !settings.keep_alive {
        headers.push(("connection".to_owned(), "close".to_owned()));
    }
    for (name, value) in &settings.headers {
        let name = name.to_ascii_lowercase();
        match headers::check(&name, value) {
            // People copy them from their browsers; it is what the engine does.
            Ok(()) if headers::asks_to_keep_alive(&name, value) => continue,
            Ok(()) if name == "connection" => {
                problems.push("header \"connection\": --no-keep-alive closes connections".to_owned());
            }
            Ok(()) if ManagedHeader::of(&name).is_some() => {
                problems.push(format!(
                    "header {name:?} is set by the engine itself; leave it out"
                ));
            }
            Ok(()) if name == "host" => {
                problems.push("header \"host\": override the address instead".to_owned())
            }
            Ok(()) => headers.retain(|(own, _)| own != &name || settings.headers.iter().any(|h| h.0 == *own)),
            Err(fault) => problems.push(fault.detail),
        }
        headers.push((name, value.clone()));
    }
    headers
}

fn fixed(authority: &str, standing: &[(String, String)]) -> Vec<u8> {
    let mut text = format!(" HTTP/1.1\r\nhost: {authority}\r\n");
    for (name, value) in standing {
        // Writing to a string doesn't fail.
        let _ = write!(text, "{name}: {value}\r\n");
    }
    text.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::NetSettings;

    fn granting(host: &str) -> NetSettings {
        NetSettings {
            allow: vec![host.to_owned()],
            ..NetSettings::default()
        }
    }

    fn transport(settings: HttpSettings) -> Arc<Transport> {
        Transport::new(&settings).expect("settings")
    }

    fn url(text: &str) -> Url {
        Url::parse(text).expect("url")
    }

    #[test]
    fn names_every_problem_at_once() {
        let settings = HttpSettings {
            base: Some(url("ftp://h/")),
            net: NetSettings {
                allow: vec!["a b".into()],
                proxy: Some("socks5://h".into()),
                resolve: vec!["x".into()],
                ca_file: Some("/does/not/exist".into()),
                ..NetSettings::default()
            },
            headers: vec![("bad name".into(), "v".into())],
            ..HttpSettings::default()
        };
        let problems = Transport::new(&settings).expect_err("problems").problems;
        assert_eq!(problems.len(), 7, "{problems:#?}");
    }

    #[test]
    fn credentials_stay_with_the_base_origin() {
        let transport = transport(HttpSettings {
            base: Some(url("http://base.test/")),
            net: granting("other.test"),
            headers: vec![
                ("Authorization".into(), "Bearer x".into()),
                ("X-A".into(), "1".into()),
            ],
            ..HttpSettings::default()
        });
        let names = |text| {
            let origin = transport.origin(&url(text)).expect("allowed");
            origin
                .standing
                .iter()
                .map(|(name, _)| name.clone())
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert_eq!(
            names("http://base.test/"),
            "user-agent accept-encoding authorization x-a"
        );
        assert_eq!(names("http://other.test/"), "user-agent accept-encoding x-a");
    }

    #[test]
    fn an_operators_header_replaces_the_hosts_own() {
        let transport = transport(HttpSettings {
            base: Some(url("http://base.test/")),
            headers: vec![("User-Agent".into(), "own".into())],
            compression: false,
            ..HttpSettings::default()
        });
        let origin = transport.origin(&url("http://base.test/")).expect("allowed");
        assert_eq!(
            origin.fixed,
            b" HTTP/1.1\r\nhost: base.test\r\nuser-agent: own\r\n"
        );
    }

    #[test]
    fn an_operators_headers_about_the_connection_are_the_engines() {
        let settings = |name: &str, value: &str| HttpSettings {
            base: Some(url("http://base.test/")),
            headers: vec![(name.to_owned(), value.to_owned())],
            ..HttpSettings::default()
        };
        for (name, value) in [("Connection", "keep-alive"), ("Keep-Alive", "timeout=9")] {
            let transport = transport(settings(name, value));
            let origin = transport.origin(&url("http://base.test/")).expect("allowed");
            assert_eq!(origin.standing.len(), 2, "{name}");
        }
        for (name, value) in [("Connection", "close"), ("Transfer-Encoding", "chunked")] {
            let problems = Transport::new(&settings(name, value)).expect_err(name).problems;
            assert!(problems[0].contains(&name.to_ascii_lowercase()), "{problems:?}");
        }
    }

    #[test]
    fn a_host_is_refused_before_anything_else() {
        let transport = transport(HttpSettings {
            net: granting("ok.test"),
            ..HttpSettings::default()
        });
        let code = |text| transport.origin(&url(text)).expect_err("refused").code;
        assert_eq!(code("http://evil.test/"), ErrorCode::HostNotAllowed);
        assert_eq!(code("http://ok.test@evil.test/"), ErrorCode::HostNotAllowed);
    }
}
