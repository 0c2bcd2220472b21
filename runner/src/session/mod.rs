//! The composition root of `run`: prepares, executes and finishes one run with the other modules.
//!
//! Everything that can be refused is refused in `prepare`, before the first request of the load.

mod api_access;
mod endpoint;
mod exit;
mod find;
mod finish;
mod http_settings;
mod linked;
mod machine;
mod measure;
mod memory;
mod prepare;
mod reach;
mod refusal;
mod set_up;
mod show;
mod signals;
mod source;
mod steering;
#[cfg(test)]
mod tests;
mod thresholds;
mod view;

pub use exit::Exit;
pub use find::find;
pub use linked::describe;
pub use signals::wait_for_signal;
pub use source::{Order, Read, build, read};

use crate::api::End;
use crate::engine::load::{self, Control, EndReason, Lifecycle, Run, RunHandle, StopHandle, StopStage};
use crate::error::Failure;
use crate::exit_code::ExitCode;
use crate::options::{OutputOptions, RunOptions};
use crate::plan::Plan;
use crate::results::tally::Tally;
use crate::system::panics;
use finish::Ended;
use measure::Outcome;
use prepare::Prepared;
use set_up::SetUp;
use std::io;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::SystemTime;
use view::{Feed, View};

/// Runs a plugin from its source to its summary.
///
/// # Errors
/// If nothing can be run, or the results can't be written.
pub fn run(options: &RunOptions, exit: &Exit) -> Result<ExitCode, Failure> {
    if options.show.is_asked() {
        return show::show(options);
    }
    let stop = StopHandle::new();
    signals::listen(stop.clone(), exit.clone()).map_err(no_thread)?;
    let access = api_access::open(&options.control)?;
    let mut prepared = prepare::prepare(options)?;
    let plan = Arc::clone(&prepared.plan);
    let control = Control::new(Arc::clone(&plan));
    let facts = Facts {
        plan: Arc::clone(&plan),
        control: control.clone(),
        started: SystemTime::now(),
    };
    let tally = Tally::new(&plan, std::mem::take(&mut prepared.thresholds));
    let handle = RunHandle {
        plan: Arc::clone(&plan),
        control,
        stop,
        snapshots: tally.follow(),
    };
    let server = access
        .map(|access| api_access::serve(access, &handle))
        .transpose()?;
    let keep = |outcome: &Outcome| finish::keep(&facts.ended(outcome), &options.output);
    let mut outcome = execute(&mut prepared, &options.output, handle, (tally, &keep))?;
    finish::end_outputs(std::mem::take(&mut outcome.outputs));
    // The shop's threads end with `prepared`, after the results are written.
    let result = finish::finish(&facts.ended(&outcome), &options.output);
    if let Some(server) = server {
        let code = result.as_ref().map_or_else(|failure| failure.exit, |code| *code);
        server.end(End {
            exit_code: code.number(),
            reason: outcome.reason,
            snapshot: Arc::new(outcome.snapshot),
        });
    }
    result
}

/// What is known of a run from its beginning.
struct Facts {
    plan: Arc<Plan>,
    control: Control,
    started: SystemTime,
}

impl Facts {
    /// A run that has ended now.
    fn ended<'a>(&'a self, outcome: &'a Outcome) -> Ended<'a> {
        Ended {
            plan: &self.plan,
            outcome,
            was_changed: self.control.was_changed(),
            started: self.started,
            ended: SystemTime::now(),
        }
    }
}

/// What adds up the run, and what is done with the results before the guest's `teardown` begins.
type Sinks<'a> = (Tally, &'a dyn Fn(&Outcome));

/// From `setup` to `teardown`, in sight of the operator.
fn execute(
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

fn no_thread(error: io::Error) -> Failure {
    Failure::internal("the operating system refused a thread or an event queue").because(error)
}
