//! Several requests of one VU at once, as a browser loads a page.

use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::join_all;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::client::{Core, Trail};
use super::outcome::Outcome;
use super::request::Request;
use super::target::SPEAKS_HTTP2;
use super::timings::Phase;

/// How many exchanges run at once, per origin.
#[derive(Default)]
struct Gates(Mutex<HashMap<String, Arc<Semaphore>>>);

/// Sends all, and waits for all.
pub(super) async fn send_all(core: &Core, requests: &[Request<'_>]) -> Vec<Outcome> {
    let gates = Gates::default();
    join_all(requests.iter().map(|request| one(core, request, &gates))).await
}

/// Sends one, whatever else is under way.
pub(super) async fn send(core: &Core, request: &Request<'_>) -> Outcome {
    limited(core, request, async || ()).await
}

async fn one(core: &Core, request: &Request<'_>, gates: &Gates) -> Outcome {
    limited(core, request, async || gates.enter(core, request).await).await
}

/// Makes an exchange after its turn has come, which it holds until it is over.
async fn limited<P>(core: &Core, request: &Request<'_>, turn: impl AsyncFnOnce() -> P) -> Outcome {
    let mut trail = Trail::start();
    let limit = request.timeout.unwrap_or(core.transport.timeout);
    let work = async {
        let _permit = turn().await;
        trail.trace.enter(Phase::Blocked);
        core.run(request, &mut trail).await
    };
    let result = tokio::time::timeout(limit, Box::pin(work)).await.ok();
    trail.conclude(result, request, &core.transport)
}

impl Gates {
    /// Waits for a turn on the request's origin. HTTP/2 needs none; a bad URL fails soon enough.
    async fn enter(&self, core: &Core, request: &Request<'_>) -> Option<OwnedSemaphorePermit> {
        let origin = core.target(request.url).ok()?.origin;
        if origin.speaks.load(Ordering::Relaxed) == SPEAKS_HTTP2 {
            return None;
        }
        let gate = {
            let mut gates = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let new = || Arc::new(Semaphore::new(core.transport.parallel_per_host));
            gates.entry(origin.prefix.clone()).or_insert_with(new).clone()
        };
        gate.acquire_owned().await.ok()
    }
}
