//! Shows a run while it lasts: the live view or plain lines, and the guests' log lines. Where there
//! is a live view, keys steer the run.

use super::signals;
use super::steering::Steering;
use crate::engine::host::LogLine;
use crate::engine::host::bindings::log::Level;
use crate::engine::load::{EndReason, RunHandle, StopStage};
use crate::options::OutputOptions;
use crate::terminal::{self, KeyPress, Keys, LiveView, Progress, plain};
use std::io::{self, IsTerminal};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How often the live view looks for news.
const LOOK: Duration = Duration::from_millis(100);

/// The thread that shows a run.
pub(super) struct View {
    done: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// What the thread reads.
pub(super) struct Feed {
    pub(super) logs: Receiver<LogLine>,
    pub(super) run: RunHandle,
}

impl View {
    /// Starts to show.
    pub(super) fn start(output: &OutputOptions, feed: Feed) -> io::Result<View> {
        let done = Arc::new(AtomicBool::new(false));
        let plan = &feed.run.plan;
        let live = if is_live(output) {
            LiveView::on_stderr()
        } else {
            None
        };
        if live.is_some() {
            signals::listen_for_suspension()?;
        }
        let mut screen = Screen {
            keys: live.as_ref().and_then(|_| Keys::on_stdin()),
            live,
            steering: Steering::new(feed.run.control.clone()),
            run_time: plan.duration(),
            prints_lines: !output.quiet,
            least_rank: least_level(output),
            progress: Progress {
                iterations: plan.iterations(false),
                ..Progress::default()
            },
            printed: Instant::now(),
            answered: 0,
        };
        let ended = Arc::clone(&done);
        let show = move || screen.run(&feed, &ended);
        let thread = std::thread::Builder::new().name("view".to_owned()).spawn(show)?;
        let thread = Some(thread);
        Ok(View { done, thread })
    }

    /// Whether keys are read from the terminal, so that users may be added.
    pub(super) fn takes_keys(output: &OutputOptions) -> bool {
        is_live(output) && LiveView::is_possible() && io::stdin().is_terminal()
    }

    /// Shows what is left of the log, and clears the live view.
    pub(super) fn finish(self) {
        drop(self);
    }
}

impl Drop for View {
    fn drop(&mut self) {
        self.done.store(true, Ordering::Release);
        // A panic in there costs the view, not the results.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

fn is_live(output: &OutputOptions) -> bool {
    !output.headless && !output.quiet
}

struct Screen {
    live: Option<LiveView>,
    /// None where nobody can type any.
    keys: Option<Keys>,
    steering: Steering,
    /// The planned length of the run, pauses not counted.
    run_time: Option<Duration>,
    prints_lines: bool,
    /// The rank of the least level of log lines that are shown.
    least_rank: u8,
    progress: Progress,
    /// When the last plain line was printed.
    printed: Instant,
    /// How often the operator had asked for the end when that was answered.
    answered: u32,
}

impl Screen {
    fn run(&mut self, feed: &Feed, done: &AtomicBool) {
        loop {
            match feed.logs.recv_timeout(LOOK) {
                Ok(line) => self.show_log_line(&line),
                Err(_) if done.load(Ordering::Acquire) => return,
                Err(RecvTimeoutError::Disconnected) => std::thread::sleep(LOOK),
                Err(RecvTimeoutError::Timeout) => {}
            }
            self.refresh(feed);
        }
    }

    fn refresh(&mut self, feed: &Feed) {
        let stage = feed.run.stop.stage();
        let is_paused = stage == StopStage::Running && feed.run.control.is_paused();
        self.progress.state = match stage {
            StopStage::Graceful => "finishing iterations (Ctrl-C drops them)".to_owned(),
            StopStage::Running if is_paused => "paused".to_owned(),
            StopStage::Running | StopStage::Hard => String::new(),
        };
        self.progress.run_time = self.run_time.map(|time| time + feed.run.control.paused_for());
        // After the next Ctrl-C the process may end before this thread does: the terminal must be in order by then.
        if stage == StopStage::Hard && self.live.take().is_some() {
            self.printed = Instant::now();
        }
        self.answer(feed, stage);
        self.steer(stage);
        let snapshot = Arc::clone(&feed.run.snapshots.borrow());
        match &mut self.live {
            Some(live) => live.draw(&snapshot, &self.progress),
            None if self.prints_lines && self.printed.elapsed() >= plain::EVERY => {
                self.printed += plain::EVERY;
                let mut line = plain::line(&snapshot);
                if is_paused {
                    line.push_str("  paused");
                }
                terminal::print_error(&line);
            }
            None => {}
        }
    }

    /// Answers each Ctrl-C at once with a line, even where nothing else is printed: the end itself may take its time.
    fn answer(&mut self, feed: &Feed, stage: StopStage) {
        let asked = feed.run.stop.asked();
        if asked <= self.answered || feed.run.stop.reason() != Some(EndReason::Interrupted) {
            return;
        }
        self.answered = asked;
        let answer = match stage {
            StopStage::Hard => "interrupted again: what still runs is dropped",
            _ => "interrupted: ending the run in order (Ctrl-C again drops what still runs)",
        };
        // The live view says so itself.
        if self.live.is_none() {
            terminal::print_error(answer);
        }
    }

    /// Follows the keys. They change the run as long as iterations start.
    fn steer(&mut self, stage: StopStage) {
        if stage == StopStage::Hard {
            self.keys = None;
        }
        let (is_running, mut line) = (stage == StopStage::Running, String::new());
        if let (Some(keys), Some(live)) = (&mut self.keys, &mut self.live) {
            for key in keys.typed() {
                match key {
                    key if live.press(key) => {}
                    KeyPress::Char(key) if is_running => self.steering.press(key),
                    _ => {}
                }
            }
            if is_running {
                line = self.steering.line();
            }
        }
        self.progress.keys = line;
    }

    fn show_log_line(&mut self, line: &LogLine) {
        if rank(line.level) < self.least_rank {
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
