//! What is known of a request under way, all its hops together. It outlives the request's future where that is cut
//! short, so that the time that was spent until then is known too.

use std::time::Instant;

use super::error::{ErrorCode, HttpError};
use super::failure::HttpFailure;
use super::outcome::{Hop, HttpOutcome, Landing};
use super::request::Request;
use super::response::Response;
use super::timings::{ExchangePhase, Trace};
use super::transport::Transport;

/// The measurement of one request, and of the redirects that it took.
#[derive(Debug)]
pub(super) struct RequestTrace {
    /// Of the hop under way.
    pub(super) hop: Trace,
    pub(super) hops: Vec<Hop>,
    /// The last hop, once there was a redirect.
    pub(super) landed: Option<Box<Landing>>,
    /// Why the last redirect wasn't followed any more, if there was one too many.
    pub(super) stopped: Option<String>,
}

impl RequestTrace {
    pub(super) fn start() -> RequestTrace {
        RequestTrace {
            hop: Trace::start(Instant::now()),
            hops: Vec::new(),
            landed: None,
            stopped: None,
        }
    }

    /// Turns what came of it, `None` for a timeout, into an outcome.
    pub(super) fn conclude(
        mut self,
        result: Option<Result<Response, HttpError>>,
        request: &Request<'_>,
        transport: &Transport,
    ) -> HttpOutcome {
        let result = match result {
            Some(Ok(response)) => Ok(response),
            Some(Err(fault)) => Err(self.fail(fault)),
            None => Err(self.fail(late(request, transport, self.hop.phase()))),
        };
        HttpOutcome {
            hops: self.hops,
            result,
            ended: self.hop.ended(),
            landed: self.landed,
            stopped: self.stopped,
            ignored: self.hop.ignored,
        }
    }

    #[cold]
    fn fail(&mut self, fault: HttpError) -> HttpFailure {
        self.hop.finish();
        HttpFailure {
            code: fault.code,
            exchange: self.hop.exchange,
            detail: fault.detail,
        }
    }
}

/// The time limit passed: whose it was, and what the exchange was doing.
#[cold]
fn late(request: &Request<'_>, transport: &Transport, phase: ExchangePhase) -> HttpError {
    let limit = request.timeout.unwrap_or(transport.timeout);
    let option = if request.timeout.is_none() {
        " of --timeout"
    } else {
        ""
    };
    let doing = phase.doing();
    HttpError::new(
        ErrorCode::Timeout,
        format!("{limit:?}{option} passed while {doing}"),
    )
}
