//! A request on its way through the engine, with all that it takes to send and to record it.

use super::bindings::http::{KeepPolicy, RedirectPolicy, Request};
use super::bodies::SharedBody;
use super::ceiling::Ceiling;
use super::failure::Unanswered;
use super::flight::{InFlight, wait_for};
use super::naming::{Naming, method_of};
use super::request_record::{Recorder, TagText, is_expected, sample_of};
use super::responses::Kept;
use super::state::Phase;
use crate::http::{self as engine, Client, JarUse};
use crate::memory::Held;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A request of a guest on its way.
#[derive(Debug)]
pub(super) struct Sending {
    pub(super) request: Request,
    /// The body, if it isn't the request's own.
    pub(super) body: Option<SharedBody>,
    pub(super) jar: JarUse,
    pub(super) ticket: Ticket,
    /// What its body counts, if it is large.
    pub(super) _held: Option<Held>,
}

/// What sending and recording a request takes beside itself.
#[derive(Debug)]
pub(super) struct Ticket {
    pub(super) tags: TagText,
    /// When it was meant to begin, or else when the guest asked for it.
    pub(super) begun: Instant,
    /// Its slot below the run's ceiling, if that has one.
    pub(super) slot: Option<Instant>,
    /// The ceiling itself, for the redirects.
    pub(super) ceiling: Option<Arc<Ceiling>>,
    pub(super) naming: Naming,
    /// The largest body.
    pub(super) max_body: usize,
    pub(super) scenario: u16,
    pub(super) phase: Phase,
}

/// A request that has ended and is recorded.
pub(super) struct Landed {
    pub(super) result: Result<Kept, Unanswered>,
    /// The redirect that wasn't followed any more, if that is why there is no response.
    pub(super) redirect: Option<Box<Kept>>,
    pub(super) ignored: engine::Ignored,
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
impl engine::RedirectWatch for Sending {
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
    pub(super) async fn run(&self, client: &mut Client) -> Landed {
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

    fn land(&self, outcome: engine::HttpOutcome) -> Landed {
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

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
