//! HTTP/2 over hyper. One session per origin and VU, shared by the exchanges of a batch.

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http2::{self, SendRequest};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::task::AbortHandle;

use super::buffers::Buffer;
use super::error::{ErrorCode, Fault};
use super::h1::Lost;
use super::h1::request::Job;
use super::h1::response::{Facts, Reader};
use super::stream::Stream;
use super::target::Origin;
use super::timings::{Phase, Protocol, Trace};

/// An HTTP/2 connection. It closes when the last clone of its handle is dropped.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) origin: Arc<Origin>,
    pub(super) remote: SocketAddr,
    sender: SendRequest<Full<Bytes>>,
    driver: AbortHandle,
}

impl Session {
    /// Speaks the preface, and spawns the connection's driver on this thread's runtime.
    pub(super) async fn start(
        stream: Stream,
        origin: Arc<Origin>,
        remote: SocketAddr,
    ) -> Result<Session, Fault> {
        let (sender, driver) = http2::Builder::new(TokioExecutor::new())
            .max_header_list_size(64 * 1024)
            .handshake(TokioIo::new(stream))
            .await
            .map_err(|error| fault(&error))?;
        let driver = tokio::spawn(async move {
            // Each exchange sees the connection's error for itself.
            let _ = driver.await;
        });
        Ok(Session {
            origin,
            remote,
            sender,
            driver: driver.abort_handle(),
        })
    }

    /// Whether no further exchange can be made.
    pub(super) fn is_closed(&self) -> bool {
        self.sender.is_closed()
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

/// Sends `job` and reads the response.
pub(super) async fn exchange(session: &Session, job: &Job<'_>, trace: &mut Trace) -> Result<Reader, Lost> {
    trace.enter(Phase::Blocked);
    trace.exchange.protocol = Protocol::Http2;
    let reused = trace.exchange.reused;
    let lost = |error: hyper::Error, unsent: bool| Lost {
        stale: reused && (error.is_canceled() || error.is_closed() || unsent),
        fault: fault(&error),
        unsent,
    };
    let mut sender = session.sender.clone();
    sender.ready().await.map_err(|error| lost(error, true))?;
    trace.rename(Phase::Sending);
    let request = request(session, job, trace).map_err(|fault| Lost {
        fault,
        stale: false,
        unsent: true,
    })?;
    let answer = sender.send_request(request);
    trace.enter(Phase::Waiting);
    let answer = answer.await.map_err(|error| lost(error, false))?;
    trace.enter(Phase::Receiving);
    receive(answer, job, trace).await.map_err(|fault| Lost {
        fault,
        stale: false,
        unsent: false,
    })
}

fn request(session: &Session, job: &Job<'_>, trace: &mut Trace) -> Result<http::Request<Full<Bytes>>, Fault> {
    let invalid = |error: http::Error| Fault::new(ErrorCode::InvalidRequest, error.to_string());
    let headers = job.headers(&session.origin);
    let authority = headers
        .first()
        .map_or(session.origin.authority.as_str(), |(_, host)| *host);
    let scheme = if session.origin.https { "https" } else { "http" };
    let url = format!("{scheme}://{authority}{}", job.path);
    let mut sent = job.request.method().len() + url.len() + job.request.body.len();
    let mut builder = http::Request::builder()
        .method(job.request.method())
        .uri(url)
        .version(http::Version::HTTP_2);
    let cookie = job.cookie.as_deref().map(|value| ("cookie", value));
    let own = |name: &str| name.eq_ignore_ascii_case("connection");
    for (name, value) in headers
        .into_iter()
        .skip(1)
        .filter(|(name, _)| !own(name))
        .chain(cookie)
    {
        sent += name.len() + value.len();
        builder = builder.header(name, value.as_bytes());
    }
    trace.exchange.bytes_sent = sent as u64;
    builder
        .body(Full::new(Bytes::copy_from_slice(job.request.body)))
        .map_err(invalid)
}

/// Puts the response into the form that HTTP/1 responses have.
async fn receive(
    answer: http::Response<Incoming>,
    job: &Job<'_>,
    trace: &mut Trace,
) -> Result<Reader, Fault> {
    let mut reader = Reader::new(job.wanted);
    reader.charge_to(job.account);
    let head = head_of(&answer, &mut reader.facts);
    trace.exchange.bytes_received = head.len() as u64;
    reader.head_len = u32::try_from(head.len()).unwrap_or(u32::MAX);
    let (head_len, mut bytes, mut body) = (head.len(), head, answer.into_body());
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| fault(&error))?;
        let Some(data) = frame.data_ref() else { continue };
        trace.exchange.bytes_received += data.len() as u64;
        if job.wanted.keep {
            if bytes.len() - head_len + data.len() > job.wanted.max_body {
                return Err(Fault::new(
                    ErrorCode::ResponseTooLarge,
                    "the body is larger than the run allows",
                ));
            }
            reader.make_room(bytes.len() + data.len())?;
            bytes.extend_from_slice(data);
        }
    }
    trace.finish();
    reader.bytes = Buffer::adopt(bytes);
    Ok(reader)
}

fn head_of(answer: &http::Response<Incoming>, facts: &mut Facts) -> Vec<u8> {
    let mut head = format!("HTTP/2 {}\r\n", answer.status().as_u16()).into_bytes();
    for (name, value) in answer.headers() {
        head.extend_from_slice(name.as_str().as_bytes());
        head.extend_from_slice(b": ");
        head.extend_from_slice(value.as_bytes());
        head.extend_from_slice(b"\r\n");
    }
    head.extend_from_slice(b"\r\n");
    let has = |name: &str| answer.headers().contains_key(name);
    *facts = Facts {
        status: answer.status().as_u16(),
        persistent: true,
        encoded: has("content-encoding"),
        sets_cookies: has("set-cookie"),
        location: has("location") && matches!(answer.status().as_u16(), 301 | 302 | 303 | 307 | 308),
    };
    head
}

#[cold]
fn fault(error: &hyper::Error) -> Fault {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(inner) = cause {
        if let Some(error) = inner.downcast_ref::<std::io::Error>() {
            return Fault::transfer(error);
        }
        cause = inner.source();
    }
    let gone = error.is_closed() || error.is_canceled() || error.is_incomplete_message();
    let code = if gone {
        ErrorCode::ConnectionClosed
    } else {
        ErrorCode::Protocol
    };
    Fault::new(code, format!("HTTP/2: {error}"))
}
