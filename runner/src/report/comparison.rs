//! Two runs against each other, for people: one row for each request, then each change with what surely holds it.

use crate::results::compare::{Comparison, Figure, FigureChange, Judgement, Method, RequestChange, Side};
use crate::terminal::{Cell, Column, Paint, Style, Table, escape, units, warning_text};

/// Changes that are listed.
const MOST_CHANGES: usize = 50;

/// Requests that are listed.
const MOST_ROWS: usize = 200;

const COLUMNS: [Column; 10] = [
    Column::text("", 3),
    Column::text("request", 0),
    Column::figure("base", 4),
    Column::figure("new", 5),
    Column::figure("rate", 6),
    Column::figure("failures", 2),
    Column::figure("p50", 0),
    Column::figure("p90", 7),
    Column::figure("p95", 0),
    Column::figure("p99", 1),
];

/// The whole comparison as text of at most `width` columns.
pub fn comparison(all: &Comparison, width: usize, paint: Paint) -> String {
    let mut lines = vec![
        String::new(),
        side("base", &all.base),
        side("new ", &all.new),
        String::new(),
    ];
    let mut table = Table::new(&COLUMNS);
    all.requests
        .iter()
        .take(MOST_ROWS)
        .for_each(|request| table.push(row(request)));
    lines.extend(table.render(width, paint));
    if let Some(more) = all.requests.len().checked_sub(MOST_ROWS + 1) {
        lines.push(format!("… and {} more requests; the JSON has them all", more + 1));
    }
    let changes = changes(all, paint);
    if !changes.is_empty() {
        lines.push(String::new());
        lines.extend(changes);
    }
    lines.push(String::new());
    lines.push(verdict(all, paint));
    lines.extend(all.broken.iter().map(|what| format!("  {}", escape(what))));
    lines.push(method(all));
    lines.extend(all.notes.iter().map(|note| warning_text(&escape(note), paint)));
    lines.join("\n")
}

fn side(what: &str, side: &Side) -> String {
    format!(
        "{what}  {}: {} requests in {:.0} s, {} failed",
        escape(&side.name),
        units::count(side.requests),
        side.seconds,
        units::count(side.failures)
    )
}

fn row(request: &RequestChange) -> Vec<Cell> {
    let [base, new] = request.requests;
    let mut cells = vec![
        Cell::from(escape(&request.method).into_owned()),
        Cell::from(escape(&request.name).into_owned()),
        Cell::from(units::count(base)),
        Cell::from(units::count(new)),
    ];
    let change = |figure: Figure| {
        let found = request.changes.iter().find(|change| change.figure == figure);
        found.map_or_else(|| Cell::from("–"), cell)
    };
    cells.extend(Figure::ALL.map(change));
    cells
}

fn cell(change: &FigureChange) -> Cell {
    let style = match change.verdict {
        Judgement::Worse => Some(Style::Bad),
        Judgement::Better => Some(Style::Good),
        Judgement::Same | Judgement::Unknown => Some(Style::Faint),
    };
    // Colours alone tell nothing in a log.
    let mark = match change.verdict {
        Judgement::Worse => "!",
        Judgement::Better => "+",
        Judgement::Same => " ",
        Judgement::Unknown => "?",
    };
    Cell {
        text: format!("{}{mark}", percent(change.change)),
        style,
    }
}

fn percent(share: f64) -> String {
    format!("{:+.1}%", 100.0 * share)
}

fn changes(all: &Comparison, paint: Paint) -> Vec<String> {
    let every = all
        .requests
        .iter()
        .flat_map(|request| request.changes.iter().map(move |change| (request, change)));
    let told = every.filter(|(_, change)| matches!(change.verdict, Judgement::Worse | Judgement::Better));
    let lines = told.map(|(request, change)| {
        let style = match change.verdict {
            Judgement::Worse => Style::Bad,
            _ => Style::Good,
        };
        let [low, high] = change.interval.unwrap_or_default();
        format!(
            "{} {} of {} {}: {} → {}, {} (from {} to {})",
            paint.paint(style, if style == Style::Bad { "worse " } else { "better" }),
            change.figure.label(),
            escape(&request.method),
            escape(&request.name),
            value(change.figure, change.base),
            value(change.figure, change.new),
            percent(change.change),
            percent(low),
            percent(high)
        )
    });
    lines.take(MOST_CHANGES).collect()
}

fn value(figure: Figure, value: f64) -> String {
    match figure {
        Figure::Rate => format!("{}/s", units::rate(value)),
        Figure::Failures => format!("{:.2}%", 100.0 * value),
        _ => units::time(value as u64),
    }
}

fn verdict(all: &Comparison, paint: Paint) -> String {
    let (style, text) = match all.verdict {
        _ if !all.broken.is_empty() => (Style::Bad, "✗ beyond what --max-regression allows"),
        Judgement::Worse => (Style::Bad, "✗ worse"),
        Judgement::Better => (Style::Good, "✓ better, and nothing worse"),
        Judgement::Same => (Style::Good, "✓ no change"),
        Judgement::Unknown => (Style::Strong, "? too little data to tell change from chance"),
    };
    paint.paint(style, text)
}

fn method(all: &Comparison) -> String {
    let how = match all.method {
        Method::MovingBlockBootstrap => "the histories' points drawn in blocks",
        Method::PairedBlockBootstrap => "the differences of rounds drawn in blocks",
    };
    format!(
        "{} intervals, together right in {:.0} of 100 cases: {how}; changes of up to {:.0}% are none",
        all.tests,
        100.0 * all.confidence,
        100.0 * all.tolerance
    )
}

/// The comparison for programs, with a line break at its end.
///
/// # Errors
/// Memory runs out.
pub fn comparison_json(all: &Comparison) -> serde_json::Result<String> {
    serde_json::to_string_pretty(all).map(|text| text + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::compare::compare_runs;
    use crate::results::model::{RunResults, sample};

    #[test]
    fn texts_of_others_are_harmless_and_lines_fit() {
        let (plan, end) = (serde_json::json!({"seed": 1}), sample::end());
        let mut run = RunResults::of(&sample::snapshot(), &sample::facts(&plan, &end)).unwrap();
        run.requests[0].name = "/\u{1b}[31mred\nline".to_owned();
        let all = compare_runs([&run, &run], ["a\u{7}.json", "b.json"], &[]);
        let text = comparison(&all, 80, Paint::Plain);
        assert!(!text.contains(['\u{1b}', '\u{7}']), "{text}");
        assert!(text.contains("too little data"), "{text}");
        let table = text.lines().filter(|line| line.contains("GET"));
        assert!(table.into_iter().all(|line| line.chars().count() <= 80), "{text}");
    }
}
