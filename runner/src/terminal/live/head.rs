//! The first lines of the live view: how far the run has come, its figures now, what goes wrong, and what keys do.

use crate::metrics::Snapshot;
use crate::terminal::progress::Progress;
use crate::terminal::table::fit;
use crate::terminal::{escape, units};
use ratatui::style::{Color, Style, Stylize as _};
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

/// Wider bars say no more.
const WIDEST_BAR: usize = 40;
/// The most failures that are shown beside another pane.
const MOST_FAILURES: usize = 3;

/// All of them, none wider than `width`.
pub(super) fn lines(snapshot: &Snapshot, progress: &Progress, width: usize) -> Vec<Line<'static>> {
    let mut lines = vec![progress_line(snapshot, progress, width), figures(snapshot, width)];
    lines.extend(trouble(snapshot, width));
    if !progress.keys.is_empty() {
        lines.push(Line::from(fit(&format!("{}  ? help", progress.keys), width)).dim());
    }
    lines
}

fn progress_line(snapshot: &Snapshot, progress: &Progress, width: usize) -> Line<'static> {
    let iterations = &snapshot.totals.iterations;
    let ended = iterations.completed() + iterations.interrupted + snapshot.totals.iterations_dropped;
    let mut text = units::clock(snapshot.elapsed);
    if let Some(length) = progress.run_time {
        text.push_str(&format!(" / {}", units::clock(length)));
    }
    if let Some(planned) = progress.iterations {
        let (ended, planned) = (units::count(ended), units::count(planned));
        text.push_str(&format!("  {ended} / {planned} iterations"));
    }
    let mut parts = Parts::new(width);
    if let Some(share) = progress.share(snapshot.elapsed, ended) {
        let state = progress.state.width() + 2;
        let room = width.saturating_sub(text.width() + state + 10).min(WIDEST_BAR);
        if room >= 8 {
            parts.bar(share, room);
        }
        parts.push(&format!("{:>3.0}%", share * 100.0), Style::new().bold());
    }
    parts.push(&text, Style::new());
    if !progress.state.is_empty() {
        parts.push(&escape(&progress.state), Style::new().yellow().bold());
    }
    parts.line()
}

fn figures(snapshot: &Snapshot, width: usize) -> Line<'static> {
    let (totals, recent) = (&snapshot.totals, &snapshot.recent);
    let strong = Style::new().bold();
    let mut parts = Parts::new(width);
    parts.push(&format!("{} VUs", units::count(snapshot.vus.now)), strong);
    parts.push(&format!("{} req/s", units::rate(recent.rps)), strong);
    let failed = units::count(totals.failures);
    let share = units::share(totals.failures, totals.requests);
    let colour = if totals.failures > 0 {
        Color::Red
    } else {
        Color::Green
    };
    parts.push(&format!("{failed} failed ({share})"), Style::new().fg(colour));
    if recent.rps > 0.0 {
        for (name, us) in [("p50", recent.p50), ("p95", recent.p95), ("p99", recent.p99)] {
            parts.push(&format!("{name} {}", units::time(us)), Style::new());
        }
    }
    let requests = format!("{} requests", units::count(totals.requests));
    parts.push(&requests, Style::new().dim());
    parts.line()
}

/// Things that should not happen, where they did.
fn trouble(snapshot: &Snapshot, width: usize) -> Option<Line<'static>> {
    let totals = &snapshot.totals;
    let failing = snapshot.thresholds.iter().filter(|v| v.has_failed()).count();
    let counts = [
        (totals.iterations.failed, "failed iterations"),
        (totals.iterations.trapped, "traps"),
        (totals.iterations_dropped, "dropped iterations"),
        (totals.checks_failed, "failed checks"),
        (failing as u64, "failing thresholds"),
        (
            snapshot.health.red_seconds,
            "s in which this machine was too slow",
        ),
    ];
    let mut parts = Parts::new(width);
    for (count, what) in counts.into_iter().filter(|(count, _)| *count > 0) {
        parts.push(&format!("{} {what}", units::count(count)), Style::new().yellow());
    }
    (!parts.spans.is_empty()).then(|| parts.line())
}

/// The most frequent failures of requests and iterations, in a line each.
pub(super) fn failures(snapshot: &Snapshot, width: usize) -> Vec<Line<'static>> {
    let requests = snapshot.failures.iter().map(|row| {
        let key = &row.key;
        (
            row.count,
            format!("{} ({} {})", key.message, key.method, key.name),
        )
    });
    let iterations = snapshot.errors.iter().map(|row| (row.count, row.message.clone()));
    let mut all: Vec<_> = requests.chain(iterations).collect();
    all.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    let line = |(count, text): (u64, String)| {
        let text = format!("✗ {} × {}", units::count(count), escape(&text));
        Line::from(fit(&text, width)).red()
    };
    all.into_iter().take(MOST_FAILURES).map(line).collect()
}

/// A line of parts, which ends before the first part that doesn't fit.
struct Parts {
    spans: Vec<Span<'static>>,
    left: usize,
    is_full: bool,
}

impl Parts {
    fn new(width: usize) -> Self {
        Self {
            spans: Vec::new(),
            left: width,
            is_full: false,
        }
    }

    fn push(&mut self, part: &str, style: Style) {
        let gap = if self.spans.is_empty() { "" } else { "  " };
        let room = self.left.saturating_sub(gap.len());
        if self.is_full || room == 0 || (part.width() > room && !self.spans.is_empty()) {
            self.is_full = true;
            return;
        }
        let part = fit(part, room);
        self.left = room - part.width();
        self.spans.push(Span::from(gap));
        self.spans.push(Span::styled(part, style));
    }

    fn bar(&mut self, share: f64, width: usize) {
        let full = ((width as f64 * share).floor() as usize).min(width);
        self.spans.push(Span::from("━".repeat(full)).green());
        self.spans.push(Span::from("─".repeat(width - full)).dim());
        self.left -= width;
    }

    fn line(self) -> Line<'static> {
        Line::from(self.spans)
    }
}
