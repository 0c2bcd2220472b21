//! One trial of a rate: sized by what is known of the iterations, watched while it runs, ended early where there is
//! nothing to wait for.

use super::evidence::{Margin, Trial};
use super::growth::{Growth, Point};
use crate::engine::load::{Control, EndReason, StopHandle, StopStage};
use crate::error::Failure;
use crate::metrics::{Snapshot, Verdict};
use crate::plan::{ExecutorSpec, Plan};
use crate::report;
use crate::results::tally::Tally;
use crate::session::measure::{Outcome, measure};
use crate::session::prepare::Prepared;
use crate::session::set_up::SetUp;
use crate::session::{no_thread, thresholds};
use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::watch;

/// Share of a trial's seconds in which the generator may be slow before it says nothing about the server.
const SLOW_SHARE: f64 = 0.2;

/// Share of the iterations that may start late before it says nothing either.
const LATE_SHARE: f64 = 0.02;

/// How far from its limit a figure is clearly on its side of it, as a share of the limit.
const WIDE: f64 = 0.15;

/// Most seconds by which a trial is longer so that the first iterations have ended before it counts.
const LONGEST_FILL: f64 = 60.0;

/// Least length of a trial: three counts, at its beginning and after each of two seconds.
const SHORTEST: Duration = Duration::from_secs(2);

/// How long arrivals go on after the last count is due, until it is in.
const TAIL: Duration = Duration::from_millis(400);

/// Late starts that happen on any machine.
const FEW_LATE: f64 = 3.0;

/// What is known of how long iterations take, and so of how many VUs a rate needs (Little's law).
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Size {
    /// Seconds after which the first iterations have ended; none before anything was measured.
    fill: Option<f64>,
    /// Seconds that an iteration keeps its VU.
    busy: Option<f64>,
}

impl Size {
    /// The plan of a trial. VUs that are made beforehand start no iteration late; where they turn out to be too few, more
    /// are made on the way.
    pub(super) fn plan(&self, plan: &Plan, iterations_per_second: f64) -> Plan {
        let mut plan = plan.clone();
        for workload in &mut plan.workloads {
            let room = u32::try_from(workload.room()).unwrap_or(u32::MAX);
            let ExecutorSpec::ConstantArrivalRate(spec) = &mut workload.executor else {
                continue;
            };
            spec.rate = iterations_per_second;
            spec.duration =
                spec.duration.max(SHORTEST) + TAIL + Duration::from_secs_f64(self.fill.unwrap_or(0.0));
            if let Some(busy) = self.busy {
                let needed = (iterations_per_second * busy * 1.3).ceil() as u32 + 10;
                spec.pre_allocated_vus = needed.min(room);
            }
        }
        plan
    }

    /// Takes in what a trial showed. Iterations that queued up say nothing about the next rate.
    pub(super) fn learn(&mut self, rate: f64, ran: &Ran, growth: Option<Growth>) {
        let durations = &ran.snapshot.totals.iteration_duration;
        let p95 = durations.p95 as f64 / 1e6;
        match growth {
            Some(growth) if growth.is_growing() => {}
            Some(growth) => {
                self.fill = Some(fill(p95));
                self.busy = Some((growth.in_flight / rate).max(durations.mean / 1e6));
            }
            // It was over before enough of them had ended.
            None if durations.count == 0 => self.fill = Some((2.0 * ran.seconds).min(LONGEST_FILL)),
            None => self.fill = Some(fill(p95).max(self.fill.unwrap_or(0.0))),
        }
    }
}

/// Seconds after which the first iterations have ended, if 95 of 100 take no longer than so many.
fn fill(p95: f64) -> f64 {
    if p95 < 0.05 {
        0.0
    } else {
        (1.2 * p95 + 0.1).min(LONGEST_FILL)
    }
}

/// A trial that ran.
pub(super) struct Ran {
    pub(super) snapshot: Snapshot,
    /// What broke.
    pub(super) reasons: Vec<String>,
    growth: Option<Growth>,
    end: EndReason,
    /// VUs that it could have.
    room: usize,
    seconds: f64,
}

impl Ran {
    /// Runs a trial. What stops the search stops it as well.
    pub(super) fn of(
        prepared: &Prepared,
        plan: &Arc<Plan>,
        set_up: &SetUp,
        search: &StopHandle,
        size: &Size,
    ) -> Result<Ran, Failure> {
        let stop = StopHandle::new();
        let tally = Tally::new(plan, thresholds::prepare(plan, prepared.baseline.as_ref())?);
        let control = Control::new(Arc::clone(plan));
        let run = prepared.run(plan, set_up, (stop.clone(), control));
        let observer = Observer::new(plan, size.fill);
        let watching =
            watch_over((search.clone(), stop.clone()), tally.follow(), observer).map_err(no_thread)?;
        let outcome = measure(run, tally).map_err(no_thread);
        // Ends the watching, which waits for this among others.
        stop.stop(StopStage::Hard, EndReason::Completed);
        // A panic in there would only have kept a signal from arriving, and a trial from being judged.
        let observer = watching.join().unwrap_or_else(|_| Observer::new(plan, size.fill));
        let outcome = outcome?;
        check_books(plan, &outcome)?;
        Ok(Ran {
            reasons: broken(&outcome),
            growth: observer.growth(),
            end: outcome.reason,
            room: plan.peak_vus(),
            seconds: outcome.snapshot.elapsed.as_secs_f64().max(1.0),
            snapshot: outcome.snapshot,
        })
    }

    /// What it shows.
    pub(super) fn trial(&self) -> Trial {
        Trial {
            growth: self.growth,
            margin: self.margin(),
            lacks_vus: self.lacks_vus(),
            was_slow: self.was_slow(),
        }
    }

    fn margin(&self) -> Margin {
        let ended_as_planned = matches!(self.end, EndReason::TimeUp | EndReason::Completed);
        let verdicts = &self.snapshot.thresholds;
        match ended_as_planned && !verdicts.iter().any(Verdict::has_failed) {
            false if self.only_lacks_vus() => Margin::Narrow,
            false => Margin::Broken,
            true if verdicts.iter().all(is_far) => Margin::Wide,
            true => Margin::Narrow,
        }
    }

    /// Whether all that failed is the generator's own: a rule about dropped iterations.
    fn only_lacks_vus(&self) -> bool {
        let mut failed = self.snapshot.thresholds.iter().filter(|v| v.has_failed());
        failed.all(|verdict| verdict.metric.starts_with("dropped_iterations"))
            && matches!(self.end, EndReason::TimeUp | EndReason::Completed)
    }

    fn lacks_vus(&self) -> Option<String> {
        (self.snapshot.totals.iterations_dropped > 0)
            .then(|| format!("all {} virtual users were busy: raise --max-vus", self.room))
    }

    fn was_slow(&self) -> Option<String> {
        let (health, totals) = (&self.snapshot.health, &self.snapshot.totals);
        if health.red_seconds as f64 > self.seconds * SLOW_SHARE {
            return Some(format!(
                "this machine was too slow in {} of {:.0} seconds: raise its share of CPU (more cores, a larger \
                 quota, fewer other programs)",
                health.red_seconds, self.seconds
            ));
        }
        (health.late_starts as f64 > totals.iterations_started as f64 * LATE_SHARE + FEW_LATE).then(|| {
            format!(
                "{} of {} iterations started late: raise this machine's share of CPU, or --pre-allocated-vus",
                health.late_starts, totals.iterations_started
            )
        })
    }
}

/// Whether a figure is far from its limit. Counts that are 0, as they must be, are.
fn is_far(verdict: &Verdict) -> bool {
    let (Some(observed), limit) = (verdict.observed, verdict.limit) else {
        return false;
    };
    limit == 0.0 || ((observed - limit) / limit).abs() > WIDE
}

fn broken(outcome: &Outcome) -> Vec<String> {
    let failed = outcome.snapshot.thresholds.iter().filter(|v| v.has_failed());
    let mut reasons: Vec<_> = failed.map(report::broken).collect();
    match &outcome.reason {
        EndReason::TimeUp | EndReason::Completed => {}
        other => reasons.push(other.to_string()),
    }
    reasons
}

fn check_books(plan: &Plan, outcome: &Outcome) -> Result<(), Failure> {
    let planned = plan
        .iterations(false)
        .filter(|_| outcome.reason == EndReason::TimeUp);
    let wrong = outcome.snapshot.reconcile(planned);
    if wrong.is_empty() {
        return Ok(());
    }
    let failure = Failure {
        causes: wrong,
        ..Failure::internal("the figures of a step contradict each other")
    };
    Err(failure.hint("don't trust them; this is a defect of wasmswarm, please report it"))
}

/// What is seen of a trial while it runs.
struct Observer {
    rate: f64,
    seconds: f64,
    /// Seconds after which the first iterations have ended; none: as this trial shows.
    fill: Option<f64>,
    p95: f64,
    points: Vec<Point>,
    has_dropped: bool,
}

impl Observer {
    fn new(plan: &Plan, fill: Option<f64>) -> Observer {
        let rate = plan
            .workloads
            .iter()
            .find_map(|workload| workload.executor.rate());
        Observer {
            rate: rate.map_or(1.0, |profile| profile.start),
            seconds: plan.duration().unwrap_or_default().as_secs_f64(),
            fill,
            p95: 0.0,
            points: vec![Point {
                at: 0.0,
                in_flight: 0.0,
            }],
            has_dropped: false,
        }
    }

    /// Notes how many iterations were in flight at the end of a second.
    fn see(&mut self, snapshot: &Snapshot) {
        let totals = &snapshot.totals;
        // Each second is closed a little after its end, with what was recorded until its end.
        let at = (snapshot.elapsed.as_secs_f64() - 0.1).round();
        self.has_dropped |= totals.iterations_dropped > 0;
        let is_new = self.points.last().is_none_or(|point| point.at < at);
        if self.has_dropped || !is_new || at > self.seconds {
            return;
        }
        let ended = totals.iterations.completed() + totals.iterations.interrupted;
        self.p95 = totals.iteration_duration.p95 as f64 / 1e6;
        self.points.push(Point {
            at,
            in_flight: totals.iterations_started.saturating_sub(ended) as f64,
        });
    }

    fn growth(&self) -> Option<Growth> {
        Growth::of(&self.points, self.rate, self.fill.unwrap_or(fill(self.p95)))
    }

    /// Whether there is nothing to wait for.
    fn has_seen_enough(&self) -> bool {
        self.has_dropped || self.points.len() > 3 && self.growth().is_some_and(|growth| growth.is_hopeless())
    }
}

/// Passes stops of the search on to the trial, and ends that where nothing is to be waited for.
fn watch_over(
    (search, trial): (StopHandle, StopHandle),
    mut snapshots: watch::Receiver<Arc<Snapshot>>,
    mut observer: Observer,
) -> io::Result<JoinHandle<Observer>> {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let watching = async move {
        let mut next = StopStage::Graceful;
        loop {
            tokio::select! {
                () = trial.reached(StopStage::Hard) => return observer,
                () = search.reached(next), if trial.stage() < next => {
                    trial.stop(next, EndReason::Interrupted);
                    next = StopStage::Hard;
                }
                // Once it is stopped nothing starts any more, and that iterations in flight become fewer says nothing.
                Ok(()) = snapshots.changed(), if trial.stage() < StopStage::Graceful => {
                    observer.see(&snapshots.borrow_and_update());
                    if observer.has_seen_enough() {
                        trial.stop(StopStage::Graceful, EndReason::Completed);
                        next = StopStage::Hard;
                    }
                }
            }
        }
    };
    std::thread::Builder::new()
        .name("watch".to_owned())
        .spawn(move || runtime.block_on(watching))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Totals;

    fn second(at: u64, started: u64, ended: u64) -> Arc<Snapshot> {
        let mut totals = Totals {
            iterations_started: started,
            ..Totals::default()
        };
        totals.iterations.ok = ended;
        totals.iteration_duration.p95 = 1_000_000;
        Arc::new(Snapshot {
            elapsed: Duration::from_millis(1_000 * at + 100),
            totals,
            ..Snapshot::default()
        })
    }

    /// A server of 50/s at 80/s, each request of which takes a second: the trial is given up after a few seconds, and what
    /// is in flight then ends without anything new.
    #[test]
    fn what_ends_after_a_trial_was_given_up_does_not_count_for_the_server() {
        let (search, trial) = (StopHandle::new(), StopHandle::new());
        let (sender, seen) = watch::channel(Arc::new(Snapshot::default()));
        let observer = Observer {
            rate: 80.0,
            seconds: 60.0,
            fill: None,
            p95: 0.0,
            points: vec![Point {
                at: 0.0,
                in_flight: 0.0,
            }],
            has_dropped: false,
        };
        let watching = watch_over((search, trial.clone()), seen, observer).unwrap();
        let send = |snapshot| {
            sender.send_replace(snapshot);
            std::thread::sleep(Duration::from_millis(20));
        };
        let mut at = 0;
        while trial.stage() < StopStage::Graceful {
            at += 1;
            assert!(at < 30, "it goes on and on");
            send(second(at, 80 * at, 50 * (at - 1)));
        }
        let started = 80 * at;
        (1..=8).for_each(|later| send(second(at + later, started, started.min(50 * (at + later - 1)))));
        trial.stop(StopStage::Hard, EndReason::Completed);
        let growth = watching.join().unwrap().growth().unwrap();
        assert!(growth.is_growing(), "{growth:?}");
    }
}
