//! Several requests of one VU at once, as a browser loads a page.

use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::join_all;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::agent::Agent;
use super::origin::SPEAKS_HTTP2;
use super::outcome::HttpOutcome;
use super::redirect;
use super::request::Request;
use super::request_trace::RequestTrace;
use super::timings::ExchangePhase;

/// How many exchanges run at once, per origin.
#[derive(Default)]
struct Gates(Mutex<HashMap<String, Arc<Semaphore>>>);

/// Sends all, and waits for all.
pub(super) async fn send_all(agent: &Agent, requests: &[Request<'_>]) -> Vec<HttpOutcome> {
    let gates = Gates::default();
    join_all(requests.iter().map(|request| one(agent, request, &gates))).await
}

/// Sends one, whatever else is under way.
pub(super) async fn send(agent: &Agent, request: &Request<'_>) -> HttpOutcome {
    limited(agent, request, async || ()).await
}

async fn one(agent: &Agent, request: &Request<'_>, gates: &Gates) -> HttpOutcome {
    limited(agent, request, async || gates.enter(agent, request).await).await
}

/// Makes an exchange after its turn has come, which it holds until it is over.
async fn limited<P>(agent: &Agent, request: &Request<'_>, turn: impl AsyncFnOnce() -> P) -> HttpOutcome {
    let mut trace = RequestTrace::start();
    let limit = request.timeout.unwrap_or(agent.transport.timeout);
    let work = async {
        let _permit = turn().await;
        trace.hop.enter(ExchangePhase::Blocked);
        redirect::run(agent, request, &mut trace).await
    };
    let result = tokio::time::timeout(limit, Box::pin(work)).await.ok();
    trace.conclude(result, request, &agent.transport)
}

impl Gates {
    /// Waits for a turn on the request's origin. HTTP/2 needs none; a bad URL fails soon enough.
    async fn enter(&self, agent: &Agent, request: &Request<'_>) -> Option<OwnedSemaphorePermit> {
        let origin = agent.resolve(request.url).ok()?.origin;
        if origin.speaks.load(Ordering::Relaxed) == SPEAKS_HTTP2 {
            return None;
        }
        let gate = {
            let mut gates = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let new = || Arc::new(Semaphore::new(agent.transport.parallel_per_host));
            gates.entry(origin.prefix.clone()).or_insert_with(new).clone()
        };
        gate.acquire_owned().await.ok()
    }
}
