//! One load from its first VU to its last: starts the threads, lets workloads begin in their order, and says why it
//! ended. What the threads measure is handed out; nothing here knows what it comes to.

use super::deltas::{Deltas, ThreadDelta};
use super::inputs::Run;
use super::iterations_left::IterationsLeft;
use super::patience::Left;
use super::phases::WorkloadPhase;
use super::scheduler::Scheduler;
use super::stop::{EndReason, StopStage};
use super::thread::LoadThread;
use super::thread_shared::GuestFaults;
use crate::engine::host::RunShared;
use crate::metrics::Limits;
use crate::plan::Partition;
use crate::system::panics;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::JoinHandle;
use tokio::sync::watch;
use tokio::time::Instant;

/// A load that is being made. Take all [`deltas`](Self::deltas), then ask for its [`end`](Self::end).
pub struct RunningLoad {
    run: Arc<Run>,
    deltas: Deltas,
    threads: Vec<JoinHandle<()>>,
    control: JoinHandle<()>,
    /// Raised when the time of a workload was up.
    time_up: Arc<AtomicBool>,
}

/// How a load ended.
#[derive(Debug)]
pub struct LoadEnd {
    /// Why.
    pub reason: EndReason,
    /// Whether all threads handed over all that they measured, so that the books must balance.
    pub is_whole: bool,
}

/// Begins to make load by this plan.
///
/// # Errors
/// If the operating system refuses a thread or its event queue.
pub fn start(run: Run) -> std::io::Result<RunningLoad> {
    let run = Arc::new(run);
    run.shared.begin_round();
    let (begin, begun) = watch::channel(None);
    let (deltas, received) = sync_channel(1024);
    let time_up = Arc::new(AtomicBool::new(false));
    let threads = start_threads(&run, &begun, deltas, &time_up)?;
    let control = start_control(&run, begin, threads.len())?;
    let deltas = Deltas::new(received, begun, (&run.plan, &run.stop));
    Ok(RunningLoad {
        run,
        deltas,
        threads,
        control,
        time_up,
    })
}

/// Starts the load threads. Only they hold on to `deltas`, so that its other end sees when the last of them is done.
fn start_threads(
    run: &Arc<Run>,
    begun: &watch::Receiver<Option<Instant>>,
    deltas: SyncSender<ThreadDelta>,
    time_up: &Arc<AtomicBool>,
) -> std::io::Result<Vec<JoinHandle<()>>> {
    let count = run.plan.threads.max(1);
    let sets = 1 + usize::from(run.plan.has_warm_up());
    // The shards of a set share what they know of metrics; those of two sets don't.
    let limits = [(); 2].map(|()| Limits::shared(run.plan.limits.metrics_bytes, sets));
    let workloads = run.plan.workloads.iter();
    // A local run is the one worker that has everything.
    let part_of_run = Partition::WHOLE;
    let iterations_left: Vec<_> = workloads
        .map(|w| IterationsLeft::of(w, part_of_run, count).map(Arc::new))
        .collect();
    let faults = Arc::<GuestFaults>::default();
    let start = |(index, partition)| {
        let thread = LoadThread {
            run: Arc::clone(run),
            partition,
            begun: begun.clone(),
            iterations_left: iterations_left.clone(),
            limits: limits.clone(),
            deltas: deltas.clone(),
            faults: Arc::clone(&faults),
            time_up: Arc::clone(time_up),
        };
        std::thread::Builder::new()
            .name(format!("load-{index}"))
            .spawn(|| thread.run())
    };
    part_of_run.split(count).enumerate().map(start).collect()
}

impl RunningLoad {
    /// What is measured, up to its end.
    pub fn deltas(&mut self) -> &mut Deltas {
        &mut self.deltas
    }

    /// Waits for the threads, unless they were left behind, and says how it ended.
    pub fn end(self) -> LoadEnd {
        let (run, left) = (self.run, self.deltas.left());
        match left {
            // They have handed over their last, and panic no more.
            None => self.threads.into_iter().for_each(|thread| drop(thread.join())),
            Some(Left::InHaste) => {}
            Some(Left::Hanging) => {
                let what = "a load thread didn't come to its end: what it measured last is missing";
                run.stop.stop(StopStage::Hard, EndReason::Defect(what.to_owned()));
            }
        }
        let natural = natural_end(&run, &self.time_up);
        run.stop.stop(StopStage::Hard, natural.clone());
        // It ends with the hard stop, and tells of its own panics.
        let _ = self.control.join();
        // Whoever still waits for a workload needs no longer.
        (0..run.plan.workloads.len()).for_each(|index| run.control.phases().set(index, WorkloadPhase::Ended));
        LoadEnd {
            reason: run.stop.reason().unwrap_or(natural),
            is_whole: left.is_none(),
        }
    }
}

/// Begins the workloads in their order, and ends the run when a guest asks for it.
fn start_control(
    run: &Arc<Run>,
    begin: watch::Sender<Option<Instant>>,
    threads: usize,
) -> std::io::Result<JoinHandle<()>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let run = Arc::clone(run);
    std::thread::Builder::new()
        .name("control".to_owned())
        .spawn(move || {
            let controlled = AssertUnwindSafe(|| runtime.block_on(control(&run, &begin, threads)));
            if let Err(what) = panics::catch(controlled) {
                run.stop.stop(StopStage::Hard, EndReason::Defect(what));
            }
        })
}

async fn control(run: &Run, begin: &watch::Sender<Option<Instant>>, threads: usize) {
    let scheduler = Scheduler {
        workloads: &run.plan.workloads,
        threads,
        control: &run.control,
        stop: &run.stop,
    };
    let schedule = async {
        scheduler.prepare().await;
        tokio::select! {
            () = run.control.while_paused() => {}
            () = run.stop.reached(StopStage::Graceful) => {}
        }
        begin.send_replace(Some(Instant::now()));
        scheduler.run(run.control.plan_now()).await;
    };
    let aborted = async {
        run.shared.abort_requested.notified().await;
        run.stop.stop(
            StopStage::Graceful,
            aborted_end(&run.shared).unwrap_or(EndReason::Completed),
        );
        std::future::pending::<()>().await;
    };
    tokio::select! {
        () = schedule => {}
        () = run.stop.reached(StopStage::Hard) => {}
        () = aborted => {}
    }
}

/// Why guests ended the run, if they did.
fn aborted_end(shared: &RunShared) -> Option<EndReason> {
    match shared.not_granted.get() {
        Some(what) => Some(EndReason::NotGranted(what.clone())),
        None => shared.abort_reason().map(EndReason::Aborted),
    }
}

/// Why a run ended that was not stopped. The last VU may have ended it before its abort was noticed.
fn natural_end(run: &Run, time_up: &AtomicBool) -> EndReason {
    match aborted_end(&run.shared) {
        Some(end) => end,
        None if time_up.load(Ordering::Relaxed) => EndReason::TimeUp,
        None => EndReason::Completed,
    }
}
