//! Follows one question through a run: how a metric, or a selected part of it, adds up. The
//! answer is built from what the threads hand over, so that it can be had for any stretch of
//! time. What is done with it is not known here.

use super::custom::{CustomTotals, Gauge};
use super::delta::Delta;
use super::distribution::Distribution;
use super::keys::{ANY_SCENARIO, OTHER, SeriesKey, StatusClass, TaggedKey, TaskKey};
use super::limits::MetricKind;
use super::saturating::Saturating as _;
use super::series::SeriesPart;
use super::signed::Signed;

/// What is measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Measure {
    /// Completed requests.
    Requests,
    /// Share of requests that failed.
    Failed,
    /// Service times.
    Duration,
    /// Response times.
    Response,
    /// One of [`PHASES`](super::PHASES), by index.
    Phase(usize),
    /// Completed iterations.
    Iterations,
    /// Durations of completed iterations.
    IterationDuration,
    /// Planned iterations that were not started.
    Dropped,
    /// Iterations that started late though a VU was free.
    LateStarts,
    /// Share of checks that passed.
    Checks,
    /// Bytes written.
    BytesSent,
    /// Bytes read.
    BytesReceived,
    /// Running VUs.
    Vus,
    /// Most VUs so far.
    VusMax,
    /// A custom metric, by name.
    Custom(String),
}

/// Which part of a metric is asked for. What is left out selects everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// Scenarios, by index.
    pub scenarios: Option<Vec<u16>>,
    /// Tasks, by index of the scenario and index in it.
    pub tasks: Option<Vec<(u16, u16)>>,
    /// Method or protocol.
    pub method: Option<String>,
    /// Names of the request, any of which will do.
    pub names: Option<Vec<String>>,
    /// Name of the check.
    pub check: Option<String>,
    /// Status of the response.
    pub status: Option<StatusChoice>,
    /// Whether the response was an expected one.
    pub expected: Option<bool>,
    /// Tags that must be there, with their values.
    pub tags: Vec<(String, String)>,
}

/// Which statuses are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StatusChoice {
    /// All of a class.
    Class(StatusClass),
    /// One code. Only [`Measure::Requests`] knows codes; all others take the code's class.
    Exact(u16),
}

impl Selection {
    /// Whether it selects everything.
    pub fn is_all(&self) -> bool {
        *self == Self::default()
    }

    /// Selects requests with one of these names, and of those selected before only these.
    pub fn select_names(&mut self, names: Vec<String>) {
        match &mut self.names {
            Some(before) => before.retain(|name| names.contains(name)),
            none => *none = Some(names),
        }
    }

    /// Whether a series of requests belongs to it.
    pub fn has_series(&self, key: &SeriesKey) -> bool {
        let class = self.status.map(|choice| match choice {
            StatusChoice::Class(class) => class,
            StatusChoice::Exact(status) => StatusClass::of(status),
        });
        self.has_scenario(key.scenario)
            && is_or_any(self.method.as_deref(), key.method.as_str())
            && self.names.as_ref().is_none_or(|names| names.contains(&key.name))
            && is_or_any(class, key.class)
            && is_or_any(self.expected, key.expected)
            && self.has_tags(&key.tags)
    }

    /// Whether a status code is asked for, given that its class is.
    pub fn has_status(&self, status: u16) -> bool {
        match self.status {
            Some(StatusChoice::Exact(code)) => code == status,
            _ => true,
        }
    }

    fn has_check(&self, key: &TaggedKey) -> bool {
        self.has_scenario(key.scenario)
            && is_or_any(self.check.as_deref(), key.name.as_str())
            && self.has_tags(&key.tags)
    }

    fn has_custom(&self, key: &TaggedKey) -> bool {
        self.has_scenario(key.scenario) && self.has_tags(&key.tags)
    }

    fn has_task(&self, key: TaskKey) -> bool {
        let tasks = self.tasks.as_ref();
        self.has_scenario(key.scenario) && tasks.is_none_or(|tasks| tasks.contains(&(key.scenario, key.task)))
    }

    fn has_scenario(&self, scenario: u16) -> bool {
        let scenarios = self.scenarios.as_ref();
        scenarios.is_none_or(|scenarios| scenarios.contains(&scenario))
    }

    fn has_tags(&self, text: &str) -> bool {
        let has = |(key, value): &(String, String)| {
            text.split(',')
                .any(|pair| pair.split_once('=') == Some((key.as_str(), value.as_str())))
        };
        self.tags.iter().all(has)
    }
}

fn is_or_any<T: PartialEq>(wanted: Option<T>, found: T) -> bool {
    wanted.is_none_or(|wanted| wanted == found)
}

/// How much there is of what was asked for, in some stretch of time.
#[derive(Debug, Clone, Default)]
pub struct Amount {
    totals: CustomTotals,
    matched: bool,
    folded: u64,
}

impl Amount {
    /// What a custom metric adds up to.
    pub(super) fn of(totals: CustomTotals) -> Amount {
        Amount {
            totals,
            matched: true,
            folded: 0,
        }
    }

    /// Whether anything was selected, by the end of this stretch of time. A metric of the
    /// program's own as a whole always is.
    pub fn is_matched(&self) -> bool {
        self.matched
    }

    /// Measurements that may belong to it, but can't be told apart any more from others: there
    /// were too many series. 0 where all is asked for.
    pub fn folded(&self) -> u64 {
        self.folded
    }

    /// Of which kind it is; none without data.
    pub fn kind(&self) -> Option<MetricKind> {
        self.totals.kind
    }

    /// How many values there were; of a counter, how often something was added.
    pub fn samples(&self) -> u64 {
        self.totals.samples()
    }

    /// How many values of a rate count.
    pub fn nonzero(&self) -> u64 {
        // Below 0 where the guest declared failures of an earlier stretch to be successes.
        self.totals.nonzero().max(0.0) as u64
    }

    /// Sum of a counter.
    pub fn sum(&self) -> f64 {
        self.totals.sum()
    }

    /// Share of a rate, from 0 to 1; none without values.
    pub fn share(&self) -> Option<f64> {
        let all = self.totals.samples();
        // Below 0 where the guest declared failures of an earlier stretch to be successes.
        (all > 0).then(|| (self.totals.nonzero() / all as f64).max(0.0))
    }

    /// Last, smallest and largest value of a gauge; none without values.
    pub fn gauge(&self) -> Option<[f64; 3]> {
        let Gauge { last, min, max, .. } = self.totals.gauge?;
        Some([last, min, max])
    }

    /// Values of a trend: microseconds, or thousandths of a custom metric's own unit.
    pub fn values(&self) -> Signed<'_> {
        self.totals.values()
    }

    /// Adds a later stretch of time.
    pub fn merge(&mut self, later: &Self) {
        self.totals.merge(&later.totals);
        self.matched |= later.matched;
        self.folded.raise(later.folded);
    }

    /// Adds to a counter.
    pub fn count(&mut self, amount: f64) {
        self.matched = true;
        self.totals.count(amount);
    }

    /// Adds values to a rate, `nonzero` of which count.
    pub fn add_share(&mut self, nonzero: i64, total: u64) {
        self.matched = true;
        self.totals.share(nonzero, total);
    }

    /// Adds values to a trend.
    pub fn add_times(&mut self, times: &Distribution<u64>) {
        self.trend().merge(times);
    }

    fn trend(&mut self) -> &mut Distribution<u64> {
        self.matched = true;
        self.totals.trend()
    }
}

/// A question: what is measured, and which part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// What is measured.
    pub measure: Measure,
    /// Which part of it.
    pub selection: Selection,
}

/// Follows a question through the run, second by second. What it holds is bounded.
#[derive(Debug)]
pub struct Follower {
    query: Query,
    open: Amount,
    /// Whether anything was selected so far.
    seen: bool,
    /// Parts observed so far, by which of two gauge values the later one is known.
    turn: u64,
    running: i64,
    most: i64,
}

impl Follower {
    /// Follows from the beginning of a run that has initialised this many VUs.
    pub fn new(query: Query, vus: u64) -> Self {
        let seen = query.selection.is_all() && !matches!(query.measure, Measure::Custom(_));
        Self {
            query,
            open: Amount::default(),
            seen,
            turn: 0,
            running: 0,
            most: i64::try_from(vus).unwrap_or(i64::MAX),
        }
    }

    /// Adds what one thread recorded, before it is merged away.
    pub fn observe(&mut self, delta: &Delta) {
        self.turn += 1;
        match &self.query.measure {
            Measure::Requests | Measure::Failed | Measure::Duration | Measure::Response => {
                self.requests(delta)
            }
            Measure::BytesSent | Measure::BytesReceived => self.bytes(delta),
            Measure::Phase(phase) => delta.phases.pour_into(*phase, self.open.trend()),
            Measure::Iterations | Measure::IterationDuration => self.iterations(delta),
            Measure::Dropped => self.open.count(delta.counts.iterations_dropped as f64),
            Measure::LateStarts => self.open.count(delta.counts.late_starts as f64),
            Measure::Checks => self.checks(delta),
            Measure::Vus | Measure::VusMax => self.vus(delta),
            Measure::Custom(_) => self.customs(delta),
        }
    }

    /// Ends a second, and says what there was in it.
    pub fn close(&mut self) -> Amount {
        self.most = self.most.max(self.running);
        self.seen |= self.open.matched;
        let mut second = std::mem::take(&mut self.open);
        second.matched = self.seen;
        match self.query.measure {
            Measure::Vus if self.seen => second.totals.set(self.running as f64, self.turn),
            Measure::VusMax => second.totals.set(self.most as f64, self.turn),
            // Nothing in a second is 0 of it, once it is known to be there at all.
            Measure::Requests
            | Measure::Iterations
            | Measure::Dropped
            | Measure::LateStarts
            | Measure::BytesSent
            | Measure::BytesReceived
                if self.seen =>
            {
                second.totals.count(0.0);
            }
            _ => {}
        }
        second
    }

    fn requests(&mut self, delta: &Delta) {
        let selection = &self.query.selection;
        for (key, part) in &delta.series {
            if selection.has_series(key) {
                add_requests(&mut self.open, &self.query, part);
            } else if key.name == OTHER && key.scenario == ANY_SCENARIO {
                self.open.folded.raise(part.requests);
            }
        }
    }

    fn bytes(&mut self, delta: &Delta) {
        let sent = self.query.measure == Measure::BytesSent;
        for (key, part) in &delta.series {
            if self.query.selection.has_series(key) {
                let bytes = if sent {
                    part.bytes_sent
                } else {
                    part.bytes_received
                };
                self.open.count(bytes as f64);
            } else if key.name == OTHER && key.scenario == ANY_SCENARIO {
                self.open.folded.raise(part.requests);
            }
        }
        if self.query.selection.is_all() {
            let counts = &delta.counts;
            let extra = if sent {
                counts.extra_sent
            } else {
                counts.extra_received
            };
            self.open.count(extra as f64);
        }
    }

    fn iterations(&mut self, delta: &Delta) {
        for (key, part) in &delta.iterations {
            if !self.query.selection.has_task(**key) {
                continue;
            }
            if self.query.measure == Measure::Iterations {
                self.open.count(part.outcomes.completed() as f64);
            } else {
                part.durations.pour_into(self.open.trend());
            }
        }
    }

    fn checks(&mut self, delta: &Delta) {
        for (key, count) in &delta.checks {
            if self.query.selection.has_check(key) {
                let passed = i64::try_from(count.passed).unwrap_or(i64::MAX);
                self.open.add_share(passed, count.passed + count.failed);
            } else if key.name == OTHER && key.scenario == ANY_SCENARIO {
                self.open.folded.raise(count.passed.saturating_add(count.failed));
            }
        }
    }

    fn vus(&mut self, delta: &Delta) {
        for (key, change) in &delta.vus {
            if self.query.selection.has_scenario(key.scenario) {
                self.open.matched = true;
                self.running.raise(*change);
            }
        }
    }

    fn customs(&mut self, delta: &Delta) {
        let Measure::Custom(name) = &self.query.measure else {
            return;
        };
        for (key, part) in &delta.customs {
            if key.name == *name && self.query.selection.has_custom(key) {
                // Of another kind by a rare race between threads: the aggregator says so.
                self.open.matched |= self.open.totals.absorb(part, self.turn);
            } else if key.name == OTHER {
                self.open.folded.raise(part.samples());
            }
        }
    }
}

fn add_requests(open: &mut Amount, query: &Query, part: &SeriesPart) {
    match query.measure {
        Measure::Requests => {
            let wanted = part
                .statuses
                .iter()
                .filter(|(status, _)| query.selection.has_status(*status));
            let count: u64 = wanted.map(|(_, count)| count).sum();
            // Others of the class are no data for one code.
            if count > 0 {
                open.count(count as f64);
            }
        }
        Measure::Failed => open.add_share(part.failures, part.requests),
        Measure::Response => part.add_responses(open.trend()),
        _ => part.add_durations(open.trend()),
    }
}
