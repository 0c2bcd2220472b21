//! Figures of an earlier run, from the summary that the real report wrote.

use super::super::*;
use super::{Script, info, plan};
use crate::metrics::{Aggregator, IterationOutcome, Limits, MetricKind};
use std::time::Duration;

/// The summary of a run with 20 requests, three iterations and some custom values, 10 s long.
fn earlier() -> String {
    let mut script = Script::new(&[]);
    script.requests("/a", 200, 10, 15).requests("/b", 503, 30, 5);
    let shard = &mut script.shard;
    shard.iteration(0, 0, 5_000, IterationOutcome::Ok);
    shard.iteration(0, 1, 7_000, IterationOutcome::Ok);
    shard.iteration(1, 0, 9_000, IterationOutcome::Failed);
    shard.check(0, "good", "kind=x", true);
    shard.check(0, "bad", "", false);
    shard
        .custom(0, "orders", MetricKind::Counter, 5.0, "kind=x")
        .unwrap();
    shard.custom(1, "orders", MetricKind::Counter, 7.0, "").unwrap();
    shard.custom(0, "size", MetricKind::Trend, 2.5, "").unwrap();
    shard.custom(0, "level", MetricKind::Gauge, 3.0, "").unwrap();
    shard.custom(0, "hit", MetricKind::Rate, 1.0, "").unwrap();
    let mut all = Aggregator::new(&Limits::default(), info());
    all.merge(&script.shard.take());
    let snapshot = all.finish(Duration::from_secs(10));
    let end = crate::results::model::EndFacts {
        reason: "finished".to_owned(),
        code: 0,
        text: String::new(),
    };
    let facts = crate::results::model::RunFacts {
        is_open: false,
        plan_hash: "0",
        warm_up: None,
        plugin: "shop.wasm",
        plan: &serde_json::Value::Null,
        started: std::time::UNIX_EPOCH,
        ended: std::time::UNIX_EPOCH,
        end: &end,
        wrong: &[],
    };
    let results = crate::results::model::RunResults::of(&snapshot, &facts).unwrap();
    results.to_json().unwrap()
}

/// What a threshold is compared with, given that earlier run.
fn limit_of(text: &str) -> Result<f64, String> {
    let baseline = Baseline::parse(&earlier()).unwrap();
    let info = info();
    let known = Known {
        info: &info,
        tags: &[],
    };
    let evaluator =
        Evaluator::new(&[plan(text)], &known, Some(&baseline)).map_err(|problems| problems.join("\n"))?;
    Ok(evaluator.finish(Duration::from_secs(1))[0].limit)
}

#[test]
fn an_earlier_run_gives_its_figures() {
    let cases = [
        ("http_reqs: count<baseline", 20.0),
        ("http_reqs: rate<baseline * 1.5", 3.0),
        ("http_reqs{name:/a}: count<baseline", 15.0),
        ("http_reqs{status:503,scenario:shop}: count<baseline", 5.0),
        ("http_reqs{expected_response:false}: count<baseline", 5.0),
        ("http_req_failed: rate<baseline + 1%", 0.26),
        ("http_req_duration: avg<baseline", 15.0),
        ("http_req_duration: p(73)<baseline", 10.0),
        ("http_req_duration{name:/b,page:home}: min<baseline + 20ms", 50.0),
        ("http_response_time: max<baseline", 60.0),
        ("http_req_waiting: p(99)<baseline", 15.0),
        ("data_sent: count<baseline", 200.0),
        ("data_sent{name:/b}: count<baseline", 50.0),
        ("iterations: count<baseline", 3.0),
        ("iterations{scenario:shop}: count<baseline", 2.0),
        ("iteration_duration: max<baseline", 9.0),
        ("iteration_duration{task:buy}: avg<baseline", 7.0),
        ("dropped_iterations: count<baseline", 0.0),
        ("checks: rate<baseline", 0.5),
        ("checks{check:good}: rate<baseline", 1.0),
        ("vus_max: value<baseline", 3.0),
        ("orders: count<baseline", 12.0),
        ("orders{kind:x}: count<baseline", 5.0),
        ("orders: rate<baseline", 1.2),
        ("size: p(95)<baseline", 2.5),
        ("level: value<baseline", 3.0),
        ("hit: rate<baseline", 1.0),
    ];
    for (text, limit) in cases {
        let got = limit_of(text).unwrap_or_else(|problem| panic!("{problem}"));
        assert!(
            (got - limit).abs() < limit * 0.001 + 1e-9,
            "{text}: {got}, not {limit}"
        );
    }
}

#[test]
fn what_an_earlier_run_does_not_hold_is_named() {
    let cases = [
        ("http_req_duration{name:/c}: avg<baseline", "it has no such data"),
        ("http_req_waiting: p(97)<baseline", "it only holds p(50), p(90)"),
        (
            "iteration_duration{scenario:shop}: avg<baseline",
            "not of several together",
        ),
        ("checks{kind:x}: rate<baseline", "it doesn't hold checks by tag"),
        ("vus: max<baseline", "it only holds the last value"),
        ("vus{scenario:shop}: value<baseline", "VUs of single scenarios"),
        (
            "orders{scenario:shop}: count<baseline",
            "custom metrics by scenario",
        ),
        ("orders: p(95)<baseline", "of another kind"),
        ("nothing: count<baseline", "it has no such data"),
    ];
    for (text, why) in cases {
        let problem = limit_of(text).unwrap_err();
        assert!(problem.contains(why) && problem.contains(text), "{problem}");
    }
}

#[test]
fn what_is_no_summary_is_no_baseline() {
    let cases = [
        (String::new(), "no JSON summary"),
        ("[]".to_owned(), "no JSON summary"),
        (earlier().replace("summary/1", "summary/2"), "its schema is"),
        (
            earlier().replace("\"series\"", "\"serious\""),
            "missing field `series`",
        ),
    ];
    for (text, why) in cases {
        let problem = Baseline::parse(&text).unwrap_err();
        assert!(problem.contains(why), "{problem}");
    }
}
