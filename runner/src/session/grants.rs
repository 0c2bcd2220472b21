//! What a plugin asks for and only the operator can grant. What the operator's grants cover is taken; all else is
//! named, and the run doesn't begin.

use crate::error::Failure;
use crate::exit_code::ExitCode;
use crate::net::{Egress, Override};
use crate::options::{Asked, HttpOptions};
use crate::terminal;
use std::net::IpAddr;
use url::Url;

/// What was granted beyond the operator's own options.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Granted {
    resolve: Vec<String>,
    allow: Vec<String>,
}

impl Granted {
    /// Adds it to the options.
    pub(super) fn add_to(self, options: &mut HttpOptions) {
        // The operator's own go first, and the first one counts.
        options.resolve.extend(self.resolve);
        options.allow_host.extend(self.allow);
    }
}

/// Decides about all that a plugin asks for; `operator` is what was granted to it.
///
/// # Errors
/// Something isn't covered.
pub(super) fn decide(
    asked: &[Asked],
    operator: &HttpOptions,
    base: Option<&Url>,
) -> Result<Granted, Failure> {
    let mut egress = Egress::new(operator.allow_host.iter().map(String::as_str)).unwrap_or_default();
    if let Some(base) = base {
        egress.grant(base);
    }
    let known = Known {
        egress,
        overrides: operator
            .resolve
            .iter()
            .filter_map(|text| Override::parse(text))
            .collect(),
    };
    let (mut granted, mut refused) = (Granted::default(), Vec::new());
    for one in asked {
        match one {
            Asked::Resolve(text) => match Override::parse(text).map(|wanted| known.cover(&wanted, text)) {
                Some(None) => refused.push((
                    format!("{} (k6: hosts)", terminal::escape(text)),
                    format!("--resolve {text} --allow-host {}", name_in(text)),
                )),
                Some(Some(covered)) => {
                    granted.resolve.extend(covered.resolve);
                    granted.allow.extend(covered.allow);
                }
                // The engine says what is wrong with it.
                None => granted.resolve.push(text.clone()),
            },
            Asked::ClientCertificate => refused.push((
                "a client certificate (k6: tlsAuth)".to_owned(),
                "--cert FILE --key FILE".to_owned(),
            )),
            Asked::SourceAddress => refused.push((
                "source addresses (k6: localIPs)".to_owned(),
                "--source-address ADDRESS".to_owned(),
            )),
            // Whether it is needed shows at the first certificate that isn't trusted.
            Asked::Insecure => {}
        }
    }
    if refused.is_empty() {
        return Ok(granted);
    }
    let (causes, flags): (Vec<_>, Vec<_>) = refused.into_iter().unzip();
    let failure = Failure {
        exit: ExitCode::NotGranted,
        causes,
        ..Failure::invalid("the plugin's options ask for what wasn't granted")
    };
    Err(failure.hint(format!(
        "if you agree: {}; or take them out of the script's options",
        terminal::escape(&flags.join(" "))
    )))
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
        decide(&[Asked::Resolve(wanted.to_owned())], &operator, base.as_ref()).ok()
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
        let failure = decide(&asked, &HttpOptions::default(), None).unwrap_err();
        assert_eq!((failure.exit, failure.causes.len()), (ExitCode::NotGranted, 2));
        assert!(
            failure
                .hint
                .unwrap()
                .contains("--cert FILE --key FILE --source-address ADDRESS")
        );
    }
}
