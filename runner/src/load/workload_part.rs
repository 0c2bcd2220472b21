//! A workload's part on one thread: what an executor works with.

use super::control::{Change, Changes, Live};
use super::phases::Board;
use super::slot::Place;
use super::stop::{Stage, StopHandle};
use super::vu_pool::{Crew, Spawn};
use crate::plan::Workload;
use crate::timer::Timers;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// Later than this, a time has been over before it was waited for.
const OVERDUE: Duration = Duration::from_millis(1);

/// Times that may be overdue in a row before others have a turn.
const OVERDUE_IN_A_ROW: u32 = 32;

/// How a workload's part came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PartEnd {
    /// Its time was up.
    TimeUp,
    /// There was nothing left to do.
    Done,
    /// The run was stopped.
    Stopped,
}

/// Wakes at an instant: exactly, or as exactly as tokio's timer does.
#[derive(Debug)]
pub(super) enum Alarm {
    /// Within some ten microseconds.
    Exact(Timers),
    /// Within a millisecond or two; follows tokio's clock where tests stop that.
    #[cfg(test)]
    Tokio,
}

impl Alarm {
    pub(super) async fn wait_until(&self, at: Instant) {
        match self {
            Alarm::Exact(timers) => timers.wait_until(at.into_std()).await,
            #[cfg(test)]
            Alarm::Tokio => tokio::time::sleep_until(at).await,
        }
    }
}

/// One workload on one thread.
pub(super) struct Part<S: Spawn> {
    pub(super) workload: Arc<Workload>,
    /// Its index in the plan.
    pub(super) index: usize,
    /// Seed of its arrivals.
    pub(super) seed: u64,
    /// Which thread this is, of how many.
    pub(super) thread: usize,
    pub(super) threads: usize,
    pub(super) crew: Crew<S>,
    pub(super) board: Board,
    pub(super) stop: StopHandle,
    pub(super) alarm: Alarm,
    pub(super) news: News,
}

/// What this thread knows of live changes and of stopping. Read from here, without a lock, as
/// often as the pacing needs; brought up to date when something changes.
pub(super) struct News {
    live: watch::Receiver<Live>,
    stopped: watch::Receiver<Stage>,
    /// Since when the run is paused, if it is.
    pub(super) paused: Option<Instant>,
    /// How long it was paused before.
    pauses: Duration,
    changes: Changes,
    /// Times that were over already when they were waited for, one after the other.
    overdue: u32,
}

impl News {
    pub(super) fn new(mut live: watch::Receiver<Live>, mut stopped: watch::Receiver<Stage>) -> News {
        // What happened before counts as news.
        live.mark_changed();
        stopped.mark_changed();
        News {
            live,
            stopped,
            paused: None,
            pauses: Duration::ZERO,
            changes: Changes::default(),
            overdue: 0,
        }
    }

    fn update(&mut self, workload: usize) {
        let live = self.live.borrow_and_update();
        self.paused = live.paused;
        self.pauses = live.pauses;
        self.changes = live.changes.get(workload).cloned().unwrap_or_default();
    }

    async fn stopping(stopped: &mut watch::Receiver<Stage>) {
        // The sender lives as long as the run.
        while stopped.changed().await.is_ok() {
            if *stopped.borrow_and_update() >= Stage::Graceful {
                stopped.mark_changed();
                return;
            }
        }
    }
}

/// The places of VUs that a thread has, of a workload. VUs are dealt out one by one.
pub(super) fn places(workload: &Workload, thread: usize, threads: usize) -> Vec<Place> {
    let room = workload.room();
    let mine = (thread..room).step_by(threads.max(1));
    let place = |index| {
        let scenario = workload.scenario_of(index)?;
        Some(Place {
            index,
            planned: workload.vus.len(),
            scenario,
        })
    };
    mine.filter_map(place).collect()
}

/// What an executor woke up for.
pub(super) enum Woken {
    /// The time that it asked for has come.
    Due,
    /// Something was changed, or the run was paused or resumed.
    Changed,
    /// No VU is left.
    Empty,
    /// The run is being stopped.
    Stopped,
}

impl<S: Spawn> Part<S> {
    /// When a time of the workload's plan is, if the run isn't paused until then.
    pub(super) fn instant(&self, begun: Instant, at: Duration) -> Instant {
        begun + self.news.pauses + at
    }

    /// The next change that this executor hasn't made yet.
    pub(super) fn change(&self, number: usize) -> Option<&Change> {
        self.news.changes.get(number)
    }

    /// Waits for the first change; none if the run is stopped.
    pub(super) async fn first_change(&mut self) -> Option<Change> {
        loop {
            if let Some(first) = self.change(0) {
                return Some(first.clone());
            }
            // No time has been asked for, so the beginning of the workload doesn't matter.
            if let Woken::Stopped = self.wait(Instant::now(), None, false).await {
                return None;
            }
        }
    }

    /// Waits for a time of the workload's plan (none: for ever), or for what comes before it.
    /// `ends_empty`: also for the last VU to go.
    pub(super) async fn wait(&mut self, begun: Instant, at: Option<Duration>, ends_empty: bool) -> Woken {
        let due = at
            .filter(|_| self.news.paused.is_none())
            .map(|at| self.instant(begun, at));
        let (alarm, crew) = (&self.alarm, &self.crew);
        let alarm = async {
            match due {
                Some(due) => alarm.wait_until(due).await,
                None => std::future::pending().await,
            }
        };
        let empty = async {
            if ends_empty {
                crew.all_left().await;
            } else {
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            biased;
            () = News::stopping(&mut self.news.stopped) => return Woken::Stopped,
            Ok(()) = self.news.live.changed() => {}
            () = empty => return Woken::Empty,
            () = alarm => {
                self.give_way(due).await;
                return Woken::Due;
            }
        }
        self.news.update(self.index);
        self.crew.pause(self.news.paused.is_some());
        Woken::Changed
    }

    /// Gives others a turn now and then when what is due has been due before, so that an executor
    /// that has much to make up for keeps nobody from running, or from stopping it.
    async fn give_way(&mut self, due: Option<Instant>) {
        if due.is_some_and(|due| due.elapsed() < OVERDUE) {
            self.news.overdue = 0;
            return;
        }
        self.news.overdue += 1;
        if self.news.overdue.is_multiple_of(OVERDUE_IN_A_ROW) {
            tokio::task::yield_now().await;
        }
    }

    /// Ends all VUs: within the workload's graceful stop, or at once when the run is stopped hard.
    pub(super) async fn dismiss(&self) {
        self.crew.pause(false);
        tokio::select! {
            biased;
            () = self.crew.dismiss(self.workload.graceful_stop) => {}
            () = self.stop.reached(Stage::Hard) => self.crew.dismiss(Duration::ZERO).await,
        }
    }
}
