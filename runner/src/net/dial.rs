//! The one way to a new connection: look the name up, connect to one of its addresses, directly or through the proxy,
//! and make the TLS handshake. The cold path: callers box its future.

use std::net::SocketAddr;
use std::time::Duration;

use super::destination::Destination;
use super::error::{NetError, NetErrorKind};
use super::happy_eyeballs::{Attempts, connect_first};
use super::local_addresses::allowed;
use super::network::Network;
use super::proxy::Proxy;
use super::stream::NetStream;
use super::timings::{DialPhase, PhaseClock};
use super::tls::Tls;

/// How to dial, beside where to.
#[derive(Clone, Copy, Debug)]
pub struct DialOptions<'a> {
    /// How messages name where it goes to.
    pub name: &'a str,
    /// For DNS, TCP and TLS together.
    pub limit: Duration,
    /// Used if the destination is a secure one.
    pub tls: &'a Tls,
    /// Picks one of the operator's source addresses: they are dealt in turn.
    pub source: u64,
    /// The protocol can ask a proxy itself for what it wants of a destination without TLS, as HTTP does with whole
    /// URLs: then the stream ends at the proxy. Others get a tunnel.
    pub asks_proxy: bool,
}

/// A new connection.
#[derive(Debug)]
pub struct Dialled {
    /// What is spoken on.
    pub stream: NetStream,
    /// The address that was connected to: the proxy's, if there is one.
    pub remote: SocketAddr,
}

/// Connects to a destination. `clock` hears of each phase as it begins; the last one goes on until the caller ends it.
///
/// # Errors
/// Why there is no connection. Dropping the future gives up at any moment.
pub async fn dial(
    network: &Network,
    to: &Destination,
    options: DialOptions<'_>,
    clock: &mut impl PhaseClock,
) -> Result<Dialled, NetError> {
    let attempts = Attempts::default();
    let mut way = Dialler {
        network,
        options,
        attempts: &attempts,
        phase: DialPhase::Dns,
        clock,
    };
    let made = tokio::time::timeout(options.limit, way.make(to)).await;
    made.unwrap_or_else(|_| Err(late(network, options, way.phase, &attempts)))
}

#[cold]
fn late(network: &Network, options: DialOptions<'_>, phase: DialPhase, attempts: &Attempts) -> NetError {
    let (limit, to, doing) = (options.limit, options.name, phase.doing());
    let whose = if limit == network.connect_timeout() {
        " of --connect-timeout"
    } else {
        ""
    };
    let mut detail = format!("{limit:?}{whose} passed while {doing}, to {to}");
    let told = attempts.told();
    if !told.is_empty() {
        detail.push_str(&format!(" ({told})"));
    }
    NetError::new(NetErrorKind::Timeout, detail)
}

/// One dial under way.
struct Dialler<'a, C> {
    network: &'a Network,
    options: DialOptions<'a>,
    attempts: &'a Attempts,
    /// The phase under way, for the message if it takes too long.
    phase: DialPhase,
    clock: &'a mut C,
}

impl<C: PhaseClock> Dialler<'_, C> {
    async fn make(&mut self, to: &Destination) -> Result<Dialled, NetError> {
        let network = self.network;
        let mut made = match &network.proxy {
            None => self.open(to.host(), to.port(), Some(to)).await?,
            Some(proxy) => self.through(proxy, to).await?,
        };
        if to.is_secure() {
            self.enter(DialPhase::Tls);
            made.stream = self.options.tls.handshake(made.stream, to.host()).await?;
        }
        Ok(made)
    }

    /// Connects to the proxy, and through it unless the protocol asks the proxy itself.
    async fn through(&mut self, proxy: &Proxy, to: &Destination) -> Result<Dialled, NetError> {
        let mut made = self.open(&proxy.host, proxy.port, None).await.map_err(blame)?;
        if proxy.https {
            // The proxy's handshake counts as connecting: what is measured as TLS is the destination's.
            let secured = self.network.tls.handshake(made.stream, &proxy.host).await;
            made.stream = secured.map_err(blame)?;
        }
        if to.is_secure() || !self.options.asks_proxy {
            made.stream = proxy.tunnel(made.stream, &to.authority()).await?;
        }
        Ok(made)
    }

    /// Resolves a name and connects to the first of its addresses that answers. A destination's are checked; a
    /// proxy's are what the operator says.
    async fn open(&mut self, host: &str, port: u16, to: Option<&Destination>) -> Result<Dialled, NetError> {
        self.enter(DialPhase::Dns);
        let mut found = self.network.resolver.resolve(host, port).await?;
        if let Some(to) = to
            && !found.by_operator
        {
            found.addresses = allowed(self.network, to, found.addresses)?;
        }
        self.enter(DialPhase::Connect);
        let sources = &self.network.source_addresses;
        let number = self.options.source;
        let (socket, remote) = connect_first(host, &found.addresses, sources, number, self.attempts).await?;
        Ok(Dialled {
            stream: NetStream::Plain(socket),
            remote,
        })
    }

    fn enter(&mut self, phase: DialPhase) {
        self.phase = phase;
        self.clock.begin(phase);
    }
}

/// What goes wrong on the way to the proxy is the proxy's, unless it is this machine's or the clock's.
fn blame(error: NetError) -> NetError {
    match error.kind {
        NetErrorKind::Exhausted | NetErrorKind::Timeout => error,
        _ => NetError::new(NetErrorKind::Proxy, format!("proxy: {}", error.detail)),
    }
}
