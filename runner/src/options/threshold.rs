//! A threshold as it is written in one line: `METRIC: RULE[, abort[ after TIME]]`. What metrics
//! and rules mean is not looked at here.

use super::values;
use crate::plan::ThresholdPlan;
use std::time::Duration;

/// Takes a line apart.
///
/// # Errors
/// In words for the command line.
pub(super) fn threshold(text: &str) -> Result<ThresholdPlan, String> {
    let form = || "write it as 'METRIC: RULE', such as 'http_req_duration: p(95)<200'".to_owned();
    let (metric, rest) = split(text).ok_or_else(form)?;
    let (rule, abort) = match rest.rsplit_once(", abort") {
        Some((rule, after)) => (rule, Some(delay(after)?)),
        None => (rest, None),
    };
    let (metric, rule) = (metric.trim(), rule.trim());
    if metric.is_empty() || rule.is_empty() {
        return Err(form());
    }
    if metric.len() > 1000 || rule.len() > 1000 {
        return Err("it is longer than 1000 characters".to_owned());
    }
    Ok(ThresholdPlan {
        metric: metric.to_owned(),
        rule: rule.to_owned(),
        abort_on_fail: abort.is_some(),
        delay_abort_eval: abort.unwrap_or_default(),
    })
}

/// The line for these parts: what [`threshold`] takes apart.
pub(super) fn line(metric: &str, rule: &str, abort: bool, delay: Option<&str>) -> String {
    match (abort, delay) {
        (true, Some(delay)) => format!("{metric}: {rule}, abort after {delay}"),
        (true, None) => format!("{metric}: {rule}, abort"),
        (false, _) => format!("{metric}: {rule}"),
    }
}

/// At the first colon outside of braces: selectors have colons of their own.
fn split(text: &str) -> Option<(&str, &str)> {
    let mut depth = 0_i32;
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ':' if depth <= 0 => return Some((&text[..at], &text[at + 1..])),
            _ => {}
        }
    }
    None
}

fn delay(text: &str) -> Result<Duration, String> {
    match text.trim().strip_prefix("after ") {
        Some(time) => values::time_or_zero(time.trim()).map_err(|why| format!("abort after: {why}")),
        None if text.trim().is_empty() => Ok(Duration::ZERO),
        None => Err("write ', abort' or ', abort after 30s' behind the rule".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_taken_apart() {
        let parts = |text: &str| {
            let t = threshold(text).unwrap();
            (t.metric, t.rule, t.abort_on_fail, t.delay_abort_eval.as_secs())
        };
        assert_eq!(
            parts("http_req_duration{name:/a:b}: p(95)<200"),
            (
                "http_req_duration{name:/a:b}".to_owned(),
                "p(95)<200".to_owned(),
                false,
                0
            )
        );
        assert_eq!(
            parts("http_req_failed: rate<0.1, abort after 30s"),
            ("http_req_failed".to_owned(), "rate<0.1".to_owned(), true, 30)
        );
        let written = line("checks", "rate>0.9", true, None);
        assert_eq!(
            parts(&written),
            ("checks".to_owned(), "rate>0.9".to_owned(), true, 0)
        );
    }

    #[test]
    fn lines_without_a_rule_are_refused() {
        for text in [
            "",
            "p(95)<200",
            "a:",
            ": x",
            "a: x, abort soon",
            "a: x, abort after -1s",
        ] {
            assert!(threshold(text).is_err(), "{text}");
        }
    }
}
