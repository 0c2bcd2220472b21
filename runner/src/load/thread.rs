//! One load thread: a single-threaded runtime with its share of the VUs and its own shard.
//!
//! VUs never move between threads, so nothing they touch is shared.

use super::executor::{self, Executor};
use super::run::Run;
use super::stop::{EndReason, Stage};
use super::vu::Vu;
use crate::host::{Identity, StopFlag, install_shard, take_shard, with_shard};
use crate::metrics::{Delta, Limits, Shard};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::SyncSender;
use std::time::{Duration, Instant};
use tokio::task::{JoinSet, LocalSet};

/// How often a thread hands over what it has recorded.
pub(super) const INTERVAL: Duration = Duration::from_secs(1);

/// What the VUs of one thread share.
pub(super) struct ThreadShared {
    pub(super) run: Arc<Run>,
    pub(super) stop: Arc<StopFlag>,
    traps: Arc<AtomicU64>,
}

impl ThreadShared {
    /// CPU time of one task.
    pub(super) fn task_cpu(&self) -> Duration {
        Duration::from_millis(self.run.plan.limits.task_cpu_ms)
    }

    /// CPU time of the calls around tasks.
    pub(super) fn start_cpu(&self) -> Duration {
        Duration::from_millis(self.run.plan.limits.start_cpu_ms)
    }

    /// Counts a trap, and ends the run if there were too many.
    pub(super) fn count_trap(&self) {
        let traps = self.traps.fetch_add(1, Ordering::Relaxed) + 1;
        if traps >= self.run.plan.limits.max_traps {
            self.run
                .stop
                .stop(Stage::Graceful, EndReason::TooManyTraps(traps));
        }
    }
}

/// A VU that a thread is to start.
#[derive(Clone)]
pub(super) struct Start {
    pub(super) at: Duration,
    pub(super) identity: Identity,
    pub(super) executor: Arc<dyn Executor>,
}

/// All VUs of the run, dealt out to `threads` threads in the order in which they start.
pub(super) fn deal(run: &Run, threads: usize) -> Vec<Vec<Start>> {
    let mut dealt = vec![Vec::new(); threads];
    let mut vu = 0;
    for workload in &run.plan.workloads {
        let executor = executor::build(&workload.executor);
        for (index, &scenario) in workload.vus.iter().enumerate() {
            let identity = Identity { vu: vu + 1, scenario };
            let start = Start {
                at: workload.executor.start_of(index),
                identity,
                executor: Arc::clone(&executor),
            };
            if let Some(thread) = dealt.get_mut(vu as usize % threads) {
                thread.push(start);
            }
            vu += 1;
        }
    }
    dealt
}

/// What a thread needs to know of the run.
pub(super) struct LoadThread {
    pub(super) run: Arc<Run>,
    pub(super) begun: Instant,
    pub(super) starts: Vec<Start>,
    pub(super) limits: Limits,
    pub(super) deltas: SyncSender<Delta>,
    pub(super) traps: Arc<AtomicU64>,
}

impl LoadThread {
    /// Runs until all its VUs have ended, or the run is stopped hard.
    pub(super) fn run(self) -> std::io::Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        install_shard(Shard::new(self.limits.clone()));
        let local = LocalSet::new();
        let deltas = self.deltas.clone();
        runtime.block_on(local.run_until(Arc::new(self).load()));
        // Futures that are still alive record themselves as interrupted while they are dropped.
        drop(local);
        drop(runtime);
        if let Some(mut shard) = take_shard() {
            // The receiver lives until all threads are done.
            let _ = deltas.send(shard.take());
        }
        Ok(())
    }

    /// Each part is a task of its own: the future that `block_on` drives is polled on every turn
    /// of the event loop, so it must have next to nothing to do.
    async fn load(self: Arc<Self>) {
        let stop = Arc::new(StopFlag::default());
        let shared = Arc::new(ThreadShared {
            run: Arc::clone(&self.run),
            stop: Arc::clone(&stop),
            traps: Arc::clone(&self.traps),
        });
        let me = Arc::clone(&self);
        tokio::task::spawn_local(async move { me.report().await });
        let run = Arc::clone(&self.run);
        tokio::task::spawn_local(async move { raise_when_stopped(&run, &stop).await });
        let me = Arc::clone(&self);
        let vus = tokio::task::spawn_local(async move { me.start_vus(&shared).await });
        let run = Arc::clone(&self.run);
        let hard = tokio::task::spawn_local(async move { run.stop.reached(Stage::Hard).await });
        // Whichever it is, nothing is left to wait for.
        let _ = futures_util::future::select(vus, hard).await;
    }

    async fn start_vus(&self, shared: &Arc<ThreadShared>) {
        let mut vus = JoinSet::new();
        for start in &self.starts {
            if start.at > Duration::ZERO {
                shared.stop.pause_until(self.begun + start.at).await;
            }
            if shared.stop.is_raised() {
                break;
            }
            let vu = Vu::new(start.identity, Arc::clone(shared), Arc::clone(&start.executor));
            vus.spawn_local(vu.run());
            while vus.try_join_next().is_some() {}
        }
        while vus.join_next().await.is_some() {}
    }

    /// Hands over what was recorded, each second, for ever.
    async fn report(&self) {
        let mut due = self.begun;
        loop {
            due += INTERVAL;
            tokio::time::sleep_until(due.into()).await;
            let lag = due.elapsed();
            let delta = with_shard(|shard| {
                shard.lag(u64::try_from(lag.as_micros()).unwrap_or(u64::MAX));
                shard.take()
            });
            if let Some(delta) = delta {
                let _ = self.deltas.send(delta);
            }
        }
    }
}

/// Raises the thread's flag when the run is stopped.
async fn raise_when_stopped(run: &Run, stop: &StopFlag) {
    run.stop.reached(Stage::Graceful).await;
    stop.raise();
}
