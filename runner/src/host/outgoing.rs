//! `wasi:http/outgoing-handler`: what standard HTTP clients, such as JavaScript's `fetch`, send their requests with.
//!
//! Such a request goes the way of every other: the same hosts, limits, connections, cookies and measurements. The
//! guest names it with the header `x-wasmswarm-name`, which isn't sent. Redirects are the client's business. A
//! response is handed over once all of it is here, decompressed.

use super::bindings::http::{KeepPolicy, RedirectPolicy, Request};
use super::desk::Desk;
use super::failure::Unanswered;
use super::limits;
use super::sending::{Sending, Ticket};
use super::state::VuState;
use crate::http::{self as engine, Client};
use crate::memory::{Account, Exceeded, Held};
use bytes::Bytes;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, HOST, TRANSFER_ENCODING};
use http::{HeaderName, HeaderValue, StatusCode};
use http_body_util::{BodyExt, Full};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;
use wasmtime::component::Linker;
use wasmtime_wasi_http::p2::bindings::http::{outgoing_handler, types};
use wasmtime_wasi_http::{
    Error, RequestOptions, WasiBody, WasiHttp, WasiHttpCtx, WasiHttpCtxView, WasiHttpHooks, WasiHttpView,
};

/// The header that names a request in the results.
const NAME: HeaderName = HeaderName::from_static("x-wasmswarm-name");

/// What the guest's own messages may be like.
pub(super) fn context() -> WasiHttpCtx {
    let mut context = WasiHttpCtx::new();
    context.set_field_size_limit(limits::FIELDS_BYTES);
    context
}
/// Why a request that was never finished wasn't sent.
const NOT_A_REQUEST: &str = "the guest handed over what isn't a request";

/// Links the interfaces.
pub(super) fn link(linker: &mut Linker<VuState>) -> wasmtime::Result<()> {
    let options = types::LinkOptions::default();
    types::add_to_linker::<_, WasiHttp>(linker, &options, VuState::http)?;
    // Its one function is `handle`.
    outgoing_handler::add_to_linker::<_, WasiHttp>(linker, VuState::about_to_send)
}

impl VuState {
    /// The view of the one call that sends something.
    fn about_to_send(&mut self) -> WasiHttpCtxView<'_> {
        let post = Post {
            desk: self.desk(),
            memory: Arc::clone(&self.memory),
            ticket: self.require_run().is_ok().then(|| self.plain_ticket()),
        };
        WasiHttpCtxView {
            ctx: &mut self.wasi_http,
            table: self.handles.table(&mut self.table),
            hooks: &mut **self.post.insert(Box::new(post)),
        }
    }
}

impl WasiHttpView for VuState {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView {
            ctx: &mut self.wasi_http,
            table: self.handles.table(&mut self.table),
            hooks: self
                .post
                .get_or_insert_with(|| Box::new(Post::closed(&self.desk, &self.memory)))
                .as_mut(),
        }
    }
}

/// A response, and what still has to run for its body: nothing.
type Delivered = (
    http::Response<WasiBody>,
    Box<dyn Future<Output = Result<(), Error>> + Send>,
);

/// Takes the request that a client sends, and leaves it to the VU's task.
pub(super) struct Post {
    desk: Arc<Desk>,
    memory: Arc<Account>,
    /// Taken by the request. None where nothing may be sent.
    ticket: Option<Ticket>,
}

impl Post {
    /// The hooks of calls that send nothing.
    fn closed(desk: &Arc<Desk>, memory: &Arc<Account>) -> Post {
        Post {
            desk: Arc::clone(desk),
            memory: Arc::clone(memory),
            ticket: None,
        }
    }
}

impl Drop for Post {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket.take() {
            // What was to be sent isn't even a request, so that nobody knows what it would have been.
            ticket.refuse(&nameless(), engine::ErrorCode::InvalidRequest, NOT_A_REQUEST);
        }
    }
}

impl WasiHttpHooks for Post {
    fn p2_outgoing_body_chunk_size(&mut self) -> usize {
        limits::CHUNK_BYTES
    }

    fn send_request(
        &mut self,
        request: http::Request<WasiBody>,
        options: Option<RequestOptions>,
        _done: Box<dyn Future<Output = Result<(), Error>> + Send>,
    ) -> Box<dyn Future<Output = Result<Delivered, Error>> + Send> {
        let Some(ticket) = self.ticket.take() else {
            return Box::new(async { Err(Error::HttpRequestDenied) });
        };
        let (reply, answer) = oneshot::channel();
        let limit = options.and_then(limit);
        let letter = Letter {
            request,
            limit,
            ticket,
            memory: Arc::clone(&self.memory),
            reply,
        };
        if let Err(letter) = self.desk.post(letter) {
            letter.refuse();
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

/// A request on its way from the guest to the VU's task.
pub(super) struct Letter {
    request: http::Request<WasiBody>,
    limit: Option<Duration>,
    ticket: Ticket,
    memory: Arc<Account>,
    reply: oneshot::Sender<Result<http::Response<WasiBody>, Error>>,
}

impl Letter {
    /// Sends it, and hands the response to the guest. A guest that lets go of its response has cut it short.
    pub(super) async fn deliver(self, client: &Client) {
        let Letter {
            request,
            limit,
            ticket,
            memory,
            mut reply,
        } = self;
        let response = tokio::select! {
            biased;
            response = exchange(request, (limit, &memory), ticket, client) => response,
            () = reply.closed() => return,
        };
        // Whoever doesn't take it doesn't need it.
        let _ = reply.send(response);
    }

    /// There is no room for it.
    fn refuse(self) {
        let request = read(&self.request, self.limit).unwrap_or_else(nameless);
        let why = "more than 64 requests at once";
        self.ticket
            .refuse(&request, engine::ErrorCode::InvalidRequest, why);
        let _ = self.reply.send(Err(Error::ConnectionLimitReached));
    }
}

async fn exchange(
    request: http::Request<WasiBody>,
    (limit, memory): (Option<Duration>, &Arc<Account>),
    ticket: Ticket,
    client: &Client,
) -> Result<http::Response<WasiBody>, Error> {
    let read = read(&request, limit);
    let mut held = Held::new(memory);
    let body = collect(request.into_body(), ticket.max_body(), &mut held);
    let body = tokio::time::timeout(client.limit(limit), body).await;
    let unanswered = match (read, body) {
        (Some(request), Ok(Ok(body))) => {
            let sending = Sending::new(Request { body, ..request }, ticket);
            let landed = sending.run_beside(client).await;
            let response = landed.response().map_err(error_of)?;
            return view(&response, memory);
        }
        (Some(request), Err(_)) => {
            let why = "the time limit passed before the guest had written its body";
            ticket.refuse(&request, engine::ErrorCode::Timeout, why)
        }
        (Some(request), Ok(Err(why))) => {
            let why = format!("the body can't be sent: {why}");
            ticket.refuse(&request, engine::ErrorCode::InvalidRequest, &why)
        }
        (None, _) => ticket.refuse(
            &nameless(),
            engine::ErrorCode::InvalidRequest,
            "a header isn't text",
        ),
    };
    Err(error_of(unanswered))
}

/// All of a body, unless it is too large or broken off, or there is no room for it; then why.
async fn collect(mut body: WasiBody, limit: usize, held: &mut Held) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| error.to_string())?;
        let Ok(data) = frame.into_data() else { continue };
        let needed = bytes.len() + data.len();
        if needed > limit {
            return Err(format!("it has more than {limit} bytes (--max-request-body)"));
        }
        if needed > bytes.capacity() {
            // As a vector grows.
            let grown = held.resize(needed.max(2 * bytes.capacity()));
            grown.map_err(|why| why.to_string())?;
        }
        bytes.extend_from_slice(&data);
    }
    Ok(bytes)
}

/// A body that counts as long as the guest has it.
struct Counted {
    bytes: Vec<u8>,
    _held: Held,
}

impl AsRef<[u8]> for Counted {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

/// The request in the host's terms, but for its body. None: it has a header that isn't text.
fn read(request: &http::Request<WasiBody>, limit: Option<Duration>) -> Option<Request> {
    let mut headers = Vec::with_capacity(request.headers().len());
    let mut name = String::new();
    for (key, value) in request.headers() {
        let value = std::str::from_utf8(value.as_bytes()).ok()?;
        match key {
            // The engine writes both itself; the guest's length has been compared with its body.
            &HOST | &CONTENT_LENGTH => {}
            key if key == NAME => value.clone_into(&mut name),
            key => headers.push((key.as_str().to_owned(), value.to_owned())),
        }
    }
    Some(Request {
        method: request.method().as_str().to_owned(),
        url: request.uri().to_string(),
        headers,
        name,
        timeout: limit.map_or(0, |limit| u64::try_from(limit.as_micros()).unwrap_or(0)),
        ..nameless()
    })
}

fn nameless() -> Request {
    Request {
        method: "INVALID".to_owned(),
        url: String::new(),
        headers: Vec::new(),
        body: Vec::new(),
        name: String::new(),
        tags: Vec::new(),
        timeout: 0,
        redirects: RedirectPolicy::None,
        expected: Vec::new(),
        keep: KeepPolicy::All,
    }
}

/// The response as the client sees it. What the engine has undone isn't claimed any more.
///
/// # Errors
/// There is no room for it.
fn view(response: &engine::Response, memory: &Arc<Account>) -> Result<http::Response<WasiBody>, Error> {
    let full = |why: Exceeded| Error::InternalError(Some(why.to_string()));
    let held = memory.hold(response.bytes_held()).map_err(full)?;
    let bytes = response.body().to_vec();
    let body = Full::new(Bytes::from_owner(Counted { bytes, _held: held }));
    let mut view = http::Response::new(body.map_err(|never| match never {}).boxed_unsync());
    *view.status_mut() = StatusCode::from_u16(response.status).unwrap_or_default();
    let undone = |name: &HeaderName| {
        name == TRANSFER_ENCODING
            || response.is_decoded() && (name == CONTENT_ENCODING || name == CONTENT_LENGTH)
    };
    for (name, value) in response.headers() {
        let field = (HeaderName::try_from(name), HeaderValue::try_from(value.as_ref()));
        if let (Ok(name), Ok(value)) = field
            && !undone(&name)
        {
            view.headers_mut().append(name, value);
        }
    }
    Ok(view)
}

fn error_of(unanswered: Unanswered) -> Error {
    use engine::ErrorCode;
    match unanswered.code {
        ErrorCode::InvalidUrl => Error::HttpRequestUriInvalid,
        // Of the standard's cases, this one alone has room for words.
        ErrorCode::InvalidRequest => Error::InternalError(Some(unanswered.detail)),
        ErrorCode::HostNotAllowed => Error::HttpRequestDenied,
        ErrorCode::Dns => Error::DnsError {
            rcode: None,
            info_code: None,
        },
        ErrorCode::ConnectionRefused => Error::ConnectionRefused,
        ErrorCode::Connect | ErrorCode::Proxy => Error::DestinationUnavailable,
        ErrorCode::Tls => Error::TlsProtocolError,
        ErrorCode::Certificate => Error::TlsCertificateError,
        ErrorCode::Timeout => Error::HttpResponseTimeout,
        ErrorCode::ConnectionClosed | ErrorCode::Interrupted => Error::ConnectionTerminated,
        ErrorCode::Protocol => Error::HttpProtocolError,
        ErrorCode::ResponseTooLarge => Error::HttpResponseBodySize(None),
        ErrorCode::Decode => Error::HttpResponseContentCoding(None),
        ErrorCode::TooManyRedirects => Error::LoopDetected,
        ErrorCode::Exhausted => Error::ConnectionLimitReached,
    }
}
