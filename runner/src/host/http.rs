//! `wasmswarm:scenario/http`: limits, conversion and recording. The engine is `crate::http`.

use super::bindings::http::{self, ErrorCode, KeepPolicy, RedirectPolicy, Request, Response, Timings};
use super::bodies::SharedBody;
use super::ceiling::Ceiling;
use super::desk::{Answer, Errand};
use super::failure::Unanswered;
use super::flight::{InFlight, wait_for};
use super::limits;
use super::naming::{Naming, method_of};
use super::recorder::with_shard;
use super::responses::Kept;
use super::state::{Phase, VuState};
use crate::http::{self as engine, Client, JarUse};
use crate::memory::Held;
use crate::metrics::{RequestHandle, RequestKey, RequestSample};
use crate::rota::suspends_here;
use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, Instant};

impl http::Host for VuState {
    async fn send(&mut self, request: Request) -> wasmtime::Result<Result<Response, ErrorCode>> {
        self.require_run()?;
        Ok(self.send_one(request, None).await)
    }

    async fn send_shared(
        &mut self,
        request: Request,
        body: u64,
    ) -> wasmtime::Result<Result<Response, ErrorCode>> {
        self.require_run()?;
        let body = self.shared_body(&request, body)?;
        Ok(self.send_one(request, Some(body)).await)
    }

    fn share_body(&mut self, body: Vec<u8>) -> wasmtime::Result<Result<u64, ErrorCode>> {
        self.require_run()?;
        self.reasons.clear();
        let shared = match self.check_body(body.len()) {
            Ok(()) => self.bodies.share(&self.run.bodies, body),
            Err(why) => Err((ErrorCode::InvalidRequest, why)),
        };
        Ok(shared.map_err(|(code, why)| {
            self.reasons.put(0, why);
            code
        }))
    }

    fn failure(&mut self, index: u32) -> wasmtime::Result<String> {
        self.require_run()?;
        Ok(self.reasons.of(index).to_owned())
    }

    async fn send_all(
        &mut self,
        requests: Vec<Request>,
    ) -> wasmtime::Result<Vec<Result<Response, ErrorCode>>> {
        self.send_all_shared(requests, Vec::new()).await
    }

    async fn send_all_shared(
        &mut self,
        requests: Vec<Request>,
        bodies: Vec<u64>,
    ) -> wasmtime::Result<Vec<Result<Response, ErrorCode>>> {
        self.require_run()?;
        if requests.len() > limits::PARALLEL {
            return Err(wasmtime::format_err!(
                "more than {} requests at once",
                limits::PARALLEL
            ));
        }
        let mut bodies = bodies.into_iter();
        let with_body = |request: Request| {
            let body = bodies.next().filter(|&body| body != OWN_BODY);
            let body = body.map(|body| self.shared_body(&request, body)).transpose()?;
            Ok((request, body))
        };
        let requests = requests
            .into_iter()
            .map(with_body)
            .collect::<wasmtime::Result<_>>()?;
        // Off the stack of the guest: a batch is rare, and its future is large.
        Ok(Box::pin(self.send_batch(requests)).await)
    }

    fn body(&mut self, response: u64) -> wasmtime::Result<Vec<u8>> {
        Ok(self.responses.find(response)?.response.body().to_vec())
    }

    fn header(&mut self, response: u64, name: String) -> wasmtime::Result<Option<String>> {
        Ok(self
            .responses
            .find(response)?
            .response
            .header(&name)
            .map(Cow::into_owned))
    }

    fn headers(&mut self, response: u64) -> wasmtime::Result<Vec<(String, String)>> {
        let kept = self.responses.find(response)?;
        Ok(kept
            .response
            .headers()
            .map(|(n, v)| (n.to_owned(), v.into_owned()))
            .collect())
    }

    fn last_redirect(&mut self, index: u32) -> wasmtime::Result<Option<Response>> {
        let index = index as usize;
        let found = self.redirects.iter().find(|(of, _)| *of == index);
        Ok(found.map(|(_, response)| *response))
    }

    fn get_timings(&mut self, response: u64) -> wasmtime::Result<Timings> {
        let t = &self.responses.find(response)?.exchange().timings;
        Ok(Timings {
            blocked: t.blocked.into(),
            dns: t.dns.into(),
            connect: t.connect.into(),
            tls: t.tls.into(),
            sending: t.sending.into(),
            waiting: t.waiting.into(),
            receiving: t.receiving.into(),
        })
    }

    fn remote_address(&mut self, response: u64) -> wasmtime::Result<String> {
        Ok(self.responses.find(response)?.response.remote.to_string())
    }

    fn final_url(&mut self, response: u64) -> wasmtime::Result<String> {
        Ok(self.responses.find(response)?.response.final_url().into_owned())
    }

    fn pass(&mut self, response: u64) -> wasmtime::Result<()> {
        let kept = self.responses.find(response)?;
        if let (Some(handle), Some(message)) = (kept.handle, kept.failure.take()) {
            with_shard(|shard| shard.pass(handle, Some(&message)));
        }
        Ok(())
    }

    fn fail(&mut self, response: u64, message: String) -> wasmtime::Result<()> {
        let message = limits::cut(&message, limits::MESSAGE_BYTES);
        let kept = self.responses.find(response)?;
        if let Some(handle) = kept.handle {
            with_shard(|shard| {
                if let Some(earlier) = &kept.failure {
                    shard.pass(handle, Some(earlier));
                }
                shard.fail(handle, message);
            });
        }
        kept.failure = Some(message.to_owned());
        Ok(())
    }
}

/// Stands for a request's own body among the numbers of shared ones.
const OWN_BODY: u64 = u64::MAX;

/// Canonical tags; none where there are none.
type TagText = Option<Arc<str>>;

/// A request of a guest on its way.
#[derive(Debug)]
pub(super) struct Sending {
    request: Request,
    /// The body, if it isn't the request's own.
    body: Option<SharedBody>,
    jar: JarUse,
    ticket: Ticket,
    /// What its body counts, if it is large.
    _held: Option<Held>,
}

/// What sending and recording a request takes beside itself.
#[derive(Debug)]
pub(super) struct Ticket {
    tags: TagText,
    /// When it was meant to begin, or else when the guest asked for it.
    begun: Instant,
    /// Its slot below the run's ceiling, if that has one.
    slot: Option<Instant>,
    /// The ceiling itself, for the redirects.
    ceiling: Option<Arc<Ceiling>>,
    naming: Naming,
    /// The largest body.
    max_body: usize,
    scenario: u16,
    phase: Phase,
}

/// A request that has ended and is recorded.
pub(super) struct Landed {
    result: Result<Kept, Unanswered>,
    /// The redirect that wasn't followed any more, if that is why there is no response.
    redirect: Option<Box<Kept>>,
    ignored: engine::Ignored,
}

impl VuState {
    async fn send_one(&mut self, request: Request, body: Option<SharedBody>) -> Result<Response, ErrorCode> {
        let begun = Instant::now();
        self.reasons.clear();
        let (tags, held) = match self.admit(&request) {
            Ok(admitted) => admitted,
            Err(why) => return Err(self.refuse(0, &request, why)),
        };
        let slot = self.book(1, begun);
        let ticket = self.ticket(tags, begun, slot);
        let errand = Errand::Send(Sending {
            request,
            body,
            jar: self.jar,
            ticket,
            _held: held,
        });
        suspends_here(self);
        match self.desk.ask(errand).await {
            Answer::Landed(landed) => self.receive(0, landed),
            _ => Err(ErrorCode::Interrupted),
        }
    }

    /// Checks the limits that `wit/` states and the engine doesn't know, and counts a large body.
    fn admit(&self, request: &Request) -> Result<(TagText, Option<Held>), String> {
        self.check_body(request.body.len())?;
        let headers = request.headers.len();
        if headers > limits::HEADERS {
            return Err(format!("{headers} headers; at most {} are sent", limits::HEADERS));
        }
        let held = match request.body.len() {
            ..=limits::FREE_BYTES => None,
            bytes => Some(self.memory.hold(bytes).map_err(|why| why.to_string())?),
        };
        Ok((self.tags.over(&request.tags), held))
    }

    /// Books so many slots below the run's ceiling, if it has one.
    fn book(&self, count: u64, begun: Instant) -> Option<Instant> {
        Some(self.ceiling()?.book(count, begun))
    }

    fn ceiling(&self) -> Option<&Arc<Ceiling>> {
        self.run.ceiling.as_ref().filter(|_| self.phase == Phase::Load)
    }

    /// Of a request by a standard client, with the VU's own tags.
    pub(super) fn plain_ticket(&mut self) -> Ticket {
        let begun = Instant::now();
        let slot = self.book(1, begun);
        self.ticket(self.tags.own(), begun, slot)
    }

    /// The first request of an iteration that has a time of its own counts from that.
    fn ticket(&mut self, tags: TagText, begun: Instant, slot: Option<Instant>) -> Ticket {
        Ticket {
            tags,
            begun: self.intended.take().or(slot).unwrap_or(begun),
            slot,
            ceiling: self.ceiling().cloned(),
            naming: self.run.naming.clone(),
            max_body: self.run.max_request_body,
            scenario: self.identity.scenario,
            phase: self.phase,
        }
    }

    #[cold]
    fn refuse(&mut self, index: usize, request: &Request, why: String) -> ErrorCode {
        let recorder = Recorder {
            scenario: self.identity.scenario,
            phase: self.phase,
            tags: self.tags.own(),
        };
        let naming = &self.run.naming;
        let refused = recorder.refusal(request, engine::ErrorCode::InvalidRequest, why, naming);
        self.explain(index, refused)
    }

    /// Keeps the reason for the guest that asks for it, and tells the operator if it is news.
    #[cold]
    fn explain(&mut self, index: usize, unanswered: Unanswered) -> ErrorCode {
        unanswered.tell(&self.run.log, self.identity.vu);
        let code = unanswered.guest_code();
        if code == ErrorCode::Certificate {
            self.miss_insecure();
        }
        self.reasons.put(index, unanswered.detail);
        code
    }

    async fn send_batch(
        &mut self,
        requests: Vec<(Request, Option<SharedBody>)>,
    ) -> Vec<Result<Response, ErrorCode>> {
        let begun = Instant::now();
        self.redirects.clear();
        self.reasons.clear();
        let mut refused = Vec::with_capacity(requests.len());
        let mut sendings = Vec::with_capacity(requests.len());
        let slot = self.book(requests.len() as u64, begun);
        for (index, (request, body)) in requests.into_iter().enumerate() {
            match self.admit(&request) {
                Ok((tags, held)) => {
                    let ticket = self.ticket(tags, begun, slot);
                    sendings.push(Sending {
                        request,
                        body,
                        jar: self.jar_of(index),
                        ticket,
                        _held: held,
                    });
                    refused.push(None);
                }
                Err(why) => refused.push(Some(self.refuse(index, &request, why))),
            }
        }
        self.batch_jars.clear();
        let mut landed = match self.desk.ask(Errand::SendAll(sendings)).await {
            Answer::AllLanded(landed) => landed.into_iter(),
            _ => Vec::new().into_iter(),
        };
        let results = refused
            .into_iter()
            .enumerate()
            .map(|(index, refused)| match refused {
                Some(code) => Err(code),
                None => match landed.next() {
                    Some(landed) => self.receive(index, landed),
                    None => Err(ErrorCode::Interrupted),
                },
            });
        results.collect()
    }

    /// Gives the guest its view of a request that has ended.
    fn receive(&mut self, index: usize, landed: Landed) -> Result<Response, ErrorCode> {
        if !landed.ignored.is_empty() {
            self.run.log.ignored(self.identity.vu, landed.ignored);
        }
        if let Some(redirect) = landed.redirect.filter(|_| !self.run.strict_redirects) {
            let view = self.keep(*redirect);
            self.redirects.push((index, view));
        }
        match landed.result {
            Ok(kept) => Ok(self.keep(kept)),
            Err(unanswered) => Err(self.explain(index, unanswered)),
        }
    }

    /// Keeps a response for the guest to ask for.
    fn keep(&mut self, kept: Kept) -> Response {
        let view = Response {
            id: 0,
            status: kept.response.status,
            ok: kept.failure.is_none(),
            duration: kept.exchange().timings.duration_us(),
        };
        let id = self.responses.push(kept);
        Response { id, ..view }
    }
}

impl Ticket {
    /// The largest body that its request may have.
    pub(super) fn max_body(&self) -> usize {
        self.max_body
    }

    /// Records a request that can't be sent.
    #[cold]
    pub(super) fn refuse(self, request: &Request, code: engine::ErrorCode, why: &str) -> Unanswered {
        self.recorder()
            .refusal(request, code, why.to_owned(), &self.naming)
    }

    fn recorder(&self) -> Recorder {
        Recorder {
            scenario: self.scenario,
            phase: self.phase,
            tags: self.tags.clone(),
        }
    }
}

/// Each redirect is a request of its own: counted when it has come, and followed when the ceiling has room.
impl engine::Watch for Sending {
    fn redirected(&self, hop: &engine::Hop) {
        let (request, ticket) = (&self.request, &self.ticket);
        InFlight::new(ticket.phase).landed();
        // As in k6, the guest's expectation is about each of them.
        let ok = is_expected(request, hop.status);
        let failure = (!ok).then(|| format!("status {}", hop.status));
        let took = hop.exchange.timings.duration_us();
        let sample = sample_of(&hop.exchange, took, failure.as_deref());
        let name = ticket.naming.of_hop(request, &hop.url, &hop.name);
        let recorder = ticket.recorder();
        recorder.request(&hop.method, &name, hop.status, ok, &sample);
    }

    fn next_at(&self) -> Option<Instant> {
        Some(self.ticket.ceiling.as_ref()?.book(1, Instant::now()))
    }
}

impl Landed {
    /// What the guest may have.
    pub(super) fn response(self) -> Result<engine::Response, Unanswered> {
        self.result.map(|kept| kept.response)
    }
}

impl Sending {
    pub(super) fn new(request: Request, ticket: Ticket) -> Sending {
        Sending {
            request,
            body: None,
            jar: JarUse::default(),
            ticket,
            _held: None,
        }
    }

    /// Makes the request and records what came of it.
    pub(super) async fn run(self, client: &mut Client) -> Landed {
        wait_for(self.ticket.slot).await;
        let flight = InFlight::new(self.ticket.phase);
        let outcome = client.send(&self.engine_request()).await;
        flight.landed();
        self.land(outcome)
    }

    /// The same beside other requests of this client.
    pub(super) async fn run_beside(self, client: &Client) -> Landed {
        wait_for(self.ticket.slot).await;
        let flight = InFlight::new(self.ticket.phase);
        let outcome = client.send_beside(&self.engine_request()).await;
        flight.landed();
        self.land(outcome)
    }

    /// Makes requests at once and records what came of them, in their order.
    pub(super) async fn run_all(all: Vec<Sending>, client: &Client) -> Vec<Landed> {
        wait_for(all.first().and_then(|sending| sending.ticket.slot)).await;
        let requests: Vec<_> = all.iter().map(Sending::engine_request).collect();
        let flights: Vec<_> = all.iter().map(|s| InFlight::new(s.ticket.phase)).collect();
        let outcomes = client.send_all(&requests).await;
        flights.into_iter().for_each(InFlight::landed);
        let landed = all.iter().zip(outcomes);
        landed.map(|(sending, outcome)| sending.land(outcome)).collect()
    }

    fn engine_request(&self) -> engine::Request<'_> {
        let request = &self.request;
        engine::Request {
            // As the guest gave it: the engine refuses what isn't one.
            method: &request.method,
            url: &request.url,
            headers: &request.headers,
            body: self.body.as_ref().map_or(&request.body, |body| body.as_slice()),
            timeout: (request.timeout > 0).then(|| Duration::from_micros(request.timeout)),
            redirects: match request.redirects {
                RedirectPolicy::Inherit => None,
                RedirectPolicy::None => Some(0),
                RedirectPolicy::Follow(hops) => Some(hops),
            },
            keep: request.keep == KeepPolicy::All,
            jar: self.jar,
            watch: Some(self),
        }
    }

    fn land(&self, outcome: engine::Outcome) -> Landed {
        let (request, ended, ignored) = (&self.request, outcome.ended(), outcome.ignored());
        let response_us = micros(ended.saturating_duration_since(self.ticket.begun));
        let recorder = self.ticket.recorder();
        let naming = &self.ticket.naming;
        // The last hop of a redirected request has a URL and perhaps a method of its own.
        let landing = outcome.landing().cloned();
        let (method, name) = match &landing {
            Some(landed) => (&*landed.method, naming.of_hop(request, &landed.url, &landed.name)),
            None => (method_of(request), naming.of(request)),
        };
        let result = match outcome.result {
            Ok(response) => {
                let ok = is_expected(request, response.status);
                let failure = match outcome.stopped {
                    Some(_) => Some(engine::ErrorCode::TooManyRedirects.name().to_owned()),
                    None => (!ok).then(|| format!("status {}", response.status)),
                };
                let sample = sample_of(&response.exchange, response_us, failure.as_deref());
                let handle = recorder.request(method, &name, response.status, ok, &sample);
                Ok(Kept {
                    response,
                    handle,
                    failure,
                })
            }
            Err(failure) => Err(recorder.failure(method, &name, failure, response_us)),
        };
        match (outcome.stopped, result) {
            (Some(why), Ok(redirect)) => Landed {
                result: Err(Unanswered::too_many_redirects(why)),
                redirect: Some(Box::new(redirect)),
                ignored,
            },
            (_, result) => Landed {
                result,
                redirect: None,
                ignored,
            },
        }
    }
}

/// What all results of one request are recorded under.
struct Recorder {
    scenario: u16,
    phase: Phase,
    tags: TagText,
}

impl Recorder {
    fn request(
        &self,
        method: &str,
        name: &str,
        status: u16,
        expected: bool,
        sample: &RequestSample<'_>,
    ) -> Option<RequestHandle> {
        if self.phase != Phase::Load {
            return None;
        }
        let key = RequestKey {
            scenario: self.scenario,
            method,
            name,
            status,
            expected,
            tags: self.tags.as_deref().unwrap_or_default(),
        };
        with_shard(|shard| shard.request(&key, sample))
    }

    /// A request that was never sent.
    #[cold]
    fn refusal(
        &self,
        request: &Request,
        code: engine::ErrorCode,
        why: String,
        naming: &Naming,
    ) -> Unanswered {
        InFlight::new(self.phase).landed();
        let name = naming.of(request);
        self.failure(method_of(request), &name, engine::Failure::refused(code, why), 0)
    }

    #[cold]
    fn failure(&self, method: &str, name: &str, failure: engine::Failure, response_us: u64) -> Unanswered {
        let sample = RequestSample {
            detail: &failure.detail,
            ..sample_of(&failure.exchange, response_us, Some(failure.code.name()))
        };
        self.request(method, name, 0, false, &sample);
        if failure.code == engine::ErrorCode::HostNotAllowed {
            with_shard(|shard| shard.denied("host"));
        }
        Unanswered::recorded(failure, method, name)
    }
}

fn is_expected(request: &Request, status: u16) -> bool {
    match request.expected.as_slice() {
        [] => (200..400).contains(&status),
        ranges => ranges.iter().any(|&(low, high)| (low..=high).contains(&status)),
    }
}

fn sample_of<'a>(
    exchange: &engine::Exchange,
    response_us: u64,
    failure: Option<&'a str>,
) -> RequestSample<'a> {
    let t = &exchange.timings;
    RequestSample {
        duration_us: t.duration_us(),
        response_us,
        blocked_us: t.blocked.into(),
        dns_us: t.dns.into(),
        connect_us: t.connect.into(),
        tls_us: t.tls.into(),
        sending_us: t.sending.into(),
        waiting_us: t.waiting.into(),
        receiving_us: t.receiving.into(),
        bytes_sent: exchange.bytes_sent,
        bytes_received: exchange.bytes_received,
        failed: failure.is_some(),
        failure,
        detail: "",
        reused: exchange.reused,
        never_sent: exchange.bytes_sent == 0 && t.duration_us() == 0,
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
