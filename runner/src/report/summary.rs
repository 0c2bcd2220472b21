//! The summary for people, at the end of a run.

use super::tables;
use super::warnings::warnings;
use crate::metrics::{CustomRow, CustomValue, RequestRow, Snapshot, Stats};
use crate::results::model::RunFacts;
use crate::terminal::{Paint, Style, escape, fit, pad, units, warning_text, wrap};

/// Wider lines are hard to read.
const WIDEST: usize = 160;
const LABEL: usize = 14;
const INDENT: &str = "  ";

/// The whole summary as text of at most `width` columns (warnings wrap), with a line break
/// after each line but the last.
pub fn summary(snapshot: &Snapshot, facts: &RunFacts<'_>, width: usize, paint: Paint) -> String {
    let page = Page {
        snapshot,
        width: width.min(WIDEST).saturating_sub(INDENT.len()),
        paint,
    };
    let mut lines = page.head(facts);
    page.section(&mut lines, "Thresholds", page.thresholds());
    page.section(&mut lines, "", page.totals());
    page.section(&mut lines, page.requests_title(), page.requests());
    page.section(
        &mut lines,
        "Response time, from the scheduled start",
        page.responses(),
    );
    page.section(&mut lines, "Failed requests", page.failures());
    page.section(&mut lines, "Failed iterations", page.errors());
    page.section(&mut lines, "Checks", page.checks());
    page.section(&mut lines, "Custom metrics", page.custom());
    if let Some(snapshot) = facts.warm_up {
        let warm_up = Page { snapshot, ..page };
        page.section(&mut lines, "Warm-up, in no figure above", warm_up.totals());
    }
    let warnings = warnings(snapshot, facts);
    if !warnings.is_empty() {
        lines.push(String::new());
        let width = page.width + INDENT.len();
        lines.extend(warnings.iter().map(|text| warning(text, width, paint)));
    }
    lines.join("\n")
}

/// A warning in as many lines as it needs.
fn warning(text: &str, width: usize, paint: Paint) -> String {
    let label = "warning: ".len();
    // The label stands before the first line; the others have as much less room, which looks even.
    let lines = wrap(text, width.saturating_sub(label));
    warning_text(&lines.join("\n       "), paint)
}

struct Page<'a> {
    snapshot: &'a Snapshot,
    width: usize,
    paint: Paint,
}

impl Page<'_> {
    fn section(&self, lines: &mut Vec<String>, title: &str, body: Vec<String>) {
        if body.is_empty() {
            return;
        }
        lines.push(String::new());
        if !title.is_empty() {
            lines.push(self.paint.paint(Style::Strong, &fit(title, self.width)));
        }
        lines.extend(body.into_iter().map(|line| format!("{INDENT}{line}")));
    }

    fn head(&self, facts: &RunFacts<'_>) -> Vec<String> {
        let style = if facts.end.code == 0 {
            Style::Good
        } else {
            Style::Bad
        };
        let mark = if facts.end.code == 0 { "✓" } else { "✗" };
        let end = format!("{mark} {}", escape(&facts.end.reason));
        let rest = format!(
            " after {}: {}",
            units::clock(self.snapshot.elapsed),
            escape(&facts.end.text)
        );
        let room = (self.width + INDENT.len()).saturating_sub(end.chars().count());
        let plugin = self
            .paint
            .paint(Style::Strong, &fit(&escape(facts.plugin), self.width));
        vec![
            String::new(),
            plugin,
            self.paint.paint(style, &end) + &fit(&rest, room),
        ]
    }

    fn totals(&self) -> Vec<String> {
        let totals = &self.snapshot.totals;
        let mut lines = vec![self.line("requests", &request_parts(self.snapshot))];
        if totals.requests > 0 {
            lines.push(self.ranked_line("service time", times(&totals.duration)));
            lines.push(self.ranked_line("response time", times(&totals.response)));
            lines.push(self.line("phases, avg", &phases(self.snapshot)));
        }
        lines.push(self.line("iterations", &iteration_parts(self.snapshot)));
        if totals.iteration_duration.count > 0 {
            lines.push(self.ranked_line("duration", times(&totals.iteration_duration)));
        }
        if !self.snapshot.checks.is_empty() {
            let all = totals.checks_passed + totals.checks_failed;
            let passed = format!("{} passed", units::share(totals.checks_passed, all));
            let parts = [
                passed,
                format!("{} of {}", units::count(totals.checks_passed), units::count(all)),
            ];
            lines.push(self.line("checks", &parts));
        }
        let sent = format!("{} sent", units::bytes(totals.bytes_sent));
        lines.push(self.line(
            "data",
            &[sent, format!("{} received", units::bytes(totals.bytes_received))],
        ));
        lines.push(self.line(
            "VUs",
            &[format!("{} at most", units::count(self.snapshot.vus.max))],
        ));
        lines
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

    fn requests_title(&self) -> &'static str {
        if self.responses_matter() {
            "Requests, service time"
        } else {
            "Requests"
        }
    }

    fn requests(&self) -> Vec<String> {
        self.request_table(|row| &row.duration)
    }

    /// Only where it tells something that the service time doesn't.
    fn responses(&self) -> Vec<String> {
        if self.responses_matter() {
            self.request_table(|row| &row.response)
        } else {
            Vec::new()
        }
    }

    fn responses_matter(&self) -> bool {
        let differs = |row: &RequestRow| row.response.p99 > row.duration.p99 + row.duration.p99 / 10 + 1_000;
        self.snapshot.requests.iter().any(differs)
    }

    fn request_table(&self, of: fn(&RequestRow) -> &Stats<u64>) -> Vec<String> {
        if self.snapshot.requests.is_empty() {
            return Vec::new();
        }
        tables::requests(self.snapshot, self.width, self.paint, of)
    }

    fn failures(&self) -> Vec<String> {
        if self.snapshot.failures.is_empty() {
            return Vec::new();
        }
        tables::failures(self.snapshot, self.width, self.paint)
    }

    fn errors(&self) -> Vec<String> {
        if self.snapshot.errors.is_empty() {
            return Vec::new();
        }
        tables::errors(self.snapshot, self.width, self.paint)
    }

    fn thresholds(&self) -> Vec<String> {
        if self.snapshot.thresholds.is_empty() {
            return Vec::new();
        }
        tables::thresholds(self.snapshot, self.width, self.paint)
    }

    fn checks(&self) -> Vec<String> {
        if self.snapshot.checks.is_empty() {
            return Vec::new();
        }
        tables::checks(self.snapshot, self.width, self.paint)
    }

    fn custom(&self) -> Vec<String> {
        let labels = self.snapshot.custom.iter().map(custom_label);
        let widest = labels
            .clone()
            .map(|label| label.chars().count())
            .max()
            .unwrap_or(0);
        let label_width = widest.min(self.width / 2);
        let rows = labels.zip(&self.snapshot.custom);
        rows.map(|(label, row)| {
            let label = pad(&fit(&label, label_width), label_width);
            fit(&format!("{label}  {}", custom_value(&row.value)), self.width)
        })
        .collect()
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

fn custom_label(row: &CustomRow) -> String {
    let name = escape(&row.name);
    if row.tags.is_empty() {
        name.into_owned()
    } else {
        format!("{name}{{{}}}", escape(&row.tags))
    }
}

fn custom_value(value: &CustomValue) -> String {
    let number = units::number;
    match value {
        CustomValue::Counter { count, sum } => format!("{} in {} values", number(*sum), units::count(*count)),
        CustomValue::Gauge { last, min, max } => {
            format!("{}  min {}  max {}", number(*last), number(*min), number(*max))
        }
        CustomValue::Rate { nonzero, total } => {
            format!(
                "{}  {} of {}",
                units::share(*nonzero, *total),
                units::count(*nonzero),
                units::count(*total)
            )
        }
        CustomValue::Trend(stats) => format!(
            "p50 {}  p95 {}  p99 {}  max {}  avg {}  min {}",
            number(stats.p50),
            number(stats.p95),
            number(stats.p99),
            number(stats.max),
            number(stats.mean),
            number(stats.min),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::model::sample;
    use unicode_width::UnicodeWidthStr;

    fn text(width: usize) -> String {
        let (plan, end) = (serde_json::Value::Null, sample::end());
        summary(
            &sample::snapshot(),
            &sample::facts(&plan, &end),
            width,
            Paint::Plain,
        )
    }

    #[test]
    fn begins_with_how_the_run_ended() {
        let text = text(80);
        let lines: Vec<_> = text.lines().skip(1).take(2).collect();
        assert_eq!(lines, ["shop.wasm", "✓ finished after 10s: the run time is over"]);
    }

    #[test]
    fn shows_the_totals() {
        let text = text(80);
        for line in [
            "  requests      100  10.0/s  3 failed (3.00%)",
            "  iterations    50  5.00/s  0 failed",
            "  checks        90.9% passed  10 of 11",
            "  data          5.00 kB sent  50.0 kB received",
        ] {
            assert!(
                text.lines().any(|got| got == line),
                "{line:?} is missing in\n{text}"
            );
        }
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        for width in [20, 40, 50, 80, 120, 200] {
            let text = text(width);
            let widest = text.lines().map(UnicodeWidthStr::width).max().unwrap();
            assert!(
                widest <= width,
                "{widest} columns in a terminal of {width}:\n{text}"
            );
        }
    }

    #[test]
    fn response_times_have_a_table_only_where_they_differ() {
        let mut snapshot = sample::snapshot();
        assert!(!text(80).contains("scheduled start"));
        snapshot.requests[0].response.p99 = 500_000;
        let (plan, end) = (serde_json::Value::Null, sample::end());
        let text = summary(&snapshot, &sample::facts(&plan, &end), 80, Paint::Plain);
        assert!(text.contains("Response time, from the scheduled start"), "{text}");
        assert!(text.contains("Requests, service time"), "{text}");
    }

    #[test]
    fn nothing_from_a_guest_reaches_the_terminal_as_it_is() {
        assert!(!text(80).contains('\u{1b}'));
    }
}
