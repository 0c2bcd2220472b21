//! The panes of the live view as lines: requests, errors, thresholds and checks, the log. None is wider than asked.

use super::view_state::{Pane, SortBy, ViewState};
use crate::metrics::{RequestRow, Snapshot};
use crate::terminal::style::Paint;
use crate::terminal::table::{Cell, Column, Table, fit};
use crate::terminal::{escape, units, wrap};
use ratatui::style::{Style, Stylize as _};
use ratatui::text::Line;

/// What a pane shows.
pub(super) struct Content {
    /// Stays in place, whatever is scrolled.
    pub(super) heading: Option<Line<'static>>,
    pub(super) lines: Vec<Line<'static>>,
}

/// The pane's name, with how much there is in it.
pub(super) fn title(pane: Pane, snapshot: &Snapshot, shown: &ViewState) -> String {
    let (name, count) = match pane {
        Pane::Requests => ("requests", snapshot.requests.len() as u64),
        Pane::Errors => {
            let kinds = snapshot.failures.len() + snapshot.errors.len();
            ("errors", kinds as u64)
        }
        Pane::Rules => {
            let rules = snapshot.thresholds.len() + snapshot.checks.len();
            ("thresholds, checks", rules as u64)
        }
        Pane::Log => ("log", shown.log.count()),
    };
    match count {
        0 => name.to_owned(),
        count => format!("{name} {}", units::count(count)),
    }
}

/// What is in a pane.
pub(super) fn content(pane: Pane, snapshot: &Snapshot, shown: &ViewState, width: usize) -> Content {
    let heading = None;
    match pane {
        Pane::Requests => requests(snapshot, shown, width),
        Pane::Errors => Content {
            heading,
            lines: errors(snapshot, width),
        },
        Pane::Rules => Content {
            heading,
            lines: rules(snapshot, width),
        },
        Pane::Log => {
            let (_, lines) = shown.log.last(usize::MAX);
            let lines = lines.map(|line| Line::from(fit(line, width))).collect();
            Content { heading, lines }
        }
    }
}

fn requests(snapshot: &Snapshot, shown: &ViewState, width: usize) -> Content {
    let by = |sort, plain, marked| if shown.sort == sort { marked } else { plain };
    let columns = [
        Column::text("", 1),
        Column::text(by(SortBy::Name, "name", "name ▾"), 0),
        Column::figure(by(SortBy::Requests, "requests", "requests ▾"), 0),
        Column::figure(by(SortBy::Failed, "failed", "failed ▾"), 1),
        Column::figure("req/s", 3),
        Column::figure(by(SortBy::P50, "p50", "p50 ▾"), 4),
        Column::figure(by(SortBy::P95, "p95", "p95 ▾"), 2),
        Column::figure(by(SortBy::P99, "p99", "p99 ▾"), 6),
        Column::figure(by(SortBy::Max, "max", "max ▾"), 7),
    ];
    let mut rows: Vec<_> = snapshot.requests.iter().collect();
    rows.sort_by(|a, b| shown.sort.order(a, b));
    if shown.is_reversed {
        rows.reverse();
    }
    let mut table = Table::new(&columns);
    rows.iter().for_each(|row| table.push(cells(row)));
    let mut lines = table.render(width, Paint::Plain).into_iter();
    let heading = lines.next().map(|line| Line::from(line).dim());
    let line = |(row, line): (&&RequestRow, String)| {
        let style = if row.failures > 0 {
            Style::new().red()
        } else {
            Style::new()
        };
        Line::from(line).style(style)
    };
    let lines = rows.iter().zip(lines).map(line).collect();
    Content { heading, lines }
}

fn cells(row: &RequestRow) -> Vec<Cell> {
    let failed = match row.failures {
        0 => "0".to_owned(),
        some => format!("{} ({})", units::count(some), units::share(some, row.requests)),
    };
    let times = &row.duration;
    let mut cells = vec![
        escape(&row.method).into_owned().into(),
        escape(&row.name).into_owned().into(),
        units::count(row.requests).into(),
        failed.into(),
        units::rate(row.rate).into(),
    ];
    let figures = [times.p50, times.p95, times.p99, times.max];
    cells.extend(figures.map(|us| Cell::from(units::time(us))));
    cells
}

fn errors(snapshot: &Snapshot, width: usize) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for row in &snapshot.failures {
        let key = &row.key;
        let what = format!("{} ({} {})", key.message, key.method, key.name);
        lines.extend(counted(row.count, &what, width));
        if !key.detail.is_empty() {
            let words = wrap(&escape(&key.detail), width.saturating_sub(4));
            lines.extend(words.iter().map(|words| Line::from(format!("    {words}")).dim()));
        }
    }
    for row in &snapshot.errors {
        let who = [&*row.scenario, &*row.task].join(" ");
        let what = format!("{} ({})", row.message, who.trim());
        lines.extend(counted(row.count, &what, width));
    }
    if lines.is_empty() {
        lines.push(Line::from("none").dim());
    }
    lines
}

/// How often, and what, in as many lines as it needs.
fn counted(count: u64, what: &str, width: usize) -> Vec<Line<'static>> {
    let text = format!("{} × {}", units::count(count), escape(what));
    wrap(&text, width)
        .into_iter()
        .map(|line| Line::from(line).red())
        .collect()
}

fn rules(snapshot: &Snapshot, width: usize) -> Vec<Line<'static>> {
    let thresholds = snapshot.thresholds.iter().map(|verdict| {
        let observed = verdict.observed.map(|value| units::of(value, verdict.unit));
        let (metric, rule) = (escape(&verdict.metric), escape(&verdict.rule));
        let text = format!("{metric} {rule}  {}", observed.unwrap_or_default());
        marked(verdict.ok, &text, width)
    });
    let checks = snapshot.checks.iter().map(|row| {
        let all = units::count(row.passed + row.failed);
        let text = format!("{}  {} of {all}", escape(&row.name), units::count(row.passed));
        marked(Some(row.failed == 0), &text, width)
    });
    let mut lines: Vec<_> = thresholds.chain(checks).collect();
    if lines.is_empty() {
        lines.push(Line::from("none").dim());
    }
    lines
}

fn marked(is_well: Option<bool>, text: &str, width: usize) -> Line<'static> {
    let (mark, style) = match is_well {
        Some(true) => ("✓", Style::new().green()),
        Some(false) => ("✗", Style::new().red()),
        None => ("·", Style::new().dim()),
    };
    Line::from(fit(&format!("{mark} {text}"), width)).style(style)
}
