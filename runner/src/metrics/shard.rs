//! What one load thread records into: owned by the thread, no lock, no allocation per sample
//! once the keys are known.

use super::cells::Cells;
use super::custom::CustomPart;
use super::delta::{CheckCount, Counts, Delta, IterationPart};
use super::distribution::MAX_TIME_US;
use super::failures::Failures;
use super::health::{CpuWait, Greed, LATE_US, Lateness};
use super::keys::{
    ANY_SCENARIO, ErrorKey, NameKey, OTHER, SeriesKey, SeriesRef, TaggedKey, TaskKey, message,
};
use super::limits::{KindMismatch, Kinds, Limits, MetricKind};
use super::phases::PhaseParts;
use super::sample::{IterationOutcome, RequestHandle, RequestKey, RequestSample};
use super::saturating::Saturating as _;
use super::series::SeriesPart;
use super::slowest::Slowest;

/// Tasks and kinds of denials that are told apart: more than any plugin has.
const NAMES: usize = 10_000;

/// Records what happens on one load thread.
#[derive(Debug)]
pub struct Shard {
    kinds: Kinds,
    metric_names: usize,
    /// The metrics that this thread knows to be registered.
    known: Cells<NameKey, Known>,
    series: Cells<SeriesKey, SeriesPart>,
    phases: PhaseParts,
    failures: Failures,
    iterations: Cells<TaskKey, IterationPart>,
    errors: Cells<ErrorKey, u64>,
    checks: Cells<TaggedKey, CheckCount>,
    customs: Cells<TaggedKey, CustomPart>,
    denials: Cells<NameKey, u64>,
    vus: Cells<NameKey, i64>,
    counts: Counts,
    lateness: Lateness,
    greed: Greed,
    slowest: Slowest,
}

/// What a thread knows of a metric name.
#[derive(Debug, Clone, Copy, Default)]
enum Known {
    #[default]
    Unasked,
    Is(MetricKind),
    NoRoom,
}

impl Shard {
    /// An empty recorder. All shards of a run get clones of the same limits.
    pub fn new(limits: Limits) -> Self {
        Self {
            known: Cells::new(limits.metric_names),
            series: Cells::new(limits.series),
            phases: PhaseParts::default(),
            failures: Failures::new(limits.failure_messages),
            iterations: Cells::new(NAMES),
            errors: Cells::new(limits.failure_messages),
            checks: Cells::new(limits.check_names),
            customs: Cells::new(limits.series),
            denials: Cells::new(NAMES),
            vus: Cells::new(NAMES),
            counts: Counts::default(),
            lateness: Lateness::default(),
            greed: Greed::default(),
            slowest: Slowest::default(),
            metric_names: limits.metric_names,
            kinds: limits.kinds,
        }
    }

    /// Counts a request that is about to be sent. Each must end in [`request`](Self::request)
    /// or [`request_interrupted`](Self::request_interrupted), or the counts don't reconcile.
    pub fn request_started(&mut self) {
        self.counts.requests_started += 1;
    }

    /// Counts a request that was dropped because the run ended.
    pub fn request_interrupted(&mut self) {
        self.counts.requests_interrupted += 1;
    }

    /// Records a completed request, failed or not.
    #[inline]
    pub fn request(&mut self, key: &RequestKey<'_>, sample: &RequestSample<'_>) -> RequestHandle {
        let slot = self.series.slot(SeriesRef::from(key));
        self.series.value(slot).record(key.status, sample);
        self.phases.record(sample);
        if let Some(unread) = sample.unread_us {
            self.lateness.unread.record(unread);
            self.lateness.unread_of_us.raise(sample.duration_us);
        }
        if sample.never_sent {
            self.counts.requests_unsent += 1;
            self.counts.requests_refused += u64::from(sample.response_us == 0);
        }
        if sample.failed {
            self.count_failure(slot, sample.failure.unwrap_or("failed"), sample.detail, 1);
        }
        RequestHandle { slot }
    }

    /// Keeps the trace's id of a request that has one and was recorded, if it is among the slowest.
    pub fn traced(&mut self, trace: u128, key: &RequestKey<'_>, sample: &RequestSample<'_>) {
        self.slowest.add(trace, key, sample);
    }

    /// Whether the failure that was recorded last has an explanation that this thread didn't meet before.
    pub fn failure_is_news(&self) -> bool {
        self.failures.had_news()
    }

    /// The guest declares a request to be a success. `had` is the message with which it was
    /// counted as failed, if it was.
    pub fn pass(&mut self, handle: RequestHandle, had: Option<&str>) {
        if let Some(message) = had {
            self.series.value(handle.slot).failures -= 1;
            self.count_failure(handle.slot, message, "", -1);
        }
    }

    /// The guest declares a request that counts as a success to be a failure. To change the
    /// message of one that counts as failed, call [`pass`](Self::pass) first.
    pub fn fail(&mut self, handle: RequestHandle, message: &str) {
        self.series.value(handle.slot).failures += 1;
        self.count_failure(handle.slot, message, "", 1);
    }

    /// Counts an iteration that begins.
    pub fn iteration_started(&mut self) {
        self.counts.iterations_started += 1;
    }

    /// Counts iterations whose time has come by the plan. Each must be started or dropped.
    pub fn iterations_planned(&mut self, count: u64) {
        self.counts.iterations_planned.raise(count);
    }

    /// Counts planned iterations that can't be started.
    pub fn iterations_dropped(&mut self, count: u64) {
        self.counts.iterations_dropped.raise(count);
    }

    /// Records the end of an iteration. An interrupted one has no duration.
    pub fn iteration(&mut self, scenario: u16, task: u16, duration_us: u64, outcome: IterationOutcome) {
        let part = self.iterations.at(TaskKey { scenario, task });
        part.outcomes.count(outcome);
        if outcome != IterationOutcome::Interrupted {
            part.durations.record(duration_us.min(MAX_TIME_US));
        }
    }

    /// Counts the message of a failed or trapped iteration.
    pub fn iteration_error(&mut self, scenario: u16, task: u16, text: &str) {
        *self.errors.at((TaskKey { scenario, task }, message(text))) += 1;
    }

    /// Counts a check. `tags` as in [`RequestKey::tags`].
    pub fn check(&mut self, scenario: u16, name: &str, tags: &str, passed: bool) {
        let count = self.checks.at((scenario, name, tags));
        count.passed += u64::from(passed);
        count.failed += u64::from(!passed);
    }

    /// Adds a value to a custom metric. A value without meaning (one that
    /// isn't finite) is dropped and counted.
    ///
    /// # Errors
    /// The metric is of another kind since its first use in the run; nothing is recorded.
    pub fn custom(
        &mut self,
        scenario: u16,
        name: &str,
        kind: MetricKind,
        value: f64,
        tags: &str,
    ) -> Result<(), KindMismatch> {
        let added = if self.is_registered(name, kind)? {
            self.customs.at((scenario, name, tags)).add(kind, value)
        } else {
            self.customs
                .at((ANY_SCENARIO, OTHER, ""))
                .add(MetricKind::Counter, 1.0)
        };
        self.counts.values_dropped += u64::from(!added);
        Ok(())
    }

    /// Counts a VU that starts.
    pub fn vu_started(&mut self, scenario: u16) {
        *self.vus.at((scenario, "")) += 1;
    }

    /// Counts a VU that ends.
    pub fn vu_stopped(&mut self, scenario: u16) {
        *self.vus.at((scenario, "")) -= 1;
    }

    /// Counts an instance that was replaced after a trap.
    pub fn instance_replaced(&mut self) {
        self.counts.instances_replaced += 1;
    }

    /// Counts log lines that were dropped.
    pub fn log_dropped(&mut self, lines: u64) {
        self.counts.logs_dropped += lines;
    }

    /// Counts a name or tag that results don't have as the guest gave it.
    pub fn label_altered(&mut self) {
        self.counts.labels_altered += 1;
    }

    /// Counts something that the sandbox refused, by kind, such as `connect` or `host evil.example`.
    pub fn denied(&mut self, kind: &str) {
        *self.denials.at((ANY_SCENARIO, message(kind))) += 1;
    }

    /// Records by how much an iteration started after its intended time although a VU was
    /// free: the generator's own lateness, in microseconds.
    pub fn late_start(&mut self, us: u64) {
        self.counts.late_starts += u64::from(us > LATE_US);
        self.lateness.late.record(us.min(MAX_TIME_US));
    }

    /// Records by how much this thread's timer fired late, in microseconds.
    pub fn lag(&mut self, us: u64) {
        self.lateness.lag.record(us.min(MAX_TIME_US));
    }

    /// Notes how this thread got along with its CPU since this was last asked for.
    pub fn waited(&mut self, wait: CpuWait) {
        self.lateness.wait = wait;
    }

    /// Notes by how much VUs, most of all one of this scenario, took more of a second of this thread than their shares,
    /// in microseconds.
    pub fn starved(&mut self, scenario: u16, excess_us: u64) {
        self.greed = Greed { scenario, excess_us };
    }

    /// Counts bytes on the wire that belong to no recorded request.
    pub fn data(&mut self, sent: u64, received: u64) {
        self.counts.extra_sent += sent;
        self.counts.extra_received += received;
    }

    /// Hands over what was recorded since the last call. Keys and handles stay valid.
    pub fn take(&mut self) -> Delta {
        Delta {
            series: self.series.drain(),
            phases: std::mem::take(&mut self.phases),
            failures: self.failures.cells_mut().drain(),
            iterations: self.iterations.drain(),
            errors: self.errors.drain(),
            checks: self.checks.drain(),
            customs: self.customs.drain(),
            denials: self.denials.drain(),
            vus: self.vus.drain(),
            counts: std::mem::take(&mut self.counts),
            lateness: std::mem::take(&mut self.lateness),
            greed: std::mem::take(&mut self.greed),
            slowest: std::mem::take(&mut self.slowest),
        }
    }

    fn count_failure(&mut self, slot: usize, text: &str, detail: &str, change: i64) {
        let key = self.series.key(slot);
        let form = (
            key.method.as_str(),
            key.name.as_str(),
            message(text),
            message(detail),
        );
        self.failures.add(form, change);
    }

    /// Whether the name has a place of its own. Asks the run only about names new to this thread.
    fn is_registered(&mut self, name: &str, kind: MetricKind) -> Result<bool, KindMismatch> {
        let room = self.known.has_room();
        let known = self.known.at((ANY_SCENARIO, name));
        match *known {
            Known::Is(registered) if registered == kind => Ok(true),
            Known::Is(registered) => Err(KindMismatch {
                registered,
                used: kind,
            }),
            Known::NoRoom => Ok(false),
            Known::Unasked => {
                let registered = room && self.kinds.register(name, kind, self.metric_names)?;
                *known = if registered {
                    Known::Is(kind)
                } else {
                    Known::NoRoom
                };
                Ok(registered)
            }
        }
    }
}
