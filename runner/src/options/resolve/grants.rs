//! What a plugin asks for and only the operator can grant. What the operator's grants cover is taken; all else is
//! named, and the run doesn't begin.

use super::Asked;
use crate::net::{Egress, Override};
use crate::options::HttpOptions;
use std::net::IpAddr;
use url::Url;

/// One thing that a plugin asks for and the operator's grants don't cover.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotGranted {
    /// In words.
    pub what: String,
    /// The flags that grant it.
    pub flags: String,
}

impl NotGranted {
    fn new(what: impl Into<String>, flags: impl Into<String>) -> NotGranted {
        NotGranted {
            what: what.into(),
            flags: flags.into(),
        }
    }
}

/// What was granted beyond the operator's own options.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Granted {
    pub(super) resolve: Vec<String>,
    pub(super) allow: Vec<String>,
}

/// Decides about all that a plugin asks for; `operator` is what was granted to it. What isn't covered comes with it.
pub(super) fn decide(
    asked: &[Asked],
    operator: &HttpOptions,
    base: Option<&Url>,
) -> (Granted, Vec<NotGranted>) {
    let known = Known::of(operator, base);
    let (mut granted, mut refused) = (Granted::default(), Vec::new());
    for one in asked {
        match one {
            Asked::Resolve(text) => match known.decide(text) {
                Some(covered) => {
                    granted.resolve.extend(covered.resolve);
                    granted.allow.extend(covered.allow);
                }
                None => refused.push(NotGranted::new(
                    format!("{text} (k6: hosts)"),
                    format!("--resolve {text} --allow-host {}", name_in(text)),
                )),
            },
            Asked::ClientCertificate => refused.push(NotGranted::new(
                "a client certificate (k6: tlsAuth)",
                "--cert FILE --key FILE",
            )),
            Asked::SourceAddress => refused.push(NotGranted::new(
                "source addresses (k6: localIPs)",
                "--source-address ADDRESS",
            )),
            // Whether it is needed shows at the first certificate that isn't trusted.
            Asked::Insecure => {}
        }
    }
    (granted, refused)
}

/// The name in `NAME[:PORT]=ADDRESS`.
fn name_in(text: &str) -> &str {
    let name = text.split_once('=').map_or(text, |(name, _)| name);
    name.split(':').next().unwrap_or(name)
}

/// What the operator granted.
struct Known {
    egress: Egress,
    overrides: Vec<Override>,
}

impl Known {
    fn of(operator: &HttpOptions, base: Option<&Url>) -> Known {
        let mut egress = Egress::new(operator.allow_host.iter().map(String::as_str)).unwrap_or_default();
        if let Some(base) = base {
            egress.grant(base);
        }
        let overrides = operator.resolve.iter();
        Known {
            egress,
            overrides: overrides.filter_map(|text| Override::parse(text)).collect(),
        }
    }

    /// What an override that is asked for comes to; none if the grants don't cover it.
    fn decide(&self, text: &str) -> Option<Granted> {
        match Override::parse(text) {
            Some(wanted) => self.cover(&wanted, text),
            // The engine says what is wrong with it.
            None => Some(Granted {
                resolve: vec![text.to_owned()],
                allow: Vec::new(),
            }),
        }
    }

    /// What has to be added so that a name is reached at this address; none if the grants don't cover that.
    ///
    /// A public address takes a name that was granted. Any other one must have been granted itself, and is reached
    /// on those ports only.
    fn cover(&self, wanted: &Override, text: &str) -> Option<Granted> {
        let name = wanted.sample_name();
        let is_named = !self.egress.ports(&name).is_empty();
        let whole = || vec![text.to_owned()];
        if is_named && is_public(wanted.address) {
            return Some(Granted {
                resolve: whole(),
                allow: Vec::new(),
            });
        }
        let ports = self.ports_of(wanted.address);
        let to = |port: u16| wanted.to_port.or(wanted.port).is_none_or(|own| own == port);
        let resolve: Vec<_> = if ports.contains(&None) {
            whole()
        } else {
            let fitting = ports.iter().flatten().filter(|port| to(**port));
            fitting.map(|port| wanted.on_port(*port)).collect()
        };
        let allow = if is_named {
            Vec::new()
        } else {
            resolve.iter().map(|text| host_in(text)).collect()
        };
        (!resolve.is_empty()).then_some(Granted { resolve, allow })
    }

    /// On which ports an address was granted: by itself, or through a name; `None` for all.
    fn ports_of(&self, address: IpAddr) -> Vec<Option<u16>> {
        let mut ports = self.egress.ports(&address.to_string());
        for entry in self.overrides.iter().filter(|entry| entry.address == address) {
            match entry.to_port {
                Some(port) => ports.push(Some(port)),
                None => ports.extend(self.egress.ports(&entry.sample_name())),
            }
        }
        ports
    }
}

/// `NAME[:PORT]` in `NAME[:PORT]=ADDRESS`.
fn host_in(text: &str) -> String {
    text.split_once('=').map_or(text, |(host, _)| host).to_owned()
}

/// Whether anybody in the world may be there, rather than this machine or its network.
fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            let [first, second, ..] = v4.octets();
            let is_carriers = first == 100 && (64..128).contains(&second);
            let is_here = v4.is_loopback() || v4.is_unspecified() || v4.is_broadcast() || v4.is_multicast();
            !(is_here || v4.is_private() || v4.is_link_local() || is_carriers)
        }
        IpAddr::V6(v6) => {
            let first = v6.segments()[0];
            let is_local = first & 0xfe00 == 0xfc00 || first & 0xffc0 == 0xfe80;
            !(v6.is_loopback() || v6.is_unspecified() || v6.is_multicast() || is_local)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decided(wanted: &str, allow: &[&str], resolve: &[&str], base: Option<&str>) -> Option<Granted> {
        let owned = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
        let operator = HttpOptions {
            allow_host: owned(allow),
            resolve: owned(resolve),
            ..HttpOptions::default()
        };
        let base = base.map(|text| Url::parse(text).unwrap());
        let (granted, refused) = decide(&[Asked::Resolve(wanted.to_owned())], &operator, base.as_ref());
        refused.is_empty().then_some(granted)
    }

    fn granted(resolve: &[&str], allow: &[&str]) -> Option<Granted> {
        let owned = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
        Some(Granted {
            resolve: owned(resolve),
            allow: owned(allow),
        })
    }

    #[test]
    fn a_public_address_takes_a_granted_name() {
        let wanted = "api.test=203.0.113.7";
        assert_eq!(decided(wanted, &["api.test"], &[], None), granted(&[wanted], &[]));
        assert_eq!(decided(wanted, &["other.test"], &[], None), None);
        let below = "*.api.test=203.0.113.7";
        assert_eq!(decided(below, &["*.api.test"], &[], None), granted(&[below], &[]));
    }

    #[test]
    fn no_granted_name_leads_into_a_private_network() {
        for address in [
            "127.0.0.1",
            "10.1.2.3",
            "169.254.169.254",
            "[::1]",
            "[fd00::7]",
            "0.0.0.0",
        ] {
            assert_eq!(
                decided(&format!("api.test={address}"), &["api.test"], &[], None),
                None,
                "{address}"
            );
        }
    }

    #[test]
    fn a_granted_address_is_reached_by_other_names_on_its_ports_only() {
        let base = Some("http://127.0.0.1:8080");
        let on_port = granted(&["api.test:8080=127.0.0.1:8080"], &["api.test:8080"]);
        assert_eq!(decided("api.test=127.0.0.1", &[], &[], base), on_port);
        assert_eq!(decided("api.test=127.0.0.1:22", &[], &[], base), None);
        let whole = granted(&["api.test=127.0.0.1"], &["api.test"]);
        let resolve = ["shop.test=127.0.0.1"];
        assert_eq!(
            decided("api.test=127.0.0.1", &["shop.test"], &resolve, None),
            whole
        );
        assert_eq!(
            decided("api.test=127.0.0.1", &["shop.test:81"], &resolve, None),
            granted(&["api.test:81=127.0.0.1:81"], &["api.test:81"])
        );
    }

    #[test]
    fn what_is_not_granted_is_named_with_its_flag() {
        let asked = [Asked::ClientCertificate, Asked::SourceAddress, Asked::Insecure];
        let (_, refused) = decide(&asked, &HttpOptions::default(), None);
        let flags: Vec<_> = refused.iter().map(|one| one.flags.as_str()).collect();
        assert_eq!(flags, ["--cert FILE --key FILE", "--source-address ADDRESS"]);
    }
}
