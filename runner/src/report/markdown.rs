//! The results in Markdown, as short as a pull request or the summary of a CI step wants them. What guests and servers
//! wrote stands in code spans: there it is no markup, no link and nobody's name.

use super::junit::quantity;
use crate::metrics::{RequestRow, Verdict};
use crate::results::model::RunResults;
use crate::terminal::{escape, units};
use std::fmt::Write as _;

/// Rows of a table; the results file has all.
const ROWS: usize = 20;

/// The file's text.
pub fn markdown(results: &RunResults) -> String {
    let mut text = head(results);
    let tables = [
        thresholds(&results.thresholds),
        requests(&results.requests),
        failures(results),
        checks(results),
        errors(results),
    ];
    for table in tables.iter().filter(|table| !table.is_empty()) {
        text.push('\n');
        text.push_str(table);
    }
    text
}

fn head(results: &RunResults) -> String {
    let totals = &results.totals;
    let mark = if results.end.code == 0 { "✅" } else { "❌" };
    let mut text = format!("### {mark} Load test of {}\n\n", code(&results.plugin));
    // Writing to a string can't fail.
    let _ = writeln!(
        text,
        "Ended: {} (exit code {}). {} requests in {} s ({}/s), {} failed ({}); response time p95 {}, p99 {}.",
        code(&results.end.text),
        results.end.code,
        units::count(totals.requests),
        units::number(results.seconds),
        units::rate(totals.rate),
        units::count(totals.failures),
        units::share(totals.failures, totals.requests),
        units::time(totals.response.p95),
        units::time(totals.response.p99),
    );
    for wrong in &results.wrong {
        let _ = writeln!(text, "\n⚠️ The counts don't agree: {}", code(wrong));
    }
    text
}

fn thresholds(verdicts: &[Verdict]) -> String {
    let row = |verdict: &Verdict| {
        let mark = match verdict.ok {
            Some(true) => "✅",
            Some(false) => "❌",
            None => "–",
        };
        let observed = verdict.observed.map(|value| quantity(value, verdict.unit));
        vec![
            mark.to_owned(),
            code(&format!("{}: {}", verdict.metric, verdict.rule)),
            observed.unwrap_or_else(|| "no data".to_owned()),
        ]
    };
    table(&["", "threshold", "observed"], verdicts.iter().map(row))
}

fn requests(rows: &[RequestRow]) -> String {
    let row = |row: &RequestRow| {
        let times = &row.duration;
        let mut cells = vec![
            code(&format!("{} {}", row.method, row.name)),
            units::count(row.requests),
            units::count(row.failures),
            units::rate(row.rate),
        ];
        cells.extend([times.p50, times.p95, times.p99, times.max].map(units::time));
        cells
    };
    let columns = [
        "request", "requests", "failed", "req/s", "p50", "p95", "p99", "max",
    ];
    table(&columns, rows.iter().map(row))
}

fn failures(results: &RunResults) -> String {
    let rows = results.failures.iter().map(|row| {
        let key = &row.key;
        vec![
            units::count(row.count),
            code(format!("{} {}", key.method, key.name).trim()),
            code(format!("{} {}", key.message, key.detail).trim()),
        ]
    });
    table(&["failures", "request", "why"], rows)
}

fn checks(results: &RunResults) -> String {
    let rows = results.checks.iter().map(|row| {
        let mark = if row.failed == 0 { "✅" } else { "❌" };
        vec![
            mark.to_owned(),
            code(&row.name),
            units::count(row.passed),
            units::count(row.failed),
        ]
    });
    table(&["", "check", "passed", "failed"], rows)
}

fn errors(results: &RunResults) -> String {
    let rows = results.errors.iter().map(|row| {
        let task = format!("{}.{}", row.scenario, row.task);
        vec![units::count(row.count), code(&task), code(&row.message)]
    });
    table(&["errors", "task", "message"], rows)
}

/// Nothing where there are no rows.
fn table(columns: &[&str], rows: impl ExactSizeIterator<Item = Vec<String>>) -> String {
    let left_out = rows.len().saturating_sub(ROWS);
    let rows: String = rows.take(ROWS).map(|cells| line(&cells)).collect();
    if rows.is_empty() {
        return rows;
    }
    let columns: Vec<_> = columns.iter().map(|&name| name.to_owned()).collect();
    let rule: Vec<_> = columns.iter().map(|_| "---".to_owned()).collect();
    let more = match left_out {
        0 => String::new(),
        more => format!("\n… and {} more\n", units::count(more as u64)),
    };
    format!("{}{}{rows}{more}", line(&columns), line(&rule))
}

fn line(cells: &[String]) -> String {
    format!("| {} |\n", cells.join(" | "))
}

/// A code span, also as a cell of a table: there a `|` ends the cell even in code, unless a backslash stands before it.
fn code(text: &str) -> String {
    let text = escape(text);
    if text.trim().is_empty() {
        return String::new();
    }
    let runs = text.split(|c| c != '`').map(str::len);
    let fence = "`".repeat(runs.max().unwrap_or(0) + 1);
    // Blanks keep a text's own backticks from the fence, and aren't shown.
    let pad = if text.contains('`') { " " } else { "" };
    format!("{fence}{pad}{}{pad}{fence}", text.replace('|', "\\|"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::model::sample;

    #[test]
    fn foreign_text_is_code_whatever_is_in_it() {
        assert_eq!(code("a|b"), "`a\\|b`");
        assert_eq!(code("``"), "``` `` ```");
        assert_eq!(code("<b>\n@all"), "`<b>\\n@all`");
        assert_eq!(code(" "), "");
    }

    #[test]
    fn a_summary_has_its_tables() {
        let text = markdown(&sample::results());
        for part in [
            "100 requests",
            "| request |",
            "| failures |",
            "| check |",
            "`GET /items/{id}`",
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert!(!text.contains('\u{1b}'));
    }

    #[test]
    fn long_tables_say_what_they_leave_out() {
        let rows = (0..25).map(|n| vec![n.to_string()]);
        let text = table(&["n"], rows);
        assert!(text.ends_with("| 19 |\n\n… and 5 more\n"), "{text}");
    }
}
