//! Names to addresses: the system's resolver behind a cache that all VUs share, and the operator's overrides.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use url::Host;

use super::egress::normal_host;
use super::error::{ErrorCode, Fault};

/// Names that the cache holds; then it starts anew.
const CACHED: usize = 10_000;

/// Looks names up.
#[derive(Debug)]
pub(super) struct Resolver {
    ttl: Duration,
    overrides: Vec<Override>,
    names: Mutex<HashMap<String, Arc<tokio::sync::Mutex<Option<Answer>>>>>,
}

/// A name's addresses.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) addresses: Vec<SocketAddr>,
    /// They are overrides.
    pub(super) by_operator: bool,
}

#[derive(Debug)]
struct Override {
    host: String,
    port: Option<u16>,
    address: IpAddr,
    to_port: Option<u16>,
}

#[derive(Clone, Debug)]
struct Answer {
    at: Instant,
    /// A failure is only for those who were waiting for it.
    result: Result<Arc<[IpAddr]>, String>,
}

impl Resolver {
    /// Reads overrides of the form `HOST[:PORT]=ADDR[:PORT]`; adds what is wrong to `problems`.
    pub(super) fn new(ttl: Duration, overrides: &[String], problems: &mut Vec<String>) -> Resolver {
        let mut read = Vec::new();
        for text in overrides {
            match Override::parse(text) {
                Some(parsed) => read.push(parsed),
                None => problems.push(format!(
                    "address override {text:?} is not HOST[:PORT]=ADDR[:PORT]"
                )),
            }
        }
        Resolver {
            ttl,
            overrides: read,
            names: Mutex::default(),
        }
    }

    /// The addresses to try, in order. Never empty.
    pub(super) async fn resolve(&self, host: &str, port: u16) -> Result<Found, Fault> {
        let here = |entry: &&Override| entry.host == host && entry.port.is_none_or(|wanted| wanted == port);
        if let Some(first) = self.overrides.iter().find(here) {
            // Several overrides alike are several addresses of the name.
            let alike = |entry: &&Override| entry.host == host && entry.port == first.port;
            let to = |entry: &Override| SocketAddr::new(entry.address, entry.to_port.unwrap_or(port));
            return Ok(Found {
                addresses: self.overrides.iter().filter(alike).map(to).collect(),
                by_operator: true,
            });
        }
        let addresses = match host.parse::<IpAddr>() {
            Ok(address) => vec![SocketAddr::new(address, port)],
            Err(_) => {
                let found = self.look_up(host).await?;
                found
                    .iter()
                    .map(|&address| SocketAddr::new(address, port))
                    .collect()
            }
        };
        Ok(Found {
            addresses,
            by_operator: false,
        })
    }

    /// Puts a name into the cache.
    #[cfg(test)]
    pub(super) async fn remember(&self, host: &str, addresses: &[IpAddr]) {
        let at = Instant::now();
        let result = Ok(addresses.into());
        *self.slot(host).lock().await = Some(Answer { at, result });
    }

    /// Asks the cache, then the system: at most once at a time for a name.
    async fn look_up(&self, host: &str) -> Result<Arc<[IpAddr]>, Fault> {
        let asked = Instant::now();
        let slot = self.slot(host);
        let mut answer = slot.lock().await;
        let fresh = answer
            .as_ref()
            .filter(|known| known.at >= asked || (known.result.is_ok() && known.at.elapsed() < self.ttl));
        let result = match fresh {
            Some(known) => known.result.clone(),
            None => {
                let result = ask_system(host).await;
                *answer = Some(Answer {
                    at: Instant::now(),
                    result: result.clone(),
                });
                result
            }
        };
        result.map_err(|error| Fault::new(ErrorCode::Dns, format!("can't resolve {host:?}: {error}")))
    }

    fn slot(&self, host: &str) -> Arc<tokio::sync::Mutex<Option<Answer>>> {
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        if names.len() >= CACHED && !names.contains_key(host) {
            names.clear();
        }
        names.entry(host.to_owned()).or_default().clone()
    }
}

async fn ask_system(host: &str) -> Result<Arc<[IpAddr]>, String> {
    let found = tokio::net::lookup_host((host, 0))
        .await
        .map_err(|error| error.to_string())?;
    let addresses: Vec<IpAddr> = found.map(|address| address.ip()).collect();
    if addresses.is_empty() {
        Err("the name has no address".to_owned())
    } else {
        Ok(addresses.into())
    }
}

impl Override {
    fn parse(text: &str) -> Option<Override> {
        let (from, to) = text.split_once('=')?;
        let (host, port) = match from.rsplit_once(':') {
            Some((host, port)) => (host, Some(port.parse().ok()?)),
            None => (from, None),
        };
        let (address, to_port) = match to.parse::<SocketAddr>() {
            Ok(address) => (address.ip(), Some(address.port())),
            Err(_) => (to.trim_matches(['[', ']']).parse().ok()?, None),
        };
        let host = Host::parse(host).ok()?;
        Some(Override {
            host: normal_host(&borrowed(&host)),
            port,
            address,
            to_port,
        })
    }
}

fn borrowed(host: &Host<String>) -> Host<&str> {
    match host {
        Host::Domain(name) => Host::Domain(name.as_str()),
        Host::Ipv4(address) => Host::Ipv4(*address),
        Host::Ipv6(address) => Host::Ipv6(*address),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolver(overrides: &[&str]) -> Resolver {
        let overrides: Vec<String> = overrides.iter().map(|&text| text.to_owned()).collect();
        let mut problems = Vec::new();
        let resolver = Resolver::new(Duration::from_secs(300), &overrides, &mut problems);
        assert!(problems.is_empty(), "{problems:?}");
        resolver
    }

    #[tokio::test]
    async fn overrides_go_first() {
        let resolver = resolver(&["API.test:80=127.0.0.9", "api.test=[::1]:99"]);
        let plain = resolver.resolve("api.test", 80).await.expect("override");
        assert_eq!(plain.addresses, ["127.0.0.9:80".parse().expect("address")]);
        let other = resolver.resolve("api.test", 443).await.expect("override");
        assert_eq!(other.addresses, ["[::1]:99".parse().expect("address")]);
        assert!(plain.by_operator && other.by_operator);
    }

    #[tokio::test]
    async fn addresses_need_no_look_up() {
        let resolver = resolver(&[]);
        let found = resolver.resolve("::1", 5).await.expect("address");
        assert_eq!(found.addresses, ["[::1]:5".parse().expect("address")]);
        assert!(!found.by_operator);
        assert!(resolver.names.lock().expect("lock").is_empty());
    }

    #[tokio::test]
    async fn a_failure_is_not_remembered() {
        let resolver = resolver(&[]);
        let error = resolver
            .resolve("no-such-name.invalid", 80)
            .await
            .expect_err("unresolvable");
        assert_eq!(error.code, ErrorCode::Dns);
        let slot = resolver.slot("no-such-name.invalid");
        let before = slot.lock().await.as_ref().map(|answer| answer.at);
        assert!(resolver.resolve("no-such-name.invalid", 80).await.is_err());
        assert!(slot.lock().await.as_ref().map(|answer| answer.at) > before);
    }

    #[test]
    fn names_unreadable_overrides() {
        let mut problems = Vec::new();
        let bad = ["x".to_owned(), "h=name".to_owned(), "h:x=127.0.0.1".to_owned()];
        Resolver::new(Duration::ZERO, &bad, &mut problems);
        assert_eq!(problems.len(), 3);
    }
}
