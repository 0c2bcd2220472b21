//! Requests of standard HTTP clients, such as JavaScript's `fetch`, which a guest leaves to be sent beside its call.
//!
//! Such a request goes the way of every other: the same hosts, limits, connections, cookies and measurements. The
//! guest names it with the header `x-wasmswarm-name`, which isn't sent. Redirects are the client's business. A
//! response is handed over once all of it is here, decompressed.

use super::call::HttpCall;
use super::failure::Unanswered;
use super::naming::Naming;
use super::record::refusal;
use super::trace;
use crate::engine::host::admission::Admission;
use crate::engine::host::bindings::http::{KeepPolicy, RedirectPolicy, Request};
use crate::engine::host::host_call::HostCall;
use crate::http::{self as engine, Client, JarUse};
use crate::system::memory::{Account, Exceeded, Held};
use bytes::Bytes;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, HOST, TRANSFER_ENCODING};
use http::{HeaderName, HeaderValue, StatusCode};
use http_body_util::{BodyExt, Full};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;
use wasmtime_wasi_http::{Error, WasiBody};

/// The header that names a request in the results.
const NAME: HeaderName = HeaderName::from_static("x-wasmswarm-name");

/// Why a request that was never finished wasn't sent.
const NOT_A_REQUEST: &str = "the guest handed over what isn't a request";

/// A request on its way from the guest to the VU's task.
pub(in crate::engine::host) struct OutgoingRequest {
    pub(in crate::engine::host) request: http::Request<WasiBody>,
    pub(in crate::engine::host) limit: Option<Duration>,
    pub(in crate::engine::host) permit: SendPermit,
    pub(in crate::engine::host) memory: Arc<Account>,
    pub(in crate::engine::host) reply: oneshot::Sender<Result<http::Response<WasiBody>, Error>>,
}

/// What sending and recording such a request takes beside itself.
pub(in crate::engine::host) struct SendPermit {
    pub(in crate::engine::host) admission: Admission,
    pub(in crate::engine::host) naming: Naming,
    /// The largest body.
    pub(in crate::engine::host) max_body: usize,
    /// Whether it gets a trace of its own.
    pub(in crate::engine::host) traceparent: bool,
}

impl SendPermit {
    /// Records something that was to be sent and isn't even a request, so that nobody knows what it would have been.
    pub(in crate::engine::host) fn refuse_unfinished(self) {
        self.refuse(&nameless(), engine::ErrorCode::InvalidRequest, NOT_A_REQUEST);
    }

    /// Records a request that can't be sent.
    #[cold]
    fn refuse(self, request: &Request, code: engine::ErrorCode, why: &str) -> Unanswered {
        let attribution = &self.admission.attribution;
        refusal(attribution, request, code, why.to_owned(), &self.naming)
    }

    fn call(self, mut request: Request) -> HttpCall {
        let trace = self.traceparent.then(|| trace::begin(&mut request)).flatten();
        HttpCall {
            request,
            body: None,
            jar: JarUse::default(),
            admission: self.admission.traced(trace),
            naming: self.naming,
            _held: None,
        }
    }
}

impl OutgoingRequest {
    /// Sends it, and hands the response to the guest. A guest that lets go of its response has cut it short.
    pub(in crate::engine::host) async fn send(self, client: &Client) {
        let OutgoingRequest {
            request,
            limit,
            permit,
            memory,
            mut reply,
        } = self;
        let response = tokio::select! {
            biased;
            response = exchange(request, (limit, &memory), permit, client) => response,
            () = reply.closed() => return,
        };
        // Whoever doesn't take it doesn't need it.
        let _ = reply.send(response);
    }

    /// There is no room for it.
    pub(in crate::engine::host) fn refuse(self) {
        let request = read(&self.request, self.limit).unwrap_or_else(nameless);
        let why = "more than 64 requests at once";
        self.permit
            .refuse(&request, engine::ErrorCode::InvalidRequest, why);
        let _ = self.reply.send(Err(Error::ConnectionLimitReached));
    }
}

async fn exchange(
    request: http::Request<WasiBody>,
    (limit, memory): (Option<Duration>, &Arc<Account>),
    permit: SendPermit,
    client: &Client,
) -> Result<http::Response<WasiBody>, Error> {
    let read = read(&request, limit);
    let mut held = Held::new(memory);
    let body = collect(request.into_body(), permit.max_body, &mut held);
    let body = tokio::time::timeout(client.limit(limit), body).await;
    let unanswered = match (read, body) {
        (Some(request), Ok(Ok(body))) => {
            let call = permit.call(Request { body, ..request });
            let answer = call.run_beside(client).await;
            let response = answer.response().map_err(error_of)?;
            return view(&response, memory);
        }
        (Some(request), Err(_)) => {
            let why = "the time limit passed before the guest had written its body";
            permit.refuse(&request, engine::ErrorCode::Timeout, why)
        }
        (Some(request), Ok(Err(why))) => {
            let why = format!("the body can't be sent: {why}");
            permit.refuse(&request, engine::ErrorCode::InvalidRequest, &why)
        }
        (None, _) => permit.refuse(
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
struct CountedBody {
    bytes: Vec<u8>,
    _held: Held,
}

impl AsRef<[u8]> for CountedBody {
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
    let body = Full::new(Bytes::from_owner(CountedBody { bytes, _held: held }));
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
