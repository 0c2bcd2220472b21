//! The tables of the text summary. Which column goes first in a narrow terminal is part of
//! each table's definition.

use super::successes::Successes;
use crate::metrics::{Distribution, RequestRow, SeriesRow, Snapshot, Stats, Verdict};
use crate::terminal::{Cell, Column, Paint, Style, Table, escape, units, wrap};

/// Stands before the words that explain a row.
const DETAIL_INDENT: &str = "      ";

/// Which times of requests a table shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TimesOf {
    /// From the first byte written.
    Service,
    /// From the scheduled start.
    Response,
}

/// Requests by method and name with these times. Below a row of which only a part failed, the service times of both
/// parts, as one says nothing about the other; below several rows, all of them together.
pub(super) fn requests(snapshot: &Snapshot, width: usize, paint: Paint, of: TimesOf) -> Vec<String> {
    let columns = [
        Column::text("", 1),
        Column::text("name", 0),
        Column::figure("requests", 0),
        Column::figure("failed", 1),
        Column::figure("req/s", 6),
        Column::figure("avg", 7),
        Column::figure("min", 9),
        Column::figure("p50", 3),
        Column::figure("p90", 8),
        Column::figure("p95", 4),
        Column::figure("p99", 2),
        Column::figure("p99.9", 10),
        Column::figure("max", 5),
    ];
    let mut table = Table::new(&columns);
    let scenarios = several_scenarios(snapshot);
    for row in &snapshot.requests {
        let times = match of {
            TimesOf::Service => &row.duration,
            TimesOf::Response => &row.response,
        };
        table.push(request(row, times, scenarios));
        if of == TimesOf::Service && row.failures > 0 && row.failures < row.requests {
            parts(snapshot, row).into_iter().for_each(|part| table.push(part));
        }
    }
    if snapshot.requests.len() > 1 {
        table.push(aggregated(snapshot, of));
    }
    table.render(width, paint)
}

fn request(row: &RequestRow, times: &Stats<u64>, with_scenario: bool) -> Vec<Cell> {
    let name = if with_scenario && !row.scenario.is_empty() {
        format!("{} · {}", escape(&row.scenario), escape(&row.name))
    } else {
        escape(&row.name).into_owned()
    };
    let mut cells = vec![
        escape(&row.method).into_owned().into(),
        name.into(),
        units::count(row.requests).into(),
        failed(row.failures, row.requests),
        units::rate(row.rate).into(),
    ];
    cells.extend(figures(times));
    cells
}

fn failed(failures: u64, requests: u64) -> Cell {
    match failures {
        0 => Cell::from("0"),
        some => Cell {
            text: format!("{} ({})", units::count(some), units::share(some, requests)),
            style: Some(Style::Bad),
        },
    }
}

fn figures(times: &Stats<u64>) -> impl Iterator<Item = Cell> {
    let mean = times.mean.round() as u64;
    let figures = [
        mean, times.min, times.p50, times.p90, times.p95, times.p99, times.p999, times.max,
    ];
    figures.into_iter().map(|us| Cell::from(units::time(us)))
}

/// The successes and the failures of one row.
fn parts(snapshot: &Snapshot, row: &RequestRow) -> Vec<Vec<Cell>> {
    let is_of_row = |series: &&SeriesRow| {
        (&series.scenario_name, &series.key.method, &series.key.name)
            == (&row.scenario, &row.method, &row.name)
    };
    let both = Successes::of_series(snapshot.series.iter().filter(is_of_row));
    if both.is_all() {
        return Vec::new();
    }
    let part = |what: &str, times: &Distribution<u64>| {
        let blanks = ["", "", ""].map(Cell::from);
        let name = Cell {
            text: what.to_owned(),
            style: Some(Style::Faint),
        };
        let mut cells = vec![Cell::from(""), name];
        cells.extend(blanks);
        cells.extend(figures(&times.stats()));
        cells
    };
    vec![part("  successful", &both.times), part("  failed", &both.failed)]
}

/// All requests in one row.
fn aggregated(snapshot: &Snapshot, of: TimesOf) -> Vec<Cell> {
    let totals = &snapshot.totals;
    let times = match of {
        TimesOf::Service => &totals.duration,
        TimesOf::Response => &totals.response,
    };
    let name = Cell {
        text: "Aggregated".to_owned(),
        style: Some(Style::Strong),
    };
    let mut cells = vec![
        Cell::from(""),
        name,
        units::count(totals.requests).into(),
        failed(totals.failures, totals.requests),
        units::rate(totals.rate).into(),
    ];
    cells.extend(figures(times));
    cells
}

fn several_scenarios(snapshot: &Snapshot) -> bool {
    let mut names = snapshot
        .requests
        .iter()
        .map(|row| &row.scenario)
        .filter(|name| !name.is_empty());
    let first = names.next();
    names.any(|name| Some(name) != first)
}

/// Why requests failed: below each row the words that explain it, unless the row before had the same.
pub(super) fn failures(snapshot: &Snapshot, width: usize, paint: Paint) -> Vec<String> {
    let columns = [
        Column::figure("count", 0),
        Column::text("message", 0),
        Column::text("", 2),
        Column::text("name", 1),
    ];
    let mut table = Table::new(&columns);
    for row in &snapshot.failures {
        let texts = [&row.key.message, &row.key.method, &row.key.name].map(|text| Cell::from(escape(text)));
        let count = Cell {
            text: units::count(row.count),
            style: Some(Style::Bad),
        };
        table.push(std::iter::once(count).chain(texts).collect());
    }
    let mut lines = table.render(width, paint).into_iter();
    let mut page: Vec<_> = lines.next().into_iter().collect();
    let mut before = "";
    for (row, line) in snapshot.failures.iter().zip(lines) {
        page.push(line);
        if !row.key.detail.is_empty() && row.key.detail != before {
            let words = wrap(
                &escape(&row.key.detail),
                width.saturating_sub(DETAIL_INDENT.len()),
            );
            page.extend(words.iter().map(|words| format!("{DETAIL_INDENT}{words}")));
        }
        before = &row.key.detail;
    }
    page
}

/// Why iterations failed.
pub(super) fn errors(snapshot: &Snapshot, width: usize, paint: Paint) -> Vec<String> {
    let columns = [
        Column::figure("count", 0),
        Column::text("message", 0),
        Column::text("scenario", 2),
        Column::text("task", 1),
    ];
    let mut table = Table::new(&columns);
    for row in &snapshot.errors {
        let texts = [&row.message, &row.scenario, &row.task].map(|text| Cell::from(escape(text)));
        let count = Cell {
            text: units::count(row.count),
            style: Some(Style::Bad),
        };
        table.push(std::iter::once(count).chain(texts).collect());
    }
    table.render(width, paint)
}

/// Checks with a mark.
pub(super) fn checks(snapshot: &Snapshot, width: usize, paint: Paint) -> Vec<String> {
    let columns = [
        Column::text("", 0),
        Column::text("check", 0),
        Column::figure("passed", 2),
        Column::figure("failed", 1),
    ];
    let mut table = Table::new(&columns);
    for row in &snapshot.checks {
        let (mark, style) = if row.failed == 0 {
            ("✓", Style::Good)
        } else {
            ("✗", Style::Bad)
        };
        let failed = match row.failed {
            0 => "0".to_owned(),
            some => format!(
                "{} ({})",
                units::count(some),
                units::share(some, row.passed + some)
            ),
        };
        table.push(vec![
            Cell {
                text: mark.to_owned(),
                style: Some(style),
            },
            escape(&row.name).into_owned().into(),
            units::count(row.passed).into(),
            Cell {
                text: failed,
                style: (row.failed > 0).then_some(Style::Bad),
            },
        ]);
    }
    table.render(width, paint)
}

/// Thresholds with a mark and what was observed.
pub(super) fn thresholds(snapshot: &Snapshot, width: usize, paint: Paint) -> Vec<String> {
    let columns = [
        Column::text("", 0),
        Column::text("metric", 0),
        Column::text("rule", 0),
        Column::text("observed", 0),
    ];
    let mut table = Table::new(&columns);
    for verdict in &snapshot.thresholds {
        let (mark, style) = match verdict.ok {
            Some(true) => ("✓", Style::Good),
            Some(false) => ("✗", Style::Bad),
            None => ("·", Style::Faint),
        };
        table.push(vec![
            Cell {
                text: mark.to_owned(),
                style: Some(style),
            },
            escape(&verdict.metric).into_owned().into(),
            escape(&verdict.rule).into_owned().into(),
            Cell {
                text: observed(verdict),
                style: verdict.has_failed().then_some(Style::Bad),
            },
        ]);
    }
    // What the columns hold is plain to see; titles would only push the rules away.
    table.render(width, paint).into_iter().skip(1).collect()
}

/// What was observed, and why that isn't enough.
pub(super) fn observed(verdict: &Verdict) -> String {
    let figure = verdict.observed.map(|figure| units::of(figure, verdict.unit));
    // A plain rule states its limit itself.
    let is_relative = verdict.rule.contains("baseline");
    let limit = is_relative.then(|| format!("limit {}", units::of(verdict.limit, verdict.unit)));
    let reason = (!verdict.reason.is_empty()).then(|| escape(&verdict.reason).into_owned());
    [figure, limit, reason]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Unit;
    use crate::results::model::sample;

    #[test]
    fn an_ordinary_terminal_shows_the_columns_that_matter() {
        let lines = requests(&sample::snapshot(), 78, Paint::Plain, TimesOf::Service);
        let titles: Vec<_> = lines[0].split_whitespace().collect();
        assert_eq!(
            titles,
            ["name", "requests", "failed", "req/s", "p50", "p95", "p99", "max"]
        );
        let first = |line: &String| {
            line.trim_start_matches("GET")
                .trim()
                .split("  ")
                .next()
                .map(str::to_owned)
        };
        let names: Vec<_> = lines.iter().skip(1).filter_map(first).collect();
        let expected = [
            "/",
            "successful",
            "failed",
            "/items/{id}",
            "successful",
            "failed",
            "Aggregated",
        ];
        assert_eq!(names, expected, "{lines:#?}");
    }

    #[test]
    fn a_wide_terminal_shows_all_columns() {
        let lines = requests(&sample::snapshot(), 120, Paint::Plain, TimesOf::Service);
        let titles: Vec<_> = lines[0].split_whitespace().collect();
        let all = [
            "name", "requests", "failed", "req/s", "avg", "min", "p50", "p90", "p95", "p99", "p99.9", "max",
        ];
        assert_eq!(titles, all);
    }

    #[test]
    fn a_failed_check_is_marked_and_its_name_harmless() {
        let lines = checks(&sample::snapshot(), 78, Paint::Plain);
        assert_eq!(
            lines[1].split_whitespace().collect::<Vec<_>>(),
            ["✗", "has", "\\u{1b}[31mitems", "9", "1", "(10.0%)"]
        );
        assert_eq!(
            lines[2].split_whitespace().collect::<Vec<_>>(),
            ["✓", "is", "fast", "1", "0"]
        );
    }

    #[test]
    fn thresholds_show_what_was_observed_and_why() {
        let verdict = |metric: &str, rule: &str, ok, observed, unit, reason: &str| Verdict {
            metric: metric.to_owned(),
            rule: rule.to_owned(),
            ok,
            observed,
            limit: 200.0,
            unit,
            reason: reason.to_owned(),
            abort: false,
        };
        let (milliseconds, share) = (Unit::Milliseconds, Unit::Share);
        let snapshot = Snapshot {
            thresholds: vec![
                verdict("duration", "p(95)<200", Some(true), Some(12.3), milliseconds, ""),
                verdict(
                    "failed",
                    "rate<1% each 5s",
                    Some(false),
                    Some(0.25),
                    share,
                    "from 5s to 10s",
                ),
                verdict(
                    "duration",
                    "avg<baseline",
                    Some(false),
                    Some(3_210.0),
                    milliseconds,
                    "",
                ),
                verdict("\u{1b}x", "rate>0", None, None, share, "no data"),
            ],
            ..Snapshot::default()
        };
        let expected = [
            "✓  duration   p(95)<200        12.3ms",
            "✗  failed     rate<1% each 5s  25%, from 5s to 10s",
            "✗  duration   avg<baseline     3.21s, limit 200ms",
            "·  \\u{1b}x  rate>0           no data",
        ];
        let lines = thresholds(&snapshot, 78, Paint::Plain);
        let squeezed = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
        for (line, expected) in lines.iter().zip(expected) {
            assert_eq!(squeezed(line), squeezed(expected));
        }
        assert_eq!(lines.len(), expected.len());
    }

    #[test]
    fn failures_name_their_request() {
        let lines = failures(&sample::snapshot(), 78, Paint::Plain);
        let rows: Vec<_> = lines
            .iter()
            .skip(1)
            .map(|line| line.split_whitespace().collect::<Vec<_>>())
            .collect();
        let expected: [&[&str]; 3] = [
            &["1", "status", "404", "GET", "/"],
            &["1", "connection-refused", "GET", "/items/{id}"],
            &["1", "status", "404", "GET", "/items/{id}"],
        ];
        assert_eq!(rows, expected);
    }
}
