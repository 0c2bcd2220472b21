//! The summary for people, at the end of a run: what went wrong first, then how much, then how fast.

use super::headline::{headline, warning};
use super::successes::Successes;
use super::tables::{self, TimesOf};
use super::totals::TotalLines;
use super::warnings::warnings;
use crate::metrics::{CustomRow, CustomValue, RequestRow, Snapshot};
use crate::results::model::RunFacts;
use crate::terminal::{Paint, Style, escape, fit, pad, units};

/// Wider lines are hard to read.
const WIDEST: usize = 160;
const INDENT: &str = "  ";

/// The whole summary as text of at most `width` columns (what is said in sentences wraps), with a line break
/// after each line but the last.
pub fn summary(snapshot: &Snapshot, facts: &RunFacts<'_>, width: usize, paint: Paint) -> String {
    let width = width.min(WIDEST);
    let page = Page {
        snapshot,
        successes: Successes::of(snapshot),
        is_open: facts.is_open,
        width: width.saturating_sub(INDENT.len()),
        paint,
    };
    let plugin = paint.paint(Style::Strong, &fit(&escape(facts.plugin), width));
    let mut lines = vec![String::new(), plugin];
    lines.extend(headline(snapshot, facts, width, paint));
    page.troubles(&mut lines);
    page.figures(&mut lines);
    if let Some(snapshot) = facts.warm_up {
        let successes = Successes::of(snapshot);
        let warm_up = Page {
            snapshot,
            successes,
            ..page
        };
        warm_up.section(&mut lines, "Warm-up, in no figure above", warm_up.totals());
    }
    let warnings = warnings(snapshot);
    if !warnings.is_empty() {
        lines.push(String::new());
        lines.extend(warnings.iter().map(|text| warning(text, width, paint)));
    }
    lines.join("\n")
}

struct Page<'a> {
    snapshot: &'a Snapshot,
    successes: Successes,
    is_open: bool,
    width: usize,
    paint: Paint,
}

impl Page<'_> {
    /// What went wrong, and whether that was too much.
    fn troubles(&self, lines: &mut Vec<String>) {
        self.section(lines, "Failed requests", self.failures());
        self.section(lines, "Failed iterations", self.errors());
        self.section(lines, "Thresholds", self.thresholds());
        if self.snapshot.totals.checks_failed > 0 {
            self.section(lines, "Checks", self.checks());
        }
    }

    fn figures(&self, lines: &mut Vec<String>) {
        self.section(lines, "", self.totals());
        let bars = self.successes.bars(self.width, self.paint);
        let title = match self.successes.failed.is_empty() {
            true => "Service time",
            false => "Service time of successful requests",
        };
        self.section(lines, title, bars);
        self.section(lines, self.requests_title(), self.requests());
        let title = "Response time, from the scheduled start";
        self.section(lines, title, self.responses());
        if self.snapshot.totals.checks_failed == 0 {
            self.section(lines, "Checks", self.checks());
        }
        self.section(lines, "Custom metrics", self.custom());
    }

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

    fn totals(&self) -> Vec<String> {
        let totals = TotalLines {
            snapshot: self.snapshot,
            is_open: self.is_open,
            successes: &self.successes,
            width: self.width,
            paint: self.paint,
        };
        totals.lines()
    }

    fn requests_title(&self) -> &'static str {
        if self.responses_matter() {
            "Requests, service time"
        } else {
            "Requests"
        }
    }

    fn requests(&self) -> Vec<String> {
        self.request_table(TimesOf::Service)
    }

    /// Only where it tells something that the service time doesn't.
    fn responses(&self) -> Vec<String> {
        if self.responses_matter() {
            self.request_table(TimesOf::Response)
        } else {
            Vec::new()
        }
    }

    fn responses_matter(&self) -> bool {
        let differs = |row: &RequestRow| row.response.p99 > row.duration.p99 + row.duration.p99 / 10 + 1_000;
        self.is_open && self.snapshot.requests.iter().any(differs)
    }

    fn request_table(&self, of: TimesOf) -> Vec<String> {
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
            fit(&format!("{label}  {}", custom_value(row)), self.width)
        })
        .collect()
    }
}

fn custom_label(row: &CustomRow) -> String {
    let name = escape(&row.name);
    if row.tags.is_empty() {
        name.into_owned()
    } else {
        format!("{name}{{{}}}", escape(&row.tags))
    }
}

fn custom_value(row: &CustomRow) -> String {
    let number = |value| units::in_unit_of(&row.name, value);
    match &row.value {
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
    fn begins_with_what_went_wrong() {
        let text = text(80);
        let lines: Vec<_> = text.lines().skip(1).take(2).collect();
        assert_eq!(
            lines,
            [
                "shop.wasm",
                "! 3 of 100 requests failed: mostly status 404 (GET /)"
            ]
        );
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
        let facts = sample::facts(&plan, &end);
        let closed = summary(&snapshot, &facts, 80, Paint::Plain);
        assert!(!closed.contains("scheduled start"), "{closed}");
        let facts = RunFacts {
            is_open: true,
            ..facts
        };
        let text = summary(&snapshot, &facts, 80, Paint::Plain);
        assert!(text.contains("Response time, from the scheduled start"), "{text}");
        assert!(text.contains("Requests, service time"), "{text}");
    }

    #[test]
    fn what_failed_stands_above_how_fast_it_was() {
        let text = text(100);
        let titles = [
            "Failed requests",
            "Checks",
            "  requests ",
            "Service time of",
            "Requests",
        ];
        let places: Vec<_> = titles
            .iter()
            .map(|title| text.find(&format!("\n{title}")))
            .collect();
        assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{text}");
    }

    #[test]
    fn a_metric_named_after_its_unit_has_it() {
        let row = |name: &str, value| CustomRow {
            name: name.to_owned(),
            tags: String::new(),
            kind: crate::metrics::MetricKind::Trend,
            value,
        };
        let sum = |sum| CustomValue::Counter { count: 2, sum };
        assert_eq!(custom_value(&row("login_ms", sum(1_250.0))), "1.25s in 2 values");
        assert_eq!(custom_value(&row("atoms", sum(1_250.0))), "1,250 in 2 values");
    }

    #[test]
    fn nothing_from_a_guest_reaches_the_terminal_as_it_is() {
        assert!(!text(80).contains('\u{1b}'));
    }
}
