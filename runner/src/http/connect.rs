//! New connections: through the proxy if there is one, and TLS. The cold path: its futures are boxed.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::addresses::allowed;
use super::dial::{Attempts, dial};
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
    let attempts = Attempts::default();
    let mut way = Way {
        vu,
        trace,
        attempts: &attempts,
    };
    let made = tokio::time::timeout(limit, make(transport, origin, &mut way)).await;
    let made = made.map_err(|_| late(origin, limit, way.trace.phase(), &attempts))?;
    trace.enter(Phase::Blocked);
    made
}

/// Who connects, and what is measured and noted of it.
struct Way<'a> {
    vu: u64,
    trace: &'a mut Trace,
    attempts: &'a Attempts,
}

#[cold]
fn late(origin: &Origin, limit: Duration, phase: Phase, attempts: &Attempts) -> Fault {
    let (to, doing) = (&origin.prefix, phase.doing());
    let mut detail = format!("{limit:?} of --connect-timeout passed while {doing}, to {to}");
    let told = attempts.told();
    if !told.is_empty() {
        detail.push_str(&format!(" ({told})"));
    }
    Fault::new(ErrorCode::Timeout, detail)
}

async fn make(transport: &Transport, origin: &Arc<Origin>, way: &mut Way<'_>) -> Result<Made, Fault> {
    let (mut stream, remote) = match &transport.proxy {
        None => {
            let host = (origin.host.as_str(), origin.port);
            to_host(transport, host, Some(origin), way).await?
        }
        Some(proxy) => through(transport, proxy, origin, way).await?,
    };
    if origin.https {
        way.trace.enter(Phase::Tls);
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
    way: &mut Way<'_>,
) -> Result<(Stream, SocketAddr), Fault> {
    let blame = |fault: Fault| match fault.code {
        ErrorCode::Exhausted | ErrorCode::Timeout => fault,
        _ => Fault::new(ErrorCode::Proxy, format!("proxy: {}", fault.detail)),
    };
    let (mut stream, remote) = to_host(transport, (&proxy.host, proxy.port), None, way)
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

/// Resolves a name and connects to the first of its addresses that answers. An origin's are checked; a proxy's are
/// what the operator says.
async fn to_host(
    transport: &Transport,
    (host, port): (&str, u16),
    origin: Option<&Origin>,
    way: &mut Way<'_>,
) -> Result<(Stream, SocketAddr), Fault> {
    way.trace.enter(Phase::Dns);
    let mut found = transport.resolver.resolve(host, port).await?;
    if let Some(origin) = origin
        && !found.by_operator
    {
        found.addresses = allowed(transport, origin, found.addresses)?;
    }
    way.trace.enter(Phase::Connect);
    let sources = &transport.source_addresses;
    let (socket, remote) = dial(host, &found.addresses, sources, way.vu, way.attempts).await?;
    Ok((Stream::Plain(socket), remote))
}
