//! One HTTP/1.1 exchange over one connection: in the usual case one `send` for head and body, one `recv`.
//! Connecting, redirects, cookies and deadlines are the client's business.

mod body;
mod head;
mod request;
pub(super) mod response;

use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use self::request::inlines_body;
use self::response::ResponseReader;
use super::error::HttpError;
use super::origin::HttpOrigin;
use super::prepared::PreparedRequest;
use super::received::Received;
use super::retry::{FailedExchange, Retry, is_hang_up};
use super::timings::{ExchangePhase, Trace};
use crate::net::{self, NetStream};

/// A connection that speaks HTTP/1.1. It has no buffers of its own.
#[derive(Debug)]
pub(super) struct Http1Connection {
    pub(super) stream: NetStream,
    pub(super) origin: Arc<HttpOrigin>,
    pub(super) remote: SocketAddr,
    /// It has carried an exchange before.
    pub(super) used: bool,
}

/// Sends `prepared` and reads the response. Gives the connection back with it.
pub(super) async fn exchange(
    mut connection: Http1Connection,
    prepared: &PreparedRequest<'_>,
    trace: &mut Trace,
) -> Result<(Received, Http1Connection), FailedExchange> {
    trace.rename(ExchangePhase::Sending);
    let written = poll_fn(|cx| write(&mut connection, prepared, trace, cx)).await;
    let mut reader = ResponseReader::new(prepared.wanted, prepared.account);
    let outcome = match written {
        Ok(None) => {
            trace.wait();
            poll_fn(|cx| read(&mut connection, &mut reader, trace, cx)).await
        }
        // Rare, so that its future is boxed.
        Ok(Some(rest)) => Box::pin(go_on(&mut connection, &rest, prepared, &mut reader, trace)).await,
        Err(failed) => return Err(failed),
    };
    match outcome {
        Ok(()) => {
            connection.used = true;
            Ok((reader.into_received(), connection))
        }
        Err((fault, hung_up)) => {
            let stale = connection.used && trace.exchange.bytes_received == 0 && hung_up;
            let retry = if stale { Retry::Stale } else { Retry::No };
            Err(FailedExchange { fault, retry })
        }
    }
}

/// Writes what did not fit at once, then reads.
async fn go_on(
    connection: &mut Http1Connection,
    rest: &[u8],
    prepared: &PreparedRequest<'_>,
    reader: &mut ResponseReader,
    trace: &mut Trace,
) -> Result<(), (HttpError, bool)> {
    let written = write_rest(connection, rest, prepared, reader, trace).await;
    if trace.phase() == ExchangePhase::Sending {
        trace.enter(ExchangePhase::Waiting);
    }
    let (outcome, broken) = match written {
        Rest::Answered(outcome) => (outcome, None),
        Rest::Broken(error) => (
            poll_fn(|cx| read(connection, reader, trace, cx)).await,
            Some(error),
        ),
        Rest::Written => return poll_fn(|cx| read(connection, reader, trace, cx)).await,
    };
    // Nothing can follow a request that wasn't sent as a whole.
    let silent = trace.exchange.bytes_received == 0;
    match (outcome, broken) {
        (Err((_, hung_up)), Some(error)) if silent => Err((HttpError::transfer(&error), hung_up)),
        // What a server leaves unread makes its end of the connection a reset.
        (Err((fault, true)), _) => reader.close().map_err(|_| (fault, true)),
        (outcome, _) => outcome,
    }?;
    reader.ends_connection();
    Ok(())
}

/// Builds the request and writes what the socket takes at once. Returns what is left to write, if anything is.
fn write(
    connection: &mut Http1Connection,
    prepared: &PreparedRequest<'_>,
    trace: &mut Trace,
    cx: &mut Context<'_>,
) -> Poll<Result<Option<Vec<u8>>, FailedExchange>> {
    if connection.used && connection.stream.is_stale(cx) {
        let fault = HttpError::transfer(&io::ErrorKind::ConnectionReset.into());
        let retry = Retry::Untouched;
        return Poll::Ready(Err(FailedExchange { fault, retry }));
    }
    net::with_write(|buffer| {
        request::write(prepared, &connection.origin, buffer);
        let stream = &mut connection.stream;
        let taken = match Pin::new(&mut *stream).poll_write(cx, buffer) {
            Poll::Pending => 0,
            Poll::Ready(Ok(taken)) => taken,
            Poll::Ready(Err(error)) => return Poll::Ready(Err(write_failed(&error, connection.used))),
        };
        trace.exchange.bytes_sent += taken as u64;
        let flushed = matches!(Pin::new(stream).poll_flush(cx), Poll::Ready(Ok(())));
        if taken == buffer.len() && flushed && inlines_body(prepared) {
            return Poll::Ready(Ok(None));
        }
        Poll::Ready(Ok(Some(buffer.split_off(taken))))
    })
}

#[cold]
fn write_failed(error: &io::Error, used: bool) -> FailedExchange {
    let stale = used && is_hang_up(error);
    FailedExchange {
        fault: HttpError::transfer(error),
        retry: if stale { Retry::Stale } else { Retry::No },
    }
}

/// What came of writing what did not fit at once.
enum Rest {
    Written,
    /// The error is held back: the server may have answered before it hung up.
    Broken(io::Error),
    /// The exchange is over: the server answered, or failed, without having read everything.
    Answered(Result<(), (HttpError, bool)>),
}

/// Writes what did not fit at once, and listens meanwhile: a server that refuses a body answers before it has read
/// it, and may never read the rest (RFC 9112 §9.3).
async fn write_rest(
    connection: &mut Http1Connection,
    rest: &[u8],
    prepared: &PreparedRequest<'_>,
    reader: &mut ResponseReader,
    trace: &mut Trace,
) -> Rest {
    let body = if inlines_body(prepared) {
        &[]
    } else {
        prepared.request.body
    };
    let mut left = [rest, body];
    poll_fn(|cx| {
        if let Poll::Ready(outcome) = read(connection, reader, trace, cx) {
            return Poll::Ready(Rest::Answered(outcome));
        }
        match ready!(write_parts(&mut connection.stream, &mut left, trace, cx)) {
            Ok(()) => Poll::Ready(Rest::Written),
            Err(error) => Poll::Ready(Rest::Broken(error)),
        }
    })
    .await
}

/// Writes parts one after another, and takes from them what is written.
fn write_parts(
    stream: &mut NetStream,
    parts: &mut [&[u8]],
    trace: &mut Trace,
    cx: &mut Context<'_>,
) -> Poll<io::Result<()>> {
    for part in parts {
        while !part.is_empty() {
            let taken = ready!(Pin::new(&mut *stream).poll_write(cx, part))?;
            if taken == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            trace.exchange.bytes_sent += taken as u64;
            *part = &part[taken..];
        }
    }
    Pin::new(stream).poll_flush(cx)
}

/// Reads of one turn; then the other VUs have theirs.
const READS: u32 = 32;

/// Reads until the response is complete. The error says whether the peer hung up.
fn read(
    connection: &mut Http1Connection,
    reader: &mut ResponseReader,
    trace: &mut Trace,
    cx: &mut Context<'_>,
) -> Poll<Result<(), (HttpError, bool)>> {
    net::with_read(|buffer| {
        for _ in 0..READS {
            let mut filled = ReadBuf::new(buffer);
            let (outcome, unread) = ready!(read_some(&mut connection.stream, &mut filled, trace, cx));
            if let Err(error) = outcome {
                // TLS without a closing alert: what a body that ends with the connection gets from many servers.
                let ended = error.kind() == io::ErrorKind::UnexpectedEof && reader.close().is_ok();
                return Poll::Ready(finish(trace, ended, || {
                    (HttpError::transfer(&error), is_hang_up(&error))
                }));
            }
            let bytes = filled.filled();
            if bytes.is_empty() {
                let closed = reader.close().map_err(|fault| (fault, true));
                trace.finish();
                return Poll::Ready(closed);
            }
            let first = trace.phase() != ExchangePhase::Receiving;
            if first {
                trace.enter(ExchangePhase::Receiving);
                if unread.is_some() {
                    trace.note_unread(unread);
                }
            }
            trace.exchange.bytes_received += bytes.len() as u64;
            if reader.feed(bytes).map_err(|fault| (fault, false))? {
                // The last byte came with the first: that reading of the clock holds for both.
                if !first {
                    trace.finish();
                }
                return Poll::Ready(Ok(()));
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
}

/// Reads once, and asks how long that had been there if it belongs to the sample.
#[inline]
fn read_some(
    stream: &mut NetStream,
    filled: &mut ReadBuf<'_>,
    trace: &Trace,
    cx: &mut Context<'_>,
) -> Poll<(io::Result<()>, Option<Duration>)> {
    if !trace.times_read() {
        return Pin::new(stream).poll_read(cx, filled).map(|read| (read, None));
    }
    stream.poll_read_timed(cx, filled).map(|read| match read {
        Ok(unread) => (Ok(()), unread),
        Err(error) => (Err(error), None),
    })
}

fn finish<E>(trace: &mut Trace, fine: bool, error: impl FnOnce() -> E) -> Result<(), E> {
    trace.finish();
    if fine { Ok(()) } else { Err(error()) }
}
