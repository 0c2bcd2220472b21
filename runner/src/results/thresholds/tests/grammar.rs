//! What is read, and what is refused, of metrics and rules.

use super::super::*;
use std::time::Duration;

/// Names and values of tags.
type Pairs = [(&'static str, &'static str)];

fn rule(text: &str) -> Rule {
    Rule::parse(text).unwrap_or_else(|error| panic!("{error}"))
}

fn fixed(value: f64, mark: Mark) -> Limit {
    Limit::Fixed(Quantity { value, mark })
}

#[test]
fn rules_are_read() {
    use Aggregation::{Avg, Count, Max, Med, Min, Percentile, Rate, Value};
    use Operator::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual, NotEqual};
    let plus = |value, mark| Limit::Baseline(BaselineChange::Plus(Quantity { value, mark }));
    let cases = [
        ("p(95)<200", Percentile(95.0), Less, fixed(200.0, Mark::None)),
        (
            "p(99.9) <= 1.5s",
            Percentile(99.9),
            LessOrEqual,
            fixed(1_500.0, Mark::Time),
        ),
        (" avg > 250us ", Avg, Greater, fixed(0.25, Mark::Time)),
        ("med<1m30s", Med, Less, fixed(90_000.0, Mark::Time)),
        ("max < 200 ms", Max, Less, fixed(200.0, Mark::Time)),
        ("min>=1e3", Min, GreaterOrEqual, fixed(1_000.0, Mark::None)),
        ("count===0", Count, Equal, fixed(0.0, Mark::None)),
        ("count == 5", Count, Equal, fixed(5.0, Mark::None)),
        ("value!=-1.5", Value, NotEqual, fixed(-1.5, Mark::None)),
        ("rate<1%", Rate, Less, fixed(0.01, Mark::Percent)),
        ("rate<.5", Rate, Less, fixed(0.5, Mark::None)),
        (
            "p( 95 )<baseline",
            Percentile(95.0),
            Less,
            Limit::Baseline(BaselineChange::Times(1.0)),
        ),
        (
            "avg < baseline * 1.1",
            Avg,
            Less,
            Limit::Baseline(BaselineChange::Times(1.1)),
        ),
        (
            "avg < baseline/2",
            Avg,
            Less,
            Limit::Baseline(BaselineChange::Times(0.5)),
        ),
        ("avg < baseline + 20ms", Avg, Less, plus(20.0, Mark::Time)),
        ("rate > baseline - 5%", Rate, Greater, plus(-0.05, Mark::Percent)),
    ];
    for (text, aggregation, operator, limit) in cases {
        let read = rule(text);
        assert_eq!(
            (read.aggregation, read.operator, read.limit),
            (aggregation, operator, limit),
            "{text}"
        );
        assert_eq!(
            (read.span, read.abort, read.text.as_str()),
            (Span::Run, None, text.trim())
        );
    }
}

#[test]
fn spans_and_aborts_are_read() {
    let seconds = Duration::from_secs;
    let cases = [
        ("p(95)<200 over 30s", Span::Over(seconds(30)), None),
        ("p(95)<200ms each 10s", Span::Each(seconds(10)), None),
        ("rate<1% each 1m30s", Span::Each(seconds(90)), None),
        ("rate<1% abort", Span::Run, Some(seconds(0))),
        (
            "rate<1% over 5m abort after 10s",
            Span::Over(seconds(300)),
            Some(seconds(10)),
        ),
    ];
    for (text, span, abort) in cases {
        assert_eq!((rule(text).span, rule(text).abort), (span, abort), "{text}");
    }
}

#[test]
fn metrics_are_read() {
    let cases: [(&str, &str, &Pairs); 8] = [
        ("http_reqs", "http_reqs", &[]),
        (
            "  http_reqs { name : /cart , status:2xx } ",
            "http_reqs",
            &[("name", "/cart"), ("status", "2xx")],
        ),
        ("a{name:/items/{id}}", "a", &[("name", "/items/{id}")]),
        (
            "a{name:/items/{id},method:GET}",
            "a",
            &[("name", "/items/{id}"), ("method", "GET")],
        ),
        ("a{group:::shop::cart}", "a", &[("group", "::shop::cart")]),
        ("a{name:'x, y}'}", "a", &[("name", "x, y}")]),
        ("a{name:\"say \\\"hi\\\"\"}", "a", &[("name", "say \"hi\"")]),
        ("'my metric'{\"game\":x}", "my metric", &[("game", "x")]),
    ];
    for (text, name, selector) in cases {
        let read = Threshold::parse(text, "count>0")
            .unwrap_or_else(|error| panic!("{error}"))
            .metric;
        let pairs: Vec<_> = read
            .selector
            .iter()
            .map(|p| (p.key.as_str(), p.value.as_str()))
            .collect();
        assert_eq!(
            (read.name.as_str(), pairs.as_slice(), read.text.as_str()),
            (name, selector, text.trim())
        );
    }
}

#[test]
fn what_is_no_rule_is_refused_with_its_place() {
    let cases = [
        ("", 1, "expected a figure of the metric, found the end"),
        ("p95<200", 1, "there is no figure `p95`"),
        ("mean<200", 1, "there is no figure `mean`"),
        ("p(101)<200", 3, "a percentile is a number from 0 to 100"),
        ("p(NaN)<200", 3, "a percentile is a number from 0 to 100"),
        ("p(95<200", 5, "expected `)`, found `<`"),
        ("p(95) 200", 7, "expected a comparison, found `2`"),
        ("p(95)<<200", 6, "`<<` is no comparison"),
        ("p(95)=200", 6, "`=` is no comparison"),
        ("p(95)<", 7, "expected a number, found the end"),
        ("p(95)<x", 7, "expected a number or `baseline`, found `x`"),
        ("p(95)<NaN", 7, "expected a number or `baseline`, found `NaN`"),
        ("p(95)<1e999", 7, "the number is too large"),
        ("p(95)<200q", 10, "there is no unit `q`"),
        (
            "p(95)<200 && avg<5",
            11,
            "expected the end of the rule, found `&`",
        ),
        (
            "p(95)<200 and avg<5",
            11,
            "expected the end, `over`, `each` or `abort`, found `and`",
        ),
        (
            "p(95)<200 ovr 5s",
            11,
            "expected the end, `over`, `each` or `abort`, found `ovr`",
        ),
        ("p(95)<200 over 30", 16, "a stretch of time needs a unit"),
        (
            "p(95)<200 over 0s",
            16,
            "a stretch of time has 1 second to 24 hours, in whole seconds",
        ),
        (
            "p(95)<200 each 1500ms",
            16,
            "a stretch of time has 1 second to 24 hours, in whole seconds",
        ),
        (
            "p(95)<200 over 1e9h",
            16,
            "a stretch of time has 1 second to 24 hours, in whole seconds",
        ),
        (
            "avg<baseline * 0",
            16,
            "a baseline is multiplied with a number above 0",
        ),
        (
            "avg<baseline * 20ms",
            16,
            "a baseline is multiplied with a number above 0",
        ),
    ];
    for (text, column, what) in cases {
        let error = Rule::parse(text).unwrap_err();
        assert_eq!((error.column, error.what.as_str()), (column, what), "{text}");
    }
}

#[test]
fn what_is_no_metric_is_refused_with_its_place() {
    let cases = [
        ("", 1, "expected the name of a metric, found the end"),
        ("{name:x}", 1, "expected the name of a metric, found `{`"),
        ("a{", 3, "expected a tag, found the end"),
        ("a{}", 3, "expected a tag, found `}`"),
        ("a{name}", 7, "expected `:` after the tag `name`, found `}`"),
        ("a{name:}", 8, "the tag `name` has no value"),
        ("a{name:x", 9, "expected `,` or `}`, found the end"),
        ("a{name:x,}", 10, "expected a tag, found `}`"),
        ("a{name:x,name:y}", 10, "`name` is selected twice"),
        ("a{name:'x}", 8, "the quote ' is never closed"),
        ("a{é:x,name:}", 12, "the tag `name` has no value"),
        ("a b", 3, "`b` can't stand after a metric"),
    ];
    for (text, column, what) in cases {
        let error = Threshold::parse(text, "count>0").unwrap_err();
        assert_eq!((error.column, error.what.as_str()), (column, what), "{text}");
    }
}

#[test]
fn a_flag_is_split_at_the_colon_that_counts() {
    let parts = split("http_req_duration{name:/a:b}: p(99)<200").unwrap();
    assert_eq!(
        (parts.0.as_str(), parts.1.as_str()),
        ("http_req_duration{name:/a:b}", "p(99)<200")
    );
    assert_eq!(split("http_reqs count>0").unwrap_err().column, 11);
    assert_eq!(split("http_reqs:  ").unwrap_err().what, "there is no rule");
}

#[test]
fn no_text_is_too_odd_to_be_refused() {
    let metric = "http_req_duration{name:'/ü{id}',method:GET}";
    let rules = [
        "p(99.9) <= baseline * 1.1e2 over 1m30s abort after 5s",
        "rate>=-.5e-3µs each 10s",
    ];
    for rule in rules {
        let text = format!("{metric}: {rule}");
        let ends = text.char_indices().map(|(at, _)| at);
        for at in ends {
            for odd in ["", "{", "}", "'", "\\", "9", ".", "e", "é", "\0", "(", " "] {
                let spoilt = format!("{}{odd}{}", &text[..at], &text[at..]);
                // Whatever comes of it: the column must be within the text, or one behind it.
                let read = split(&spoilt).and_then(|(metric, rule)| check(&metric, &rule).map(drop));
                let cut = split(&text[..at]).and_then(|(metric, rule)| check(&metric, &rule).map(drop));
                for error in [read, cut].into_iter().filter_map(Result::err) {
                    assert!(
                        (1..=error.text.chars().count() + 1).contains(&error.column),
                        "{error}"
                    );
                }
            }
        }
    }
}
