//! What the results say of a request: a sample of it, and what it is recorded under.

use super::bindings::http::Request;
use super::failure::Unanswered;
use super::flight::InFlight;
use super::naming::{Naming, method_of};
use super::state::Phase;
use crate::http as engine;
use crate::metrics::{RequestHandle, RequestKey, RequestSample, with_shard};
use std::sync::Arc;

/// Canonical tags; none where there are none.
pub(super) type TagText = Option<Arc<str>>;

/// What all results of one request are recorded under.
pub(super) struct Recorder {
    pub(super) scenario: u16,
    pub(super) phase: Phase,
    pub(super) tags: TagText,
}

impl Recorder {
    pub(super) fn request(
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
    pub(super) fn refusal(
        &self,
        request: &Request,
        code: engine::ErrorCode,
        why: String,
        naming: &Naming,
    ) -> Unanswered {
        InFlight::new(self.phase).landed();
        let name = naming.of(request);
        self.failure(
            method_of(request),
            &name,
            engine::HttpFailure::refused(code, why),
            0,
        )
    }

    #[cold]
    pub(super) fn failure(
        &self,
        method: &str,
        name: &str,
        failure: engine::HttpFailure,
        response_us: u64,
    ) -> Unanswered {
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

pub(super) fn is_expected(request: &Request, status: u16) -> bool {
    match request.expected.as_slice() {
        [] => (200..400).contains(&status),
        ranges => ranges.iter().any(|&(low, high)| (low..=high).contains(&status)),
    }
}

pub(super) fn sample_of<'a>(
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
