//! What all connections of a run share: checked settings, TLS, the resolver, the proxy, and which hosts may be reached.

use std::net::IpAddr;
use std::time::Duration;

use url::{Host, Url};

use super::destination::Destination;
use super::dns::Resolver;
use super::egress::{Egress, names_host, normal_host};
use super::error::{NetError, NetErrorKind};
use super::proxy::Proxy;
use super::settings::NetSettings;
use super::tls::Tls;

/// The network as the operator lets the run see it. Made once per run; nothing in it grows but the resolver's cache.
#[derive(Debug)]
pub struct Network {
    pub(super) tls: Tls,
    pub(super) resolver: Resolver,
    pub(super) proxy: Option<Proxy>,
    pub(super) source_addresses: Vec<IpAddr>,
    connect_timeout: Duration,
    egress: Egress,
    block_hosts: Vec<String>,
    /// What the run is for: a name that may lead to this very machine.
    home: Option<Destination>,
}

impl Network {
    /// Checks the settings and reads the certificates. `home` is the URL that the run is for, whose host is granted.
    ///
    /// # Errors
    /// All that is wrong with the settings, a line each.
    pub fn new(settings: &NetSettings, home: Option<&Url>) -> Result<Network, Vec<String>> {
        let mut problems = Vec::new();
        let egress = egress(settings, home, &mut problems);
        let resolver = Resolver::new(settings, &mut problems);
        let proxy = proxy(settings, &mut problems);
        let tls = Tls::new(settings, &mut problems);
        let Some(tls) = tls.filter(|_| problems.is_empty()) else {
            return Err(problems);
        };
        Ok(Network {
            tls,
            resolver,
            proxy,
            source_addresses: settings.source_addresses.clone(),
            connect_timeout: settings.connect_timeout,
            egress,
            block_hosts: settings.block_hosts.clone(),
            home: home.and_then(destination_of),
        })
    }

    /// The way to a host, if the run may reach it. Asks nobody: names are not resolved.
    ///
    /// # Errors
    /// The host isn't granted, or is excluded.
    pub fn destination(&self, secure: bool, host: &Host<&str>, port: u16) -> Result<Destination, NetError> {
        let host = normal_host(host);
        let denied = |why: String| {
            Err(NetError::new(
                NetErrorKind::HostNotAllowed,
                format!("the run doesn't allow {why}"),
            ))
        };
        if host.is_empty() || !self.egress.allows(secure, &host, port) {
            return denied(format!("{host}:{port}; --allow-host grants it"));
        }
        if names_host(&self.block_hosts, &host) {
            return denied(format!("{host}: --block-host excludes it"));
        }
        Ok(Destination { secure, host, port })
    }

    /// TLS with an offer of these protocols (RFC 7301), the preferred one first. Made once, for all connections.
    pub fn tls_offering(&self, protocols: &[&str]) -> Tls {
        self.tls.offering(protocols)
    }

    /// The operator's limit for DNS, TCP and TLS together.
    pub fn connect_timeout(&self) -> Duration {
        self.connect_timeout
    }

    /// Whether a text such as a `host` header names a host, and perhaps its port, that the run may reach.
    pub fn allows_authority(&self, value: &str) -> bool {
        self.egress.allows_authority(false, value) || self.egress.allows_authority(true, value)
    }

    /// Whether connections go through a proxy.
    pub fn has_proxy(&self) -> bool {
        self.proxy.is_some()
    }

    /// The credentials for the proxy, as the value of a `proxy-authorization` header.
    pub fn proxy_authorization(&self) -> Option<&str> {
        self.proxy.as_ref()?.authorization.as_deref()
    }

    /// Whether the operator granted this address itself for what goes to the destination.
    pub(super) fn grants(&self, to: &Destination, address: IpAddr) -> bool {
        self.egress.allows(to.secure, &address.to_string(), to.port)
    }

    /// Whether the run is for this destination.
    pub(super) fn is_home(&self, to: &Destination) -> bool {
        self.home.as_ref() == Some(to)
    }

    /// Puts a name into the resolver's cache.
    #[cfg(test)]
    pub(crate) async fn remember(&self, host: &str, addresses: &[IpAddr]) {
        self.resolver.remember(host, addresses).await;
    }
}

fn destination_of(home: &Url) -> Option<Destination> {
    Some(Destination {
        secure: home.scheme() == "https",
        host: normal_host(&home.host()?),
        port: home.port_or_known_default()?,
    })
}

fn egress(settings: &NetSettings, home: Option<&Url>, problems: &mut Vec<String>) -> Egress {
    let mut egress = Egress::new(settings.allow.iter().map(String::as_str)).unwrap_or_else(|found| {
        problems.extend(found);
        Egress::default()
    });
    if let Some(home) = home {
        egress.grant(home);
    }
    egress
}

fn proxy(settings: &NetSettings, problems: &mut Vec<String>) -> Option<Proxy> {
    let text = settings.proxy.as_ref()?;
    if !settings.resolve.is_empty() {
        problems
            .push("address overrides have no effect through a proxy, which resolves names itself".to_owned());
    }
    Proxy::parse(text).map_err(|problem| problems.push(problem)).ok()
}
