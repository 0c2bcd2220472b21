//! A threshold as it is written in one line. What it means is `thresholds`' business.

use crate::plan::ThresholdPlan;
use crate::results::thresholds;

/// Takes a line apart.
///
/// # Errors
/// In words for the command line.
pub(super) fn threshold(text: &str) -> Result<ThresholdPlan, String> {
    let plan = || {
        let (metric, rule) = thresholds::split(text)?;
        let abort = thresholds::check(&metric, &rule)?.rule.abort;
        Ok(ThresholdPlan {
            metric,
            rule,
            abort_on_fail: abort.is_some(),
            delay_abort_eval: abort.unwrap_or_default(),
        })
    };
    plan().map_err(|error: thresholds::ThresholdError| error.to_string())
}

/// The line for these parts: what [`threshold`] takes apart.
pub(super) fn line(metric: &str, rule: &str, abort: bool, delay: Option<&str>) -> String {
    match (abort, delay) {
        (true, Some(delay)) => format!("{metric}: {rule} abort after {delay}"),
        (true, None) => format!("{metric}: {rule} abort"),
        (false, _) => format!("{metric}: {rule}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_taken_apart() {
        let parts = |text: &str| {
            let t = threshold(text).unwrap();
            (t.metric, t.abort_on_fail, t.delay_abort_eval.as_secs())
        };
        let plain = "http_req_duration{name:/a:b}: p(95)<200";
        assert_eq!(
            parts(plain),
            ("http_req_duration{name:/a:b}".to_owned(), false, 0)
        );
        let written = line("http_req_failed", "rate<0.1", true, Some("30s"));
        assert_eq!(parts(&written), ("http_req_failed".to_owned(), true, 30));
        let written = line("checks", "rate>0.9", true, None);
        assert_eq!(parts(&written), ("checks".to_owned(), true, 0));
    }

    #[test]
    fn lines_without_a_rule_are_refused() {
        for text in ["", "p(95)<200", "a:", ": x", "http_reqs: count<1 abort soon"] {
            assert!(threshold(text).is_err(), "{text}");
        }
    }
}
