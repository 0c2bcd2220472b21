//! One HTTP/1.1 exchange over one connection: in the usual case one `send` for head and body, one `recv`.
//! Connecting, redirects, cookies and deadlines are the client's business.

pub(super) mod body;
pub(super) mod request;
pub(super) mod response;

use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf};

use super::buffers;
use super::error::Fault;
use super::stream::Stream;
use super::target::Origin;
use super::timings::{Phase, Trace};
use request::Job;
use response::Reader;

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
    /// A kept-alive connection was closed by the server before it answered.
    pub(super) stale: bool,
    /// Nothing was written.
    pub(super) unsent: bool,
}

/// Sends `job` and reads the response. Gives the connection back with it.
pub(super) async fn exchange(
    mut connection: Connection,
    job: &Job<'_>,
    trace: &mut Trace,
) -> Result<(Reader, Connection), Lost> {
    trace.rename(Phase::Sending);
    let written = poll_fn(|cx| write(&mut connection, job, trace, cx)).await;
    let broken = match written {
        Ok(None) => None,
        Ok(Some(rest)) => Box::pin(write_rest(&mut connection.stream, rest, job, trace))
            .await
            .err(),
        Err(lost) => return Err(lost),
    };
    trace.enter(Phase::Waiting);
    let mut reader = Reader::new(job.wanted);
    reader.charge_to(job.account);
    let outcome = poll_fn(|cx| read(&mut connection, &mut reader, trace, cx)).await;
    match outcome {
        Ok(()) => {
            reader.facts.persistent &= broken.is_none();
            connection.used = true;
            Ok((reader, connection))
        }
        Err((fault, hung_up)) => {
            let silent = trace.exchange.bytes_received == 0;
            let fault = broken
                .filter(|_| silent)
                .map_or(fault, |error| Fault::transfer(&error));
            Err(Lost {
                fault,
                stale: connection.used && silent && hung_up,
                unsent: false,
            })
        }
    }
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
        return Poll::Ready(Err(Lost {
            fault,
            stale: true,
            unsent: true,
        }));
    }
    buffers::with_request(|buffer| {
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
    Lost {
        fault: Fault::transfer(error),
        stale: used && is_hang_up(error),
        unsent: false,
    }
}

/// Writes what did not fit at once. An error is held back: the server may have answered before it hung up.
async fn write_rest(
    stream: &mut Stream,
    rest: Vec<u8>,
    job: &Job<'_>,
    trace: &mut Trace,
) -> Result<(), io::Error> {
    stream.write_all(&rest).await?;
    trace.exchange.bytes_sent += rest.len() as u64;
    if !job.inlines_body() {
        stream.write_all(job.request.body).await?;
        trace.exchange.bytes_sent += job.request.body.len() as u64;
    }
    stream.flush().await
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
    buffers::with_read(|buffer| {
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
            let first = trace.phase() == Phase::Waiting;
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

fn is_hang_up(error: &io::Error) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, NotConnected, UnexpectedEof};
    matches!(
        error.kind(),
        BrokenPipe | ConnectionAborted | ConnectionReset | NotConnected | UnexpectedEof
    )
}
