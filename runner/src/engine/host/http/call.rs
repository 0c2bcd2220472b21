//! HTTP requests that a guest waits for: how they are made, and what is recorded of them.

use super::bodies::SharedBody;
use super::failure::Unanswered;
use super::naming::{Naming, method_of};
use super::record::{failure, is_expected, sample_of};
use super::responses::KeptResponse;
use crate::engine::host::admission::Admission;
use crate::engine::host::attribution::RequestResult;
use crate::engine::host::bindings::http::{KeepPolicy, RedirectPolicy, Request};
use crate::engine::host::exchanges::Exchanged;
use crate::engine::host::host_call::HostCall;
use crate::engine::run_queue::after_the_others;
use crate::http::{self as engine, Client, JarUse};
use crate::system::memory::Held;
use std::time::Duration;

/// One request.
#[derive(Debug)]
pub(in crate::engine::host) struct HttpCall {
    pub(in crate::engine::host) request: Request,
    /// The body, if it isn't the request's own.
    pub(in crate::engine::host) body: Option<SharedBody>,
    pub(in crate::engine::host) jar: JarUse,
    pub(in crate::engine::host) admission: Admission,
    pub(in crate::engine::host) naming: Naming,
    /// What its body counts, if it is large.
    pub(in crate::engine::host) _held: Option<Held>,
}

/// Requests that are made at once.
pub(in crate::engine::host) struct HttpBatch(pub(in crate::engine::host) Vec<HttpCall>);

/// What came of a request; it is recorded.
pub(in crate::engine::host) struct HttpAnswer {
    pub(in crate::engine::host) result: Result<KeptResponse, Unanswered>,
    /// The redirect that wasn't followed any more, if that is why there is no response.
    pub(in crate::engine::host) redirect: Option<Box<KeptResponse>>,
    pub(in crate::engine::host) ignored: engine::Ignored,
}

impl HostCall for HttpCall {
    type Answer = HttpAnswer;

    async fn run(&self, client: &mut Client) -> HttpAnswer {
        after_the_others().await;
        self.admission.wait().await;
        let in_flight = self.admission.begin();
        let outcome = client.send(&self.engine_request()).await;
        in_flight.end();
        self.record(outcome)
    }

    async fn run_beside(&self, client: &Client) -> HttpAnswer {
        self.admission.wait().await;
        let in_flight = self.admission.begin();
        let outcome = client.send_beside(&self.engine_request()).await;
        in_flight.end();
        self.record(outcome)
    }
}

impl HostCall for HttpBatch {
    /// Of each request, in their order.
    type Answer = Vec<HttpAnswer>;

    async fn run(&self, client: &mut Client) -> Vec<HttpAnswer> {
        after_the_others().await;
        self.run_beside(client).await
    }

    async fn run_beside(&self, client: &Client) -> Vec<HttpAnswer> {
        let HttpBatch(calls) = self;
        if let Some(first) = calls.first() {
            // The last of the slots that were booked for all of them.
            first.admission.wait().await;
        }
        let requests: Vec<_> = calls.iter().map(HttpCall::engine_request).collect();
        let in_flight: Vec<_> = calls.iter().map(|call| call.admission.begin()).collect();
        let outcomes = client.send_all(&requests).await;
        in_flight.into_iter().for_each(|request| request.end());
        let ended = calls.iter().zip(outcomes);
        ended.map(|(call, outcome)| call.record(outcome)).collect()
    }
}

/// Each redirect is a request of its own: counted when it has come, and followed when the rate limit has room.
impl engine::RedirectWatch for HttpCall {
    fn redirected(&self, hop: &engine::Hop) {
        self.admission.begin().end();
        // As in k6, the guest's expectation is about each of them.
        let expected = is_expected(&self.request, hop.status);
        let failure = (!expected).then(|| format!("status {}", hop.status));
        let took = hop.exchange.timings.duration_us();
        let sample = sample_of(&hop.exchange, took, failure.as_deref());
        let result = RequestResult {
            method: &hop.method,
            name: &self.naming.of_hop(&self.request, &hop.url, &hop.name),
            status: hop.status,
            expected,
        };
        self.admission.attribution.record(result, &sample);
    }

    fn next_at(&self) -> Option<std::time::Instant> {
        self.admission.follow_up()
    }
}

impl HttpAnswer {
    /// What the guest may have.
    pub(super) fn response(self) -> Result<engine::Response, Unanswered> {
        self.result.map(|kept| kept.response)
    }
}

impl HttpCall {
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

    fn record(&self, outcome: engine::HttpOutcome) -> HttpAnswer {
        let (request, naming, ignored) = (&self.request, &self.naming, outcome.ignored());
        let response_us = self.admission.response_us(outcome.ended());
        // The last hop of a redirected request has a URL and perhaps a method of its own.
        let landing = outcome.landing().cloned();
        let (method, name) = match &landing {
            Some(hop) => (&*hop.method, naming.of_hop(request, &hop.url, &hop.name)),
            None => (method_of(request), naming.of(request)),
        };
        let attribution = &self.admission.attribution;
        let result = match outcome.result {
            Ok(response) => {
                let is_redirect_too_many = outcome.stopped.is_some();
                Ok(self.record_response(response, (method, &name), is_redirect_too_many, response_us))
            }
            Err(failed) => Err(failure(attribution, (method, &name), failed, response_us)),
        };
        let (result, redirect) = match (outcome.stopped, result) {
            (Some(why), Ok(redirect)) => (Err(Unanswered::too_many_redirects(why)), Some(Box::new(redirect))),
            (_, result) => (result, None),
        };
        let answer = HttpAnswer {
            result,
            redirect,
            ignored,
        };
        if let Some(looked) = &self.admission.looked {
            looked.at(self.exchanged(&answer));
        }
        answer
    }

    /// What came of it, for whoever looks at it.
    #[cold]
    fn exchanged<'a>(&'a self, answer: &'a HttpAnswer) -> Exchanged<'a> {
        let kept = answer.result.as_ref().ok().or(answer.redirect.as_deref());
        let unanswered = answer.result.as_ref().err();
        Exchanged {
            request: &self.request,
            body: self
                .body
                .as_ref()
                .map_or(&self.request.body, |body| body.as_slice()),
            response: kept.map(|kept| &kept.response),
            failure: match kept {
                Some(kept) => kept.failure.as_deref(),
                None => unanswered.map(Unanswered::reason),
            },
        }
    }

    /// Records a response, perhaps that of a redirect that wasn't followed any more.
    fn record_response(
        &self,
        response: engine::Response,
        (method, name): (&str, &str),
        is_redirect_too_many: bool,
        response_us: u64,
    ) -> KeptResponse {
        let status = response.status;
        let expected = is_expected(&self.request, status);
        let failure = if is_redirect_too_many {
            Some(engine::ErrorCode::TooManyRedirects.name().to_owned())
        } else {
            (!expected).then(|| format!("status {status}"))
        };
        let sample = sample_of(&response.exchange, response_us, failure.as_deref());
        let result = RequestResult {
            method,
            name,
            status,
            expected,
        };
        let handle = self.admission.attribution.record(result, &sample);
        KeptResponse {
            response,
            handle,
            failure,
        }
    }
}
