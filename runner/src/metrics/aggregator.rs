//! Adds up what the threads recorded. One owner, no lock; everything it keeps is bounded.

use super::cells::{Cells, OTHER_SLOT};
use super::custom::CustomTotals;
use super::delta::{CheckCount, Counts, Delta, Outcomes};
use super::distribution::Distribution;
use super::failures::Failures;
use super::health::HealthTotals;
use super::history::{History, Interval};
use super::keys::{ErrorKey, NameKey, SeriesKey, TaggedKey, TaskKey};
use super::limits::{Limits, MemoryRoom};
use super::phases::PhaseTotals;
use super::process::ProcessSecond;
use super::request_history::RequestHistories;
use super::saturating::Saturating as _;
use super::series::SeriesTotals;
use super::slowest::Slowest;
use super::snapshot::Snapshot;
use super::verdict::Verdict;
use super::window::{Second, Window};
use std::sync::Arc;
use std::time::Duration;

/// Names that a snapshot shows instead of indices.
#[derive(Debug, Clone, Default)]
pub struct RunInfo {
    /// The plugin's scenarios, in its order.
    pub scenarios: Vec<ScenarioInfo>,
    /// VUs that are initialised before the run, by which `vus_max` begins.
    pub vus: u64,
    /// What is done with every text before it is shown, such as hiding secrets in it.
    pub shown: Option<fn(&mut String)>,
}

/// Names of one scenario.
#[derive(Debug, Clone, Default)]
pub struct ScenarioInfo {
    /// Its name.
    pub name: String,
    /// Its tasks, in its order.
    pub tasks: Vec<String>,
}

/// Adds up the whole run.
#[derive(Debug)]
pub struct Aggregator {
    pub(super) info: RunInfo,
    pub(super) elapsed: Duration,
    pub(super) series: Cells<SeriesKey, SeriesTotals>,
    pub(super) requests: u64,
    pub(super) failed: i64,
    pub(super) durations: Distribution<u64>,
    pub(super) responses: Distribution<u64>,
    pub(super) phases: PhaseTotals,
    pub(super) failures: Failures,
    pub(super) iterations: Cells<TaskKey, TaskTotals>,
    pub(super) errors: Cells<ErrorKey, u64>,
    pub(super) checks: Cells<TaggedKey, CheckCount>,
    pub(super) customs: Cells<TaggedKey, CustomTotals>,
    pub(super) kind_conflicts: u64,
    pub(super) denials: Cells<NameKey, u64>,
    pub(super) vus: Cells<NameKey, i64>,
    pub(super) vus_max: u64,
    pub(super) counts: Counts,
    pub(super) slowest: Slowest,
    pub(super) health: HealthTotals,
    pub(super) history: History,
    pub(super) names: RequestHistories,
    pub(super) window: Window,
    room: MemoryRoom,
    open: Second,
    /// Parts merged so far, by which of two gauge values the later one is known.
    merged: u64,
    pub(super) verdicts: Vec<Verdict>,
}

/// A task over the whole run.
#[derive(Debug, Default)]
pub(super) struct TaskTotals {
    pub(super) outcomes: Outcomes,
    pub(super) durations: Distribution<u64>,
}

impl Aggregator {
    /// An aggregator of a run that has just begun.
    pub fn new(limits: &Limits, info: RunInfo) -> Self {
        let names = 10_000;
        let histories = RequestHistories::new(
            limits.series,
            limits.request_points,
            limits.request_history_bytes(),
        );
        Self {
            vus_max: info.vus,
            info,
            elapsed: Duration::ZERO,
            series: Cells::new(limits.series),
            requests: 0,
            failed: 0,
            durations: Distribution::default(),
            responses: Distribution::default(),
            phases: PhaseTotals::default(),
            failures: Failures::new(limits.failure_messages),
            iterations: Cells::new(names),
            errors: Cells::new(limits.failure_messages),
            checks: Cells::new(limits.check_names),
            customs: Cells::new(limits.series),
            kind_conflicts: 0,
            denials: Cells::new(names),
            vus: Cells::new(names),
            counts: Counts::default(),
            slowest: Slowest::default(),
            health: HealthTotals::default(),
            history: History::new(limits.history_points, limits.history_bytes()),
            names: histories,
            window: Window::default(),
            room: MemoryRoom::new(limits.totals_bytes()),
            open: Second::default(),
            merged: 0,
            verdicts: Vec::new(),
        }
    }

    /// Adds what one thread recorded.
    pub fn merge(&mut self, delta: &Delta) {
        self.merged += 1;
        self.merge_requests(delta);
        self.merge_iterations(delta);
        self.phases.absorb(&delta.phases);
        self.health.absorb(&delta.lateness);
        self.health.starved(delta.greed);
        self.counts.add(&delta.counts);
        self.slowest.merge(&delta.slowest);
        self.open.started.raise(delta.counts.iterations_started);
        self.open.dropped.raise(delta.counts.iterations_dropped);
        for (key, count) in &delta.checks {
            let total = self.checks.at(key.form());
            total.passed.raise(count.passed);
            total.failed.raise(count.failed);
        }
        for (key, part) in &delta.customs {
            let total = self.customs.at(key.form());
            if !self.room.has(|| total.growth(part)) {
                self.customs.value(OTHER_SLOT).fold(part);
                continue;
            }
            let before = total.bytes();
            self.kind_conflicts += u64::from(!total.absorb(part, self.merged));
            self.room.grown(before, total.bytes());
        }
        for (key, count) in &delta.denials {
            self.denials.at(key.form()).raise(*count);
        }
        for (key, change) in &delta.vus {
            self.vus.at(key.form()).raise(*change);
        }
    }

    /// Notes what the operating system said of the second that ends.
    pub fn process(&mut self, process: &ProcessSecond) {
        self.health.process(process);
    }

    /// Sets how the thresholds stand, to be shown from the next snapshot on.
    pub fn judge(&mut self, verdicts: Vec<Verdict>) {
        self.verdicts = verdicts;
    }

    /// Closes a second, `elapsed` after the run began, and says how things are.
    pub fn tick(&mut self, elapsed: Duration) -> Arc<Snapshot> {
        self.close(elapsed);
        Arc::new(self.shown(self.snapshot()))
    }

    /// Closes the last, partial second and gives the final view, distributions included.
    pub fn finish(mut self, elapsed: Duration) -> Snapshot {
        self.close(elapsed);
        let mut snapshot = self.snapshot();
        snapshot.requests = self.request_rows_with_history(&snapshot.series);
        let snapshot = self.with_times(snapshot);
        self.shown(snapshot)
    }

    fn shown(&self, mut snapshot: Snapshot) -> Snapshot {
        if let Some(shown) = self.info.shown {
            snapshot.each_text(shown);
        }
        snapshot
    }

    /// VUs running now.
    pub(super) fn vus_now(&self) -> u64 {
        let sum: i64 = self.vus.iter().map(|(_, count)| *count).sum();
        u64::try_from(sum).unwrap_or(0)
    }

    fn merge_requests(&mut self, delta: &Delta) {
        for (key, part) in &delta.series {
            let times = part.times();
            let mut slot = self.series.slot(key.form());
            if !self.room.has(|| self.series.value(slot).growth(&times)) {
                slot = OTHER_SLOT;
            }
            let total = self.series.value(slot);
            let before = total.bytes();
            total.absorb(part, &times);
            self.room.grown(before, total.bytes());
            self.open.times.absorb(&times);
            self.names.add(self.series.key(slot).request_name(), part, &times);
            self.open.requests.raise(part.requests);
            self.open.failures.raise(part.failures);
        }
        for (key, change) in &delta.failures {
            self.failures.add(key.form(), *change);
        }
    }

    fn merge_iterations(&mut self, delta: &Delta) {
        for (key, part) in &delta.iterations {
            let durations = part.durations.counted();
            let mut slot = self.iterations.slot(**key);
            let growth = || self.iterations.value(slot).durations.growth(&durations.counts);
            if !self.room.has(growth) {
                slot = OTHER_SLOT;
            }
            let total = self.iterations.value(slot);
            let before = total.durations.bytes();
            total.outcomes.add(&part.outcomes);
            durations.pour_into(&mut total.durations);
            self.room.grown(before, total.durations.bytes());
            self.open.iterations.raise(part.outcomes.completed());
        }
        for (key, count) in &delta.errors {
            self.errors.at(key.form()).raise(*count);
        }
    }

    fn close(&mut self, elapsed: Duration) {
        let mut second = std::mem::take(&mut self.open);
        second.seconds = elapsed.saturating_sub(self.elapsed).as_secs_f64();
        let begun = self.elapsed.as_secs_f64();
        self.elapsed = self.elapsed.max(elapsed);
        self.requests.raise(second.requests);
        self.failed.raise(second.failures);
        second.times.add_service(&mut self.durations);
        second.times.add_response(&mut self.responses);
        self.names.close(self.elapsed.as_secs_f64());
        let vus = self.vus_now();
        self.vus_max = self.vus_max.max(vus);
        self.history.push(&Interval {
            at: self.elapsed.as_secs_f64(),
            seconds: second.seconds,
            requests: second.requests,
            failures: second.failures,
            started: second.started,
            dropped: second.dropped,
            vus,
            times: &second.times,
            red: self.health.close((begun, self.elapsed.as_secs_f64())),
        });
        self.window.push(second);
    }
}
