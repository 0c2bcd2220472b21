//! New connections that speak HTTP: dialled by `net`, then in the version that both sides know. The cold path: its
//! futures are boxed.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use super::error::HttpError;
use super::failure::HttpFailure;
use super::h1::Http1Connection;
use super::h2::Http2Connection;
use super::origin::{HttpOrigin, SPEAKS_HTTP1, SPEAKS_HTTP2};
use super::settings::VersionPolicy;
use super::timings::{ExchangePhase, Trace};
use super::transport::Transport;
use crate::net::{DialOptions, Dialled, dial};

/// A connection, in the version of HTTP that it speaks.
#[derive(Debug)]
pub(super) enum Connection {
    /// Carries one exchange at a time.
    Http1(Http1Connection),
    /// Carries several.
    Http2(Arc<Http2Connection>),
}

/// Connects to an origin, within the time limit for that.
pub(super) async fn connect(
    transport: &Transport,
    origin: &Arc<HttpOrigin>,
    vu: u64,
    trace: &mut Trace,
) -> Result<Connection, HttpError> {
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
    trace.enter(ExchangePhase::Blocked);
    made
}

/// Begins to speak HTTP on a connection.
async fn speak(
    transport: &Transport,
    origin: &Arc<HttpOrigin>,
    dialled: Dialled,
) -> Result<Connection, HttpError> {
    let Dialled { stream, remote } = dialled;
    let agreed = stream.agreed_protocol() == Some(b"h2");
    if agreed || transport.version == VersionPolicy::Http2PriorKnowledge {
        origin.speaks.store(SPEAKS_HTTP2, Ordering::Relaxed);
        return Http2Connection::start(stream, origin.clone(), remote)
            .await
            .map(|shared| Connection::Http2(Arc::new(shared)));
    }
    origin.speaks.store(SPEAKS_HTTP1, Ordering::Relaxed);
    Ok(Connection::Http1(Http1Connection {
        stream,
        origin: origin.clone(),
        remote,
        used: false,
    }))
}

impl Transport {
    /// Resolves and connects to the base URL once, TLS included, and hangs up. Without a base URL: nothing.
    ///
    /// # Errors
    /// What a first request would fail with.
    pub async fn preflight(&self) -> Result<(), HttpFailure> {
        let Some(base) = &self.base else { return Ok(()) };
        let mut trace = Trace::start(Instant::now());
        let attempt = async {
            let origin = self.origin(base)?;
            Box::pin(connect(self, &origin, 0, &mut trace)).await
        };
        match attempt.await {
            Ok(_) => Ok(()),
            Err(HttpError { code, detail }) => Err(HttpFailure {
                code,
                exchange: trace.exchange,
                detail,
            }),
        }
    }
}
