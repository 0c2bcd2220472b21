//! The totals of the text summary: one line for each kind of figure, each as wide as the terminal allows.

use super::successes::Successes;
use crate::metrics::{Distribution, Snapshot, Stats};
use crate::terminal::{Paint, Style, fit, pad, units};
use std::collections::BTreeMap;

const LABEL: usize = 14;

/// The lines of the totals.
pub(super) struct TotalLines<'a> {
    pub(super) snapshot: &'a Snapshot,
    /// Whether iterations start when the plan says so. Else response times tell nothing that service times don't.
    pub(super) is_open: bool,
    pub(super) successes: &'a Successes,
    pub(super) width: usize,
    pub(super) paint: Paint,
}

impl TotalLines<'_> {
    /// All of them.
    pub(super) fn lines(&self) -> Vec<String> {
        let totals = &self.snapshot.totals;
        let mut lines = vec![self.line("requests", &request_parts(self.snapshot))];
        if totals.requests > 0 {
            lines.extend(self.statuses());
            lines.extend(self.times());
            lines.push(self.line("phases, avg", &phases(self.snapshot)));
        }
        lines.push(self.line("iterations", &iteration_parts(self.snapshot)));
        if totals.iteration_duration.count > 0 {
            lines.push(self.ranked_line("duration", times(&totals.iteration_duration)));
        }
        if !self.snapshot.checks.is_empty() {
            lines.push(self.line("checks", &check_parts(self.snapshot)));
        }
        let sent = format!("{} sent", units::bytes(totals.bytes_sent));
        let received = format!("{} received", units::bytes(totals.bytes_received));
        lines.push(self.line("data", &[sent, received]));
        let most = format!("{} at most", units::count(self.snapshot.vus.max));
        lines.push(self.line("VUs", &[most]));
        lines
    }

    /// Service times, of successes and failures apart where there are both: a server that refuses everything is fast.
    fn times(&self) -> Vec<String> {
        let totals = &self.snapshot.totals;
        let all_failed = totals.failures == totals.requests;
        let label = if all_failed {
            "failed within"
        } else {
            "service time"
        };
        let mut lines = vec![self.ranked_line(label, times(&totals.duration))];
        if !self.successes.is_all() && !all_failed {
            let line = |label, of: &Distribution<u64>| self.ranked_line(label, times(&of.stats()));
            lines.push(line("  successful", &self.successes.times));
            lines.push(line("  failed", &self.successes.failed));
        }
        if self.is_open {
            lines.push(self.ranked_line("response time", times(&totals.response)));
        }
        lines
    }

    /// How often each status came. Left out where no request has one.
    fn statuses(&self) -> Option<String> {
        let mut counts = BTreeMap::<u16, u64>::new();
        for row in &self.snapshot.series {
            let statuses = row.statuses.iter();
            // Of other protocols also successes have none.
            let told = statuses.filter(|(status, _)| *status > 0 || !row.key.expected);
            told.for_each(|(status, count)| *counts.entry(status).or_default() += count);
        }
        let part = |(status, count): (u16, u64)| match status {
            0 => format!("none {}", units::count(count)),
            status => format!("{status} {}", units::count(count)),
        };
        // The most frequent are told where there is no room for all.
        let mut counts: Vec<_> = counts.into_iter().collect();
        counts.sort_by_key(|(status, count)| (std::cmp::Reverse(*count), *status));
        let parts: Vec<_> = counts.into_iter().map(part).collect();
        (!parts.is_empty()).then(|| self.line("status codes", &parts))
    }

    /// A label and as many of the parts as fit; the last ones are left out first.
    fn line(&self, label: &str, parts: &[String]) -> String {
        let ranked = (0..).zip(parts.iter().cloned()).collect();
        self.ranked_line(label, ranked)
    }

    /// A label and as many of the parts as fit; those of the highest rank are left out first.
    fn ranked_line(&self, label: &str, mut parts: Vec<(usize, String)>) -> String {
        let width = |parts: &[(usize, String)]| {
            parts
                .iter()
                .map(|(_, part)| part.chars().count() + 2)
                .sum::<usize>()
        };
        while parts.len() > 1 && LABEL + width(&parts) - 2 > self.width {
            let last = parts.iter().map(|(rank, _)| *rank).max();
            parts.retain(|(rank, _)| Some(*rank) != last);
        }
        let label = self
            .paint
            .paint(Style::Faint, &pad(&fit(label, self.width), LABEL));
        let parts: Vec<_> = parts.into_iter().map(|(_, part)| part).collect();
        label + &fit(&parts.join("  "), self.width.saturating_sub(LABEL))
    }
}

fn request_parts(snapshot: &Snapshot) -> Vec<String> {
    let totals = &snapshot.totals;
    let share = units::share(totals.failures, totals.requests);
    let mut parts = vec![
        units::count(totals.requests),
        format!("{}/s", units::rate(totals.rate)),
        format!("{} failed ({share})", units::count(totals.failures)),
    ];
    parts.extend(some(totals.requests_interrupted, "interrupted"));
    parts
}

fn iteration_parts(snapshot: &Snapshot) -> Vec<String> {
    let totals = &snapshot.totals;
    let outcomes = &totals.iterations;
    let mut parts = vec![
        units::count(outcomes.completed()),
        format!("{}/s", units::rate(totals.iteration_rate)),
        format!("{} failed", units::count(outcomes.failed)),
    ];
    parts.extend(some(outcomes.trapped, "trapped"));
    parts.extend(some(outcomes.interrupted, "interrupted"));
    parts.extend(some(totals.iterations_dropped, "dropped"));
    parts
}

fn check_parts(snapshot: &Snapshot) -> Vec<String> {
    let totals = &snapshot.totals;
    let all = totals.checks_passed + totals.checks_failed;
    let passed = format!("{} passed", units::share(totals.checks_passed, all));
    let counts = format!("{} of {}", units::count(totals.checks_passed), units::count(all));
    vec![passed, counts]
}

fn some(count: u64, what: &str) -> Option<String> {
    (count > 0).then(|| format!("{} {what}", units::count(count)))
}

/// The usual figures with the order in which a narrow terminal loses them, highest first.
fn times(stats: &Stats<u64>) -> Vec<(usize, String)> {
    let figures = [
        (4, "avg", stats.mean.round() as u64),
        (6, "min", stats.min),
        (0, "p50", stats.p50),
        (5, "p90", stats.p90),
        (2, "p95", stats.p95),
        (1, "p99", stats.p99),
        (7, "p99.9", stats.p999),
        (3, "max", stats.max),
    ];
    figures
        .map(|(rank, name, us)| (rank, format!("{name} {}", units::time(us))))
        .to_vec()
}

fn phases(snapshot: &Snapshot) -> Vec<String> {
    let short = |metric: &str| {
        metric
            .trim_start_matches("http_req_")
            .replace("tls_handshaking", "TLS")
    };
    let rows = snapshot.phases.iter().filter(|row| row.times.max > 0);
    rows.map(|row| {
        format!(
            "{} {}",
            short(row.metric),
            units::time(row.times.mean.round() as u64)
        )
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::model::sample;

    fn lines(snapshot: &Snapshot, is_open: bool) -> Vec<String> {
        TotalLines {
            snapshot,
            is_open,
            successes: &Successes::of(snapshot),
            width: 100,
            paint: Paint::Plain,
        }
        .lines()
    }

    #[test]
    fn successes_and_failures_have_times_of_their_own() {
        let lines = lines(&sample::snapshot(), false);
        let begins = |label: &str| {
            let line = lines.iter().find(|line| line.starts_with(label));
            line.unwrap_or_else(|| panic!("no {label} in {lines:#?}"))
        };
        assert!(begins("status codes").contains("200 97  404 2  none 1"));
        assert!(begins("service time").contains("min 1.00ms"));
        assert!(begins("  successful").contains("min 1.03ms"));
        let failed = begins("  failed");
        assert!(
            failed.contains("min 1.00ms") && failed.contains("max 1.02ms"),
            "{failed}"
        );
    }

    #[test]
    fn a_closed_run_has_one_line_of_times_and_an_open_one_two() {
        let has = |is_open| {
            let lines = lines(&sample::snapshot(), is_open);
            lines.iter().any(|line| line.starts_with("response time"))
        };
        assert_eq!((has(false), has(true)), (false, true));
    }

    #[test]
    fn where_all_failed_the_time_is_not_called_the_servers() {
        let mut snapshot = sample::snapshot();
        snapshot.totals.failures = 100;
        let lines = lines(&snapshot, false);
        assert!(
            lines.iter().any(|line| line.starts_with("failed within ")),
            "{lines:#?}"
        );
        assert!(!lines.iter().any(|line| line.starts_with("service time")));
    }
}
