//! One run from its first VU to its last number: starts the threads, adds up what they
//! measure, and ends them.

use super::executor::SharedWork;
use super::inputs::Run;
use super::phases::WorkloadPhase;
use super::pressure::Throttle;
use super::scheduler::Scheduler;
use super::stop::{EndReason, Stage, StopHandle};
use super::thread::{INTERVAL, LoadThread, ThreadDelta};
use crate::host::RunShared;
use crate::metrics::{Aggregator, Limits, RunInfo, ScenarioInfo, Set, Snapshot, Verdict};
use crate::panics;
use crate::plan::{ExecutorSpec, Plan, Workload};
use crate::secret;
use crate::thresholds::Evaluator;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// How long after a full second its last part may arrive and still be shown with it.
const SETTLE: Duration = Duration::from_millis(100);

/// How long threads have for their end once the run is stopped hard, and for each VU that they may
/// have to drop; or once the operator asks for the third time. The results are then made without
/// what a thread measured last.
const THREADS_END: Duration = Duration::from_secs(20);
const VU_END: Duration = Duration::from_micros(200);
const THREADS_END_IN_HASTE: Duration = Duration::from_secs(1);

/// Times that an operator asks who doesn't wait any longer.
const IN_HASTE: u32 = 3;

/// How often it is looked for that.
const LOOK: Duration = Duration::from_millis(100);

/// What a run ended with.
pub struct Outcome {
    /// All of it, but for what only warmed up.
    pub snapshot: Snapshot,
    /// What only warmed up, if anything did.
    pub warm_up: Option<Snapshot>,
    /// Why it ended.
    pub reason: EndReason,
    /// Why a scenario called it a failure, if one did.
    pub marked_failed: Option<String>,
    /// Whether all threads handed over all that they measured, so that the books must balance.
    pub is_whole: bool,
}

/// Runs the plan, judged by these thresholds. Blocks until every load thread has ended.
///
/// # Errors
/// If the operating system refuses a thread or its event queue.
pub fn execute(run: Run, thresholds: Evaluator) -> std::io::Result<Outcome> {
    let run = Arc::new(run);
    run.shared.begin_round();
    let limits = [(); 2].map(|()| limits(&run.plan));
    let (begin, begun) = watch::channel(None);
    let (deltas, received) = sync_channel(1024);
    let traps = Arc::new(AtomicU64::new(0));
    let time_up = Arc::new(AtomicBool::new(false));
    let count = run.plan.threads.max(1);
    let shared_work: Vec<_> = run
        .plan
        .workloads
        .iter()
        .map(|w| SharedWork::of(w, count))
        .collect();
    let mut threads = Vec::new();
    for index in 0..count {
        let thread = LoadThread {
            run: Arc::clone(&run),
            thread: index,
            threads: count,
            begun: begun.clone(),
            shared_work: shared_work.clone(),
            limits: limits.clone(),
            deltas: deltas.clone(),
            traps: Arc::clone(&traps),
            time_up: Arc::clone(&time_up),
        };
        threads.push(
            std::thread::Builder::new()
                .name(format!("load-{index}"))
                .spawn(|| thread.run())?,
        );
    }
    drop(deltas);
    let control = start_control(&run, begin, count)?;
    let sums = Sums::new(&run, &limits, thresholds);
    let (snapshot, warm_up, left) = sums.add_up(&run, &begun, &received);
    match left {
        // They have handed over their last, and panic no more.
        None => threads.into_iter().for_each(|thread| drop(thread.join())),
        Some(Left::InHaste) => {}
        Some(Left::Hanging) => {
            let what = "a load thread didn't come to its end: what it measured last is missing";
            run.stop.stop(Stage::Hard, EndReason::Defect(what.to_owned()));
        }
    }
    let natural = natural_end(&run, &time_up);
    run.stop.stop(Stage::Hard, natural.clone());
    // It ends with the hard stop, and tells of its own panics.
    let _ = control.join();
    // Whoever still waits for a workload needs no longer.
    (0..run.plan.workloads.len()).for_each(|index| run.control.phases().set(index, WorkloadPhase::Ended));
    let reason = run.stop.reason().unwrap_or(natural);
    Ok(Outcome {
        snapshot,
        warm_up,
        reason,
        is_whole: left.is_none(),
        marked_failed: run.shared.failed.get().cloned(),
    })
}

/// The bounds of one set of measurements; two sets share the memory.
fn limits(plan: &Plan) -> Limits {
    let sets = 1 + usize::from(plan.has_warm_up());
    Limits {
        bytes: plan.limits.metrics_bytes / sets,
        ..Limits::default()
    }
}

/// Why threads aren't waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Left {
    /// One of them hangs.
    Hanging,
    /// The operator doesn't wait any longer.
    InHaste,
}

/// How long the end of threads is waited for.
struct Patience {
    limit: Duration,
    stopped: Option<Instant>,
    in_haste: Option<Instant>,
}

impl Patience {
    fn new(plan: &Plan) -> Patience {
        let vus = u32::try_from(plan.peak_vus()).unwrap_or(u32::MAX);
        Patience {
            limit: THREADS_END + VU_END * vus,
            stopped: None,
            in_haste: None,
        }
    }

    /// Whether it is over, and why.
    fn is_over(&mut self, stop: &StopHandle) -> Option<Left> {
        let since = |begun: &mut Option<Instant>| begun.get_or_insert_with(Instant::now).elapsed();
        if stop.stage() < Stage::Hard {
            return None;
        }
        let hangs = since(&mut self.stopped) > self.limit;
        let in_haste = stop.asked() >= IN_HASTE && since(&mut self.in_haste) > THREADS_END_IN_HASTE;
        match (in_haste, hangs) {
            (true, _) => Some(Left::InHaste),
            (_, true) => Some(Left::Hanging),
            _ => None,
        }
    }
}

/// Adds up what the threads hand over: the run, and apart from it what only warms up.
struct Sums {
    main: Aggregator,
    warm_up: Option<Aggregator>,
    thresholds: Evaluator,
    throttle: Throttle,
}

impl Sums {
    fn new(run: &Run, limits: &[Limits; 2], thresholds: Evaluator) -> Sums {
        let aggregator = |set: Set| Aggregator::new(&limits[set as usize], run_info(&run.plan, set));
        Sums {
            main: aggregator(Set::Main),
            warm_up: run.plan.has_warm_up().then(|| aggregator(Set::WarmUp)),
            thresholds,
            throttle: Throttle::open(),
        }
    }

    /// Merges until all threads have handed over their last part, or are left behind.
    fn add_up(
        mut self,
        run: &Run,
        begun: &watch::Receiver<Option<Instant>>,
        received: &Receiver<ThreadDelta>,
    ) -> (Snapshot, Option<Snapshot>, Option<Left>) {
        let mut patience = Patience::new(&run.plan);
        let mut due = Instant::now() + INTERVAL + SETTLE;
        let mut is_running = false;
        let elapsed = || begun.borrow().map_or(Duration::ZERO, |begun| begun.elapsed());
        let behind = loop {
            if let (false, Some(begun)) = (is_running, *begun.borrow()) {
                due = begun + INTERVAL + SETTLE;
                is_running = true;
            }
            if let Some(left) = patience.is_over(&run.stop) {
                break Some(left);
            }
            let left = due.saturating_duration_since(Instant::now());
            match received.recv_timeout(left.min(LOOK)) {
                Ok(handed) => self.merge(handed),
                Err(RecvTimeoutError::Disconnected) => break None,
                Err(RecvTimeoutError::Timeout) if left > LOOK => {}
                Err(RecvTimeoutError::Timeout) if !is_running => due += Duration::from_millis(10),
                Err(RecvTimeoutError::Timeout) => {
                    self.tick(run, elapsed());
                    due += INTERVAL;
                }
            }
        };
        let warm_up = self.warm_up.map(|sums| sums.finish(elapsed()));
        self.main.judge(self.thresholds.finish(elapsed()));
        (self.main.finish(elapsed()), warm_up, behind)
    }

    /// Closes a second.
    fn tick(&mut self, run: &Run, elapsed: Duration) {
        let verdicts = self.thresholds.evaluate(elapsed);
        stop_if_asked(run, &verdicts);
        self.main.judge(verdicts);
        let throttled = self.throttle.lap();
        self.main.throttled(throttled);
        let snapshot = self.main.tick(elapsed);
        let (totals, vus) = (&snapshot.totals, snapshot.vus.now);
        let (completed, interrupted) = (totals.iterations.completed(), totals.iterations.interrupted);
        run.shared.progress.note(vus, completed, interrupted);
        run.snapshots.send_replace(snapshot);
        self.warm_up.iter_mut().for_each(|sums| drop(sums.tick(elapsed)));
    }

    fn merge(&mut self, handed: ThreadDelta) {
        match (handed.set, &mut self.warm_up) {
            (Set::WarmUp, Some(warm_up)) => warm_up.merge(handed.delta),
            _ => {
                self.thresholds.observe(&handed.delta);
                self.main.merge(handed.delta);
            }
        }
    }
}

/// Ends the run if a threshold asks for it.
fn stop_if_asked(run: &Run, verdicts: &[Verdict]) {
    if let Some(verdict) = verdicts.iter().find(|verdict| verdict.abort) {
        let which = format!("{} {}", verdict.metric, verdict.rule);
        run.stop.stop(Stage::Graceful, EndReason::ThresholdFailed(which));
    }
}

/// Names and numbers by which a set of measurements of this plan is shown.
pub fn run_info(plan: &Plan, set: Set) -> RunInfo {
    let scenario = |s: &crate::plan::ScenarioPlan| ScenarioInfo {
        name: s.name.clone(),
        tasks: s.tasks.iter().map(|t| t.name.clone()).collect(),
    };
    // A shape may use its places or not.
    let has_all =
        |w: &&Workload| Set::of(w.warm_up) == set && !matches!(w.executor, ExecutorSpec::Custom { .. });
    let counted = plan.workloads.iter().filter(has_all);
    RunInfo {
        scenarios: plan.scenarios.iter().map(scenario).collect(),
        vus: counted.map(|w| w.vus.len() as u64).sum(),
        shown: Some(secret::hide),
    }
}

/// Begins the workloads in their order, and ends the run when a guest asks for it.
fn start_control(
    run: &Arc<Run>,
    begin: watch::Sender<Option<Instant>>,
    threads: usize,
) -> std::io::Result<std::thread::JoinHandle<()>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let run = Arc::clone(run);
    std::thread::Builder::new()
        .name("control".to_owned())
        .spawn(move || {
            let controlled = AssertUnwindSafe(|| runtime.block_on(control(&run, &begin, threads)));
            if let Err(what) = panics::catch(controlled) {
                run.stop.stop(Stage::Hard, EndReason::Defect(what));
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
            () = run.stop.reached(Stage::Graceful) => {}
        }
        begin.send_replace(Some(Instant::now()));
        scheduler.run(run.control.plan_now()).await;
    };
    let aborted = async {
        run.shared.abort_requested.notified().await;
        run.stop.stop(
            Stage::Graceful,
            aborted_end(&run.shared).unwrap_or(EndReason::Completed),
        );
        std::future::pending::<()>().await;
    };
    tokio::select! {
        () = schedule => {}
        () = run.stop.reached(Stage::Hard) => {}
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
