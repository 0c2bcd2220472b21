//! The composition root of `run`: prepares, executes and finishes one run with the other modules.
//!
//! Everything that can be refused is refused in `prepare`, before the first request of the load.

mod door;
mod endpoint;
mod exit;
mod find;
mod finish;
mod machine;
mod prepare;
mod prepared;
mod reach;
mod room;
mod show;
mod signals;
mod source;
mod steering;
mod thresholds;
mod view;

pub use exit::Exit;
pub use find::find;
pub use prepared::describe;
pub use signals::wait_for_signal;
pub use source::{Read, read};

use crate::api::{End, Watched};
use crate::error::Failure;
use crate::exit_code::ExitCode;
use crate::load::{self, Control, EndReason, Lifecycle, Outcome, Run, StopHandle};
use crate::metrics::Snapshot;
use crate::options::{OutputOptions, RunOptions};
use finish::Ended;
use prepare::Prepared;
use std::io;
use std::sync::Arc;
use std::time::SystemTime;
use tokio::sync::watch;
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
    let door = door::open(&options.control)?;
    let mut prepared = prepare::prepare(options)?;
    let plan = Arc::clone(&prepared.plan);
    let started = SystemTime::now();
    let control = Control::new(Arc::clone(&plan));
    let (snapshots, seen) = watch::channel(Arc::new(Snapshot::default()));
    let watched = Watched {
        plan: Arc::clone(&plan),
        control: control.clone(),
        stop,
        snapshots: seen,
    };
    let server = door.map(|door| door::serve(door, &watched)).transpose()?;
    let outcome = execute(&mut prepared, &options.output, watched, snapshots)?;
    let ended = Ended {
        plan: &plan,
        outcome: &outcome,
        was_changed: control.was_changed(),
        started,
        ended: SystemTime::now(),
    };
    // The shop's threads end with `prepared`, after the results are written.
    let result = finish::finish(&ended, &options.output);
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

/// From `setup` to `teardown`, in sight of the operator.
fn execute(
    prepared: &mut Prepared,
    output: &OutputOptions,
    watched: Watched,
    snapshots: watch::Sender<Arc<Snapshot>>,
) -> Result<Outcome, Failure> {
    let (stop, control) = (watched.stop.clone(), watched.control.clone());
    let feed = Feed {
        logs: prepared.take_logs(),
        watched,
    };
    let view = View::start(output, feed).map_err(no_thread)?;
    let result = load(prepared, snapshots, stop, control);
    view.finish();
    result.map_err(no_thread)
}

/// `setup`, the load, and `teardown`, which also follows a load that was cut short.
fn load(
    prepared: &mut Prepared,
    snapshots: watch::Sender<Arc<Snapshot>>,
    stop: StopHandle,
    control: Control,
) -> io::Result<Outcome> {
    let thresholds = std::mem::take(&mut prepared.thresholds);
    let lifecycle = Lifecycle {
        pre: &prepared.linked.pre,
        shared: &prepared.shared,
        transport: &prepared.transport,
        limits: &prepared.plan.limits,
    };
    let setup_data = match lifecycle.setup() {
        Ok(data) => Arc::new(data),
        Err(why) => {
            return Ok(Outcome {
                snapshot: Snapshot::default(),
                warm_up: None,
                reason: EndReason::SetupFailed(why),
            });
        }
    };
    let run = Run {
        plan: Arc::clone(&prepared.plan),
        shared: Arc::clone(&prepared.shared),
        pre: prepared.linked.pre.clone(),
        transport: Arc::clone(&prepared.transport),
        setup_data: Arc::clone(&setup_data),
        stop,
        control,
        snapshots,
    };
    let mut outcome = load::execute(run, thresholds)?;
    outcome.reason = match (lifecycle.teardown(&setup_data), outcome.reason) {
        (Err(why), EndReason::Completed | EndReason::TimeUp) => EndReason::TeardownFailed(why),
        (_, reason) => reason,
    };
    Ok(outcome)
}

fn no_thread(error: io::Error) -> Failure {
    Failure::internal("the operating system refused a thread or an event queue").because(error)
}
