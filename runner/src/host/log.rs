//! `wasmswarm:scenario/log`: to the operator, at a bounded rate.

use super::bindings::log::{self, Level};
use super::limits;
use super::recorder::with_shard;
use super::state::VuState;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::mpsc::SyncSender;
use std::time::Instant;

/// A guest's message, cut to its limit but not yet escaped: whoever prints it does that.
#[derive(Debug, Clone)]
pub struct LogLine {
    /// How much it matters.
    pub level: Level,
    /// VU, 0 in `setup` and `teardown`.
    pub vu: u64,
    /// The text.
    pub message: String,
}

/// Where guests' messages go: a bounded queue to the thread that prints, with a limit per
/// second for the whole run. What doesn't fit is dropped and counted.
#[derive(Debug)]
pub struct LogSink {
    lines: SyncSender<LogLine>,
    per_second: u32,
    begun: Instant,
    second: AtomicU64,
    in_second: AtomicU32,
}

impl LogSink {
    /// A sink that lets `per_second` lines through.
    pub fn new(lines: SyncSender<LogLine>, per_second: u32) -> LogSink {
        LogSink {
            lines,
            per_second,
            begun: Instant::now(),
            second: AtomicU64::new(0),
            in_second: AtomicU32::new(0),
        }
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

    fn write(&self, level: Level, vu: u64, message: &str) -> bool {
        // Admitted before it is copied: a dropped line costs the host next to nothing.
        self.admit()
            && self
                .lines
                .try_send(LogLine {
                    level,
                    vu,
                    message: limits::cut(message, limits::LOG_BYTES).to_owned(),
                })
                .is_ok()
    }
}

impl log::Host for VuState {
    fn write(&mut self, level: Level, message: String) -> wasmtime::Result<()> {
        if !self.run.log.write(level, self.identity.vu, &message) {
            with_shard(|shard| shard.log_dropped(1));
        }
        Ok(())
    }
}
