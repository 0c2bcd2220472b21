//! The tally of one run: where deltas are merged and thresholds evaluated, and from where each second's view goes out.

use super::output::{EndingOutputs, Output, Outputs};
use super::run_info;
use crate::metrics::{Aggregator, Delta, Limits, Measured, ProcessSecond, Set, Snapshot};
use crate::plan::Plan;
use crate::results::thresholds::Evaluator;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

/// Adds up one run, and apart from it what only warms up.
#[derive(Debug)]
pub struct Tally {
    main: Aggregator,
    warm_up: Option<Aggregator>,
    thresholds: Evaluator,
    latest: watch::Sender<Arc<Snapshot>>,
    outputs: Outputs,
}

/// What a run came to.
#[derive(Debug)]
pub struct Results {
    /// All of it, but for what only warmed up.
    pub snapshot: Snapshot,
    /// What only warmed up, if anything did.
    pub warm_up: Option<Snapshot>,
    /// The outputs, which may still be at work.
    pub outputs: EndingOutputs,
}

impl Tally {
    /// The tally of a run of this plan that is about to begin, judged by these thresholds.
    pub fn new(plan: &Plan, thresholds: Evaluator) -> Tally {
        let sets = 1 + usize::from(plan.has_warm_up());
        let limits = Limits::shared(plan.limits.metrics_bytes, sets);
        let aggregator = |set: Set| Aggregator::new(&limits, run_info(plan, set));
        Tally {
            main: aggregator(Set::Main),
            warm_up: plan.has_warm_up().then(|| aggregator(Set::WarmUp)),
            thresholds,
            latest: watch::Sender::new(Arc::default()),
            outputs: Outputs::default(),
        }
    }

    /// Lets an output have every second of the run, which is one of this plan.
    ///
    /// # Errors
    /// If the operating system refuses it a thread.
    pub fn add_output(&mut self, output: Box<dyn Output>, plan: &Arc<Plan>) -> io::Result<()> {
        self.outputs.add(output, plan)
    }

    /// Follows the latest view of the run. Whoever looks too seldom misses seconds.
    pub fn follow(&self) -> watch::Receiver<Arc<Snapshot>> {
        self.latest.subscribe()
    }

    /// Adds up all that is measured, until its end. At the end of each second, and before anybody else, `second_over`
    /// is told how things are: a threshold may ask for the end of the run.
    pub fn add_up(
        mut self,
        source: impl IntoIterator<Item = Measured>,
        mut second_over: impl FnMut(&Snapshot),
    ) -> Results {
        let mut length = Duration::ZERO;
        for measured in source {
            match measured {
                Measured::Delta { set, delta } => self.merge(set, *delta),
                Measured::SecondOver { elapsed, process } => {
                    let snapshot = self.close_second(elapsed, &process);
                    second_over(&snapshot);
                    self.publish(snapshot);
                    length = elapsed;
                }
                Measured::End { elapsed } => length = elapsed,
            }
        }
        self.finish(length)
    }

    fn merge(&mut self, set: Set, delta: Delta) {
        match (set, &mut self.warm_up) {
            (Set::WarmUp, Some(warm_up)) => warm_up.merge(&delta),
            _ => {
                self.thresholds.observe(&delta);
                self.main.merge(&delta);
                self.outputs.keep(delta);
            }
        }
    }

    fn close_second(&mut self, elapsed: Duration, process: &ProcessSecond) -> Arc<Snapshot> {
        self.main.judge(self.thresholds.evaluate(elapsed));
        self.main.process(process);
        // Nobody is shown a warm-up while it lasts, but its history has seconds as well.
        self.warm_up.iter_mut().for_each(|sums| drop(sums.tick(elapsed)));
        self.main.tick(elapsed)
    }

    fn publish(&mut self, snapshot: Arc<Snapshot>) {
        self.outputs.offer(&snapshot);
        self.latest.send_replace(snapshot);
    }

    fn finish(mut self, elapsed: Duration) -> Results {
        let warm_up = self.warm_up.map(|sums| sums.finish(elapsed));
        self.main.judge(self.thresholds.finish(elapsed));
        let snapshot = self.main.finish(elapsed);
        // Live displays are done: what comes now is the end, which is told by whoever knows why it came.
        drop(self.latest);
        let outputs = self.outputs.end(&snapshot);
        Results {
            snapshot,
            warm_up,
            outputs,
        }
    }
}
