//! A VU's requests: what is checked and booked before they are sent, and what the guest gets to see of them afterwards.

use super::bindings::http::{ErrorCode, Request, Response};
use super::bodies::SharedBody;
use super::ceiling::Ceiling;
use super::desk::{Answer, Errand};
use super::failure::Unanswered;
use super::limits;
use super::request_record::{Recorder, TagText};
use super::responses::Kept;
use super::sending::{Landed, Sending, Ticket};
use super::state::{Phase, VuState};
use crate::http as engine;
use crate::memory::Held;
use crate::run_queue::suspends_here;
use std::sync::Arc;
use std::time::Instant;

impl VuState {
    /// Leaves a request to be sent; [`sent_one`](Self::sent_one) waits for it.
    pub(super) fn send_one(&mut self, request: Request, body: Option<SharedBody>) -> Result<(), ErrorCode> {
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
        self.desk.lay_down(errand);
        Ok(())
    }

    /// What came of the request that was left last.
    pub(super) async fn sent_one(&mut self) -> Result<Response, ErrorCode> {
        suspends_here(self);
        match self.desk.answered().await {
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

    pub(super) async fn send_batch(
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
