//! New connections: addresses, sockets, proxy, TLS. The cold path: its futures are boxed.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio::net::{TcpSocket, TcpStream};

use super::error::{ErrorCode, Fault};
use super::h1::Connection;
use super::h2::Session;
use super::proxy::Proxy;
use super::settings::VersionPolicy;
use super::stream::Stream;
use super::target::{Origin, SPEAKS_HTTP1, SPEAKS_HTTP2};
use super::timings::{Phase, Trace};
use super::transport::Transport;

/// A new connection.
#[derive(Debug)]
pub(super) enum Made {
    Http1(Connection),
    Http2(Arc<Session>),
}

/// Connects to an origin, within the time limit for that.
pub(super) async fn connect(
    transport: &Transport,
    origin: &Arc<Origin>,
    vu: u64,
    trace: &mut Trace,
) -> Result<Made, Fault> {
    let limit = transport.connect_timeout;
    let made = tokio::time::timeout(limit, make(transport, origin, vu, trace)).await;
    let late = |_| {
        Fault::new(
            ErrorCode::Timeout,
            format!(
                "no connection to {} within {limit:?} (--connect-timeout)",
                origin.prefix
            ),
        )
    };
    let made = made.map_err(late)?;
    trace.enter(Phase::Blocked);
    made
}

async fn make(
    transport: &Transport,
    origin: &Arc<Origin>,
    vu: u64,
    trace: &mut Trace,
) -> Result<Made, Fault> {
    let (mut stream, remote) = match &transport.proxy {
        None => dial(transport, &origin.host, origin.port, vu, trace).await?,
        Some(proxy) => through(transport, proxy, origin, vu, trace).await?,
    };
    if origin.https {
        trace.enter(Phase::Tls);
        stream = transport.tls.to_target(stream, &origin.host).await?;
    }
    if stream.agreed_http2() || transport.version == VersionPolicy::Http2PriorKnowledge {
        origin.speaks.store(SPEAKS_HTTP2, Ordering::Relaxed);
        return Session::start(stream, origin.clone(), remote)
            .await
            .map(|session| Made::Http2(Arc::new(session)));
    }
    origin.speaks.store(SPEAKS_HTTP1, Ordering::Relaxed);
    Ok(Made::Http1(Connection {
        stream,
        origin: origin.clone(),
        remote,
        used: false,
    }))
}

/// Connects to the proxy, and through it where the target wants TLS.
async fn through(
    transport: &Transport,
    proxy: &Proxy,
    origin: &Origin,
    vu: u64,
    trace: &mut Trace,
) -> Result<(Stream, SocketAddr), Fault> {
    let blame = |fault: Fault| match fault.code {
        ErrorCode::Exhausted | ErrorCode::Timeout => fault,
        _ => Fault::new(ErrorCode::Proxy, format!("proxy: {}", fault.detail)),
    };
    let (mut stream, remote) = dial(transport, &proxy.host, proxy.port, vu, trace)
        .await
        .map_err(blame)?;
    if proxy.https {
        stream = transport.tls.to_proxy(stream, &proxy.host).await.map_err(blame)?;
    }
    if origin.https {
        let host = if origin.host.contains(':') {
            format!("[{}]", origin.host)
        } else {
            origin.host.clone()
        };
        stream = proxy.tunnel(stream, &format!("{host}:{}", origin.port)).await?;
    }
    Ok((stream, remote))
}

/// Resolves a name and connects to the first of its addresses that answers.
async fn dial(
    transport: &Transport,
    host: &str,
    port: u16,
    vu: u64,
    trace: &mut Trace,
) -> Result<(Stream, SocketAddr), Fault> {
    trace.enter(Phase::Dns);
    let addresses = transport.resolver.resolve(host, port).await?;
    trace.enter(Phase::Connect);
    let mut last = Fault::new(
        ErrorCode::Connect,
        format!("no source address fits any address of {host}"),
    );
    for remote in addresses {
        let Some(source) = source_for(&transport.source_addresses, vu, remote) else {
            continue;
        };
        match open(source, remote).await {
            Ok(socket) => return Ok((Stream::Plain(socket), remote)),
            Err(error) => last = Fault::connecting(&error, &format!("{host} ({remote})")),
        }
    }
    Err(last)
}

async fn open(source: Option<IpAddr>, remote: SocketAddr) -> io::Result<TcpStream> {
    let socket = if remote.is_ipv4() {
        TcpSocket::new_v4()?
    } else {
        TcpSocket::new_v6()?
    };
    if let Some(address) = source {
        socket.bind(SocketAddr::new(address, 0))?;
    }
    let stream = socket.connect(remote).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// The VU's source address of the remote's family. `None`: there are source addresses, but none of that family.
fn source_for(sources: &[IpAddr], vu: u64, remote: SocketAddr) -> Option<Option<IpAddr>> {
    if sources.is_empty() {
        return Some(None);
    }
    let fitting: Vec<IpAddr> = sources
        .iter()
        .copied()
        .filter(|address| address.is_ipv4() == remote.is_ipv4())
        .collect();
    let turn = usize::try_from(vu % fitting.len().max(1) as u64).unwrap_or(0);
    fitting.get(turn).copied().map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deals_source_addresses_in_turn() {
        let sources: Vec<IpAddr> = ["127.0.0.2", "::1", "127.0.0.3"]
            .iter()
            .map(|a| a.parse().expect(a))
            .collect();
        let remote: SocketAddr = "127.0.0.1:80".parse().expect("address");
        let dealt: Vec<_> = (0..3)
            .filter_map(|vu| source_for(&sources, vu, remote).flatten())
            .collect();
        assert_eq!(dealt, [sources[0], sources[2], sources[0]]);
        assert_eq!(source_for(&[], 1, remote), Some(None));
        assert_eq!(source_for(&sources[1..2], 1, remote), None);
    }
}
