//! Where the API listens, open before the run so that a port that is taken is no surprise.

use crate::secret::Secret;
use std::io;
use std::net::{SocketAddr, TcpListener};

/// An address that is listened on, and the token that requests must carry.
#[derive(Debug)]
pub struct Listener {
    pub(super) socket: TcpListener,
    pub(super) token: Secret,
    address: SocketAddr,
}

impl Listener {
    /// Listens; connections wait until the API serves.
    ///
    /// # Errors
    /// The address isn't on loopback, or can't be listened on.
    pub fn open(address: SocketAddr, token: Secret) -> io::Result<Listener> {
        if !address.ip().is_loopback() {
            let why = "it isn't a loopback address";
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, why));
        }
        let socket = TcpListener::bind(address)?;
        socket.set_nonblocking(true)?;
        Ok(Listener {
            address: socket.local_addr()?,
            socket,
            token,
        })
    }

    /// What it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where it is.
    pub fn url(&self) -> String {
        format!("http://{}/v1", self.address)
    }
}

/// A token that nobody guesses.
pub fn new_token() -> String {
    format!("{:032x}", rand::random::<u128>())
}
