//! What the results say of an HTTP request: a sample of it, and why it failed.

use super::failure::Unanswered;
use super::naming::{Naming, method_of};
use crate::engine::host::attribution::{Attribution, RequestResult};
use crate::engine::host::bindings::http::Request;
use crate::engine::host::in_flight::InFlight;
use crate::http as engine;
use crate::metrics::{RequestSample, with_shard};

/// Records a request that is never sent: counted as begun all the same, so that what was asked for adds up.
#[cold]
pub(in crate::engine::host) fn refusal(
    attribution: &Attribution,
    request: &Request,
    code: engine::ErrorCode,
    why: String,
    naming: &Naming,
) -> Unanswered {
    InFlight::new(attribution.purpose).end();
    let name = naming.of(request);
    let failed = engine::HttpFailure::refused(code, why);
    failure(attribution, (method_of(request), &name), failed, 0)
}

/// Records a request without a response, under its method and name.
#[cold]
pub(super) fn failure(
    attribution: &Attribution,
    (method, name): (&str, &str),
    failure: engine::HttpFailure,
    response_us: u64,
) -> Unanswered {
    let sample = RequestSample {
        detail: &failure.detail,
        ..sample_of(&failure.exchange, response_us, Some(failure.code.name()))
    };
    let result = RequestResult {
        method,
        name,
        status: 0,
        expected: false,
    };
    attribution.record(result, &sample);
    if failure.code == engine::ErrorCode::HostNotAllowed {
        with_shard(|shard| shard.denied("host"));
    }
    Unanswered::recorded(failure, method, name)
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
        unread_us: exchange.unread.map(|us| us.get().into()),
        bytes_sent: exchange.bytes_sent,
        bytes_received: exchange.bytes_received,
        failed: failure.is_some(),
        failure,
        detail: "",
        reused: exchange.reused,
        never_sent: exchange.bytes_sent == 0 && t.duration_us() == 0,
    }
}
