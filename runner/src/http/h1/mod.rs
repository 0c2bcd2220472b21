//! One HTTP/1.1 exchange over one connection: in the usual case one `send` for head and body, one `recv`.
//! Connecting, redirects, cookies and deadlines are the client's business.

pub(super) mod body;
pub(super) mod head;
pub(super) mod request;
pub(super) mod response;

use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use self::request::Job;
use self::response::Reader;
use super::error::Fault;
use super::request::Request;
use super::target::Origin;
use super::timings::{Phase, Trace};
use crate::net::{self, Stream};

/// A connection that speaks HTTP/1.1. It has no buffers of its own.
#[derive(Debug)]
pub(super) struct Connection {
    pub(super) stream: Stream,
    pub(super) origin: Arc<Origin>,
    pub(super) remote: SocketAddr,
    /// It has carried an exchange before.
    pub(super) used: bool,
}

/// An exchange that did not complete.
#[derive(Debug)]
pub(super) struct Lost {
    pub(super) fault: Fault,
    pub(super) again: Again,
}

/// Whether a lost exchange may be made again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Again {
    /// The server may have acted on it, or would fail again.
    No,
    /// A kept-alive connection was closed by the server before it answered.
    Stale,
    /// The server has not acted on it: nothing was written, or it said so.
    Untouched,
}

/// How often a request that servers don't take up is sent again.
const UNTOUCHED: u8 = 3;

impl Lost {
    /// For good.
    #[cold]
    pub(super) fn for_good(fault: Fault) -> Lost {
        Lost {
            fault,
            again: Again::No,
        }
    }

    /// Whether it is made again, on a new connection if its own is closed. `before`: how often it was already.
    pub(super) fn goes_again(&self, request: &Request<'_>, before: u8) -> bool {
        match self.again {
            Again::No => false,
            Again::Stale => before == 0 && request.is_idempotent(),
            Again::Untouched => before < UNTOUCHED,
        }
    }
}

/// Sends `job` and reads the response. Gives the connection back with it.
pub(super) async fn exchange(
    mut connection: Connection,
    job: &Job<'_>,
    trace: &mut Trace,
) -> Result<(Reader, Connection), Lost> {
    trace.rename(Phase::Sending);
    let written = poll_fn(|cx| write(&mut connection, job, trace, cx)).await;
    let mut reader = Reader::new(job.wanted);
    reader.charge_to(job.account);
    let outcome = match written {
        Ok(None) => {
            trace.enter(Phase::Waiting);
            poll_fn(|cx| read(&mut connection, &mut reader, trace, cx)).await
        }
        // Rare, so that its future is boxed.
        Ok(Some(rest)) => Box::pin(go_on(&mut connection, &rest, job, &mut reader, trace)).await,
        Err(lost) => return Err(lost),
    };
    match outcome {
        Ok(()) => {
            connection.used = true;
            Ok((reader, connection))
        }
        Err((fault, hung_up)) => {
            let stale = connection.used && trace.exchange.bytes_received == 0 && hung_up;
            let again = if stale { Again::Stale } else { Again::No };
            Err(Lost { fault, again })
        }
    }
}

/// Writes what did not fit at once, then reads.
async fn go_on(
    connection: &mut Connection,
    rest: &[u8],
    job: &Job<'_>,
    reader: &mut Reader,
    trace: &mut Trace,
) -> Result<(), (Fault, bool)> {
    let written = write_rest(connection, rest, job, reader, trace).await;
    if trace.phase() == Phase::Sending {
        trace.enter(Phase::Waiting);
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
        (Err((_, hung_up)), Some(error)) if silent => Err((Fault::transfer(&error), hung_up)),
        // What a server leaves unread makes its end of the connection a reset.
        (Err((fault, true)), _) => reader.close().map_err(|_| (fault, true)),
        (outcome, _) => outcome,
    }?;
    reader.facts.persistent = false;
    Ok(())
}

/// Builds the request and writes what the socket takes at once. Returns what is left to write, if anything is.
fn write(
    connection: &mut Connection,
    job: &Job<'_>,
    trace: &mut Trace,
    cx: &mut Context<'_>,
) -> Poll<Result<Option<Vec<u8>>, Lost>> {
    if connection.used && connection.stream.is_stale(cx) {
        let fault = Fault::transfer(&io::ErrorKind::ConnectionReset.into());
        let again = Again::Untouched;
        return Poll::Ready(Err(Lost { fault, again }));
    }
    net::with_write(|buffer| {
        job.write(&connection.origin, buffer);
        let stream = &mut connection.stream;
        let taken = match Pin::new(&mut *stream).poll_write(cx, buffer) {
            Poll::Pending => 0,
            Poll::Ready(Ok(taken)) => taken,
            Poll::Ready(Err(error)) => return Poll::Ready(Err(write_failed(&error, connection.used))),
        };
        trace.exchange.bytes_sent += taken as u64;
        let flushed = matches!(Pin::new(stream).poll_flush(cx), Poll::Ready(Ok(())));
        if taken == buffer.len() && flushed && job.inlines_body() {
            return Poll::Ready(Ok(None));
        }
        Poll::Ready(Ok(Some(buffer.split_off(taken))))
    })
}

#[cold]
fn write_failed(error: &io::Error, used: bool) -> Lost {
    let stale = used && is_hang_up(error);
    Lost {
        fault: Fault::transfer(error),
        again: if stale { Again::Stale } else { Again::No },
    }
}

/// What came of writing what did not fit at once.
enum Rest {
    Written,
    /// The error is held back: the server may have answered before it hung up.
    Broken(io::Error),
    /// The exchange is over: the server answered, or failed, without having read everything.
    Answered(Result<(), (Fault, bool)>),
}

/// Writes what did not fit at once, and listens meanwhile: a server that refuses a body answers before it has read
/// it, and may never read the rest (RFC 9112 §9.3).
async fn write_rest(
    connection: &mut Connection,
    rest: &[u8],
    job: &Job<'_>,
    reader: &mut Reader,
    trace: &mut Trace,
) -> Rest {
    let body = if job.inlines_body() { &[] } else { job.request.body };
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
    stream: &mut Stream,
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
    connection: &mut Connection,
    reader: &mut Reader,
    trace: &mut Trace,
    cx: &mut Context<'_>,
) -> Poll<Result<(), (Fault, bool)>> {
    net::with_read(|buffer| {
        for _ in 0..READS {
            let mut filled = ReadBuf::new(buffer);
            if let Err(error) = ready!(Pin::new(&mut connection.stream).poll_read(cx, &mut filled)) {
                // TLS without a closing alert: what a body that ends with the connection gets from many servers.
                let ended = error.kind() == io::ErrorKind::UnexpectedEof && reader.close().is_ok();
                return Poll::Ready(finish(trace, ended, || {
                    (Fault::transfer(&error), is_hang_up(&error))
                }));
            }
            let bytes = filled.filled();
            if bytes.is_empty() {
                let closed = reader.close().map_err(|fault| (fault, true));
                trace.finish();
                return Poll::Ready(closed);
            }
            let first = trace.phase() != Phase::Receiving;
            if first {
                trace.enter(Phase::Receiving);
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

fn finish<E>(trace: &mut Trace, fine: bool, error: impl FnOnce() -> E) -> Result<(), E> {
    trace.finish();
    if fine { Ok(()) } else { Err(error()) }
}

pub(super) fn is_hang_up(error: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, NotConnected, UnexpectedEof};
    matches!(
        error.kind(),
        BrokenPipe | ConnectionAborted | ConnectionReset | NotConnected | UnexpectedEof
    )
}
