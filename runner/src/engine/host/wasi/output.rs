//! What a guest prints: its standard output and standard error.
//!
//! Lines of standard output are log lines at once. The last of standard error is held back until the running call
//! ends: if that traps, they are the guest's own words for why, and else log lines too. A guest that prints nothing
//! costs nothing.

use crate::engine::host::bindings::log::Level;
use crate::engine::host::last_words;
use crate::engine::host::log_sink::LogSink;
use crate::engine::host::run_shared::RunShared;
use crate::metrics::with_shard;
use bytes::Bytes;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::io::{AsyncWrite, sink};
use wasmtime_wasi::async_trait;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamResult};

/// Bytes that are held of each of the two; a longer line is cut into several.
const HELD_BYTES: usize = 4 << 10;

/// Bytes that one write takes.
const WRITE_BYTES: usize = 64 << 10;

/// Both streams of one instance. Clones are the same.
#[derive(Clone)]
pub(in crate::engine::host) struct StdOutput(Arc<OutputState>);

struct OutputState {
    run: Arc<RunShared>,
    vu: u64,
    held: Mutex<Unlogged>,
}

/// What is printed, but not a log line yet.
#[derive(Default)]
struct Unlogged {
    /// A line of standard output that hasn't ended.
    out: Vec<u8>,
    /// The last of standard error.
    err: Vec<u8>,
}

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::engine::host) enum StdStream {
    Out,
    Err,
}

impl StdOutput {
    pub(in crate::engine::host) fn new(run: Arc<RunShared>, vu: u64) -> StdOutput {
        StdOutput(Arc::new(OutputState {
            run,
            vu,
            held: Mutex::default(),
        }))
    }

    /// The end of the guest that `WasiCtx` wants.
    pub(in crate::engine::host) fn pipe(&self, stream: StdStream) -> Pipe {
        Pipe {
            output: self.clone(),
            stream,
        }
    }

    /// A call has ended well: what is held becomes log lines.
    pub(in crate::engine::host) fn flush(&self) {
        let Unlogged { out, err } = std::mem::take(&mut *self.held());
        self.log(&out);
        self.log(&err);
    }

    /// A call has trapped: what the guest said about it, if it did, in one line and in full.
    pub(in crate::engine::host) fn last_words(&self) -> Option<(String, String)> {
        let Unlogged { out, err } = std::mem::take(&mut *self.held());
        self.log(&out);
        let text = String::from_utf8_lossy(&err).into_owned();
        last_words::headline(&text).map(|headline| (headline, text))
    }

    fn write(&self, stream: StdStream, bytes: &[u8]) {
        let mut held = self.held();
        let buffer = match stream {
            StdStream::Out => &mut held.out,
            StdStream::Err => &mut held.err,
        };
        buffer.extend_from_slice(bytes);
        let done = match stream {
            StdStream::Out => whole_lines(buffer),
            // Twice as much may gather, so that the rest isn't moved with every line.
            StdStream::Err if buffer.len() > 2 * HELD_BYTES => buffer.len() - HELD_BYTES,
            StdStream::Err => 0,
        };
        if done > 0 {
            let lines: Vec<u8> = buffer.drain(..done).collect();
            drop(held);
            self.log(&lines);
        }
    }

    fn log(&self, text: &[u8]) {
        let lines = text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end);
        for line in lines.filter(|line| !line.is_empty()) {
            for part in line.chunks(HELD_BYTES) {
                let OutputState { run, vu, .. } = &*self.0;
                note(&run.log, *vu, &String::from_utf8_lossy(part));
            }
        }
    }

    fn held(&self) -> MutexGuard<'_, Unlogged> {
        self.0.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How much of a buffer is a whole line or more; all of it, once a line is too long to be held.
fn whole_lines(buffer: &[u8]) -> usize {
    match memchr::memrchr(b'\n', buffer) {
        Some(end) => end + 1,
        None if buffer.len() > HELD_BYTES => buffer.len(),
        None => 0,
    }
}

fn note(log: &LogSink, vu: u64, line: &str) {
    if !log.write(Level::Info, vu, line) {
        with_shard(|shard| shard.log_dropped(1));
    }
}

/// Where a guest writes one of the two.
#[derive(Clone)]
pub(in crate::engine::host) struct Pipe {
    output: StdOutput,
    stream: StdStream,
}

impl IsTerminal for Pipe {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Pipe {
    /// Only asked for by worlds that aren't linked.
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(sink())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

#[async_trait]
impl Pollable for Pipe {
    async fn ready(&mut self) {}
}

impl OutputStream for Pipe {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.output.write(self.stream, &bytes);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(WRITE_BYTES)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::host::log_sink::LogLine;
    use std::sync::mpsc::{Receiver, sync_channel};

    fn output() -> (StdOutput, Receiver<LogLine>) {
        let (sink, lines) = sync_channel(4_000);
        let run = RunShared::new(LogSink::new(sink, 4_000));
        (StdOutput::new(Arc::new(run), 3), lines)
    }

    fn said(lines: &Receiver<LogLine>) -> Vec<String> {
        lines.try_iter().map(|line| line.message).collect()
    }

    #[test]
    fn lines_of_standard_output_are_log_lines_at_once() {
        let (output, lines) = output();
        output.write(StdStream::Out, b"one\ntw");
        assert_eq!(said(&lines), ["one"]);
        output.write(StdStream::Out, b"o\r\n\nthree");
        assert_eq!(said(&lines), ["two"]);
        output.flush();
        assert_eq!(said(&lines), ["three"]);
    }

    #[test]
    fn standard_error_is_a_log_line_unless_the_call_traps() {
        let (output, lines) = output();
        output.write(StdStream::Err, b"just saying\n");
        assert!(said(&lines).is_empty());
        output.flush();
        assert_eq!(said(&lines), ["just saying"]);
        output.write(StdStream::Err, b"no way\n");
        let words = output.last_words();
        assert_eq!(words, Some(("no way".to_owned(), "no way\n".to_owned())));
        output.flush();
        assert!(said(&lines).is_empty() && output.last_words().is_none());
    }

    #[test]
    fn what_is_held_is_bounded_and_nothing_is_lost() {
        let (output, lines) = output();
        for number in 0..2_000 {
            output.write(StdStream::Err, format!("line {number}\n").as_bytes());
            assert!(output.held().err.len() <= 2 * HELD_BYTES + 10);
        }
        output.write(StdStream::Out, &[b'x'; 3 * HELD_BYTES]);
        assert!(output.held().out.is_empty());
        assert_eq!(
            said(&lines).iter().filter(|line| line.starts_with('x')).count(),
            3
        );
        let (headline, _) = output.last_words().unwrap();
        assert_eq!(headline, "line 1999");
    }
}
