//! The composition root of `run`: prepares, executes and finishes one run with the other modules.
//!
//! Everything that can be refused is refused in `prepare`, before the first request of the load.

mod endpoint;
mod exit;
mod finish;
mod machine;
mod prepare;
mod prepared;
mod reach;
mod signals;
mod source;
mod view;

pub use exit::Exit;
pub use prepared::describe;
pub use signals::wait_for_signal;
pub use source::{Read, read};

use crate::error::Failure;
use crate::exit_code::ExitCode;
use crate::load::{self, EndReason, Lifecycle, Run, StopHandle};
use crate::metrics::Snapshot;
use crate::options::{OutputOptions, RunOptions};
use crate::plan::Plan;
use finish::Ended;
use prepare::Prepared;
use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::SystemTime;
use tokio::sync::watch;
use view::{Feed, View};

/// Runs a plugin from its source to its summary.
///
/// # Errors
/// If nothing can be run, or the results can't be written.
pub fn run(options: &RunOptions, exit: &Exit) -> Result<ExitCode, Failure> {
    let stop = StopHandle::new();
    signals::listen(stop.clone(), exit.clone()).map_err(no_thread)?;
    let mut prepared = prepare::prepare(options)?;
    let plan = Arc::clone(&prepared.plan);
    let started = SystemTime::now();
    let (snapshot, reason) = execute(&mut prepared, &options.output, stop)?;
    let ended = Ended {
        plan: &plan,
        snapshot: &snapshot,
        reason: &reason,
        started,
        ended: SystemTime::now(),
    };
    // The shop's threads end with `prepared`, after the results are written.
    finish::finish(&ended, &options.output)
}

/// From `setup` to `teardown`, in sight of the operator.
fn execute(
    prepared: &mut Prepared,
    output: &OutputOptions,
    stop: StopHandle,
) -> Result<(Snapshot, EndReason), Failure> {
    let (snapshots, seen) = watch::channel(Arc::new(Snapshot::default()));
    let logs = prepared.take_logs();
    let feed = Feed {
        logs,
        snapshots: seen,
        stop: stop.clone(),
    };
    let view = View::start(output, &prepared.plan, feed).map_err(no_thread)?;
    let result = load(prepared, snapshots, stop);
    view.finish();
    result.map_err(no_thread)
}

/// `setup`, the load, and `teardown`, which also follows a load that was cut short.
fn load(
    prepared: &Prepared,
    snapshots: watch::Sender<Arc<Snapshot>>,
    stop: StopHandle,
) -> io::Result<(Snapshot, EndReason)> {
    let lifecycle = Lifecycle {
        pre: &prepared.linked.pre,
        shared: &prepared.shared,
        transport: &prepared.transport,
        limits: &prepared.plan.limits,
    };
    let setup_data = match lifecycle.setup() {
        Ok(data) => Arc::new(data),
        Err(why) => return Ok((Snapshot::default(), EndReason::SetupFailed(why))),
    };
    let scenario_data = match setup_scenarios(&lifecycle, &prepared.plan, &setup_data) {
        Ok(data) => data,
        Err(why) => {
            // The run's own teardown follows its setup, however far it got.
            let _ = lifecycle.teardown(&setup_data);
            return Ok((Snapshot::default(), EndReason::SetupFailed(why)));
        }
    };
    let outcome = load::execute(Run {
        plan: Arc::clone(&prepared.plan),
        shared: Arc::clone(&prepared.shared),
        pre: prepared.linked.pre.clone(),
        transport: Arc::clone(&prepared.transport),
        setup_data: Arc::clone(&setup_data),
        scenario_data: scenario_data.clone(),
        begun: scenario_data.iter().map(|_| AtomicU64::new(0)).collect(),
        stop,
        snapshots,
    })?;
    let scenarios = teardown_scenarios(&lifecycle, &prepared.plan, &scenario_data);
    let teardown = lifecycle.teardown(&setup_data);
    let reason = match (scenarios.and(teardown), outcome.reason) {
        (Err(why), EndReason::Completed | EndReason::TimeUp) => EndReason::TeardownFailed(why),
        (_, reason) => reason,
    };
    Ok((outcome.snapshot, reason))
}

/// What each scenario prepared, by its index; nothing for those that have no VUs. If one
/// fails, those before it are torn down.
fn setup_scenarios(
    lifecycle: &Lifecycle<'_>,
    plan: &Plan,
    setup_data: &[u8],
) -> Result<Vec<Vec<u8>>, String> {
    let mut data = vec![Vec::new(); plan.scenarios.len()];
    let mut done = Vec::new();
    for scenario in plan.active_scenarios() {
        match lifecycle.setup_scenario(scenario, setup_data) {
            Ok(bytes) => {
                if let Some(slot) = data.get_mut(usize::from(scenario)) {
                    *slot = bytes;
                }
                done.push(scenario);
            }
            Err(why) => {
                let _ = teardown_these(lifecycle, &done, &data);
                return Err(why);
            }
        }
    }
    Ok(data)
}

/// The first error counts; it keeps no other scenario from being torn down.
fn teardown_scenarios(lifecycle: &Lifecycle<'_>, plan: &Plan, data: &[Vec<u8>]) -> Result<(), String> {
    teardown_these(lifecycle, &plan.active_scenarios(), data)
}

fn teardown_these(lifecycle: &Lifecycle<'_>, scenarios: &[u16], data: &[Vec<u8>]) -> Result<(), String> {
    let of = |scenario: u16| data.get(usize::from(scenario)).map_or(&[][..], Vec::as_slice);
    let results: Vec<_> = scenarios
        .iter()
        .map(|&scenario| lifecycle.teardown_scenario(scenario, of(scenario)))
        .collect();
    results.into_iter().collect()
}

fn no_thread(error: io::Error) -> Failure {
    Failure::internal("the operating system refused a thread or an event queue").because(error)
}
