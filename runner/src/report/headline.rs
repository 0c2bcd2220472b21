//! What a reader of the summary must know before anything else: what failed, which thresholds were broken, how the run
//! ended, and whether its figures can be trusted. The tables that prove it are elsewhere.

use super::{tables, warnings};
use crate::exit_code::ExitCode;
use crate::metrics::{Snapshot, Verdict};
use crate::results::model::RunFacts;
use crate::terminal::{Paint, Style, escape, units, warning_text, wrap};

/// From this share of failures on, failing is what the run was about.
const MUCH: f64 = 0.1;

/// Why iterations failed is told at most this long: a guest's message may be a page.
const LONGEST_MESSAGE: usize = 300;

/// One thing that went wrong.
struct Trouble {
    text: String,
    /// Whether so much went wrong that the other figures say little.
    is_grave: bool,
}

/// The first lines of a summary, none wider than `width`.
pub(super) fn headline(snapshot: &Snapshot, facts: &RunFacts<'_>, width: usize, paint: Paint) -> Vec<String> {
    let troubles: Vec<_> = requests(snapshot)
        .into_iter()
        .chain(iterations(snapshot))
        .chain(calls_around(snapshot))
        .collect();
    let is_grave = troubles.iter().any(|trouble| trouble.is_grave);
    let mut lines = Vec::new();
    for Trouble { text, is_grave } in &troubles {
        let (mark, style) = if *is_grave {
            ("✗", Style::Bad)
        } else {
            ("!", Style::Warning)
        };
        lines.extend(marked(mark, style, text, width, paint));
    }
    for verdict in snapshot.thresholds.iter().filter(|verdict| verdict.has_failed()) {
        lines.extend(marked("✗", Style::Bad, &broken(verdict), width, paint));
    }
    lines.extend(end(snapshot, facts, is_grave, width, paint));
    let doubts = warnings::doubts(snapshot, facts);
    lines.extend(doubts.iter().map(|text| warning(text, width, paint)));
    lines
}

/// A warning in as many lines as it needs.
pub(super) fn warning(text: &str, width: usize, paint: Paint) -> String {
    let label = "warning: ".len();
    // The label stands before the first line; the others have as much less room, which looks even.
    let lines = wrap(text, width.saturating_sub(label));
    warning_text(&lines.join("\n       "), paint)
}

/// A sentence with a mark before it, in as many lines as it needs.
fn marked(mark: &str, style: Style, text: &str, width: usize, paint: Paint) -> Vec<String> {
    let lines = wrap(&format!("{mark} {text}"), width);
    lines.iter().map(|line| paint.paint(style, line)).collect()
}

fn requests(snapshot: &Snapshot) -> Option<Trouble> {
    let totals = &snapshot.totals;
    let row = snapshot.failures.first().filter(|_| totals.failures > 0)?;
    let mostly = if row.count == totals.failures {
        ""
    } else {
        "mostly "
    };
    let what = format!("{} {}", row.key.method, row.key.name);
    let text = format!(
        "{} of {} requests failed: {mostly}{} ({})",
        units::count(totals.failures),
        units::count(totals.requests),
        escape(&row.key.message),
        escape(what.trim()),
    );
    let is_grave = is_much(totals.failures, totals.requests);
    Some(Trouble { text, is_grave })
}

fn iterations(snapshot: &Snapshot) -> Option<Trouble> {
    let outcomes = &snapshot.totals.iterations;
    let failed = outcomes.failed + outcomes.trapped;
    let row = snapshot.errors.first().filter(|_| failed > 0)?;
    let mostly = if row.count >= failed { "" } else { "mostly: " };
    let text = format!(
        "{} of {} iterations failed: {mostly}{}",
        units::count(failed),
        units::count(outcomes.completed()),
        short(&row.message),
    );
    let is_grave = is_much(failed, outcomes.completed());
    Some(Trouble { text, is_grave })
}

/// Starts and ends of VUs that failed where that cost no iteration.
fn calls_around(snapshot: &Snapshot) -> Option<Trouble> {
    let outcomes = &snapshot.totals.iterations;
    let row = snapshot.errors.first()?;
    let (none_failed, none_done) = (outcomes.failed + outcomes.trapped == 0, outcomes.ok == 0);
    none_failed.then(|| Trouble {
        text: format!("{} ({} times)", short(&row.message), units::count(row.count)),
        is_grave: none_done,
    })
}

fn short(message: &str) -> String {
    let cut: String = message.chars().take(LONGEST_MESSAGE).collect();
    let dots = if cut.len() < message.len() { "…" } else { "" };
    format!("{}{dots}", escape(&cut))
}

fn is_much(part: u64, whole: u64) -> bool {
    part as f64 >= whole as f64 * MUCH
}

fn broken(verdict: &Verdict) -> String {
    format!(
        "threshold failed: {} {} ({})",
        escape(&verdict.metric),
        escape(&verdict.rule),
        tables::observed(verdict)
    )
}

fn end(snapshot: &Snapshot, facts: &RunFacts<'_>, is_grave: bool, width: usize, paint: Paint) -> Vec<String> {
    let end = facts.end;
    let (mark, style) = match (end.code, is_grave) {
        (0, false) => ("✓", Style::Good),
        // Neither is it well, nor did anybody ask for an exit code that says so.
        (0, true) => ("·", Style::Strong),
        _ => ("✗", Style::Bad),
    };
    let text = format!(
        "{} after {}: {}{}",
        escape(&end.reason),
        units::clock(snapshot.elapsed),
        escape(&end.text),
        why_code(snapshot, end.code, is_grave)
    );
    marked(mark, style, &text, width, paint)
}

/// What the exit code adds to how the run ended.
fn why_code(snapshot: &Snapshot, code: u8, is_grave: bool) -> String {
    let failed = snapshot.thresholds.iter().filter(|v| v.has_failed()).count();
    match (code, snapshot.thresholds.len()) {
        (0, _) if !is_grave => String::new(),
        (0, 0) => "; exit code 0, because no threshold says what is too much".to_owned(),
        (0, _) => "; exit code 0, because all thresholds held".to_owned(),
        (code, all) if code == ExitCode::Threshold.number() && failed > 0 => {
            format!("; exit code {code}, because {failed} of {all} thresholds failed")
        }
        (code, _) => format!("; exit code {code}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::{ErrorRow, Unit};
    use crate::results::model::EndFacts;
    use crate::results::model::sample;

    fn lines(snapshot: &Snapshot, end: &EndFacts) -> Vec<String> {
        let plan = serde_json::Value::Null;
        headline(snapshot, &sample::facts(&plan, end), 110, Paint::Plain)
    }

    fn all_failed() -> Snapshot {
        let mut snapshot = sample::snapshot();
        snapshot.totals.failures = 100;
        snapshot.failures.truncate(1);
        snapshot.failures[0].count = 100;
        snapshot
    }

    #[test]
    fn a_dead_server_comes_first_and_nothing_is_ticked_off() {
        let expected = [
            "✗ 100 of 100 requests failed: status 404 (GET /)",
            "· finished after 10s: the run time is over; exit code 0, because no threshold says what is too much",
        ];
        assert_eq!(lines(&all_failed(), &sample::end()), expected);
        let plan = serde_json::Value::Null;
        let painted = headline(
            &all_failed(),
            &sample::facts(&plan, &sample::end()),
            100,
            Paint::Colour,
        );
        assert!(painted[0].starts_with("\u{1b}[31m✗"), "{:?}", painted[0]);
    }

    #[test]
    fn few_failures_are_told_and_the_run_stays_a_good_one() {
        let expected = [
            "! 3 of 100 requests failed: mostly status 404 (GET /)",
            "✓ finished after 10s: the run time is over",
        ];
        assert_eq!(lines(&sample::snapshot(), &sample::end()), expected);
    }

    #[test]
    fn broken_thresholds_stand_beside_the_exit_code() {
        let mut snapshot = sample::snapshot();
        snapshot.failures.clear();
        let verdict = |rule: &str, ok| Verdict {
            metric: "http_req_duration".to_owned(),
            rule: rule.to_owned(),
            ok: Some(ok),
            observed: Some(250.0),
            limit: 100.0,
            unit: Unit::Milliseconds,
            reason: String::new(),
            abort: false,
        };
        snapshot.thresholds = vec![verdict("p(95)<100", false), verdict("p(95)<1s", true)];
        let end = EndFacts {
            code: 99,
            ..sample::end()
        };
        let expected = [
            "✗ threshold failed: http_req_duration p(95)<100 (250ms)",
            "✗ finished after 10s: the run time is over; exit code 99, because 1 of 2 thresholds failed",
        ];
        assert_eq!(lines(&snapshot, &end), expected);
    }

    #[test]
    fn failed_iterations_are_told_in_the_guests_words_made_harmless() {
        let mut snapshot = sample::snapshot();
        snapshot.failures.clear();
        let error = |count| ErrorRow {
            scenario: "shop".to_owned(),
            task: String::new(),
            message: "on-start: refused\u{1b}[2J".to_owned(),
            count,
        };
        snapshot.errors = vec![error(4)];
        let told = &lines(&snapshot, &sample::end())[0];
        assert_eq!(told, "! on-start: refused\\u{1b}[2J (4 times)");
        snapshot.totals.iterations.failed = 50;
        let told = &lines(&snapshot, &sample::end())[0];
        assert_eq!(
            told,
            "✗ 50 of 100 iterations failed: mostly: on-start: refused\\u{1b}[2J"
        );
    }

    #[test]
    fn a_slow_generator_is_told_beside_the_verdict() {
        let mut snapshot = sample::snapshot();
        snapshot.health.red_seconds = 4;
        let lines = lines(&snapshot, &sample::end());
        assert!(
            lines[2].starts_with("warning: this machine was too slow in 4 of 10 seconds"),
            "{lines:#?}"
        );
    }
}
