//! What helps to find out why requests fail: exchanges shown among the log lines, and the file of failed ones. It is written
//! on a thread of its own; where that is too slow, exchanges are left out and counted.

use super::no_thread;
use crate::engine::host::{Exchanges, LogLine, LogSink, MOST_FAILURES, RequestFailure, ShownBody};
use crate::error::Failure;
use crate::options::{HttpDebug, OutputOptions};
use crate::secret;
use crate::terminal::{self, Paint};
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// Failed exchanges that may wait to be written.
const QUEUE: usize = 64;

/// How often the thread looks whether the run has ended.
const LOOK: Duration = Duration::from_millis(50);

/// Bytes of a body that `--debug` shows.
const START: usize = 1_024;

/// The file of failed exchanges, under way.
#[derive(Debug)]
pub(super) struct FailuresLog {
    exchanges: Arc<Exchanges>,
    ended: Arc<AtomicBool>,
    writer: JoinHandle<io::Result<()>>,
}

/// Who looks at exchanges, if anybody does, and the file that it takes.
pub(super) fn look(
    output: &OutputOptions,
    lines: SyncSender<LogLine>,
) -> Result<(Option<Arc<Exchanges>>, Option<FailuresLog>), Failure> {
    let shown = match (output.http_debug, output.debug) {
        (Some(HttpDebug::Full), _) => Some(ShownBody::Start(usize::MAX)),
        (_, true) => Some(ShownBody::Start(START)),
        (Some(HttpDebug::Headers), false) => Some(ShownBody::None),
        (None, false) => None,
    };
    let shown = shown.map(|body| (body, LogSink::new(lines, u32::MAX)));
    let Some(path) = &output.failures_log else {
        let exchanges = shown.map(|shown| Arc::new(Exchanges::new(Some(shown), None)));
        return Ok((exchanges, None));
    };
    let file = File::create(path).map_err(|error| {
        let failure = Failure::invalid(format!("failures can't be written to {:?}", path.display()));
        failure
            .because(error)
            .hint("name a file in a folder that exists and that you may write to")
    })?;
    let (sender, failed) = sync_channel(QUEUE);
    let exchanges = Arc::new(Exchanges::new(shown, Some(sender)));
    let ended = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&ended);
    let writer = std::thread::Builder::new()
        .name("failures".to_owned())
        .spawn(move || write(file, &failed, &seen))
        .map_err(no_thread)?;
    let log = FailuresLog {
        exchanges: Arc::clone(&exchanges),
        ended,
        writer,
    };
    Ok((Some(exchanges), Some(log)))
}

impl FailuresLog {
    /// Ends the file, and says what it lacks.
    pub(super) fn end(self, path: Option<&Path>) {
        self.ended.store(true, Ordering::Release);
        let written = self.writer.join();
        let path = path.unwrap_or(Path::new("")).display();
        let lack = match (written, self.exchanges.left_out()) {
            (Ok(Ok(())), 0) => return,
            (Ok(Ok(())), count) => format!(
                "{count} failed requests are not in {path:?}: it has the first {MOST_FAILURES} at most"
            ),
            (Ok(Err(error)), _) => format!("failed to write failed requests to {path:?}: {error}"),
            (Err(_), _) => format!("failed requests are missing in {path:?}: its thread has gone"),
        };
        terminal::print_error(&terminal::warning_text(&lack, Paint::for_stderr()));
    }
}

/// Writes until the run has ended and nothing waits any more.
fn write(file: File, failed: &Receiver<RequestFailure>, ended: &AtomicBool) -> io::Result<()> {
    let mut file = io::BufWriter::new(file);
    loop {
        match failed.recv_timeout(LOOK) {
            Ok(exchange) => {
                let line = serde_json::to_string(&exchange)?;
                writeln!(file, "{}", secret::redact_json(&line))?;
            }
            Err(RecvTimeoutError::Timeout) if !ended.load(Ordering::Acquire) => file.flush()?,
            Err(_) => return file.flush(),
        }
    }
}
