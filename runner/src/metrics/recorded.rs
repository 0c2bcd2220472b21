//! What was recorded in a stretch of the run, in rows that say what they are about: what outputs write of each second.
//! Unlike a snapshot it adds nothing up over the run, and has every distribution whole.

use super::aggregator::{RunInfo, TaskTotals};
use super::cells::Cells;
use super::custom::CustomTotals;
use super::delta::{CheckCount, Counts, Delta, Outcomes};
use super::distribution::Distribution;
use super::keys::{SeriesKey, StatusClass, TaggedKey, TaskKey};
use super::phases::{PHASES, PhaseTotals};
use super::query::Amount;
use super::saturating::Saturating as _;
use super::series::SeriesTotals;

/// What was recorded in a stretch of the run.
#[derive(Debug, Default)]
pub struct Recorded {
    /// Completed requests, by all that tells them apart.
    pub requests: Vec<RecordedRequests>,
    /// Each of [`PHASES`] of all requests, in microseconds.
    pub phases: Vec<(&'static str, Distribution<u64>)>,
    /// Iterations by task.
    pub iterations: Vec<RecordedIterations>,
    /// Checks by scenario, name and tags.
    pub checks: Vec<RecordedChecks>,
    /// Custom metrics by scenario, name and tags.
    pub custom: Vec<RecordedValues>,
    /// Planned iterations that couldn't be started.
    pub dropped: u64,
    /// Iterations that started late though a VU was free.
    pub late_starts: u64,
    /// Bytes written, those outside of completed requests included.
    pub bytes_sent: u64,
    /// Bytes read, those outside of completed requests included.
    pub bytes_received: u64,
}

/// Requests of one series.
#[derive(Debug)]
pub struct RecordedRequests {
    /// Name of the scenario; empty in the folded series.
    pub scenario: String,
    /// Method or protocol; empty in the folded series.
    pub method: String,
    /// Name of the group.
    pub name: String,
    /// Class of the status.
    pub class: StatusClass,
    /// Whether these were successes before the guest had its say.
    pub expected: bool,
    /// `key=value` pairs, joined by commas.
    pub tags: String,
    /// How many there were, and their times. Failures are negative where the guest declared more failures of an earlier
    /// stretch to be successes than there were new ones.
    pub totals: SeriesTotals,
}

/// Iterations of one task.
#[derive(Debug)]
pub struct RecordedIterations {
    /// Name of the scenario.
    pub scenario: String,
    /// Name of the task.
    pub task: String,
    /// How they ended.
    pub outcomes: Outcomes,
    /// Durations of completed iterations, in microseconds.
    pub durations: Distribution<u64>,
}

/// Passes and failures of one check.
#[derive(Debug)]
pub struct RecordedChecks {
    /// Name of the scenario; empty in the folded check.
    pub scenario: String,
    /// Name of the check.
    pub name: String,
    /// `key=value` pairs, joined by commas.
    pub tags: String,
    /// How often it passed.
    pub passed: u64,
    /// How often it failed.
    pub failed: u64,
}

/// Values of one custom metric.
#[derive(Debug)]
pub struct RecordedValues {
    /// Name of the scenario; empty in the folded metric.
    pub scenario: String,
    /// Name of the metric.
    pub name: String,
    /// `key=value` pairs, joined by commas.
    pub tags: String,
    /// The values.
    pub amount: Amount,
}

impl Recorded {
    /// Adds up what threads recorded. Names, and what is hidden of them, come from `info`.
    pub fn of(deltas: &[Delta], info: &RunInfo) -> Recorded {
        let (series, counts) = (series(deltas), counts(deltas));
        let bytes = |of: fn(&SeriesTotals) -> u64| series.iter().map(|(_, totals)| of(totals)).sum::<u64>();
        Recorded {
            bytes_sent: bytes(|totals| totals.bytes_sent) + counts.extra_sent,
            bytes_received: bytes(|totals| totals.bytes_received) + counts.extra_received,
            dropped: counts.iterations_dropped,
            late_starts: counts.late_starts,
            requests: series
                .iter()
                .map(|(key, totals)| requests(info, key, totals))
                .collect(),
            phases: phases(deltas),
            iterations: iterations(deltas, info),
            checks: checks(deltas, info),
            custom: custom(deltas, info),
        }
    }
}

// The threads' own limits bound what a stretch can hold, so nothing is folded a second time.
fn series(deltas: &[Delta]) -> Cells<SeriesKey, SeriesTotals> {
    let mut all = Cells::new(usize::MAX);
    for (key, part) in deltas.iter().flat_map(|delta| &delta.series) {
        let totals: &mut SeriesTotals = all.at(key.form());
        totals.absorb(part, &part.times());
    }
    all
}

fn counts(deltas: &[Delta]) -> Counts {
    let mut all = Counts::default();
    deltas.iter().for_each(|delta| all.add(&delta.counts));
    all
}

fn requests(info: &RunInfo, key: &SeriesKey, totals: &SeriesTotals) -> RecordedRequests {
    RecordedRequests {
        scenario: info.as_shown(&info.scenario(key.scenario)),
        method: info.as_shown(&key.method),
        name: info.as_shown(&key.name),
        class: key.class,
        expected: key.expected,
        tags: info.as_shown(&key.tags),
        totals: totals.clone(),
    }
}

fn phases(deltas: &[Delta]) -> Vec<(&'static str, Distribution<u64>)> {
    let mut all = PhaseTotals::default();
    deltas.iter().for_each(|delta| all.absorb(&delta.phases));
    PHASES.into_iter().zip(all.into_times()).collect()
}

fn iterations(deltas: &[Delta], info: &RunInfo) -> Vec<RecordedIterations> {
    let mut all: Cells<TaskKey, TaskTotals> = Cells::new(usize::MAX);
    for (key, part) in deltas.iter().flat_map(|delta| &delta.iterations) {
        let totals = all.at(**key);
        totals.outcomes.add(&part.outcomes);
        part.durations.pour_into(&mut totals.durations);
    }
    let row = |(key, totals): (&TaskKey, &TaskTotals)| RecordedIterations {
        scenario: info.as_shown(&info.scenario(key.scenario)),
        task: info.as_shown(&info.task(*key)),
        outcomes: totals.outcomes,
        durations: totals.durations.clone(),
    };
    all.iter().map(row).collect()
}

fn checks(deltas: &[Delta], info: &RunInfo) -> Vec<RecordedChecks> {
    let mut all: Cells<TaggedKey, CheckCount> = Cells::new(usize::MAX);
    for (key, count) in deltas.iter().flat_map(|delta| &delta.checks) {
        let total = all.at(key.form());
        total.passed.raise(count.passed);
        total.failed.raise(count.failed);
    }
    let row = |(key, count): (&TaggedKey, &CheckCount)| RecordedChecks {
        scenario: info.as_shown(&info.scenario(key.scenario)),
        name: info.as_shown(&key.name),
        tags: info.as_shown(&key.tags),
        passed: count.passed,
        failed: count.failed,
    };
    all.iter().map(row).collect()
}

fn custom(deltas: &[Delta], info: &RunInfo) -> Vec<RecordedValues> {
    let mut all: Cells<TaggedKey, CustomTotals> = Cells::new(usize::MAX);
    for (turn, delta) in (1..).zip(deltas) {
        for (key, part) in &delta.customs {
            // Of another kind by a rare race between threads: the aggregator says so.
            all.at(key.form()).absorb(part, turn);
        }
    }
    let row = |(key, totals): (&TaggedKey, &CustomTotals)| RecordedValues {
        scenario: info.as_shown(&info.scenario(key.scenario)),
        name: info.as_shown(&key.name),
        tags: info.as_shown(&key.tags),
        amount: Amount::of(totals.clone()),
    };
    all.iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::{
        IterationOutcome, Limits, MetricKind, RequestKey, RequestSample, ScenarioInfo, Shard,
    };

    /// What each of two threads records.
    fn record(shard: &mut Shard, us: u64) {
        let key = RequestKey {
            scenario: 0,
            method: "GET",
            name: "/secret",
            status: 200,
            expected: true,
            tags: "a=b",
        };
        let sample = RequestSample {
            duration_us: us,
            response_us: us,
            bytes_sent: 10,
            ..RequestSample::default()
        };
        shard.request(&key, &sample);
        shard.iteration(0, 0, us, IterationOutcome::Ok);
        shard.check(0, "ok", "", us > 1);
        shard.custom(0, "size", MetricKind::Trend, -1.5, "").unwrap();
    }

    fn info() -> RunInfo {
        RunInfo {
            scenarios: vec![ScenarioInfo {
                name: "shop".to_owned(),
                tasks: vec!["buy".to_owned()],
            }],
            vus: 1,
            shown: Some(|text| *text = text.replace("secret", "***")),
        }
    }

    #[test]
    fn threads_are_added_up_and_everything_has_its_name() {
        let limits = Limits::default();
        let deltas = [1, 2].map(|us| {
            let mut shard = Shard::new(limits.clone());
            record(&mut shard, us);
            shard.take()
        });
        let recorded = Recorded::of(&deltas, &info());
        let [requests] = &recorded.requests[..] else {
            panic!("{:?}", recorded.requests)
        };
        assert_eq!(
            (requests.scenario.as_str(), requests.name.as_str()),
            ("shop", "/***")
        );
        let times: Vec<_> = requests.totals.duration.values().collect();
        assert_eq!(times, [(1, 1), (2, 1)]);
        assert_eq!(recorded.bytes_sent, 20);
        assert_eq!(
            (
                recorded.iterations[0].task.as_str(),
                recorded.iterations[0].outcomes.ok
            ),
            ("buy", 2)
        );
        assert_eq!((recorded.checks[0].passed, recorded.checks[0].failed), (1, 1));
        let values: Vec<_> = recorded.custom[0].amount.values().each().collect();
        assert_eq!(values, [(-1_500.0, 2)]);
        assert!(recorded.phases.iter().all(|(_, times)| times.count() == 2));
    }
}
