//! What the load threads hand over, with the ends of seconds between it: as whoever adds it up receives it.

use super::patience::{Left, Patience};
use super::process_watch::ProcessWatch;
use super::stop::StopHandle;
use crate::metrics::{Delta, Measured, Set};
use crate::plan::Plan;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// How often a thread hands over what it has recorded.
pub(super) const INTERVAL: Duration = Duration::from_secs(1);

/// How long after a full second its last part may arrive and still be counted to it.
const SETTLE: Duration = Duration::from_millis(100);

/// How often it is looked whether threads are still waited for, and whether the program was stopped meanwhile.
const LOOK: Duration = Duration::from_millis(50);

/// How often it is looked whether the run has begun.
const LOOK_FOR_BEGIN: Duration = Duration::from_millis(10);

/// What a thread hands over.
pub(super) struct ThreadDelta {
    pub(super) set: Set,
    pub(super) delta: Delta,
}

/// All that the threads of a run measure. Blocks until there is something, and ends after
/// [`Measured::End`]: when all threads have handed over their last part, or are left behind.
#[derive(Debug)]
pub struct Deltas {
    received: Receiver<ThreadDelta>,
    begun: watch::Receiver<Option<Instant>>,
    /// When the second is over and its last part is in.
    due: Instant,
    is_running: bool,
    patience: Patience,
    watch: ProcessWatch,
    state: State,
}

/// How far it has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    Ended(Option<Left>),
}

impl Deltas {
    pub(super) fn new(
        received: Receiver<ThreadDelta>,
        begun: watch::Receiver<Option<Instant>>,
        (plan, stop): (&Plan, &StopHandle),
    ) -> Deltas {
        Deltas {
            received,
            begun,
            due: Instant::now() + INTERVAL + SETTLE,
            is_running: false,
            patience: Patience::new(plan, stop.clone()),
            watch: ProcessWatch::open(),
            state: State::Open,
        }
    }

    /// Why threads were left behind, if they were.
    pub(super) fn left(&self) -> Option<Left> {
        match self.state {
            State::Open => None,
            State::Ended(left) => left,
        }
    }

    fn elapsed(&self) -> Duration {
        self.begun
            .borrow()
            .map_or(Duration::ZERO, |begun| begun.elapsed())
    }

    fn end(&mut self, left: Option<Left>) -> Measured {
        self.state = State::Ended(left);
        Measured::End {
            elapsed: self.elapsed(),
        }
    }

    /// Seconds are those of the run, which begins when its first VUs are made.
    fn follow_begin(&mut self) {
        if let (false, Some(begun)) = (self.is_running, *self.begun.borrow()) {
            self.due = begun + INTERVAL + SETTLE;
            self.is_running = true;
        }
    }

    /// What comes next, if that is soon.
    fn look(&mut self) -> Option<Measured> {
        self.follow_begin();
        if let Some(left) = self.patience.is_over() {
            return Some(self.end(Some(left)));
        }
        let left = self.due.saturating_duration_since(Instant::now());
        let patience = left.min(LOOK);
        let asked = Instant::now();
        let received = self.received.recv_timeout(patience);
        self.watch.waited(patience, asked.elapsed());
        match received {
            Ok(ThreadDelta { set, delta }) => Some(Measured::Delta {
                set,
                delta: Box::new(delta),
            }),
            Err(RecvTimeoutError::Disconnected) => Some(self.end(None)),
            Err(RecvTimeoutError::Timeout) if left > LOOK => None,
            Err(RecvTimeoutError::Timeout) if !self.is_running => {
                self.due += LOOK_FOR_BEGIN;
                None
            }
            Err(RecvTimeoutError::Timeout) => {
                self.due += INTERVAL;
                Some(Measured::SecondOver {
                    elapsed: self.elapsed(),
                    process: self.watch.lap(),
                })
            }
        }
    }
}

impl Iterator for Deltas {
    type Item = Measured;

    fn next(&mut self) -> Option<Measured> {
        while self.state == State::Open {
            if let Some(measured) = self.look() {
                return Some(measured);
            }
        }
        None
    }
}
