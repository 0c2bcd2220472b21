//! HTTP/2 over hyper. One connection per origin and VU, shared by the exchanges of a batch.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Instant;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http2::{self, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::Notify;
use tokio::task::AbortHandle;

use super::error::{ErrorCode, HttpError};
use super::headers::takes_trailers;
use super::origin::HttpOrigin;
use super::prepared::PreparedRequest;
use super::received::{HeadFacts, Received, leads_on};
use super::retry::{FailedExchange, Retry, is_hang_up};
use super::timings::{ExchangePhase, Protocol, Trace};
use crate::net::{Buffer, NetStream, TlsAgreement};

/// An HTTP/2 connection. It closes when the last clone of its handle is dropped.
#[derive(Debug)]
pub(super) struct Http2Connection {
    pub(super) origin: Arc<HttpOrigin>,
    pub(super) remote: SocketAddr,
    pub(super) tls: Option<TlsAgreement>,
    sender: SendRequest<Full<Bytes>>,
    driver: AbortHandle,
    begun: Instant,
    /// When it was last used, in milliseconds since it began.
    used_at: AtomicU64,
    /// The server takes no further exchange on it.
    gone: AtomicBool,
    heard: Arc<Heard>,
}

/// A connection that has been at rest for so long may have been closed meanwhile, without its driver's knowledge.
const REST_MS: u64 = 2;

impl Http2Connection {
    /// Speaks the preface, and spawns the connection's driver on this thread's runtime.
    pub(super) async fn start(
        stream: NetStream,
        origin: Arc<HttpOrigin>,
        remote: SocketAddr,
    ) -> Result<Http2Connection, HttpError> {
        let heard = Arc::new(Heard::default());
        let tls = stream.agreed_tls();
        let (sender, driver) = http2::Builder::new(TokioExecutor::new())
            .max_header_list_size(64 * 1024)
            .handshake(TokioIo::new(Listening {
                stream,
                heard: heard.clone(),
            }))
            .await
            .map_err(|error| fault(&error))?;
        let driver = tokio::spawn(async move {
            // Each exchange sees the connection's error for itself.
            let _ = driver.await;
        });
        Ok(Http2Connection {
            origin,
            remote,
            tls,
            sender,
            driver: driver.abort_handle(),
            begun: Instant::now(),
            used_at: AtomicU64::new(0),
            gone: AtomicBool::new(false),
            heard,
        })
    }

    /// Whether no further exchange can be made.
    pub(super) fn is_closed(&self) -> bool {
        self.gone.load(Ordering::Relaxed) || self.sender.is_closed()
    }

    /// Lets the driver hear of what happened while the connection was at rest.
    async fn wake_up(&self) {
        let now = u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        let rested = now.saturating_sub(self.used_at.swap(now, Ordering::Relaxed));
        if rested >= REST_MS {
            tokio::task::yield_now().await;
        }
    }
}

/// Whether a server has been heard of, whose first words say how many exchanges it takes at once. The first exchange
/// doesn't wait for that; the others do.
#[derive(Debug, Default)]
struct Heard {
    was: AtomicBool,
    wake: Notify,
}

impl Heard {
    fn note(&self) {
        if !self.was.swap(true, Ordering::Relaxed) {
            self.wake.notify_waiters();
        }
    }

    async fn wait(&self) {
        let wake = self.wake.notified();
        if !self.was.load(Ordering::Relaxed) {
            wake.await;
        }
    }
}

/// A stream that notes when something, if only its end, is read from it.
struct Listening {
    stream: NetStream,
    heard: Arc<Heard>,
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.heard.note();
    }
}

impl AsyncRead for Listening {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let read = Pin::new(&mut this.stream).poll_read(cx, buf);
        if read.is_ready() {
            this.heard.note();
        }
        read
    }
}

impl AsyncWrite for Listening {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(cx, buf)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}

impl Drop for Http2Connection {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

/// Sends `prepared` and reads the response.
pub(super) async fn exchange(
    connection: &Http2Connection,
    prepared: &PreparedRequest<'_>,
    trace: &mut Trace,
) -> Result<Received, FailedExchange> {
    trace.enter(ExchangePhase::Blocked);
    trace.exchange.protocol = Protocol::Http2;
    let reused = trace.exchange.reused;
    if reused {
        connection.heard.wait().await;
        connection.wake_up().await;
    }
    let mut sender = connection.sender.clone();
    if let Err(error) = sender.ready().await {
        return Err(connection.failed(&error, Retry::Untouched));
    }
    trace.rename(ExchangePhase::Sending);
    let request = request(connection, prepared, trace).map_err(FailedExchange::for_good)?;
    let answer = sender.send_request(request);
    trace.enter(ExchangePhase::Waiting);
    let answer = match answer.await {
        Ok(answer) => answer,
        Err(error) => return Err(connection.failed(&error, retry(&error, reused))),
    };
    trace.enter(ExchangePhase::Receiving);
    receive(answer, prepared, trace)
        .await
        .map_err(FailedExchange::for_good)
}

impl Http2Connection {
    #[cold]
    fn failed(&self, error: &hyper::Error, retry: Retry) -> FailedExchange {
        // A stream that was refused leaves the connection as it is.
        let refused = cause_in_h2(error).is_some_and(h2::Error::is_reset);
        if retry != Retry::No && !refused {
            self.gone.store(true, Ordering::Relaxed);
        }
        let fault = fault(error);
        FailedExchange { fault, retry }
    }
}

/// Whether an exchange that ended without an answer may be made again.
#[cold]
fn retry(error: &hyper::Error, reused: bool) -> Retry {
    // It never reached the connection.
    if error.is_canceled() || error.is_closed() {
        return Retry::Untouched;
    }
    match cause_in_h2(error) {
        Some(cause) if cause.is_remote() && is_unprocessed(cause) => Retry::Untouched,
        None if reused && is_lost(error) => Retry::Stale,
        _ => Retry::No,
    }
}

/// Whether the server said that it has not processed the request (RFC 9113 §8.7). Of a connection that it goes away
/// from, only the streams beyond the last that it took are ended in this way.
fn is_unprocessed(cause: &h2::Error) -> bool {
    cause.is_go_away() || (cause.is_reset() && cause.reason() == Some(h2::Reason::REFUSED_STREAM))
}

/// Whether the connection itself was lost. hyper takes the system's errors out of h2's.
fn is_lost(error: &hyper::Error) -> bool {
    let cause = std::error::Error::source(error).and_then(|cause| cause.downcast_ref());
    error.is_incomplete_message() || cause.is_some_and(is_hang_up)
}

fn cause_in_h2(error: &hyper::Error) -> Option<&h2::Error> {
    std::error::Error::source(error)?.downcast_ref()
}

fn request(
    connection: &Http2Connection,
    prepared: &PreparedRequest<'_>,
    trace: &mut Trace,
) -> Result<http::Request<Full<Bytes>>, HttpError> {
    let invalid = |error: http::Error| HttpError::new(ErrorCode::InvalidRequest, error.to_string());
    let headers = prepared.headers(&connection.origin);
    let authority = headers
        .first()
        .map_or(connection.origin.authority.as_str(), |(_, host)| *host);
    let scheme = if connection.origin.destination.is_secure() {
        "https"
    } else {
        "http"
    };
    let url = format!("{scheme}://{authority}{}", prepared.path);
    let mut sent = prepared.request.method().len() + url.len() + prepared.request.body.len();
    let mut builder = http::Request::builder()
        .method(prepared.request.method())
        .uri(url)
        .version(http::Version::HTTP_2);
    let cookie = prepared.cookie.as_deref().map(|value| ("cookie", value));
    let te = takes_trailers(prepared.request.headers).then_some(("te", "trailers"));
    let own = |name: &str| name.eq_ignore_ascii_case("connection");
    for (name, value) in headers
        .into_iter()
        .skip(1)
        .filter(|(name, _)| !own(name))
        .chain(cookie)
        .chain(te)
    {
        sent += name.len() + value.len();
        builder = builder.header(name, value.as_bytes());
    }
    trace.exchange.bytes_sent = sent as u64;
    builder
        .body(Full::new(Bytes::copy_from_slice(prepared.request.body)))
        .map_err(invalid)
}

/// Puts the response into the form that HTTP/1 responses have.
async fn receive(
    answer: http::Response<Incoming>,
    prepared: &PreparedRequest<'_>,
    trace: &mut Trace,
) -> Result<Received, HttpError> {
    let mut received = Received::new(prepared.account);
    let head = head_of(&answer, &mut received.facts);
    trace.exchange.bytes_received = head.len() as u64;
    received.head_len = u32::try_from(head.len()).unwrap_or(u32::MAX);
    let (head_len, mut bytes, mut body) = (head.len(), head, answer.into_body());
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| fault(&error))?;
        let Some(data) = frame.data_ref() else { continue };
        trace.exchange.bytes_received += data.len() as u64;
        if prepared.wanted.keep {
            if bytes.len() - head_len + data.len() > prepared.wanted.max_body {
                return Err(HttpError::too_large(prepared.wanted.max_body));
            }
            received.make_room(bytes.len() + data.len())?;
            bytes.extend_from_slice(data);
        }
    }
    trace.finish();
    received.bytes = Buffer::adopt(bytes);
    Ok(received)
}

fn head_of(answer: &http::Response<Incoming>, facts: &mut HeadFacts) -> Vec<u8> {
    let mut head = format!("HTTP/2 {}\r\n", answer.status().as_u16()).into_bytes();
    for (name, value) in answer.headers() {
        head.extend_from_slice(name.as_str().as_bytes());
        head.extend_from_slice(b": ");
        head.extend_from_slice(value.as_bytes());
        head.extend_from_slice(b"\r\n");
    }
    head.extend_from_slice(b"\r\n");
    let has = |name: &str| answer.headers().contains_key(name);
    *facts = HeadFacts {
        status: answer.status().as_u16(),
        persistent: true,
        encoded: has("content-encoding"),
        sets_cookies: has("set-cookie"),
        location: answer
            .headers()
            .get("location")
            .is_some_and(|location| leads_on(answer.status().as_u16(), location.as_bytes())),
    };
    head
}

#[cold]
fn fault(error: &hyper::Error) -> HttpError {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(inner) = cause {
        if let Some(error) = inner.downcast_ref::<std::io::Error>() {
            return HttpError::transfer(error);
        }
        cause = inner.source();
    }
    let gone = error.is_closed() || error.is_canceled() || error.is_incomplete_message();
    let code = if gone {
        ErrorCode::ConnectionClosed
    } else {
        ErrorCode::Protocol
    };
    HttpError::new(code, format!("HTTP/2: {}", causes(error)))
}

/// The error with all that caused it, which is where hyper's has its reasons.
fn causes(error: &hyper::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}
