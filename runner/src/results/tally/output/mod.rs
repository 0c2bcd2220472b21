//! Outputs: what is given every second of a run, such as a file, a database or a stream. What there is of them is in
//! `results/output`.
//!
//! An output can't hold up a run. Each has a thread of its own, where it may wait for as long as it likes, and a queue
//! of [`QUEUE`] seconds before it. Where the queue is full, a second is dropped and counted for this output alone; the
//! end says how many were. What is told of the end itself is never dropped.

mod feeder;

use crate::metrics::{Delta, OutputRow, Recorded, RunInfo, Set, Snapshot};
use crate::plan::Plan;
use crate::results::tally::run_info;
use feeder::{Feeder, Work};
use std::io;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

/// Seconds that may wait for an output: a pause of the receiver's garbage collector or a reconnect doesn't cost any.
pub(super) const QUEUE: usize = 32;

/// How long the outputs of a run, all together, are waited for after its end.
const END: Duration = Duration::from_secs(10);

/// Whoever is given every second of a run. All calls are made on one thread, in this order. After an error, the output
/// isn't called again: the error is told at the end, and the rest of the run counts as dropped.
pub trait Output: Send + 'static {
    /// What it is called in messages.
    fn name(&self) -> String;

    /// A run of this plan begins.
    ///
    /// # Errors
    /// Why it can't take a run.
    fn begin(&mut self, plan: &Plan) -> Result<(), String>;

    /// A second is over.
    ///
    /// # Errors
    /// Why it can't take it, or any more of them.
    fn second(&mut self, update: &Update) -> Result<(), String>;

    /// Seconds that it was given and couldn't deliver. Asked at its end, or when it has failed.
    fn lost(&self) -> u64 {
        0
    }

    /// The run has ended, this long after the last second.
    ///
    /// # Errors
    /// Why what it was given isn't where it belongs.
    fn end(&mut self, last: &Update) -> Result<(), String>;
}

/// What came since the update before.
#[derive(Debug)]
pub struct Update {
    /// How things are now. At the end, it has all distributions.
    pub snapshot: Arc<Snapshot>,
    /// What was recorded since then; a warm-up is left out. One delta for each load thread that recorded something,
    /// in the order in which they came.
    pub deltas: Vec<Delta>,
    info: Arc<RunInfo>,
    recorded: OnceLock<Recorded>,
}

impl Update {
    /// What the deltas add up to, with names and without secrets. Added up once for all outputs, on the thread of the
    /// first that asks.
    pub fn recorded(&self) -> &Recorded {
        self.recorded
            .get_or_init(|| Recorded::of(&self.deltas, &self.info))
    }
}

/// All outputs of a run.
#[derive(Debug, Default)]
pub(super) struct Outputs {
    feeders: Vec<Feeder>,
    /// What was recorded in this second; empty where there is no output.
    deltas: Vec<Delta>,
    /// Names that outputs use.
    info: Arc<RunInfo>,
}

impl Outputs {
    pub(super) fn add(&mut self, output: Box<dyn Output>, plan: &Arc<Plan>) -> io::Result<()> {
        self.info = Arc::new(run_info(plan, Set::Main));
        self.feeders.push(Feeder::start(output, Arc::clone(plan))?);
        Ok(())
    }

    /// Keeps a delta until its second is over.
    pub(super) fn keep(&mut self, delta: Delta) {
        if !self.feeders.is_empty() {
            self.deltas.push(delta);
        }
    }

    /// Offers the second that is over to all outputs.
    pub(super) fn offer(&mut self, snapshot: &Arc<Snapshot>) {
        if self.feeders.is_empty() {
            return;
        }
        let update = self.update(Arc::clone(snapshot));
        self.feeders.iter_mut().for_each(|feeder| feeder.offer(&update));
    }

    /// Tells all outputs of the end.
    pub(super) fn end(mut self, snapshot: &Snapshot) -> EndingOutputs {
        let last = match self.feeders.is_empty() {
            true => return EndingOutputs::default(),
            false => self.update(Arc::new(snapshot.clone())),
        };
        let works = self.feeders.into_iter().map(|feeder| feeder.end(&last));
        EndingOutputs(works.collect())
    }

    fn update(&mut self, snapshot: Arc<Snapshot>) -> Arc<Update> {
        let deltas = std::mem::take(&mut self.deltas);
        Arc::new(Update {
            snapshot,
            deltas,
            info: Arc::clone(&self.info),
            recorded: OnceLock::new(),
        })
    }
}

/// Outputs that know of the end of the run, and have some work left.
#[derive(Debug, Default)]
pub struct EndingOutputs(Vec<Work>);

impl EndingOutputs {
    /// Waits a while until they are done, and says how it went.
    pub fn wait(self) -> Vec<OutputRow> {
        let until = Instant::now() + END;
        self.0.into_iter().map(|work| work.wait(until)).collect()
    }
}
