//! New connections that speak HTTP: dialled by `net`, then in the version that both sides know. The cold path: its
//! futures are boxed.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::error::Fault;
use super::h1::Connection;
use super::h2::Session;
use super::settings::VersionPolicy;
use super::target::{Origin, SPEAKS_HTTP1, SPEAKS_HTTP2};
use super::timings::{Phase, Trace};
use super::transport::Transport;
use crate::net::{DialOptions, Dialled, dial};

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
    let options = DialOptions {
        name: &origin.prefix,
        limit: transport.network.connect_timeout(),
        tls: &transport.tls,
        source: vu,
        asks_proxy: true,
    };
    let made = match dial(&transport.network, &origin.destination, options, trace).await {
        Ok(dialled) => speak(transport, origin, dialled).await,
        Err(error) => Err(error.into()),
    };
    trace.enter(Phase::Blocked);
    made
}

/// Begins to speak HTTP on a connection.
async fn speak(transport: &Transport, origin: &Arc<Origin>, dialled: Dialled) -> Result<Made, Fault> {
    let Dialled { stream, remote } = dialled;
    let agreed = stream.agreed_protocol() == Some(b"h2");
    if agreed || transport.version == VersionPolicy::Http2PriorKnowledge {
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
