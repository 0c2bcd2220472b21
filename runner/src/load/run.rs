//! One run from its first VU to its last number: starts the threads, adds up what they
//! measure, and ends them.

use super::stop::{EndReason, Stage, StopHandle};
use super::thread::{INTERVAL, LoadThread, deal};
use crate::host::bindings::PluginPre;
use crate::host::{RunShared, VuState};
use crate::http::Transport;
use crate::metrics::{Aggregator, Delta, Limits, RunInfo, ScenarioInfo, Snapshot};
use crate::plan::Plan;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// How long after a full second its last part may arrive and still be shown with it.
const SETTLE: Duration = Duration::from_millis(100);

/// Everything that a run needs.
pub struct Run {
    /// What to do.
    pub plan: Arc<Plan>,
    /// What all VUs share.
    pub shared: Arc<RunShared>,
    /// The plugin, ready to be instantiated.
    pub pre: PluginPre<VuState>,
    /// What all connections share.
    pub transport: Arc<Transport>,
    /// What `setup` returned.
    pub setup_data: Arc<Vec<u8>>,
    /// What `setup-scenario` returned, by scenario.
    pub scenario_data: Vec<Vec<u8>>,
    /// Iterations begun, by scenario.
    pub begun: Vec<AtomicU64>,
    /// Stops it.
    pub stop: StopHandle,
    /// Receives a snapshot each second.
    pub snapshots: watch::Sender<Arc<Snapshot>>,
}

/// What a run ended with.
pub struct Outcome {
    /// All of it.
    pub snapshot: Snapshot,
    /// Why it ended.
    pub reason: EndReason,
}

/// Runs the plan. Blocks until every load thread has ended.
///
/// # Errors
/// If the operating system refuses a thread or its event queue.
pub fn execute(run: Run) -> std::io::Result<Outcome> {
    let run = Arc::new(run);
    let limits = Limits::default();
    let begun = Instant::now();
    let (deltas, received) = sync_channel(1024);
    let traps = Arc::new(AtomicU64::new(0));
    let mut threads = Vec::new();
    for (index, starts) in deal(&run, run.plan.threads.max(1)).into_iter().enumerate() {
        let (run, limits, deltas) = (Arc::clone(&run), limits.clone(), deltas.clone());
        let thread = LoadThread {
            run,
            begun,
            starts,
            limits,
            deltas,
            traps: Arc::clone(&traps),
        };
        threads.push(
            std::thread::Builder::new()
                .name(format!("load-{index}"))
                .spawn(|| thread.run())?,
        );
    }
    drop(deltas);
    let control = start_control(&run, begun)?;
    let snapshot = aggregate(&run, &limits, begun, &received);
    for thread in threads {
        thread
            .join()
            .map_err(|_| std::io::Error::other("a load thread panicked"))??;
    }
    run.stop.stop(Stage::Hard, EndReason::Completed);
    control
        .join()
        .map_err(|_| std::io::Error::other("the control thread panicked"))?;
    let reason = run.stop.reason().unwrap_or(EndReason::Completed);
    Ok(Outcome { snapshot, reason })
}

/// Merges until all threads have handed over their last part.
fn aggregate(run: &Run, limits: &Limits, begun: Instant, received: &Receiver<Delta>) -> Snapshot {
    let mut aggregator = Aggregator::new(limits, info(&run.plan));
    let mut due = begun + INTERVAL + SETTLE;
    loop {
        match received.recv_timeout(due.saturating_duration_since(Instant::now())) {
            Ok(delta) => aggregator.merge(delta),
            Err(RecvTimeoutError::Timeout) => {
                run.snapshots.send_replace(aggregator.tick(begun.elapsed()));
                due += INTERVAL;
            }
            Err(RecvTimeoutError::Disconnected) => return aggregator.finish(begun.elapsed()),
        }
    }
}

fn info(plan: &Plan) -> RunInfo {
    let scenario = |s: &crate::plan::ScenarioPlan| ScenarioInfo {
        name: s.name.clone(),
        tasks: s.tasks.iter().map(|t| t.name.clone()).collect(),
    };
    RunInfo {
        scenarios: plan.scenarios.iter().map(scenario).collect(),
        vus: plan.total_vus() as u64,
    }
}

/// Ends the run when its time is up or a guest asks for it, and ends it hard after the grace.
fn start_control(run: &Arc<Run>, begun: Instant) -> std::io::Result<std::thread::JoinHandle<()>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()?;
    let run = Arc::clone(run);
    std::thread::Builder::new()
        .name("control".to_owned())
        .spawn(move || runtime.block_on(control(&run, begun)))
}

async fn control(run: &Run, begun: Instant) {
    tokio::select! {
        () = time_up(run, begun) => run.stop.stop(Stage::Graceful, EndReason::TimeUp),
        () = run.shared.abort_requested.notified() => run.stop.stop(Stage::Graceful, abort_reason(run)),
        () = run.stop.reached(Stage::Graceful) => {}
    }
    tokio::select! {
        () = tokio::time::sleep(run.plan.graceful_stop) => {
            run.stop.stop(Stage::Hard, EndReason::TimeUp);
        }
        () = run.stop.reached(Stage::Hard) => {}
    }
}

async fn time_up(run: &Run, begun: Instant) {
    match run.plan.duration() {
        Some(duration) => tokio::time::sleep_until((begun + duration).into()).await,
        None => std::future::pending().await,
    }
}

fn abort_reason(run: &Run) -> EndReason {
    let reason = run
        .shared
        .abort
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    EndReason::Aborted(reason.clone().unwrap_or_default())
}
