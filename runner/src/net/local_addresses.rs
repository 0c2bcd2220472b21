//! Which local addresses are dialled for a name: this machine's, link-local ones and the cloud's metadata only where the
//! operator named them. Private networks (10.0.0.0/8 and the like) are no matter of this; `--block-ip` is, in `dns.rs`.
//!
//! A host is granted by its name before that is resolved (`egress.rs`); but who holds a name decides where it leads, and must not lead a run to this machine, to its
//! neighbours or to the cloud's metadata. What is checked here is what is dialled: nothing is resolved twice.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::destination::Destination;
use super::error::{NetError, NetErrorKind};
use super::network::Network;

/// Whose an address is that isn't dialled for just any name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Local {
    /// This machine's own.
    Loopback,
    /// The neighbours', among them the metadata service of clouds.
    Link,
}

/// Those of a name's addresses that may be dialled for a destination.
pub(super) fn allowed(
    network: &Network,
    to: &Destination,
    found: Vec<SocketAddr>,
) -> Result<Vec<SocketAddr>, NetError> {
    let first = found.first().copied();
    let kept: Vec<_> = found
        .into_iter()
        .filter(|address| may_dial(network, to, address.ip()))
        .collect();
    match first {
        Some(first) if kept.is_empty() => Err(denied(to.host(), first.ip())),
        _ => Ok(kept),
    }
}

fn may_dial(network: &Network, to: &Destination, address: IpAddr) -> bool {
    let Some(local) = local(address) else { return true };
    let host = to.host();
    // The host itself is an address, which the operator has granted.
    if host.parse::<IpAddr>().is_ok() || network.grants(to, address) {
        return true;
    }
    // Names that can mean nothing else, and the one that the run is for.
    let named = network.is_home(to) || host == "localhost" || host.ends_with(".localhost");
    local == Local::Loopback && named
}

/// Whether an address is this machine's own.
pub(super) fn is_loopback(address: IpAddr) -> bool {
    local(address) == Some(Local::Loopback)
}

#[cold]
fn denied(host: &str, address: IpAddr) -> NetError {
    NetError::new(
        NetErrorKind::HostNotAllowed,
        format!(
            "{host} leads to {address}, which is this machine's or its network's own; --allow-host {address} grants it"
        ),
    )
}

/// Whose an address is; `None`: anybody's. An IPv4 address that an IPv6 address carries counts as itself.
fn local(address: IpAddr) -> Option<Local> {
    match address {
        IpAddr::V4(address) => local_v4(address),
        IpAddr::V6(address) => match carried(address) {
            Some(carried) => local_v4(carried),
            None => local_v6(address),
        },
    }
}

fn local_v4(address: Ipv4Addr) -> Option<Local> {
    // All of 0.0.0.0/8 is "this host on this network"; Linux connects 0.0.0.0 to itself.
    if address.is_loopback() || address.octets()[0] == 0 {
        return Some(Local::Loopback);
    }
    // 100.100.100.200 and 192.0.0.192 are metadata services outside of the usual 169.254.169.254.
    let metadata = matches!(address.octets(), [100, 100, 100, 200] | [192, 0, 0, 192]);
    let link = address.is_link_local() || address.is_multicast() || address.is_broadcast() || metadata;
    link.then_some(Local::Link)
}

fn local_v6(address: Ipv6Addr) -> Option<Local> {
    if address.is_loopback() || address.is_unspecified() {
        return Some(Local::Loopback);
    }
    // The metadata service of one cloud, which has an address of its own.
    let metadata = address == Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);
    let link = address.segments()[0] & 0xffc0 == 0xfe80 || address.is_multicast() || metadata;
    link.then_some(Local::Link)
}

/// The IPv4 address that an IPv6 address stands for: mapped, compatible, translated or tunnelled.
fn carried(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let from = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Ipv4Addr::new(a, b, c, d)
    };
    match address.segments() {
        [0, 0, 0, 0, 0, 0xffff, high, low] => Some(from(high, low)),
        [0, 0, 0, 0, 0, 0, high, low] if high != 0 => Some(from(high, low)),
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => Some(from(high, low)),
        [0x2002, high, low, ..] => Some(from(high, low)),
        // Teredo has the client's address inverted.
        [0x2001, 0, .., high, low] => Some(from(!high, !low)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::NetSettings;
    use url::Url;

    /// What is left of these addresses for a URL, in a run for `http://base.test/` that was granted these hosts.
    fn kept(granted: &[&str], url: &str, found: &[&str]) -> Result<Vec<String>, String> {
        let settings = NetSettings {
            allow: granted.iter().map(|&host| host.to_owned()).collect(),
            ..NetSettings::default()
        };
        let home = Url::parse("http://base.test/").expect("url");
        let network = Network::new(&settings, Some(&home)).expect("settings");
        let url = Url::parse(url).expect("url");
        let port = url.port_or_known_default().expect("port");
        let to = network.destination(false, &url.host().expect("host"), port);
        let found = found
            .iter()
            .map(|ip| SocketAddr::new(ip.parse().expect("address"), 80))
            .collect();
        allowed(&network, &to.expect("granted"), found)
            .map(|kept| kept.iter().map(|address| address.ip().to_string()).collect())
            .map_err(|error| error.detail)
    }

    #[test]
    fn knows_whose_an_address_is_however_it_is_written() {
        for (text, whose) in [
            ("127.0.0.1", Some(Local::Loopback)),
            ("127.9.9.9", Some(Local::Loopback)),
            ("0.0.0.0", Some(Local::Loopback)),
            ("::1", Some(Local::Loopback)),
            ("::", Some(Local::Loopback)),
            ("::ffff:127.0.0.1", Some(Local::Loopback)),
            ("64:ff9b::7f00:1", Some(Local::Loopback)),
            ("2002:7f00:1::", Some(Local::Loopback)),
            ("2001:0:1:2:3:4:80ff:fffe", Some(Local::Loopback)),
            ("169.254.169.254", Some(Local::Link)),
            ("::ffff:169.254.0.1", Some(Local::Link)),
            ("100.100.100.200", Some(Local::Link)),
            ("fe80::1", Some(Local::Link)),
            ("fd00:ec2::254", Some(Local::Link)),
            ("224.0.0.1", Some(Local::Link)),
            ("255.255.255.255", Some(Local::Link)),
            ("10.0.0.1", None),
            ("192.168.1.1", None),
            ("93.184.216.34", None),
            ("2606:2800::1", None),
        ] {
            assert_eq!(local(text.parse().expect(text)), whose, "{text}");
        }
    }

    #[test]
    fn a_granted_name_leads_to_no_local_address() {
        let granted = ["shop.test", "*.wild.test"];
        for url in ["http://shop.test/", "http://a.wild.test/"] {
            for address in ["127.0.0.1", "::1", "169.254.169.254", "::ffff:127.0.0.1"] {
                let denied = kept(&granted, url, &[address]).expect_err(address);
                assert!(denied.contains(&format!("--allow-host {address}")), "{denied}");
            }
            let both = kept(&granted, url, &["127.0.0.1", "93.184.216.34"]);
            assert_eq!(both.expect("one"), ["93.184.216.34"]);
        }
    }

    #[test]
    fn what_the_operator_named_may_be_local() {
        let granted = ["shop.test", "127.0.0.7", "localhost"];
        assert!(kept(&granted, "http://base.test/", &["127.0.0.1"]).is_ok());
        assert!(kept(&granted, "http://base.test/", &["169.254.169.254"]).is_err());
        assert!(kept(&granted, "http://localhost:8080/", &["127.0.0.1"]).is_ok());
        assert!(kept(&granted, "http://shop.test/", &["127.0.0.7"]).is_ok());
        assert!(kept(&granted, "http://127.0.0.7/", &["127.0.0.7"]).is_ok());
    }
}
