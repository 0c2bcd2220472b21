//! The results as JUnit's XML, which CI systems read: a case for how the run ended, one for each threshold, and one for each
//! check. What guests and servers wrote is escaped, so that it is text in whatever shows it.

use crate::metrics::{CheckRow, Unit, Verdict};
use crate::results::model::RunResults;
use crate::terminal::{escape, units};
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use std::time::Duration;

/// Exit codes of runs that came to their end: fine, or with a threshold broken, which is a case of its own.
const CAME_TO_ITS_END: [u8; 2] = [0, 99];

/// The file's text.
///
/// # Errors
/// It can't be written as XML.
pub fn junit(results: &RunResults) -> Result<String, String> {
    let mut report = Report::new(escape(&results.plugin).as_ref());
    let took = Duration::try_from_secs_f64(results.seconds).unwrap_or_default();
    report.set_time(took);
    let mut run = suite("run", [run_case(results)]);
    run.set_time(took);
    report.add_test_suite(run);
    if !results.thresholds.is_empty() {
        report.add_test_suite(suite("thresholds", results.thresholds.iter().map(threshold)));
    }
    if !results.checks.is_empty() {
        report.add_test_suite(suite("checks", results.checks.iter().map(check)));
    }
    report.to_string().map_err(|error| error.to_string())
}

fn suite(name: &str, cases: impl IntoIterator<Item = TestCase>) -> TestSuite {
    let mut suite = TestSuite::new(name);
    suite.add_test_cases(cases);
    suite
}

fn run_case(results: &RunResults) -> TestCase {
    let end = &results.end;
    let is_fine = CAME_TO_ITS_END.contains(&end.code);
    let text = format!("{} (exit code {})", end.text, end.code);
    case("run", "comes to its end", is_fine, NonSuccessKind::Error, &text)
}

fn threshold(verdict: &Verdict) -> TestCase {
    let name = format!("{}: {}", verdict.metric, verdict.rule);
    let measured = match verdict.observed {
        Some(observed) => format!(
            "observed {}, limit {}",
            quantity(observed, verdict.unit),
            quantity(verdict.limit, verdict.unit)
        ),
        None => "no data".to_owned(),
    };
    let reasons = [measured, verdict.reason.clone()];
    let reasons: Vec<_> = reasons.into_iter().filter(|text| !text.is_empty()).collect();
    let holds = verdict.ok == Some(true);
    case(
        "thresholds",
        &name,
        holds,
        NonSuccessKind::Failure,
        &reasons.join("; "),
    )
}

fn check(row: &CheckRow) -> TestCase {
    let of = if row.scenario.is_empty() {
        "checks".to_owned()
    } else {
        format!("checks.{}", row.scenario)
    };
    let (failed, all) = (row.failed, row.passed.saturating_add(row.failed));
    let text = format!("{} of {} failed", units::count(failed), units::count(all));
    case(&of, &row.name, failed == 0, NonSuccessKind::Failure, &text)
}

fn case(of: &str, name: &str, is_fine: bool, kind: NonSuccessKind, text: &str) -> TestCase {
    let status = if is_fine {
        TestCaseStatus::success()
    } else {
        let mut status = TestCaseStatus::non_success(kind);
        status.set_message(escape(text).as_ref());
        status
    };
    let mut case = TestCase::new(escape(name).as_ref(), status);
    case.set_classname(escape(of).as_ref());
    case
}

/// A number with its unit.
pub(super) fn quantity(value: f64, unit: Unit) -> String {
    let number = units::number(value);
    match unit {
        Unit::Milliseconds => format!("{number} ms"),
        Unit::PerSecond => format!("{number}/s"),
        Unit::Share => format!("{} %", units::number(value * 100.0)),
        Unit::Bytes => format!("{number} B"),
        Unit::Number => number,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::model::sample;

    #[test]
    fn thresholds_and_checks_are_cases_and_no_text_breaks_them() {
        let mut results = sample::results();
        results.thresholds = vec![Verdict {
            metric: "http_req_failed".to_owned(),
            rule: "rate<0.01]]>".to_owned(),
            ok: Some(false),
            observed: Some(0.03),
            limit: 0.01,
            unit: Unit::Share,
            reason: String::new(),
            abort: false,
        }];
        results.checks[0].name = "<b a=\"'&]]>\u{1b}[31m\n\u{0}".to_owned();
        let text = junit(&results).unwrap();
        let parsed = Report::deserialize_from_str(&text).unwrap();
        let names: Vec<_> = parsed
            .test_suites
            .iter()
            .map(|suite| suite.name.as_str())
            .collect();
        assert_eq!(names, ["run", "thresholds", "checks"]);
        let threshold = &parsed.test_suites[1];
        assert_eq!((threshold.tests, threshold.failures), (1, 1));
        assert!(text.contains("observed 3 %, limit 1 %"), "{text}");
        let check = &parsed.test_suites[2].test_cases[0];
        assert_eq!(check.name.as_str(), "<b a=\"'&]]>\\u{1b}[31m\\n\\u{0}");
    }
}
