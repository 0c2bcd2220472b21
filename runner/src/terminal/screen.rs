//! What the live view shows, as lines. Pure: the same snapshot and size give the same lines.

use super::escape::escape;
use super::progress::Progress;
use super::style::{Paint, Style};
use super::table::{Cell, Column, Table, fit};
use super::units;
use crate::metrics::{RequestRow, Snapshot};
use unicode_width::UnicodeWidthStr;

/// The view is never higher than this, however large the terminal.
const MOST_LINES: usize = 30;
/// Wider bars say no more.
const WIDEST_BAR: usize = 40;

/// The live view of a run in a terminal of `width` columns and `height` rows: fewer lines
/// than rows, none wider than the terminal.
pub fn render(
    snapshot: &Snapshot,
    progress: &Progress,
    width: usize,
    height: usize,
    paint: Paint,
) -> Vec<String> {
    let room = height.saturating_sub(1).clamp(1, MOST_LINES);
    let mut lines = vec![
        headline(snapshot, progress, width, paint),
        figures(snapshot, width, paint),
    ];
    lines.extend(trouble(snapshot, width, paint));
    lines.extend(keys(progress, width, paint));
    lines.truncate(room);
    let left = room - lines.len();
    if left >= 4 && !snapshot.requests.is_empty() {
        lines.push(String::new());
        lines.extend(requests(&snapshot.requests, width, left - 1, paint));
    }
    lines
}

fn headline(snapshot: &Snapshot, progress: &Progress, width: usize, paint: Paint) -> String {
    let iterations = &snapshot.totals.iterations;
    let ended = iterations.completed() + iterations.interrupted + snapshot.totals.iterations_dropped;
    let mut text = units::clock(snapshot.elapsed);
    if let Some(length) = progress.run_time {
        text.push_str(&format!(" / {}", units::clock(length)));
    }
    if let Some(planned) = progress.iterations {
        text.push_str(&format!(
            "  {} / {} iterations",
            units::count(ended),
            units::count(planned)
        ));
    }
    if !progress.state.is_empty() {
        text.push_str(&format!("  {}", escape(&progress.state)));
    }
    let mut line = Line::new(width);
    if let Some(share) = progress.share(snapshot.elapsed, ended) {
        let room = width.saturating_sub(text.width() + 10).min(WIDEST_BAR);
        if room >= 8 {
            line.bar(share, room, paint);
        }
        line.push(&format!("{:>3.0}%", share * 100.0), Some(Style::Strong), paint);
    }
    line.push(&text, None, paint);
    line.text
}

fn figures(snapshot: &Snapshot, width: usize, paint: Paint) -> String {
    let (totals, recent) = (&snapshot.totals, &snapshot.recent);
    let mut line = Line::new(width);
    line.push(
        &format!("{} VUs", units::count(snapshot.vus.now)),
        Some(Style::Strong),
        paint,
    );
    line.push(
        &format!("{} req/s", units::rate(recent.rps)),
        Some(Style::Strong),
        paint,
    );
    let failures = format!(
        "{} failed ({})",
        units::count(totals.failures),
        units::share(totals.failures, totals.requests)
    );
    line.push(
        &failures,
        Some(if totals.failures > 0 {
            Style::Bad
        } else {
            Style::Good
        }),
        paint,
    );
    if recent.rps > 0.0 {
        for (name, us) in [("p50", recent.p50), ("p95", recent.p95), ("p99", recent.p99)] {
            line.push(&format!("{name} {}", units::time(us)), None, paint);
        }
    }
    line.push(
        &format!("{} requests", units::count(totals.requests)),
        Some(Style::Faint),
        paint,
    );
    line.text
}

fn keys(progress: &Progress, width: usize, paint: Paint) -> Option<String> {
    let line = fit(&progress.keys, width);
    (!line.is_empty()).then(|| paint.paint(Style::Faint, &line))
}

/// Things that should not happen, where they did.
fn trouble(snapshot: &Snapshot, width: usize, paint: Paint) -> Option<String> {
    let totals = &snapshot.totals;
    let counts = [
        (totals.iterations.failed, "failed iterations"),
        (totals.iterations.trapped, "traps"),
        (totals.iterations_dropped, "dropped iterations"),
        (totals.checks_failed, "failed checks"),
        (
            snapshot.thresholds.iter().filter(|v| v.has_failed()).count() as u64,
            "failing thresholds",
        ),
        (
            snapshot.health.red_seconds,
            "s in which this machine was too slow",
        ),
    ];
    let mut line = Line::new(width);
    for (count, what) in counts.into_iter().filter(|(count, _)| *count > 0) {
        line.push(
            &format!("{} {what}", units::count(count)),
            Some(Style::Warning),
            paint,
        );
    }
    (!line.text.is_empty()).then_some(line.text)
}

fn requests(rows: &[RequestRow], width: usize, room: usize, paint: Paint) -> Vec<String> {
    let columns = [
        Column::text("", 1),
        Column::text("name", 0),
        Column::figure("requests", 0),
        Column::figure("failed", 1),
        Column::figure("req/s", 3),
        Column::figure("p50", 4),
        Column::figure("p95", 2),
        Column::figure("p99", 6),
        Column::figure("max", 7),
    ];
    let mut table = Table::new(&columns);
    let shown = if rows.len() + 1 > room {
        room.saturating_sub(2)
    } else {
        rows.len()
    };
    rows.iter()
        .take(shown)
        .for_each(|row| table.push(request_cells(row)));
    let mut lines = table.render(width, paint);
    if shown < rows.len() {
        let more = fit(
            &format!("… and {} more", units::count((rows.len() - shown) as u64)),
            width,
        );
        lines.push(paint.paint(Style::Faint, &more));
    }
    lines
}

fn request_cells(row: &RequestRow) -> Vec<Cell> {
    let failures = if row.failures > 0 { Some(Style::Bad) } else { None };
    vec![
        escape(&row.method).into_owned().into(),
        escape(&row.name).into_owned().into(),
        units::count(row.requests).into(),
        Cell {
            text: units::count(row.failures),
            style: failures,
        },
        units::rate(row.rate).into(),
        units::time(row.duration.p50).into(),
        units::time(row.duration.p95).into(),
        units::time(row.duration.p99).into(),
        units::time(row.duration.max).into(),
    ]
}

/// A line of parts, which ends before the first part that doesn't fit.
struct Line {
    text: String,
    left: usize,
    is_full: bool,
}

impl Line {
    fn new(width: usize) -> Self {
        Self {
            text: String::new(),
            left: width,
            is_full: false,
        }
    }

    fn push(&mut self, part: &str, style: Option<Style>, paint: Paint) {
        let gap = if self.text.is_empty() { "" } else { "  " };
        let room = self.left.saturating_sub(gap.len());
        if self.is_full || room == 0 || (part.width() > room && !self.text.is_empty()) {
            self.is_full = true;
            return;
        }
        let part = fit(part, room);
        self.left = room - part.width();
        self.text.push_str(gap);
        self.text
            .push_str(&style.map_or_else(|| part.clone(), |style| paint.paint(style, &part)));
    }

    fn bar(&mut self, share: f64, width: usize, paint: Paint) {
        let full = ((width as f64 * share).floor() as usize).min(width);
        let (done, rest) = ("━".repeat(full), "─".repeat(width - full));
        self.text = paint.paint(Style::Good, &done) + &paint.paint(Style::Faint, &rest);
        self.left -= width;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn snapshot(names: usize) -> Snapshot {
        let mut snapshot = Snapshot {
            elapsed: Duration::from_secs(15),
            ..Snapshot::default()
        };
        snapshot.vus.now = 50;
        snapshot.recent.rps = 1_234.0;
        (snapshot.recent.p50, snapshot.recent.p95, snapshot.recent.p99) = (1_200, 2_300, 3_400);
        (snapshot.totals.requests, snapshot.totals.failures) = (18_510, 37);
        snapshot.requests = (0..names).map(row).collect();
        snapshot
    }

    fn row(at: usize) -> RequestRow {
        RequestRow {
            scenario: "shop".to_owned(),
            method: "GET".to_owned(),
            name: format!("/a/path/of/some/length/{at}"),
            requests: 1_000,
            failures: 1,
            rate: 66.7,
            duration: Default::default(),
            response: Default::default(),
            history: Vec::new(),
        }
    }

    fn half_way() -> Progress {
        Progress {
            run_time: Some(Duration::from_secs(30)),
            ..Progress::default()
        }
    }

    #[test]
    fn shows_how_far_and_how_fast() {
        let lines = render(&snapshot(0), &half_way(), 80, 24, Paint::Plain);
        let bar = "━".repeat(20) + &"─".repeat(20);
        let expected = [
            format!("{bar}   50%  15s / 30s"),
            "50 VUs  1,234 req/s  37 failed (0.20%)  p50 1.20ms  p95 2.30ms  p99 3.40ms".to_owned(),
        ];
        assert_eq!(lines, expected);
    }

    #[test]
    fn fits_any_size() {
        for (width, height) in [(80, 24), (120, 40), (50, 10), (20, 5), (8, 2), (1, 1), (0, 0)] {
            let mut snapshot = snapshot(100);
            snapshot.totals.iterations.trapped = 3;
            let lines = render(&snapshot, &half_way(), width, height, Paint::Plain);
            assert!(
                lines.len() < height.max(2),
                "{} lines in {height} rows",
                lines.len()
            );
            assert!(
                lines.iter().all(|line| line.width() <= width),
                "too wide for {width}: {lines:#?}"
            );
        }
    }

    #[test]
    fn rows_without_room_are_counted() {
        let lines = render(&snapshot(100), &half_way(), 80, 10, Paint::Plain);
        assert_eq!(lines.len(), 9);
        assert_eq!(lines.last().unwrap(), "… and 96 more");
        let lines = render(&snapshot(5), &half_way(), 80, 10, Paint::Plain);
        assert!(lines.last().unwrap().contains("/length/4"), "{lines:#?}");
    }

    #[test]
    fn names_from_guests_are_escaped() {
        let mut snapshot = snapshot(1);
        snapshot.requests[0].name = "\u{1b}[2J".to_owned();
        let lines = render(&snapshot, &half_way(), 80, 24, Paint::Plain);
        assert!(lines.last().unwrap().contains("\\u{1b}[2J"));
        assert!(lines.iter().all(|line| !line.contains('\u{1b}')));
    }

    #[test]
    fn keys_are_named_below_the_figures() {
        let progress = Progress {
            keys: "target: 50 users  w/W +1/+10".to_owned(),
            ..half_way()
        };
        let lines = render(&snapshot(1), &progress, 80, 24, Paint::Plain);
        assert_eq!((&*lines[2], &*lines[3]), ("target: 50 users  w/W +1/+10", ""));
        let narrow = render(&snapshot(1), &progress, 10, 24, Paint::Plain);
        assert_eq!(narrow[2].width(), 10);
    }

    #[test]
    fn a_run_without_an_end_has_no_bar() {
        let lines = render(&snapshot(0), &Progress::default(), 80, 24, Paint::Plain);
        assert_eq!(lines[0], "15s");
    }
}
