//! A VU's requests: what is checked and booked before they are sent, and what the guest gets to see of them afterwards.

use super::attribution::TagText;
use super::bindings::http::{ErrorCode, Request, Response};
use super::http::bodies::SharedBody;
use super::http::call::{HttpAnswer, HttpBatch, HttpCall};
use super::http::failure::Unanswered;
use super::http::record;
use super::http::responses::KeptResponse;
use super::http::trace;
use super::limits;
use super::state::VuState;
use crate::engine::run_queue::suspends_here;
use crate::http::{self as engine, JarUse};
use crate::system::memory::Held;
use std::time::Instant;

impl VuState {
    /// Leaves a request to be sent; [`sent_one`](Self::sent_one) waits for it.
    pub(super) fn send_one(
        &mut self,
        mut request: Request,
        body: Option<SharedBody>,
    ) -> Result<(), ErrorCode> {
        let begun = Instant::now();
        self.http.reasons.clear();
        let (tags, held) = match self.admit(&request) {
            Ok(admitted) => admitted,
            Err(why) => return Err(self.refuse(0, &request, why)),
        };
        let slot = self.book(1, begun);
        let trace = self.trace(&mut request);
        let call = HttpCall {
            request,
            body,
            jar: self.http.jar,
            admission: self.admission(tags, begun, slot).traced(trace),
            naming: self.run.naming.clone(),
            _held: held,
        };
        self.host_calls.put(call);
        Ok(())
    }

    /// What came of the request that was left last.
    pub(super) async fn sent_one(&mut self) -> Result<Response, ErrorCode> {
        suspends_here(self);
        let answer = self.host_calls.answered::<HttpCall>().await;
        self.receive(0, answer)
    }

    pub(super) async fn send_batch(
        &mut self,
        requests: Vec<(Request, Option<SharedBody>)>,
    ) -> Vec<Result<Response, ErrorCode>> {
        let begun = Instant::now();
        self.http.redirects.clear();
        self.http.reasons.clear();
        let mut refused = Vec::with_capacity(requests.len());
        let mut calls = Vec::with_capacity(requests.len());
        let slot = self.book(requests.len() as u64, begun);
        for (index, (mut request, body)) in requests.into_iter().enumerate() {
            match self.admit(&request) {
                Ok((tags, held)) => {
                    let trace = self.trace(&mut request);
                    calls.push(HttpCall {
                        request,
                        body,
                        jar: self.jar_of(index),
                        admission: self.admission(tags, begun, slot).traced(trace),
                        naming: self.run.naming.clone(),
                        _held: held,
                    });
                    refused.push(None);
                }
                Err(why) => refused.push(Some(self.refuse(index, &request, why))),
            }
        }
        self.http.batch_jars.clear();
        let mut answers = self.host_calls.ask(HttpBatch(calls)).await.into_iter();
        let results = refused
            .into_iter()
            .enumerate()
            .map(|(index, refused)| match refused {
                Some(code) => Err(code),
                None => match answers.next() {
                    Some(answer) => self.receive(index, answer),
                    None => Err(ErrorCode::Interrupted),
                },
            });
        results.collect()
    }

    /// Gives the request a trace of its own where the run has them.
    fn trace(&self, request: &mut Request) -> Option<u128> {
        self.run.traceparent.then(|| trace::begin(request)).flatten()
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

    /// Refuses a body that is larger than the operator allows.
    pub(super) fn check_body(&self, bytes: usize) -> Result<(), String> {
        let limit = self.run.max_request_body;
        if bytes <= limit {
            return Ok(());
        }
        Err(format!(
            "a body of {bytes} bytes; at most {limit} are sent (--max-request-body)"
        ))
    }

    /// The jar of the request of this number in the coming `send-all`.
    fn jar_of(&self, index: usize) -> JarUse {
        let jar = self.http.batch_jars.get(index).copied();
        JarUse {
            jar: jar.unwrap_or(self.http.jar.jar),
            ..self.http.jar
        }
    }

    #[cold]
    fn refuse(&mut self, index: usize, request: &Request, why: String) -> ErrorCode {
        let attribution = self.attribution(self.tags.own());
        let naming = &self.run.naming;
        let code = engine::ErrorCode::InvalidRequest;
        let refused = record::refusal(&attribution, request, code, why, naming);
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
        self.http.reasons.put(index, unanswered.detail);
        code
    }

    /// Ends the run if a certificate was refused that the plugin wants to be accepted: all else would fail likewise.
    #[cold]
    fn miss_insecure(&self) {
        if self.run.lacks_insecure {
            let why = "a certificate isn't trusted, and the plugin's option `insecure` (k6: insecureSkipTLSVerify) \
                       was not granted";
            // The first one says it.
            let _ = self.run.not_granted.set(why.to_owned());
            self.run.request_abort(why);
        }
    }

    /// Gives the guest its view of a request that has ended.
    fn receive(&mut self, index: usize, answer: HttpAnswer) -> Result<Response, ErrorCode> {
        if !answer.ignored.is_empty() {
            self.run.log.ignored(self.identity.vu, answer.ignored);
        }
        if let Some(redirect) = answer.redirect.filter(|_| !self.run.strict_redirects) {
            let view = self.keep(*redirect);
            self.http.redirects.push((index, view));
        }
        match answer.result {
            Ok(kept) => Ok(self.keep(kept)),
            Err(unanswered) => Err(self.explain(index, unanswered)),
        }
    }

    /// Keeps a response for the guest to ask for.
    fn keep(&mut self, kept: KeptResponse) -> Response {
        let view = Response {
            id: 0,
            status: kept.response.status,
            ok: kept.failure.is_none(),
            duration: kept.exchange().timings.duration_us(),
        };
        let id = self.http.responses.push(kept);
        Response { id, ..view }
    }
}
