//! Where what guests say goes: to the operator, at a bounded rate.

use super::bindings::log::Level;
use super::limits;
use crate::http::Ignored;
use crate::system::memory::{Account, Held};
use std::collections::HashSet;
use std::sync::atomic::{AtomicU16, AtomicU32, AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

/// Different crashes of guests that one run tells of.
const CRASHES: usize = 100;

/// Bytes of the lines that wait to be printed.
const QUEUED_BYTES: usize = 8 << 20;
/// Different reasons of failed requests that one run tells of.
const FAILURES: usize = 20;

/// Lines of what a guest said about one crash.
const CRASH_LINES: usize = 50;

/// A guest's message, cut to its limit but not yet escaped: whoever prints it does that.
#[derive(Debug)]
pub struct LogLine {
    /// How much it matters.
    pub level: Level,
    /// VU, 0 in `setup` and `teardown`.
    pub vu: u64,
    /// The text.
    pub message: String,
    /// What it counts until it is printed.
    _held: Option<Held>,
}

/// Where guests' messages go: a bounded queue to the thread that prints, with a limit per
/// second for the whole run. What doesn't fit is dropped and counted.
#[derive(Debug)]
pub struct LogSink {
    lines: SyncSender<LogLine>,
    /// The bytes of the lines that wait.
    waiting: Arc<Account>,
    per_second: u32,
    begun: Instant,
    second: AtomicU64,
    in_second: AtomicU32,
    /// Messages of the crashes that were told of.
    crashes: Mutex<HashSet<String>>,
    /// Reasons of failed requests that were told of.
    failures: Mutex<HashSet<String>>,
    /// Headers that were told of.
    ignored: AtomicU16,
}

impl LogSink {
    /// A sink that lets `per_second` lines through.
    pub fn new(lines: SyncSender<LogLine>, per_second: u32) -> LogSink {
        LogSink {
            lines,
            waiting: Account::new(&Arc::default(), QUEUED_BYTES),
            per_second,
            begun: Instant::now(),
            second: AtomicU64::new(0),
            in_second: AtomicU32::new(0),
            crashes: Mutex::default(),
            failures: Mutex::default(),
            ignored: AtomicU16::new(0),
        }
    }

    /// A sink that lets nothing through.
    pub fn closed() -> LogSink {
        LogSink::new(sync_channel(1).0, 0)
    }

    /// Whether one more line fits into this second. Two threads that meet at the turn of a
    /// second may let a few more through; the limit is there to bound, not to measure.
    fn admit(&self) -> bool {
        let now = self.begun.elapsed().as_secs();
        if self.second.swap(now, Ordering::Relaxed) != now {
            self.in_second.store(0, Ordering::Relaxed);
        }
        self.in_second.fetch_add(1, Ordering::Relaxed) < self.per_second
    }

    /// Tells of headers that weren't sent as the guest gave them, once of each.
    #[cold]
    pub(super) fn ignored(&self, vu: u64, headers: Ignored) {
        // Looked at before it is written: a guest that does it each time must not make threads wait for each other.
        if headers.bits() & !self.ignored.load(Ordering::Relaxed) == 0 {
            return;
        }
        let before = self.ignored.fetch_or(headers.bits(), Ordering::Relaxed);
        let news = headers.bits() & !before;
        if Ignored::closes(news) {
            let why = "the plugin's `connection: close` ends a connection with each request that has it";
            self.send(Level::Info, vu, why);
        }
        for name in Ignored::names(news) {
            let why =
                "is set by the host itself: what the plugin gave was left out, here and in other requests";
            self.send(Level::Warn, vu, &format!("header {name:?} {why}"));
        }
    }

    /// Takes a line, if there is room for it.
    pub(super) fn write(&self, level: Level, vu: u64, message: &str) -> bool {
        // Admitted before it is copied: a dropped line costs the host next to nothing.
        self.admit() && self.send(level, vu, message)
    }

    /// Tells of a crash, if it is the first with this message in the run; `words` is all that the
    /// guest printed about it. The results have the count.
    pub(super) fn crash(&self, vu: u64, message: &str, words: &str) {
        if !is_news(&self.crashes, CRASHES, message) {
            return;
        }
        self.send(Level::Error, vu, &format!("crashed: {message}"));
        let lines = || words.lines().filter(|line| !line.trim().is_empty());
        if lines().count() > 1 {
            lines().take(CRASH_LINES).for_each(|line| {
                self.send(Level::Error, vu, &format!("  {line}"));
            });
        }
    }

    /// Tells why a request failed, if it is the first with this reason in the run. The results have the count.
    pub(super) fn failure(&self, vu: u64, subject: &str, code: &str, detail: &str) {
        if is_news(&self.failures, FAILURES, detail) {
            self.send(Level::Warn, vu, &format!("{subject} failed: {code}: {detail}"));
        }
    }

    fn send(&self, level: Level, vu: u64, message: &str) -> bool {
        let message = limits::cut(message, limits::LOG_BYTES).to_owned();
        let Ok(held) = self.waiting.hold(message.len()) else {
            return false;
        };
        let line = LogLine {
            level,
            vu,
            message,
            _held: Some(held),
        };
        self.lines.try_send(line).is_ok()
    }
}

/// Whether a text isn't in the set yet, which holds so many at most.
fn is_news(told: &Mutex<HashSet<String>>, most: usize, text: &str) -> bool {
    let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
    told.len() < most && told.insert(text.to_owned())
}
