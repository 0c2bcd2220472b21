//! Shows a run while it lasts: the live view or plain lines, and the guests' log lines.

use crate::host::LogLine;
use crate::host::bindings::log::Level;
use crate::load::{Stage, StopHandle};
use crate::metrics::Snapshot;
use crate::options::OutputOptions;
use crate::plan::Plan;
use crate::terminal::{self, Live, Progress, plain};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// How often the live view looks for news.
const LOOK: Duration = Duration::from_millis(100);

/// The thread that shows a run.
pub(super) struct View {
    done: Arc<AtomicBool>,
    thread: JoinHandle<()>,
}

/// What the thread reads.
pub(super) struct Feed {
    pub(super) logs: Receiver<LogLine>,
    pub(super) snapshots: watch::Receiver<Arc<Snapshot>>,
    pub(super) stop: StopHandle,
}

impl View {
    /// Starts to show.
    pub(super) fn start(output: &OutputOptions, plan: &Plan, feed: Feed) -> io::Result<View> {
        let done = Arc::new(AtomicBool::new(false));
        let is_live = !output.headless && !output.quiet;
        let mut screen = Screen {
            live: if is_live { Live::on_stderr() } else { None },
            prints_lines: !output.quiet,
            least: least_level(output),
            progress: Progress {
                run_time: plan.duration(),
                iterations: plan.iterations(false),
                ..Progress::default()
            },
            printed: Instant::now(),
        };
        let ended = Arc::clone(&done);
        let show = move || screen.run(&feed, &ended);
        let thread = std::thread::Builder::new().name("view".to_owned()).spawn(show)?;
        Ok(View { done, thread })
    }

    /// Shows what is left of the log, and clears the live view.
    pub(super) fn finish(self) {
        self.done.store(true, Ordering::Release);
        // A panic in there costs the view, not the results.
        let _ = self.thread.join();
    }
}

struct Screen {
    live: Option<Live>,
    prints_lines: bool,
    least: u8,
    progress: Progress,
    /// When the last plain line was printed.
    printed: Instant,
}

impl Screen {
    fn run(&mut self, feed: &Feed, done: &AtomicBool) {
        loop {
            match feed.logs.recv_timeout(LOOK) {
                Ok(line) => self.log(&line),
                Err(_) if done.load(Ordering::Acquire) => return,
                Err(RecvTimeoutError::Disconnected) => std::thread::sleep(LOOK),
                Err(RecvTimeoutError::Timeout) => {}
            }
            self.refresh(feed);
        }
    }

    fn refresh(&mut self, feed: &Feed) {
        self.progress.state = match feed.stop.stage() {
            Stage::Graceful => "finishing iterations (Ctrl-C drops them)".to_owned(),
            Stage::Running | Stage::Hard => String::new(),
        };
        // The next Ctrl-C ends the process at once: the terminal must be in order by then.
        if feed.stop.stage() == Stage::Hard && self.live.take().is_some() {
            self.printed = Instant::now();
        }
        let snapshot = Arc::clone(&feed.snapshots.borrow());
        match &mut self.live {
            Some(live) => live.draw(&snapshot, &self.progress),
            None if self.prints_lines && self.printed.elapsed() >= plain::EVERY => {
                self.printed += plain::EVERY;
                terminal::print_error(&plain::line(&snapshot));
            }
            None => {}
        }
    }

    fn log(&mut self, line: &LogLine) {
        if rank(line.level) < self.least {
            return;
        }
        let who = if line.vu == 0 {
            "plugin".to_owned()
        } else {
            format!("VU {}", line.vu)
        };
        let text = format!(
            "{:<5} {who}: {}",
            name(line.level),
            terminal::escape(line.message.trim_end())
        );
        match &mut self.live {
            Some(live) => live.log_line(&text),
            None => terminal::print_error(&text),
        }
    }
}

fn least_level(output: &OutputOptions) -> u8 {
    if let Some(level) = output.log_level {
        return level as u8;
    }
    match (output.quiet, output.verbose) {
        (true, _) => rank(Level::Error),
        (_, true) => 0,
        _ => rank(Level::Info),
    }
}

fn rank(level: Level) -> u8 {
    match level {
        Level::Debug => 0,
        Level::Info => 1,
        Level::Warn => 2,
        Level::Error => 3,
    }
}

fn name(level: Level) -> &'static str {
    match level {
        Level::Debug => "debug",
        Level::Info => "info",
        Level::Warn => "warn",
        Level::Error => "error",
    }
}
