//! `wasi:http/outgoing-handler`, the guest's end: takes the request that a standard HTTP client sends, and leaves it to the
//! VU's task.

use crate::engine::host::host_calls::HostCalls;
use crate::engine::host::http::outgoing::{OutgoingRequest, SendPermit};
use crate::engine::host::limits;
use crate::system::memory::Account;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody, WasiHttpCtx, WasiHttpHooks};

/// What the guest's own messages may be like.
pub(in crate::engine::host) fn context() -> WasiHttpCtx {
    let mut context = WasiHttpCtx::new();
    context.set_field_size_limit(limits::FIELDS_BYTES);
    context
}

/// A response, and what still has to run for its body: nothing.
type Delivered = (
    http::Response<WasiBody>,
    Box<dyn Future<Output = Result<(), Error>> + Send>,
);

/// Takes what one call of a client sends.
pub(in crate::engine::host) struct OutgoingHandler {
    host_calls: Arc<HostCalls>,
    memory: Arc<Account>,
    /// Taken by the request. None where nothing may be sent.
    permit: Option<SendPermit>,
}

impl OutgoingHandler {
    pub(in crate::engine::host) fn new(
        host_calls: &Arc<HostCalls>,
        memory: &Arc<Account>,
        permit: Option<SendPermit>,
    ) -> OutgoingHandler {
        OutgoingHandler {
            host_calls: Arc::clone(host_calls),
            memory: Arc::clone(memory),
            permit,
        }
    }
}

impl Drop for OutgoingHandler {
    fn drop(&mut self) {
        if let Some(permit) = self.permit.take() {
            permit.refuse_unfinished();
        }
    }
}

impl WasiHttpHooks for OutgoingHandler {
    fn p2_outgoing_body_chunk_size(&mut self) -> usize {
        limits::CHUNK_BYTES
    }

    fn send_request(
        &mut self,
        request: http::Request<WasiBody>,
        options: Option<RequestOptions>,
        _done: Box<dyn Future<Output = Result<(), Error>> + Send>,
    ) -> Box<dyn Future<Output = Result<Delivered, Error>> + Send> {
        let Some(permit) = self.permit.take() else {
            return Box::new(async { Err(Error::HttpRequestDenied) });
        };
        let (reply, answer) = oneshot::channel();
        let left = self.host_calls.leave(OutgoingRequest {
            request,
            limit: options.and_then(limit),
            permit,
            memory: Arc::clone(&self.memory),
            reply,
        });
        if let Err(request) = left {
            request.refuse();
        }
        Box::new(async {
            let response = answer.await.unwrap_or(Err(Error::ConnectionTerminated))?;
            Ok((response, Box::new(async { Ok(()) }) as Box<_>))
        })
    }
}

/// The whole exchange's limit, where the client limits its first byte.
fn limit(options: RequestOptions) -> Option<Duration> {
    let first = options.first_byte_timeout?;
    let around = [options.connect_timeout, options.between_bytes_timeout];
    Some(around.into_iter().flatten().fold(first, Duration::saturating_add))
}
