//! One VU's connections and cookies, and the way of a request through them.
//!
//! The usual case, a kept-alive HTTP/1 connection and a plain URL, is short and allocates nothing. All else goes
//! through a boxed future, because every VU pays for the size of the usual one.

use std::borrow::Cow;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use url::Url;

use super::connect::{Made, connect};
use super::cookies::{Cookies, Header};
use super::error::{ErrorCode, Fault};
use super::failure::Failure;
use super::h1::request::Job;
use super::h1::response::{Reader, Wanted};
use super::h1::{self, Connection, Lost};
use super::h2::{self, Session};
use super::headers::closes;
use super::outcome::{Hop, Landing, Outcome};
use super::request::Request;
use super::response::Response;
use super::settings::VersionPolicy;
use super::target::{self, Origin, SPEAKS_HTTP1, Split, Target};
use super::timings::{Phase, Trace};
use super::transport::Transport;
use crate::memory::Account;
use crate::net::{Deadline, basic_authorization};

/// Kept-alive connections of one VU.
const IDLE: usize = 64;

/// One VU's HTTP client. Stays on the runtime that it first sent a request on.
#[derive(Debug)]
pub struct Client {
    deadline: Deadline,
    pub(super) core: Core,
}

/// The part of a client that the exchanges of a batch share.
#[derive(Debug)]
pub(super) struct Core {
    pub(super) transport: Arc<Transport>,
    vu: u64,
    state: Mutex<State>,
    /// Whom large responses count against.
    pub(super) account: Option<Arc<Account>>,
    pub(super) cookies: Arc<Cookies>,
    /// Held while connecting to a server that may turn out to speak HTTP/2, where one connection will do.
    greeting: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct State {
    idle: Vec<Connection>,
    sessions: Vec<Arc<Session>>,
}

/// What is known of a request under way; outlives it when it is cut short.
#[derive(Debug)]
pub(super) struct Trail {
    pub(super) trace: Trace,
    pub(super) hops: Vec<Hop>,
    /// The last hop, once there was a redirect.
    pub(super) landed: Option<Box<Landing>>,
    /// Why the last redirect wasn't followed any more, if there was one too many.
    pub(super) stopped: Option<String>,
}

impl Client {
    /// A client without connections for the VU of this number, which picks its source address.
    pub fn new(transport: Arc<Transport>, vu: u64) -> Client {
        let core = Core {
            cookies: Arc::new(Cookies::new(Arc::clone(&transport))),
            transport,
            vu,
            state: Mutex::default(),
            account: None,
            greeting: tokio::sync::Mutex::default(),
        };
        Client {
            deadline: Deadline::default(),
            core,
        }
    }

    /// Counts what responses and cookies hold against this account from now on.
    pub fn charge_to(&mut self, account: &Arc<Account>) {
        self.core.cookies.charge_to(account);
        self.core.account = Some(Arc::clone(account));
    }

    /// Sends a request, follows redirects, and waits for the whole response. Dropping the future closes the
    /// connection in use; the client stays usable.
    pub async fn send(&mut self, request: &Request<'_>) -> Outcome {
        let mut trail = Trail::start();
        let limit = request.timeout.unwrap_or(self.core.transport.timeout);
        let until = trail.trace.exchange.started + limit;
        let result = {
            let run = pin!(self.core.run(request, &mut trail));
            self.deadline.limit(until.into(), run).await
        };
        trail.conclude(result, request, &self.core.transport)
    }

    /// Sends requests at once and waits for all; the outcomes are in their order.
    pub async fn send_all(&self, requests: &[Request<'_>]) -> Vec<Outcome> {
        Box::pin(super::batch::send_all(&self.core, requests)).await
    }

    /// As [`send`](Self::send), while other requests of this client may be under way.
    pub async fn send_beside(&self, request: &Request<'_>) -> Outcome {
        Box::pin(super::batch::send(&self.core, request)).await
    }

    /// How long an exchange may take that has this limit of its own.
    pub fn limit(&self, own: Option<std::time::Duration>) -> std::time::Duration {
        own.unwrap_or(self.core.transport.timeout)
    }

    /// Its jars, which the guest may look into.
    pub fn cookies(&self) -> Arc<Cookies> {
        Arc::clone(&self.core.cookies)
    }

    /// Goes on without the cookies that it has.
    pub fn forget_cookies(&mut self) {
        self.core.cookies.clear(0);
    }

    /// Goes on without the connections that it has.
    pub fn forget_connections(&mut self) {
        let mut state = self.core.state();
        state.idle.clear();
        state.sessions.clear();
    }

    /// Starts a new life: no connections, no cookies.
    pub fn reset(&mut self) {
        *self.core.state() = State::default();
        self.core.cookies.reset();
        self.deadline = Deadline::default();
    }
}

impl Trail {
    pub(super) fn start() -> Trail {
        Trail {
            trace: Trace::start(Instant::now()),
            hops: Vec::new(),
            landed: None,
            stopped: None,
        }
    }

    /// Turns what came of it, `None` for a timeout, into an outcome.
    pub(super) fn conclude(
        mut self,
        result: Option<Result<Response, Fault>>,
        request: &Request<'_>,
        transport: &Transport,
    ) -> Outcome {
        let result = match result {
            Some(Ok(response)) => Ok(response),
            Some(Err(fault)) => Err(self.fail(fault)),
            None => Err(self.fail(late(request, transport, self.trace.phase()))),
        };
        Outcome {
            hops: self.hops,
            result,
            ended: self.trace.ended(),
            landed: self.landed,
            stopped: self.stopped,
            ignored: self.trace.ignored,
        }
    }

    #[cold]
    fn fail(&mut self, fault: Fault) -> Failure {
        self.trace.finish();
        Failure {
            code: fault.code,
            exchange: self.trace.exchange,
            detail: fault.detail,
        }
    }
}

impl Core {
    /// The whole way of a request, but for its time limit.
    pub(super) async fn run(&self, request: &Request<'_>, trail: &mut Trail) -> Result<Response, Fault> {
        let response = self.once(request, &mut trail.trace).await?;
        if !response.encoded && !super::redirect::is_redirect(&response) {
            return Ok(response);
        }
        Box::pin(self.finish(request, response, trail)).await
    }

    /// Follows redirects, and decompresses the body.
    async fn finish(
        &self,
        request: &Request<'_>,
        mut response: Response,
        trail: &mut Trail,
    ) -> Result<Response, Fault> {
        if super::redirect::is_redirect(&response) && self.transport.redirects_of(request) > 0 {
            response = super::redirect::follow(self, request, response, trail).await?;
        }
        if response.encoded {
            response
                .decode(self.transport.max_body_bytes, self.account.as_ref())
                .await?;
        }
        Ok(response)
    }

    /// One hop.
    pub(super) async fn once(&self, request: &Request<'_>, trace: &mut Trace) -> Result<Response, Fault> {
        trace.ignored = request.check(&self.transport)?;
        if let Some(split) = target::split(request.url)
            && let Some((connection, cookie)) = self.take_for(&split, request, trace.exchange.started)
        {
            let wanted = self.wanted(request);
            let below = &self.transport.below;
            let path = match split.prefix {
                None if !below.is_empty() => Cow::Owned(format!("{below}{}", split.path)),
                _ => Cow::Borrowed(split.path),
            };
            let job = Job {
                request,
                path: &path,
                cookie,
                authorization: None,
                closes: closes(request.headers),
                wanted,
                account: self.account.as_ref(),
            };
            trace.exchange.reused = true;
            match h1::exchange(connection, &job, trace).await {
                Ok(done) => return Ok(self.complete(done, &job, trace)),
                Err(lost) if lost.goes_again(request, 0) => trace.restart(),
                Err(lost) => return Err(lost.fault),
            }
        }
        Box::pin(self.once_cold(request, trace)).await
    }

    /// One hop on a new connection, over HTTP/2, or with a URL that needs parsing.
    async fn once_cold(&self, request: &Request<'_>, trace: &mut Trace) -> Result<Response, Fault> {
        let target = self.target(request.url)?;
        let job = Job {
            request,
            path: &target.path,
            cookie: self.cookies.header(request, &target.origin, &target.path),
            authorization: target.authorization.as_deref(),
            closes: closes(request.headers),
            wanted: self.wanted(request),
            account: self.account.as_ref(),
        };
        loop {
            let made = self.connection(&target.origin, trace).await?;
            let lost = match made {
                Made::Http1(connection) => match h1::exchange(connection, &job, trace).await {
                    Ok(done) => return Ok(self.complete(done, &job, trace)),
                    Err(lost) => lost,
                },
                Made::Http2(session) => match h2::exchange(&session, &job, trace).await {
                    Ok(reader) => {
                        return Ok(self.respond(reader, &session.origin, session.remote, &job, trace));
                    }
                    Err(lost) => self.drop_closed(lost),
                },
            };
            if !lost.goes_again(request, trace.exchange.reconnects) {
                return Err(lost.fault);
            }
            trace.restart();
        }
    }

    /// A connection to the origin: a kept one, unless one has just turned out stale, or a new one.
    async fn connection(&self, origin: &Arc<Origin>, trace: &mut Trace) -> Result<Made, Fault> {
        let retrying = trace.exchange.reconnects > 0;
        if let Some(made) = self.kept(origin, retrying) {
            trace.enter(Phase::Blocked);
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
        let _greeting = self.greeting.lock().await;
        if let Some(session) = self.session(origin) {
            trace.exchange.reused = true;
            return Ok(Made::Http2(session));
        }
        let made = connect(&self.transport, origin, self.vu, trace).await?;
        if let Made::Http2(session) = &made
            && self.transport.keep_alive
        {
            self.state().sessions.push(session.clone());
        }
        Ok(made)
    }

    fn kept(&self, origin: &Origin, retrying: bool) -> Option<Made> {
        if let Some(session) = self.session(origin) {
            return Some(Made::Http2(session));
        }
        let mut state = self.state();
        let here = |connection: &Connection| connection.origin.prefix == origin.prefix;
        if retrying {
            // What the server did to one connection at rest it will have done to the others.
            state.idle.retain(|connection| !here(connection));
        }
        let at = state.idle.iter().rposition(here)?;
        Some(Made::Http1(state.idle.swap_remove(at)))
    }

    fn session(&self, origin: &Origin) -> Option<Arc<Session>> {
        let mut state = self.state();
        state.sessions.retain(|session| !session.is_closed());
        state
            .sessions
            .iter()
            .find(|session| session.origin.prefix == origin.prefix)
            .cloned()
    }

    /// A kept HTTP/1 connection for a plain URL, with the cookies for it. `None` also where the cookies depend on
    /// the path.
    fn take_for(
        &self,
        split: &Split<'_>,
        request: &Request<'_>,
        now: Instant,
    ) -> Option<(Connection, Header)> {
        let mut state = self.state();
        let at = state
            .idle
            .iter()
            .rposition(|connection| connection.origin.matches(split))?;
        let origin = &state.idle.get(at)?.origin;
        let cookie = self.cookies.anywhere(request, origin, now).ok()?;
        Some((state.idle.swap_remove(at), cookie))
    }

    fn complete(&self, (reader, connection): (Reader, Connection), job: &Job<'_>, trace: &Trace) -> Response {
        let reusable = reader.leaves_reusable() && self.transport.keep_alive && !job.closes;
        let response = self.respond(reader, &connection.origin, connection.remote, job, trace);
        if reusable {
            self.keep(connection);
        }
        response
    }

    /// Makes the response that callers see: cookies stored, URL noted.
    fn respond(
        &self,
        reader: Reader,
        origin: &Origin,
        remote: SocketAddr,
        job: &Job<'_>,
        trace: &Trace,
    ) -> Response {
        let Reader {
            mut bytes,
            head_len,
            facts,
            held,
            ..
        } = reader;
        let head_len = head_len as usize;
        if facts.sets_cookies && self.transport.cookies {
            let head = bytes.get(..head_len).unwrap_or_default();
            self.cookies.store(job.request.jar, origin, job.path, head);
        }
        let url_at = bytes.len();
        let buffer = bytes.ready();
        buffer.extend_from_slice(origin.prefix.as_bytes());
        buffer.extend_from_slice(job.path.as_bytes());
        Response {
            status: facts.status,
            exchange: trace.exchange,
            remote,
            bytes,
            head_len,
            url_at,
            // A part of an encoded body can't be decoded by itself.
            encoded: facts.encoded && job.wanted.keep && facts.status != 206,
            decoded: false,
            redirects: facts.location,
            _held: held,
        }
    }

    fn keep(&self, connection: Connection) {
        let mut state = self.state();
        if state.idle.len() >= IDLE {
            state.idle.remove(0);
        }
        state.idle.push(connection);
    }

    #[cold]
    fn drop_closed(&self, lost: Lost) -> Lost {
        self.state().sessions.retain(|session| !session.is_closed());
        lost
    }

    /// Resolves a URL, and refuses it if the run doesn't allow its host.
    pub(super) fn target(&self, url: &str) -> Result<Target, Fault> {
        let base = self.transport.base.as_ref();
        let url = target::resolve(url, base)?;
        let origin = self.transport.origin(&url)?;
        let authorization = basic_authorization(&url);
        // The base URL's own is among the standing headers, where the operator's goes before it.
        let authorization =
            authorization.filter(|_| !origin.base || base.map(Url::username) != Some(url.username()));
        Ok(Target {
            origin,
            path: target::path_of(&url),
            authorization,
        })
    }

    fn wanted(&self, request: &Request<'_>) -> Wanted {
        Wanted {
            keep: request.keep,
            head: request.method == "HEAD",
            max_body: self.transport.max_body_bytes,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The time limit passed: whose it was, and what the exchange was doing.
#[cold]
fn late(request: &Request<'_>, transport: &Transport, phase: Phase) -> Fault {
    let limit = request.timeout.unwrap_or(transport.timeout);
    let option = if request.timeout.is_none() {
        " of --timeout"
    } else {
        ""
    };
    let doing = phase.doing();
    Fault::new(
        ErrorCode::Timeout,
        format!("{limit:?}{option} passed while {doing}"),
    )
}
