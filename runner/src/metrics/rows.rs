//! Turns the aggregator's sums into the rows of a snapshot.

use super::aggregator::{Aggregator, RunInfo, ScenarioInfo};
use super::cells::Cells;
use super::custom::CustomTotals;
use super::delta::{CheckCount, Outcomes};
use super::distribution::{Distribution, Stats};
use super::health::Health;
use super::history::per_second;
use super::keys::{ANY_SCENARIO, RequestNameRef, STARTS, SeriesKey, TaggedKey, TaskKey};
use super::limits::MetricKind;
use super::saturating::Saturating as _;
use super::series::SeriesTotals;
use super::snapshot::{
    CheckRow, CustomRow, DenialRow, ErrorRow, FailureRow, Flags, RequestRow, SeriesRow, SeriesTimes,
    Snapshot, TaskRow, Totals, Vus,
};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::Arc;

impl Aggregator {
    /// The view of the run as of the last closed second.
    pub(super) fn snapshot(&self) -> Snapshot {
        let seconds = self.elapsed.as_secs_f64();
        let series = self.series_rows(seconds);
        Snapshot {
            elapsed: self.elapsed,
            totals: self.totals(seconds),
            recent: self.window.recent(),
            phases: self.phases.stats(),
            requests: self
                .request_rows(&series)
                .into_iter()
                .map(|(_, row)| row)
                .collect(),
            series,
            failures: self.failure_rows(),
            thresholds: self.verdicts.clone(),
            checks: self.check_rows(),
            iterations: self.task_rows(),
            errors: self.error_rows(),
            custom: custom_rows(&self.customs),
            vus: self.vus_row(),
            denials: self.denial_rows(),
            health: self.health_row(),
            history: self.history.points().to_vec(),
            flags: self.flags(),
            slowest: self.slowest.rows(&self.info),
            outputs: Vec::new(),
        }
    }

    /// Moves all distributions into a last snapshot: there is no room to have them twice.
    pub(super) fn with_times(&mut self, mut snapshot: Snapshot) -> Snapshot {
        let rows = &mut snapshot.series;
        for (
            key,
            SeriesTotals {
                duration, response, ..
            },
        ) in self.series.drain()
        {
            let at = rows.binary_search_by(|row| series_order(&row.key).cmp(&series_order(&key)));
            if let Some(row) = at.ok().and_then(|at| rows.get_mut(at)) {
                row.times = Some(Arc::new(SeriesTimes { duration, response }));
            }
        }
        snapshot
    }

    fn totals(&self, seconds: f64) -> Totals {
        let (iterations, durations) = self.iteration_totals();
        let (checks, counts) = (self.check_totals(), &self.counts);
        let sum =
            |of: fn(&SeriesTotals) -> u64| self.series.iter().map(|(_, totals)| of(totals)).sum::<u64>();
        Totals {
            requests: self.requests,
            failures: u64::try_from(self.failed).unwrap_or(0),
            rate: per_second(self.requests, seconds),
            requests_started: counts.requests_started,
            requests_interrupted: counts.requests_interrupted,
            requests_unsent: counts.requests_unsent,
            requests_refused: counts.requests_refused,
            reused: sum(|series| series.reused),
            duration: self.durations.stats(),
            response: self.responses.stats(),
            bytes_sent: sum(|series| series.bytes_sent) + counts.extra_sent,
            bytes_received: sum(|series| series.bytes_received) + counts.extra_received,
            iterations_planned: counts.iterations_planned,
            iterations_started: counts.iterations_started,
            iterations_dropped: counts.iterations_dropped,
            iteration_rate: per_second(iterations.completed(), seconds),
            iterations,
            iteration_duration: durations.stats(),
            checks_passed: checks.passed,
            checks_failed: checks.failed,
            instances_replaced: counts.instances_replaced,
        }
    }

    fn health_row(&self) -> Health {
        let mut health = self.health.report(self.counts.late_starts);
        if let Some(scenario) = self.health.greediest() {
            health.guest_scenario = self.info.scenario(scenario);
        }
        health
    }

    fn iteration_totals(&self) -> (Outcomes, Distribution<u64>) {
        let mut all = (Outcomes::default(), Distribution::default());
        for (_, task) in self.iterations.iter() {
            all.0.add(&task.outcomes);
            all.1.merge(&task.durations);
        }
        all
    }

    fn check_totals(&self) -> CheckCount {
        let counts = self.checks.iter().map(|(_, count)| *count);
        counts.fold(CheckCount::default(), |sum, count| CheckCount {
            passed: sum.passed + count.passed,
            failed: sum.failed + count.failed,
        })
    }

    fn series_rows(&self, seconds: f64) -> Vec<SeriesRow> {
        let row = |(key, totals): (&SeriesKey, &SeriesTotals)| SeriesRow {
            key: key.clone(),
            scenario_name: self.info.scenario(key.scenario),
            statuses: totals.statuses.clone(),
            requests: totals.requests,
            failures: totals.failed(),
            rate: per_second(totals.requests, seconds),
            bytes_sent: totals.bytes_sent,
            bytes_received: totals.bytes_received,
            duration: totals.duration.stats(),
            response: totals.response.stats(),
            times: None,
        };
        let mut rows: Vec<_> = self.series.iter().map(row).collect();
        rows.sort_by(|a, b| series_order(&a.key).cmp(&series_order(&b.key)));
        rows
    }

    /// Merges series that differ only in class and tags; `series` holds the figures of each.
    fn request_rows(&self, series: &[SeriesRow]) -> Vec<(RequestNameRef<'_>, RequestRow)> {
        let mut groups = BTreeMap::<_, Vec<(&SeriesKey, &SeriesTotals)>>::new();
        for (key, totals) in self.series.iter() {
            groups.entry(key.request_name()).or_default().push((key, totals));
        }
        let rows = groups
            .into_iter()
            .filter_map(|(name, parts)| Some((name, self.request_row(&parts, series)?)));
        let mut rows: Vec<_> = rows.collect();
        rows.sort_by_key(|(_, row)| std::cmp::Reverse(row.requests));
        rows
    }

    /// The rows of the last snapshot. Those of each second have no history: it would be most of the work of a snapshot.
    pub(super) fn request_rows_with_history(&self, series: &[SeriesRow]) -> Vec<RequestRow> {
        let rows = self.request_rows(series).into_iter();
        rows.map(|(name, row)| RequestRow {
            history: self.names.points(name),
            ..row
        })
        .collect()
    }

    /// One row of all these series, whose scenario, method and name are the same. Figures of
    /// a single one are known already: computing them is most of the work of a snapshot.
    fn request_row(&self, parts: &[(&SeriesKey, &SeriesTotals)], series: &[SeriesRow]) -> Option<RequestRow> {
        let (key, _) = parts.first()?;
        let (totals, known) = match parts {
            [(key, only)] => (Cow::Borrowed(*only), figures(series, key)),
            several => (Cow::Owned(together(several)), None),
        };
        let (duration, response) =
            known.unwrap_or_else(|| (totals.duration.stats(), totals.response.stats()));
        Some(RequestRow {
            scenario: self.info.scenario(key.scenario),
            method: key.method.clone(),
            name: key.name.clone(),
            requests: totals.requests,
            failures: totals.failed(),
            rate: per_second(totals.requests, self.elapsed.as_secs_f64()),
            duration,
            response,
            history: Vec::new(),
        })
    }

    fn failure_rows(&self) -> Vec<FailureRow> {
        let counted = self.failures.cells().iter().filter(|(_, count)| **count > 0);
        let mut rows: Vec<_> = counted
            .map(|(key, count)| FailureRow {
                key: key.clone(),
                count: count.unsigned_abs(),
            })
            .collect();
        rows.sort_by(|a, b| {
            b.count
                .cmp(&a.count)
                .then_with(|| a.key.form().cmp(&b.key.form()))
        });
        rows
    }

    fn check_rows(&self) -> Vec<CheckRow> {
        let mut checks = BTreeMap::<_, CheckCount>::new();
        for (TaggedKey { scenario, name, .. }, count) in self.checks.iter() {
            let all = checks.entry((*scenario, name)).or_default();
            all.passed.raise(count.passed);
            all.failed.raise(count.failed);
        }
        let rows = checks.into_iter().map(|((scenario, name), count)| CheckRow {
            scenario: self.info.scenario(scenario),
            name: name.clone(),
            passed: count.passed,
            failed: count.failed,
        });
        rows.collect()
    }

    fn task_rows(&self) -> Vec<TaskRow> {
        let mut tasks: Vec<_> = self.iterations.iter().collect();
        tasks.sort_by_key(|(key, _)| **key);
        let rows = tasks.into_iter().map(|(key, task)| TaskRow {
            scenario: self.info.scenario(key.scenario),
            task: match key.task {
                // Only starts count as iterations, where they fail.
                STARTS if key.scenario != ANY_SCENARIO => "on-start".to_owned(),
                _ => self.info.task(*key),
            },
            outcomes: task.outcomes,
            duration: task.durations.stats(),
        });
        rows.collect()
    }

    fn error_rows(&self) -> Vec<ErrorRow> {
        let rows = self.errors.iter().map(|(key, count)| ErrorRow {
            scenario: self.info.scenario(key.task.scenario),
            task: self.info.task(key.task),
            message: key.message.clone(),
            count: *count,
        });
        let mut rows: Vec<_> = rows.collect();
        rows.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.message.cmp(&b.message)));
        rows
    }

    fn denial_rows(&self) -> Vec<DenialRow> {
        let rows = self.denials.iter().map(|(key, count)| DenialRow {
            kind: key.name.clone(),
            count: *count,
        });
        let mut rows: Vec<_> = rows.collect();
        rows.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.kind.cmp(&b.kind)));
        rows
    }

    fn vus_row(&self) -> Vus {
        let mut counts: Vec<_> = self.vus.iter().collect();
        counts.sort_by_key(|(key, _)| key.scenario);
        let named = counts.into_iter().map(|(key, count)| {
            let running = u64::try_from(*count).unwrap_or(0);
            (self.info.scenario(key.scenario), running)
        });
        Vus {
            now: self.vus_now(),
            max: self.vus_max,
            by_scenario: named.collect(),
        }
    }

    fn flags(&self) -> Flags {
        let folded_failures = self.failures.cells().other().map_or(0, |count| *count);
        let folded_values = self.customs.other().map_or(0, CustomTotals::samples);
        Flags {
            folded_requests: self.series.other().map_or(0, |series| series.requests),
            folded_failures: u64::try_from(folded_failures).unwrap_or(0),
            folded_checks: self.checks.other().map_or(0, |count| count.passed + count.failed),
            folded_values,
            values_dropped: self.counts.values_dropped,
            kind_conflicts: self.kind_conflicts,
            logs_dropped: self.counts.logs_dropped,
            labels_altered: self.counts.labels_altered,
        }
    }
}

impl RunInfo {
    fn get(&self, scenario: u16) -> Option<&ScenarioInfo> {
        self.scenarios.get(usize::from(scenario))
    }

    pub(super) fn scenario(&self, index: u16) -> String {
        self.get(index).map(|info| info.name.clone()).unwrap_or_default()
    }

    /// A text of a guest, a server or the operator without what isn't to be shown.
    pub(super) fn as_shown(&self, text: &str) -> String {
        let mut text = text.to_owned();
        if let Some(hide) = self.shown {
            hide(&mut text);
        }
        text
    }

    pub(super) fn task(&self, key: TaskKey) -> String {
        let task = self
            .get(key.scenario)
            .and_then(|info| info.tasks.get(usize::from(key.task)));
        task.cloned().unwrap_or_default()
    }
}

/// Each metric with its tags, and before them, where there are several, all of them together.
fn custom_rows(customs: &Cells<TaggedKey, CustomTotals>) -> Vec<CustomRow> {
    let mut names = BTreeMap::<&str, BTreeMap<&str, Cow<'_, CustomTotals>>>::new();
    for (key, totals) in customs.iter() {
        match names.entry(&key.name).or_default().entry(&key.tags) {
            Entry::Vacant(entry) => drop(entry.insert(Cow::Borrowed(totals))),
            Entry::Occupied(mut entry) => entry.get_mut().to_mut().merge(totals),
        }
    }
    let mut rows = Vec::new();
    for (name, mut parts) in names {
        if parts.keys().any(|tags| !tags.is_empty()) {
            let mut all = CustomTotals::default();
            parts.values().for_each(|part| all.merge(part));
            rows.extend(custom_row(name, "", &all));
            parts.remove("");
        }
        rows.extend(
            parts
                .iter()
                .filter_map(|(tags, part)| custom_row(name, tags, part)),
        );
    }
    rows
}

fn custom_row(name: &str, tags: &str, totals: &CustomTotals) -> Option<CustomRow> {
    let (kind, value): (MetricKind, _) = (totals.kind?, totals.value()?);
    Some(CustomRow {
        name: name.to_owned(),
        tags: tags.to_owned(),
        kind,
        value,
    })
}

/// Service and response times of one series; `rows` are in [`series_order`].
fn figures(rows: &[SeriesRow], key: &SeriesKey) -> Option<(Stats<u64>, Stats<u64>)> {
    let at = rows
        .binary_search_by(|row| series_order(&row.key).cmp(&series_order(key)))
        .ok()?;
    rows.get(at).map(|row| (row.duration, row.response))
}

fn together(parts: &[(&SeriesKey, &SeriesTotals)]) -> SeriesTotals {
    let mut all = SeriesTotals::default();
    parts.iter().for_each(|(_, part)| all.merge(part));
    all
}

fn series_order(key: &SeriesKey) -> impl Ord + '_ {
    (
        key.scenario,
        &key.method,
        &key.name,
        key.class,
        key.expected,
        &key.tags,
    )
}
