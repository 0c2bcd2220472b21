//! Names to addresses: the system's resolver behind a cache that all VUs share, and the operator's overrides.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use url::Host;

use super::address_range::{AddressRange, ranges};
use super::egress::normal_host;
use super::error::{NetError, NetErrorKind};
use super::settings::{DnsPolicy, NetSettings};

/// Names that the cache holds; then it starts anew.
const CACHED: usize = 10_000;

/// Looks names up.
#[derive(Debug)]
pub(super) struct Resolver {
    ttl: Duration,
    policy: DnsPolicy,
    blocked: Vec<AddressRange>,
    overrides: Vec<Override>,
    names: Mutex<HashMap<String, Arc<tokio::sync::Mutex<Option<CachedAnswer>>>>>,
}

/// A name's addresses.
#[derive(Debug)]
pub(super) struct ResolvedAddresses {
    pub(super) addresses: Vec<SocketAddr>,
    /// They are overrides.
    pub(super) by_operator: bool,
}

/// Another address for a name than DNS has.
#[derive(Clone, Debug)]
pub struct Override {
    /// In normal form; `.example.com` for all names below.
    host: String,
    /// The port of URLs that it is about; all without one.
    pub port: Option<u16>,
    /// The address.
    pub address: IpAddr,
    /// The port there; the URL's without one.
    pub to_port: Option<u16>,
}

#[derive(Clone, Debug)]
struct CachedAnswer {
    at: Instant,
    /// A failure is only for those who were waiting for it.
    result: Result<Arc<[IpAddr]>, String>,
}

impl Resolver {
    /// Reads overrides of the form `[*.]HOST[:PORT]=ADDR[:PORT]`; adds what is wrong to `problems`.
    pub(super) fn new(settings: &NetSettings, problems: &mut Vec<String>) -> Resolver {
        let mut read = Vec::new();
        for text in &settings.resolve {
            match Override::parse(text) {
                Some(parsed) => read.push(parsed),
                None => problems.push(format!(
                    "address override {text:?} is not HOST[:PORT]=ADDR[:PORT]"
                )),
            }
        }
        // Names that are written out outrank those below another one.
        read.sort_by_key(|entry: &Override| entry.host.starts_with('.'));
        Resolver {
            ttl: settings.dns_ttl,
            policy: settings.dns_policy,
            blocked: ranges(&settings.block_ips, problems),
            overrides: read,
            names: Mutex::default(),
        }
    }

    /// The addresses to try, in order. Never empty.
    pub(super) async fn resolve(&self, host: &str, port: u16) -> Result<ResolvedAddresses, NetError> {
        let mut found = self.all(host, port).await?;
        let is_free = |address: &SocketAddr| !self.blocked.iter().any(|range| range.has(address.ip()));
        let Some(blocked) = found.addresses.iter().find(|address| !is_free(address)).copied() else {
            return Ok(found);
        };
        found.addresses.retain(is_free);
        if found.addresses.is_empty() {
            let detail = format!("{host:?} is at {}, which --block-ip excludes", blocked.ip());
            return Err(NetError::new(NetErrorKind::HostNotAllowed, detail));
        }
        Ok(found)
    }

    async fn all(&self, host: &str, port: u16) -> Result<ResolvedAddresses, NetError> {
        let here = |entry: &&Override| entry.covers(host) && entry.port.is_none_or(|wanted| wanted == port);
        if let Some(first) = self.overrides.iter().find(here) {
            // Several overrides alike are several addresses of the name.
            let alike = |entry: &&Override| entry.host == first.host && entry.port == first.port;
            let to = |entry: &Override| SocketAddr::new(entry.address, entry.to_port.unwrap_or(port));
            return Ok(ResolvedAddresses {
                addresses: self.overrides.iter().filter(alike).map(to).collect(),
                by_operator: true,
            });
        }
        let addresses = match host.parse::<IpAddr>() {
            Ok(address) => vec![address],
            Err(_) => arranged(&self.look_up(host).await?, self.policy),
        };
        if addresses.is_empty() {
            let detail = format!("{host:?} has no address that --dns-policy wants");
            return Err(NetError::new(NetErrorKind::Dns, detail));
        }
        let on_port = |address| SocketAddr::new(address, port);
        Ok(ResolvedAddresses {
            addresses: addresses.into_iter().map(on_port).collect(),
            by_operator: false,
        })
    }

    /// Puts a name into the cache.
    #[cfg(test)]
    pub(super) async fn remember(&self, host: &str, addresses: &[IpAddr]) {
        let at = Instant::now();
        let result = Ok(addresses.into());
        *self.slot(host).lock().await = Some(CachedAnswer { at, result });
    }

    /// Asks the cache, then the system: at most once at a time for a name.
    async fn look_up(&self, host: &str) -> Result<Arc<[IpAddr]>, NetError> {
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
                *answer = Some(CachedAnswer {
                    at: Instant::now(),
                    result: result.clone(),
                });
                result
            }
        };
        result.map_err(|error| NetError::new(NetErrorKind::Dns, format!("can't resolve {host:?}: {error}")))
    }

    fn slot(&self, host: &str) -> Arc<tokio::sync::Mutex<Option<CachedAnswer>>> {
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        if names.len() >= CACHED && !names.contains_key(host) {
            names.clear();
        }
        names.entry(host.to_owned()).or_default().clone()
    }
}

/// Those that the policy wants, in the order that it wants.
fn arranged(addresses: &[IpAddr], policy: DnsPolicy) -> Vec<IpAddr> {
    let mut wanted = addresses.to_vec();
    match policy {
        DnsPolicy::Any => {}
        DnsPolicy::PreferIpv4 => wanted.sort_by_key(IpAddr::is_ipv6),
        DnsPolicy::PreferIpv6 => wanted.sort_by_key(IpAddr::is_ipv4),
        DnsPolicy::OnlyIpv4 => wanted.retain(IpAddr::is_ipv4),
        DnsPolicy::OnlyIpv6 => wanted.retain(IpAddr::is_ipv6),
    }
    wanted
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
    /// Reads `[*.]HOST[:PORT]=ADDR[:PORT]`.
    pub fn parse(text: &str) -> Option<Override> {
        let (from, to) = text.split_once('=')?;
        let (host, port) = match from.rsplit_once(':') {
            Some((host, port)) => (host, Some(port.parse().ok()?)),
            None => (from, None),
        };
        let (address, to_port) = match to.parse::<SocketAddr>() {
            Ok(address) => (address.ip(), Some(address.port())),
            Err(_) => (to.trim_matches(['[', ']']).parse().ok()?, None),
        };
        let below = host.strip_prefix("*.");
        let host = Host::parse(below.unwrap_or(host)).ok()?;
        let host = normal_host(&borrowed(&host));
        Some(Override {
            host: if below.is_some() { format!(".{host}") } else { host },
            port,
            address,
            to_port,
        })
    }
}

impl Override {
    /// A name that it is about.
    pub fn sample_name(&self) -> String {
        match self.host.strip_prefix('.') {
            Some(below) => format!("any.{below}"),
            None => self.host.clone(),
        }
    }

    /// The same for one port, here and there.
    pub fn on_port(&self, port: u16) -> String {
        let host = match self.host.strip_prefix('.') {
            Some(below) => format!("*.{below}"),
            None => self.host.clone(),
        };
        let from = self.port.unwrap_or(port);
        format!("{host}:{from}={}", SocketAddr::new(self.address, port))
    }

    fn covers(&self, host: &str) -> bool {
        if self.host.starts_with('.') {
            host.len() > self.host.len() && host.ends_with(&self.host)
        } else {
            host == self.host
        }
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

    fn settings(overrides: &[&str]) -> NetSettings {
        NetSettings {
            resolve: overrides.iter().map(|&text| text.to_owned()).collect(),
            ..NetSettings::default()
        }
    }

    fn resolver(overrides: &[&str]) -> Resolver {
        let mut problems = Vec::new();
        let resolver = Resolver::new(&settings(overrides), &mut problems);
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
    async fn a_name_of_its_own_outranks_those_below_another() {
        let resolver = resolver(&["*.shop.test=127.0.0.7", "api.shop.test=127.0.0.8"]);
        let first = async |host| {
            resolver.resolve(host, 80).await.expect("override").addresses[0]
                .ip()
                .to_string()
        };
        assert_eq!(first("api.shop.test").await, "127.0.0.8");
        assert_eq!(first("a.b.shop.test").await, "127.0.0.7");
    }

    #[tokio::test]
    async fn a_blocked_address_is_refused_however_it_was_found() {
        let blocked = NetSettings {
            block_ips: vec!["127.0.0.0/30".to_owned()],
            ..settings(&["in.test=127.0.0.2", "out.test=127.0.0.4"])
        };
        let resolver = Resolver::new(&blocked, &mut Vec::new());
        for host in ["in.test", "127.0.0.1"] {
            let error = resolver.resolve(host, 80).await.expect_err("blocked");
            assert_eq!(error.kind, NetErrorKind::HostNotAllowed, "{host}");
        }
        assert!(resolver.resolve("out.test", 80).await.is_ok());
    }

    #[test]
    fn policies_choose_and_order() {
        let all: [IpAddr; 3] = ["::1", "127.0.0.1", "::2"].map(|text| text.parse().expect("an address"));
        let order = |policy| {
            arranged(&all, policy)
                .iter()
                .map(|a| all.iter().position(|b| a == b).unwrap())
                .collect::<Vec<_>>()
        };
        assert_eq!(order(DnsPolicy::Any), [0, 1, 2]);
        assert_eq!(order(DnsPolicy::PreferIpv4), [1, 0, 2]);
        assert_eq!(order(DnsPolicy::PreferIpv6), [0, 2, 1]);
        assert_eq!(order(DnsPolicy::OnlyIpv4), [1]);
        assert_eq!(order(DnsPolicy::OnlyIpv6), [0, 2]);
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
        assert_eq!(error.kind, NetErrorKind::Dns);
        let slot = resolver.slot("no-such-name.invalid");
        let before = slot.lock().await.as_ref().map(|answer| answer.at);
        assert!(resolver.resolve("no-such-name.invalid", 80).await.is_err());
        assert!(slot.lock().await.as_ref().map(|answer| answer.at) > before);
    }

    #[test]
    fn names_unreadable_overrides() {
        let mut problems = Vec::new();
        let bad = ["x", "h=name", "h:x=127.0.0.1", "*.=127.0.0.1"];
        Resolver::new(&settings(&bad), &mut problems);
        assert_eq!(problems.len(), 4);
    }
}
