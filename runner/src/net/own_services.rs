//! What this process serves itself, such as its API: no connection reaches it, whatever was granted.

use std::net::{IpAddr, SocketAddr};
use std::sync::{PoisonError, RwLock};

use super::error::{NetError, NetErrorKind};
use super::local_addresses::is_loopback;

/// Process-wide, because a service outlives the runs beside it. Written when a service starts, read when a connection
/// is made.
static OWN: RwLock<Vec<SocketAddr>> = RwLock::new(Vec::new());

/// Makes an address that this process serves one that no connection reaches, whatever the operator granted.
pub fn never_target(address: SocketAddr) {
    OWN.write().unwrap_or_else(PoisonError::into_inner).push(address);
}

/// Refuses this process's own services.
pub(super) fn refuse_own(address: SocketAddr, from: Option<IpAddr>) -> Result<(), NetError> {
    let own = OWN.read().unwrap_or_else(PoisonError::into_inner);
    let ip = address.ip().to_canonical();
    // Linux takes the unspecified address for itself, and who listens on it listens on all of this machine's.
    let here = is_loopback(ip) || Some(ip) == from.map(|from| from.to_canonical());
    let is_own = |own: &SocketAddr| {
        let same = own.ip() == ip || ip.is_unspecified() || (own.ip().is_unspecified() && here);
        own.port() == address.port() && same
    };
    if own.iter().any(is_own) {
        return Err(NetError::new(
            NetErrorKind::HostNotAllowed,
            format!("{address} is served by this run itself, which is never a target"),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_this_process_serves_is_never_a_target() {
        for own in ["127.0.0.1:61", "0.0.0.0:62"] {
            never_target(own.parse().expect("address"));
        }
        let is_fine = |text: &str, from: Option<&str>| {
            let from = from.map(|from| from.parse().expect("address"));
            refuse_own(text.parse().expect("address"), from).is_ok()
        };
        assert!(!is_fine("127.0.0.1:61", None));
        assert!(!is_fine("0.0.0.0:61", None) && !is_fine("[::ffff:127.0.0.1]:61", None));
        assert!(is_fine("127.0.0.2:61", None) && is_fine("127.0.0.1:63", None));
        assert!(!is_fine("127.0.0.2:62", None) && !is_fine("192.0.2.1:62", Some("192.0.2.1")));
        assert!(is_fine("192.0.2.1:62", Some("192.0.2.9")));
    }
}
