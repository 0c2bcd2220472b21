//! One load and its tally: what is measured is added up here, and what that leads to is done: a threshold may end the
//! run, and guests may ask how far it has come.

use crate::engine::host::RunProgress;
use crate::engine::load::{self, EndReason, LoadEnd, Run, StopHandle, StopStage};
use crate::metrics::{Snapshot, Verdict};
use crate::results::tally::{EndingOutputs, Results, Tally};
use std::io;
use std::sync::Arc;

/// What a run ended with.
#[derive(Debug)]
pub(super) struct Outcome {
    /// All of it, but for what only warmed up.
    pub(super) snapshot: Snapshot,
    /// What only warmed up, if anything did.
    pub(super) warm_up: Option<Snapshot>,
    /// Why it ended.
    pub(super) reason: EndReason,
    /// Why a scenario called it a failure, if one did.
    pub(super) marked_failed: Option<String>,
    /// Whether all threads handed over all that they measured, so that the books must balance.
    pub(super) is_whole: bool,
    /// Outputs that may still be at work.
    pub(super) outputs: EndingOutputs,
}

impl Outcome {
    /// Of a run without any load.
    pub(super) fn without_load(reason: EndReason) -> Outcome {
        Outcome {
            snapshot: Snapshot::default(),
            warm_up: None,
            reason,
            marked_failed: None,
            is_whole: true,
            outputs: EndingOutputs::default(),
        }
    }
}

/// Makes the load, and adds up what comes of it. Blocks until every load thread has ended.
///
/// # Errors
/// If the operating system refuses a thread or its event queue.
pub(super) fn measure(run: Run, tally: Tally) -> io::Result<Outcome> {
    let (shared, stop) = (Arc::clone(&run.shared), run.stop.clone());
    let mut load = load::start(run)?;
    let results = tally.add_up(load.deltas(), |snapshot| {
        stop_if_asked(&stop, &snapshot.thresholds);
        note(&shared.progress, snapshot);
    });
    let LoadEnd { reason, is_whole } = load.end();
    let Results {
        snapshot,
        warm_up,
        outputs,
    } = results;
    Ok(Outcome {
        snapshot,
        warm_up,
        reason,
        marked_failed: shared.failed.get().cloned(),
        is_whole,
        outputs,
    })
}

/// Ends the run if a threshold asks for it.
fn stop_if_asked(stop: &StopHandle, verdicts: &[Verdict]) {
    if let Some(verdict) = verdicts.iter().find(|verdict| verdict.abort) {
        let which = format!("{} {}", verdict.metric, verdict.rule);
        stop.stop(StopStage::Graceful, EndReason::ThresholdFailed(which));
    }
}

/// Lets guests know how far the run has come.
fn note(progress: &RunProgress, snapshot: &Snapshot) {
    let iterations = &snapshot.totals.iterations;
    progress.note(snapshot.vus.now, iterations.completed(), iterations.interrupted);
}
