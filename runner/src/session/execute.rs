//! A prepared run: `setup`, the load and `teardown`, in sight of the operator.

use super::measure::{self, Outcome};
use super::prepare::Prepared;
use super::set_up::SetUp;
use super::view::{Feed, View};
use super::{memory, no_thread};
use crate::engine::load::{self, Control, EndReason, Lifecycle, Run, RunHandle, StopHandle, StopStage};
use crate::error::Failure;
use crate::options::OutputOptions;
use crate::results::tally::Tally;
use crate::system::panics;
use std::io;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

/// What adds up the run, and what is done with the results before the guest's `teardown` begins.
pub(super) type Sinks<'a> = (Tally, &'a dyn Fn(&Outcome));

/// From `setup` to `teardown`, in sight of the operator.
pub(super) fn execute(
    prepared: &mut Prepared,
    output: &OutputOptions,
    run: RunHandle,
    sinks: Sinks<'_>,
) -> Result<Outcome, Failure> {
    let (stop, control) = (run.stop.clone(), run.control.clone());
    let feed = Feed {
        logs: prepared.take_logs(),
        run,
    };
    let view = View::start(output, feed).map_err(no_thread)?;
    let _memory = memory::watch(prepared.memory.clone(), stop.clone()).map_err(no_thread)?;
    let result = load(prepared, sinks, &stop, control);
    view.finish();
    result.map_err(no_thread)
}

/// `setup`, the load, and `teardown`, which also follows a load that was cut short.
fn load(
    prepared: &mut Prepared,
    (tally, keep): Sinks<'_>,
    stop: &StopHandle,
    control: Control,
) -> io::Result<Outcome> {
    let lifecycle = prepared.lifecycle(stop);
    let set_up = match SetUp::make(&lifecycle, &prepared.plan) {
        Ok(set_up) => set_up,
        Err(why) => return Ok(setup_failed(why, stop)),
    };
    let run = prepared.run(&prepared.plan, &set_up, (stop.clone(), control));
    let mut outcome = with_shapes(&lifecycle, run, tally)?;
    keep(&outcome);
    let torn_down = set_up.tear_down(&lifecycle, &prepared.plan);
    // Also `teardown` may have called it one.
    outcome.marked_failed = prepared.shared.failed.get().cloned();
    outcome.reason = match (torn_down, outcome.reason) {
        (Err(_), EndReason::Completed | EndReason::TimeUp) if lifecycle.was_cut_short() => {
            EndReason::Interrupted
        }
        (Err(why), EndReason::Completed | EndReason::TimeUp) => EndReason::TeardownFailed(why),
        (_, reason) => reason,
    };
    Ok(outcome)
}

/// The load, with a thread beside it that asks the plugin's shape where a workload follows that.
fn with_shapes(lifecycle: &Lifecycle<'_>, run: Run, tally: Tally) -> io::Result<Outcome> {
    let (control, stop, seen) = (run.control.clone(), run.stop.clone(), tally.follow());
    let plan = Arc::clone(&run.plan);
    let shaped = plan.workloads.iter().enumerate();
    let shaped = shaped.filter(|(_, w)| w.executor.kind().follows_shape());
    std::thread::scope(|scope| {
        for (index, _) in shaped {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?;
            let (control, stop, seen) = (&control, &stop, &seen);
            scope.spawn(move || {
                let followed = load::follow_shape(lifecycle, (control, index), seen, stop);
                let failure = match panics::catch(AssertUnwindSafe(|| runtime.block_on(followed))) {
                    Ok(Ok(())) => return,
                    Ok(Err(why)) => EndReason::ShapeFailed(why),
                    Err(what) => EndReason::Defect(what),
                };
                stop.stop(StopStage::Graceful, failure);
            });
        }
        let outcome = measure::measure(run, tally);
        // Whatever came of it, the shapes' threads are to end.
        stop.stop(StopStage::Hard, EndReason::Completed);
        outcome
    })
}

fn setup_failed(why: String, stop: &StopHandle) -> Outcome {
    Outcome::without_load(stop.reason().unwrap_or(EndReason::SetupFailed(why)))
}
