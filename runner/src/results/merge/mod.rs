//! Several runs as one: their counts added up, and their times through their histograms, so that each percentile is the one
//! that a single histogram of all of them has. What results don't hold as a histogram isn't guessed: `docs/compare.md`
//! says what becomes of it.

use crate::metrics::{
    CheckRow, Distribution, ErrorRow, FailureRow, Flags, Health, Outcomes, RequestRow, SeriesRow, Stats,
    TaskRow, Totals,
};
use crate::results::model::{BuiltinMetric, EndFacts, RunResults, StoredSeries, encoded};
use std::collections::BTreeMap;

/// The runs as one.
///
/// # Errors
/// There is none, or one of them lacks histograms or has damaged ones; in words.
pub fn merge(runs: &[RunResults]) -> Result<RunResults, String> {
    let first = runs.first().ok_or("there is nothing to merge")?;
    let series = MergedSeries::of(runs)?;
    let seconds = seconds(runs);
    let (service, response) = series.all();
    let totals = totals(runs, seconds, [service.stats(), response.stats()]);
    Ok(RunResults {
        plan_hash: same(runs, |run| &run.plan_hash),
        plugin: same(runs, |run| &run.plugin),
        started: first_of(runs.iter().map(|run| &run.started)),
        ended: runs
            .iter()
            .map(|run| &run.ended)
            .max()
            .cloned()
            .unwrap_or_default(),
        seconds,
        end: end(runs),
        metrics: metrics(runs, &totals, seconds),
        totals,
        requests: series.requests(seconds),
        series: series.stored(seconds)?,
        failures: failures(runs),
        checks: checks(runs),
        iterations: iterations(runs),
        errors: errors(runs),
        denials: added(
            runs,
            |run| &run.denials,
            |row| row.kind.clone(),
            |sum, row| sum.count += row.count,
        ),
        health: health(runs),
        flags: flags(runs),
        wrong: runs.iter().flat_map(|run| run.wrong.clone()).collect(),
        // Of these, results hold no sums that could be added.
        thresholds: Vec::new(),
        custom: Vec::new(),
        history: Vec::new(),
        warm_up: None,
        ..first.clone()
    })
}

/// What all runs agree on; else nothing.
fn same(runs: &[RunResults], of: fn(&RunResults) -> &String) -> String {
    let mut values = runs.iter().map(of);
    let first = values.next().cloned().unwrap_or_default();
    match values.all(|value| *value == first) {
        true => first,
        false => String::new(),
    }
}

fn first_of<'a>(moments: impl Iterator<Item = &'a String>) -> String {
    moments.min().cloned().unwrap_or_default()
}

/// Runs beside each other take as long as the longest, runs one after the other as long as all of them. RFC 3339 in UTC
/// sorts as time does.
fn seconds(runs: &[RunResults]) -> f64 {
    let mut spans: Vec<_> = runs
        .iter()
        .map(|run| (&run.started, &run.ended, run.seconds))
        .collect();
    spans.sort_by(|one, other| one.0.cmp(other.0));
    let (mut all, mut until, mut longest) = (0.0, None::<&String>, 0.0_f64);
    for (started, ended, seconds) in spans {
        if until.is_some_and(|until| started >= until) {
            all += longest;
            longest = 0.0;
        }
        longest = longest.max(seconds);
        until = until.max(Some(ended));
    }
    all + longest
}

/// It ended well if all did; else as the first that didn't.
fn end(runs: &[RunResults]) -> EndFacts {
    let bad = runs.iter().find(|run| run.end.code != 0).or(runs.first());
    let (reason, code) = bad.map_or((String::new(), 0), |run| (run.end.reason.clone(), run.end.code));
    EndFacts {
        reason,
        code,
        text: format!("{} runs, merged", runs.len()),
    }
}

/// Rows of all runs by what tells them apart, in the order in which they come first.
fn added<R: Clone, K: Ord + Clone>(
    runs: &[RunResults],
    rows: fn(&RunResults) -> &Vec<R>,
    key: fn(&R) -> K,
    add: fn(&mut R, &R),
) -> Vec<R> {
    let mut places: BTreeMap<K, usize> = BTreeMap::new();
    let mut all: Vec<R> = Vec::new();
    for row in runs.iter().flat_map(rows) {
        match places.get(&key(row)).and_then(|&at| all.get_mut(at)) {
            Some(sum) => add(sum, row),
            None => {
                places.insert(key(row), all.len());
                all.push(row.clone());
            }
        }
    }
    all
}

fn failures(runs: &[RunResults]) -> Vec<FailureRow> {
    let key = |row: &FailureRow| {
        let key = row.key.clone();
        (key.method, key.name, key.message, key.detail)
    };
    added(runs, |run| &run.failures, key, |sum, row| sum.count += row.count)
}

fn checks(runs: &[RunResults]) -> Vec<CheckRow> {
    let key = |row: &CheckRow| (row.scenario.clone(), row.name.clone());
    let add = |sum: &mut CheckRow, row: &CheckRow| {
        sum.passed += row.passed;
        sum.failed += row.failed;
    };
    added(runs, |run| &run.checks, key, add)
}

fn iterations(runs: &[RunResults]) -> Vec<TaskRow> {
    let key = |row: &TaskRow| (row.scenario.clone(), row.task.clone());
    let add = |sum: &mut TaskRow, row: &TaskRow| {
        sum.outcomes = outcomes(sum.outcomes, row.outcomes);
        sum.duration = bounded(sum.duration, row.duration);
    };
    added(runs, |run| &run.iterations, key, add)
}

fn errors(runs: &[RunResults]) -> Vec<ErrorRow> {
    let key = |row: &ErrorRow| (row.scenario.clone(), row.task.clone(), row.message.clone());
    added(runs, |run| &run.errors, key, |sum, row| sum.count += row.count)
}

fn outcomes(one: Outcomes, other: Outcomes) -> Outcomes {
    Outcomes {
        ok: one.ok + other.ok,
        failed: one.failed + other.failed,
        trapped: one.trapped + other.trapped,
        interrupted: one.interrupted + other.interrupted,
    }
}

/// Figures without their histograms: number, mean, smallest and largest are exact, each percentile the larger one, which
/// is an upper bound of that of both.
fn bounded(one: Stats<u64>, other: Stats<u64>) -> Stats<u64> {
    if one.count == 0 || other.count == 0 {
        return if one.count == 0 { other } else { one };
    }
    let count = one.count + other.count;
    Stats {
        count,
        mean: (one.mean * one.count as f64 + other.mean * other.count as f64) / count as f64,
        min: one.min.min(other.min),
        p50: one.p50.max(other.p50),
        p90: one.p90.max(other.p90),
        p95: one.p95.max(other.p95),
        p99: one.p99.max(other.p99),
        p999: one.p999.max(other.p999),
        max: one.max.max(other.max),
    }
}

fn totals(runs: &[RunResults], seconds: f64, [duration, response]: [Stats<u64>; 2]) -> Totals {
    let sum = |of: fn(&Totals) -> u64| runs.iter().map(|run| of(&run.totals)).sum::<u64>();
    let all = runs
        .iter()
        .map(|run| run.totals.iterations)
        .fold(Outcomes::default(), outcomes);
    let durations = runs.iter().map(|run| run.totals.iteration_duration);
    let requests = sum(|totals| totals.requests);
    Totals {
        requests,
        failures: sum(|totals| totals.failures),
        rate: per_second(requests, seconds),
        requests_started: sum(|totals| totals.requests_started),
        requests_interrupted: sum(|totals| totals.requests_interrupted),
        requests_unsent: sum(|totals| totals.requests_unsent),
        requests_refused: sum(|totals| totals.requests_refused),
        reused: sum(|totals| totals.reused),
        duration,
        response,
        bytes_sent: sum(|totals| totals.bytes_sent),
        bytes_received: sum(|totals| totals.bytes_received),
        iterations_planned: sum(|totals| totals.iterations_planned),
        iterations_started: sum(|totals| totals.iterations_started),
        iterations_dropped: sum(|totals| totals.iterations_dropped),
        iterations: all,
        iteration_rate: per_second(all.completed(), seconds),
        iteration_duration: durations.fold(Stats::default(), bounded),
        checks_passed: sum(|totals| totals.checks_passed),
        checks_failed: sum(|totals| totals.checks_failed),
        instances_replaced: sum(|totals| totals.instances_replaced),
    }
}

fn per_second(count: u64, seconds: f64) -> f64 {
    if seconds > 0.0 {
        count as f64 / seconds
    } else {
        0.0
    }
}

/// The built-in metrics: sums, and of times that have no histogram what [`bounded`] says.
fn metrics(runs: &[RunResults], totals: &Totals, seconds: f64) -> BTreeMap<String, BuiltinMetric> {
    let mut all: BTreeMap<String, BuiltinMetric> = BTreeMap::new();
    for (name, metric) in runs.iter().flat_map(|run| &run.metrics) {
        let sum = all.remove(name);
        all.insert(
            name.clone(),
            sum.map_or_else(|| metric.clone(), |sum| both(sum, metric)),
        );
    }
    for (name, metric) in &mut all {
        match (name.as_str(), metric) {
            ("http_req_duration", metric) => *metric = BuiltinMetric::Trend(totals.duration),
            ("http_response_time", metric) => *metric = BuiltinMetric::Trend(totals.response),
            (_, BuiltinMetric::Counter { count, rate }) => *rate = per_second(*count, seconds),
            _ => {}
        }
    }
    all
}

fn both(one: BuiltinMetric, other: &BuiltinMetric) -> BuiltinMetric {
    use BuiltinMetric::{Counter, Gauge, Rate, Trend};
    match (one, other) {
        (Counter { count, .. }, Counter { count: more, .. }) => Counter {
            count: count + more,
            rate: 0.0,
        },
        (Gauge { value }, Gauge { value: other }) => Gauge {
            value: value.max(*other),
        },
        (
            Rate { nonzero, zero, .. },
            Rate {
                nonzero: n, zero: z, ..
            },
        ) => {
            let (nonzero, zero) = (nonzero + n, zero + z);
            let all = nonzero + zero;
            Rate {
                rate: (all > 0).then(|| nonzero as f64 / all as f64),
                nonzero,
                zero,
            }
        }
        (Trend(one), Trend(other)) => Trend(bounded(one, *other)),
        // Another version's metric of this name.
        (one, _) => one,
    }
}

fn health(runs: &[RunResults]) -> Health {
    let mut all = Health::default();
    for health in runs.iter().map(|run| &run.health) {
        all.late_starts += health.late_starts;
        all.late_p99_us = all.late_p99_us.max(health.late_p99_us);
        all.late_max_us = all.late_max_us.max(health.late_max_us);
        all.lag_p99_us = all.lag_p99_us.max(health.lag_p99_us);
        all.lag_max_us = all.lag_max_us.max(health.lag_max_us);
        all.throttled_us += health.throttled_us;
        all.cpu_wait_us += health.cpu_wait_us;
        all.guest_seconds += health.guest_seconds;
        all.red_seconds += health.red_seconds;
        if all.guest_scenario.is_empty() {
            all.guest_scenario.clone_from(&health.guest_scenario);
        }
    }
    all
}

fn flags(runs: &[RunResults]) -> Flags {
    let mut all = Flags::default();
    for flags in runs.iter().map(|run| &run.flags) {
        all.folded_requests += flags.folded_requests;
        all.folded_failures += flags.folded_failures;
        all.folded_checks += flags.folded_checks;
        all.folded_values += flags.folded_values;
        all.values_dropped += flags.values_dropped;
        all.kind_conflicts += flags.kind_conflicts;
        all.logs_dropped += flags.logs_dropped;
        all.labels_altered += flags.labels_altered;
    }
    all
}

/// All that tells series apart: of scenarios the name, for their indices may differ from run to run.
type SeriesName = (String, String, String, String, bool, String);

/// The series of all runs, each with its times.
struct MergedSeries(BTreeMap<SeriesName, (SeriesRow, Times)>);

#[derive(Default)]
struct Times {
    service: Distribution<u64>,
    response: Distribution<u64>,
}

impl MergedSeries {
    fn of(runs: &[RunResults]) -> Result<MergedSeries, String> {
        let mut all = BTreeMap::new();
        for stored in runs.iter().flat_map(|run| &run.series) {
            let times = times(stored)?;
            let (row, sums) = all
                .entry(name(&stored.row))
                .or_insert_with(|| (empty(&stored.row), Times::default()));
            add(row, &stored.row);
            sums.service.merge(&times.service);
            sums.response.merge(&times.response);
        }
        Ok(MergedSeries(all))
    }

    fn all(&self) -> (Distribution<u64>, Distribution<u64>) {
        let (mut service, mut response) = (Distribution::default(), Distribution::default());
        for (_, times) in self.0.values() {
            service.merge(&times.service);
            response.merge(&times.response);
        }
        (service, response)
    }

    /// One row for each scenario, method and name; most requests first.
    fn requests(&self, seconds: f64) -> Vec<RequestRow> {
        let mut rows: BTreeMap<_, (RequestRow, Times)> = BTreeMap::new();
        for (series, times) in self.0.values() {
            let key = (&series.scenario_name, &series.key.method, &series.key.name);
            let (row, sums) = rows
                .entry(key)
                .or_insert_with(|| (no_requests(series), Times::default()));
            row.requests += series.requests;
            row.failures += series.failures;
            sums.service.merge(&times.service);
            sums.response.merge(&times.response);
        }
        let rows = rows.into_values().map(|(row, times)| RequestRow {
            rate: per_second(row.requests, seconds),
            duration: times.service.stats(),
            response: times.response.stats(),
            ..row
        });
        let mut rows: Vec<_> = rows.collect();
        rows.sort_by_key(|row| std::cmp::Reverse(row.requests));
        rows
    }

    fn stored(&self, seconds: f64) -> Result<Vec<StoredSeries>, String> {
        let stored = self.0.values().map(|(row, times)| {
            Ok(StoredSeries {
                row: SeriesRow {
                    rate: per_second(row.requests, seconds),
                    duration: times.service.stats(),
                    response: times.response.stats(),
                    ..row.clone()
                },
                duration_histogram: Some(encoded(&times.service)?),
                response_histogram: Some(encoded(&times.response)?),
            })
        });
        stored.collect()
    }
}

fn times(stored: &StoredSeries) -> Result<Times, String> {
    let missing = || "one of the files lacks histograms".to_owned();
    Ok(Times {
        service: stored.service_times()?.ok_or_else(missing)?,
        response: stored.response_times()?.ok_or_else(missing)?,
    })
}

fn name(row: &SeriesRow) -> SeriesName {
    (
        row.scenario_name.clone(),
        row.key.method.clone(),
        row.key.name.clone(),
        row.key.class.label().to_owned(),
        row.key.expected,
        row.key.tags.clone(),
    )
}

fn empty(row: &SeriesRow) -> SeriesRow {
    SeriesRow {
        statuses: Default::default(),
        requests: 0,
        failures: 0,
        bytes_sent: 0,
        bytes_received: 0,
        ..row.clone()
    }
}

fn add(sum: &mut SeriesRow, row: &SeriesRow) {
    sum.statuses.merge(&row.statuses);
    sum.requests += row.requests;
    sum.failures += row.failures;
    sum.bytes_sent += row.bytes_sent;
    sum.bytes_received += row.bytes_received;
}

fn no_requests(series: &SeriesRow) -> RequestRow {
    RequestRow {
        scenario: series.scenario_name.clone(),
        method: series.key.method.clone(),
        name: series.key.name.clone(),
        requests: 0,
        failures: 0,
        rate: 0.0,
        duration: Stats::default(),
        response: Stats::default(),
        history: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::model::sample;

    fn run() -> RunResults {
        let (plan, end) = (serde_json::json!({"seed": 1}), sample::end());
        RunResults::of(&sample::snapshot(), &sample::facts(&plan, &end)).unwrap()
    }

    /// The same run with all its times moved, so that parts differ.
    fn slower(by: u64) -> RunResults {
        let mut slow = run();
        for stored in &mut slow.series {
            let mut times = Distribution::default();
            let before = stored.service_times().unwrap().unwrap();
            (0..before.count()).for_each(|at| times.record(2_000 * by + at * by));
            stored.duration_histogram = Some(encoded(&times).unwrap());
            stored.row.duration = times.stats();
        }
        slow.started = format!("2023-11-15T0{by}:00:00.000Z");
        slow.ended = format!("2023-11-15T0{by}:00:10.000Z");
        slow
    }

    #[test]
    fn merged_percentiles_are_those_of_one_histogram_whatever_the_order() {
        let parts = [run(), slower(3), slower(7), slower(5)];
        let mut one = Distribution::default();
        for stored in parts.iter().flat_map(|part| &part.series) {
            one.merge(&stored.service_times().unwrap().unwrap());
        }
        let merged = merge(&parts).unwrap();
        assert_eq!(merged.totals.duration, one.stats());
        let [a, b, c, d] = parts;
        let other = merge(&[c, a, d, b]).unwrap();
        assert_eq!(other.totals.duration, merged.totals.duration);
        let histograms = |results: &RunResults| -> Vec<_> {
            results
                .series
                .iter()
                .map(|stored| stored.duration_histogram.clone())
                .collect()
        };
        assert_eq!(histograms(&other), histograms(&merged));
    }

    #[test]
    fn counts_add_up_and_the_books_still_balance() {
        let merged = merge(&[run(), slower(3), slower(5)]).unwrap();
        assert_eq!((merged.totals.requests, merged.totals.failures), (300, 9));
        assert_eq!(merged.seconds, 30.0);
        assert_eq!(merged.totals.rate, 10.0);
        assert_eq!(merged.requests.iter().map(|row| row.requests).sum::<u64>(), 300);
        assert_eq!(merged.failures.iter().map(|row| row.count).sum::<u64>(), 9);
        let snapshot = merged.snapshot().unwrap();
        // There is no history of both, and so none that could agree.
        let mut wrong = snapshot.reconcile(None);
        wrong.retain(|what| !what.contains("histor"));
        assert_eq!(wrong, Vec::<String>::new());
        let text = merged.to_json().unwrap();
        assert_eq!(RunResults::parse(&text).unwrap().totals.requests, 300);
    }

    #[test]
    fn runs_beside_each_other_take_no_longer_than_one() {
        assert_eq!(merge(&[run(), run()]).unwrap().seconds, 10.0);
        assert!(merge(&[]).is_err());
    }

    #[test]
    fn what_has_no_histogram_is_refused() {
        let mut bare = run();
        bare.series[0].response_histogram = None;
        assert!(merge(&[run(), bare]).unwrap_err().contains("histograms"));
    }
}
