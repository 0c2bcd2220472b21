//! One block: a short run against one host, which the duet's end ends as well.

use crate::engine::load::{Control, EndReason, StopHandle, StopStage};
use crate::error::Failure;
use crate::metrics::Snapshot;
use crate::plan::round_seed;
use crate::results::tally::Tally;
use crate::session::measure::measure;
use crate::session::prepare::Prepared;
use crate::session::set_up::SetUp;
use crate::session::{no_thread, thresholds};
use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;

/// Runs the block of this number against a host. That the guests' random values are those of this number is seen to by the
/// rounds that the host's runs count; the arrivals are the plan's.
pub(super) fn run(
    prepared: &Prepared,
    set_up: &SetUp,
    number: u64,
    duet: &StopHandle,
) -> Result<Snapshot, Failure> {
    let mut plan = (*prepared.plan).clone();
    plan.seed = round_seed(plan.seed, number);
    // A block is too short to be judged by itself.
    plan.thresholds.clear();
    let plan = Arc::new(plan);
    let stop = StopHandle::new();
    let tally = Tally::new(&plan, thresholds::prepare(&plan, None)?);
    let control = Control::new(Arc::clone(&plan));
    let passing = pass_on(duet.clone(), stop.clone()).map_err(no_thread)?;
    let outcome = measure(prepared.run(&plan, set_up, (stop.clone(), control)), tally).map_err(no_thread);
    // Ends the passing on, which waits for this among others.
    stop.stop(StopStage::Hard, EndReason::Completed);
    // A panic in there would only have kept a signal from arriving.
    let _ = passing.join();
    let outcome = outcome?;
    match outcome.reason {
        EndReason::TimeUp | EndReason::Completed | EndReason::Interrupted => Ok(outcome.snapshot),
        other => Err(Failure::invalid("a block ended before its time").because(other)),
    }
}

/// Passes stops of the duet on to the block.
fn pass_on(duet: StopHandle, block: StopHandle) -> io::Result<JoinHandle<()>> {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let passing = async move {
        let mut next = StopStage::Graceful;
        loop {
            tokio::select! {
                () = block.reached(StopStage::Hard) => return,
                () = duet.reached(next), if block.stage() < next => {
                    block.stop(next, EndReason::Interrupted);
                    next = StopStage::Hard;
                }
            }
        }
    };
    std::thread::Builder::new()
        .name("watch".to_owned())
        .spawn(move || runtime.block_on(passing))
}
