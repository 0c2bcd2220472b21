//! What one VU's requests share: its connections, its cookies and its account; and the way of one hop through them.
//!
//! The usual case, a kept-alive HTTP/1 connection and a plain URL, is short and allocates nothing. All else goes
//! through a boxed future, because every VU pays for the size of the usual one.

use std::borrow::Cow;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use url::Url;

use super::connect::{Connection, connect};
use super::cookies::{Cookies, Header};
use super::error::HttpError;
use super::h1::{self, Http1Connection};
use super::h2;
use super::headers::closes;
use super::origin::{HttpOrigin, ResolvedUrl, SPEAKS_HTTP1};
use super::pool::Pool;
use super::prepared::{PreparedRequest, Wanted};
use super::received::Received;
use super::request::Request;
use super::response::Response;
use super::settings::VersionPolicy;
use super::timings::{ExchangePhase, Trace};
use super::transport::Transport;
use super::urls::{self, SplitUrl};
use crate::net::basic_authorization;
use crate::system::memory::Account;

/// One VU's user agent (RFC 9110 §3.5).
#[derive(Debug)]
pub(super) struct Agent {
    pub(super) transport: Arc<Transport>,
    /// The VU's number, which picks its source address.
    vu: u64,
    pub(super) pool: Pool,
    /// Whom large responses count against.
    pub(super) account: Option<Arc<Account>>,
    pub(super) cookies: Arc<Cookies>,
}

impl Agent {
    /// Without connections and cookies.
    pub(super) fn new(transport: Arc<Transport>, vu: u64) -> Agent {
        Agent {
            cookies: Arc::new(Cookies::new(Arc::clone(&transport))),
            transport,
            vu,
            pool: Pool::default(),
            account: None,
        }
    }

    /// One hop.
    pub(super) async fn exchange(
        &self,
        request: &Request<'_>,
        trace: &mut Trace,
    ) -> Result<Response, HttpError> {
        trace.ignored = request.check(&self.transport)?;
        if let Some(split) = urls::split(request.url)
            && let Some((connection, cookie)) = self.take_for(&split, request, trace.exchange.started)
        {
            let below = &self.transport.below;
            let path = match split.prefix {
                None if !below.is_empty() => Cow::Owned(format!("{below}{}", split.path)),
                _ => Cow::Borrowed(split.path),
            };
            let prepared = self.prepared(request, &path, cookie, None);
            trace.exchange.reused = true;
            match h1::exchange(connection, &prepared, trace).await {
                Ok(done) => return Ok(self.complete(done, &prepared, trace)),
                Err(failed) if failed.goes_again(request, 0) => trace.restart(),
                Err(failed) => return Err(failed.fault),
            }
        }
        Box::pin(self.exchange_cold(request, trace)).await
    }

    /// One hop on a new connection, over HTTP/2, or with a URL that needs parsing.
    async fn exchange_cold(&self, request: &Request<'_>, trace: &mut Trace) -> Result<Response, HttpError> {
        let ResolvedUrl {
            origin,
            path,
            authorization,
        } = self.resolve(request.url)?;
        let cookie = self.cookies.header(request.jar, request.headers, &origin, &path);
        let prepared = self.prepared(request, &path, cookie, authorization.as_deref());
        loop {
            let made = self.connection(&origin, trace).await?;
            let failed = match made {
                Connection::Http1(connection) => match h1::exchange(connection, &prepared, trace).await {
                    Ok(done) => return Ok(self.complete(done, &prepared, trace)),
                    Err(failed) => failed,
                },
                Connection::Http2(shared) => match h2::exchange(&shared, &prepared, trace).await {
                    Ok(received) => {
                        let response =
                            self.respond(received, &shared.origin, shared.remote, &prepared, trace);
                        return Ok(response.over(shared.tls));
                    }
                    Err(failed) => {
                        self.pool.drop_closed();
                        failed
                    }
                },
            };
            if !failed.goes_again(request, trace.exchange.reconnects) {
                return Err(failed.fault);
            }
            trace.restart();
        }
    }

    /// A connection to the origin: a kept one, unless one has just turned out stale, or a new one.
    async fn connection(&self, origin: &Arc<HttpOrigin>, trace: &mut Trace) -> Result<Connection, HttpError> {
        let retrying = trace.exchange.reconnects > 0;
        if let Some(made) = self.pool.find(origin, retrying) {
            trace.enter(ExchangePhase::Blocked);
            trace.exchange.reused = true;
            return Ok(made);
        }
        let may_share = match self.transport.version {
            VersionPolicy::Http1 => false,
            VersionPolicy::Negotiate => {
                origin.destination.is_secure() && origin.speaks.load(Ordering::Relaxed) != SPEAKS_HTTP1
            }
            VersionPolicy::Http2PriorKnowledge => true,
        };
        if !may_share {
            return connect(&self.transport, origin, self.vu, trace).await;
        }
        let _greeting = self.pool.greet().await;
        if let Some(shared) = self.pool.shared(origin) {
            trace.exchange.reused = true;
            return Ok(Connection::Http2(shared));
        }
        let made = connect(&self.transport, origin, self.vu, trace).await?;
        if let Connection::Http2(shared) = &made
            && self.transport.keep_alive
        {
            self.pool.share(shared.clone());
        }
        Ok(made)
    }

    /// A kept HTTP/1 connection for a plain URL, with the cookies for it. `None` also where the cookies depend on
    /// the path.
    fn take_for(
        &self,
        split: &SplitUrl<'_>,
        request: &Request<'_>,
        now: Instant,
    ) -> Option<(Http1Connection, Header)> {
        let cookies = |origin: &HttpOrigin| {
            self.cookies
                .anywhere(request.jar, request.headers, origin, now)
                .ok()
        };
        self.pool.take(|origin| origin.matches(split), cookies)
    }

    /// Makes the response that callers see, and keeps the connection if another exchange may follow on it.
    fn complete(
        &self,
        (received, connection): (Received, Http1Connection),
        prepared: &PreparedRequest<'_>,
        trace: &Trace,
    ) -> Response {
        let reusable = received.facts.persistent && self.transport.keep_alive && !prepared.closes;
        let response = self
            .respond(received, &connection.origin, connection.remote, prepared, trace)
            .over(connection.stream.agreed_tls());
        if reusable {
            self.pool.keep(connection);
        }
        response
    }

    /// Makes the response that callers see: cookies stored, URL noted.
    fn respond(
        &self,
        received: Received,
        origin: &HttpOrigin,
        remote: SocketAddr,
        prepared: &PreparedRequest<'_>,
        trace: &Trace,
    ) -> Response {
        let Received {
            mut bytes,
            head_len,
            facts,
            held,
            ..
        } = received;
        let head_len = head_len as usize;
        if facts.sets_cookies && self.transport.cookies {
            let head = bytes.get(..head_len).unwrap_or_default();
            self.cookies
                .store(prepared.request.jar, origin, prepared.path, head);
        }
        let url_at = bytes.len();
        let buffer = bytes.ready();
        buffer.extend_from_slice(origin.prefix.as_bytes());
        buffer.extend_from_slice(prepared.path.as_bytes());
        Response {
            status: facts.status,
            exchange: trace.exchange,
            remote,
            tls: None,
            bytes,
            head_len,
            url_at,
            // A part of an encoded body can't be decoded by itself.
            encoded: facts.encoded && prepared.wanted.keep && facts.status != 206,
            decoded: false,
            redirects: facts.location,
            _held: held,
        }
    }

    /// Resolves a URL, and refuses it if the run doesn't allow its host.
    pub(super) fn resolve(&self, url: &str) -> Result<ResolvedUrl, HttpError> {
        let base = self.transport.base.as_ref();
        let url = urls::resolve(url, base)?;
        let origin = self.transport.origin(&url)?;
        let authorization = basic_authorization(&url);
        // The base URL's own is among the standing headers, where the operator's goes before it.
        let authorization =
            authorization.filter(|_| !origin.base || base.map(Url::username) != Some(url.username()));
        Ok(ResolvedUrl {
            origin,
            path: urls::path_of(&url),
            authorization,
        })
    }

    fn prepared<'a>(
        &'a self,
        request: &'a Request<'a>,
        path: &'a str,
        cookie: Header,
        authorization: Option<&'a str>,
    ) -> PreparedRequest<'a> {
        PreparedRequest {
            request,
            path,
            cookie,
            authorization,
            closes: closes(request.headers),
            wanted: Wanted {
                keep: request.keep,
                head: request.method == "HEAD",
                max_body: self.transport.max_body_bytes,
            },
            account: self.account.as_ref(),
        }
    }
}
