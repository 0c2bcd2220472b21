//! Verdicts over runs of which the test decides what happens in each second.

use super::super::*;
use super::{Script, evaluator};
use crate::metrics::{IterationOutcome, Limits, MetricKind, Unit};
use std::time::Duration;

/// A threshold, and the figure that it is about in the run below.
const FIGURES: [(&str, f64, Unit); 36] = [
    ("http_reqs: count>0", 10.0, Unit::Number),
    ("http_reqs: rate>0", 10.0, Unit::PerSecond),
    ("http_reqs{name:/a}: count>0", 6.0, Unit::Number),
    ("http_reqs{status:503}: count>0", 2.0, Unit::Number),
    ("http_reqs{status:5xx}: count>0", 3.0, Unit::Number),
    (
        "http_reqs{scenario:shop,method:GET,page:home}: count>0",
        10.0,
        Unit::Number,
    ),
    ("http_req_failed: rate>0", 0.3, Unit::Share),
    ("http_req_failed{name:/a}: rate>=0", 0.0, Unit::Share),
    ("http_reqs{expected_response:false}: count>0", 3.0, Unit::Number),
    ("http_req_duration: min>0", 10.0, Unit::Milliseconds),
    ("http_req_duration: max>0", 30.0, Unit::Milliseconds),
    ("http_req_duration: avg>0", 18.0, Unit::Milliseconds),
    ("http_req_duration{name:/b}: avg>0", 30.0, Unit::Milliseconds),
    ("http_response_time: max>0", 60.0, Unit::Milliseconds),
    ("http_req_waiting: max>0", 15.0, Unit::Milliseconds),
    ("data_sent: count>0", 107.0, Unit::Bytes),
    ("data_sent{name:/b}: count>0", 40.0, Unit::Bytes),
    ("iterations: count>0", 3.0, Unit::Number),
    ("iterations{task:buy}: count>0", 1.0, Unit::Number),
    ("iteration_duration{task:buy}: max>0", 7.0, Unit::Milliseconds),
    ("dropped_iterations: count>=0", 4.0, Unit::Number),
    ("late_starts: count>=0", 1.0, Unit::Number),
    ("checks: rate>0", 0.75, Unit::Share),
    ("checks{check:good}: rate>0", 1.0, Unit::Share),
    ("checks{kind:x}: rate>0", 0.5, Unit::Share),
    ("vus: value>0", 2.0, Unit::Number),
    ("vus{scenario:admin}: max>=0", 1.0, Unit::Number),
    ("vus_max: value>0", 3.0, Unit::Number),
    ("orders: count>0", 12.0, Unit::Number),
    ("orders{kind:x}: count>0", 5.0, Unit::Number),
    ("orders{scenario:admin}: rate>0", 7.0, Unit::PerSecond),
    ("size: max>0", 2.5, Unit::Number),
    ("size: max>0ms", 2.5, Unit::Milliseconds),
    ("level: min>0", 3.0, Unit::Number),
    ("level: value>0", 8.0, Unit::Number),
    ("hit: rate>0", 0.5, Unit::Share),
];

#[test]
fn metrics_and_their_parts_have_exact_figures() {
    let mut script = Script::new(&FIGURES.map(|(text, _, _)| text));
    script
        .requests("/a", 200, 10, 6)
        .requests("/b", 500, 30, 1)
        .requests("/b", 503, 30, 2);
    script.requests("/b", 302, 30, 1);
    let shard = &mut script.shard;
    shard.data(7, 0);
    shard.iteration(0, 0, 5_000, IterationOutcome::Ok);
    shard.iteration(0, 1, 7_000, IterationOutcome::Failed);
    shard.iteration(1, 0, 9_000, IterationOutcome::Trapped);
    shard.iteration(1, 0, 9_000, IterationOutcome::Interrupted);
    shard.iterations_dropped(4);
    shard.late_start(50_000);
    shard.late_start(5);
    for (name, tags, passed) in [
        ("good", "", true),
        ("bad", "kind=x", true),
        ("bad", "a=b,kind=x", false),
        ("good", "", true),
    ] {
        shard.check(0, name, tags, passed);
    }
    (0..2).for_each(|scenario| shard.vu_started(scenario));
    shard
        .custom(0, "orders", MetricKind::Counter, 5.0, "kind=x")
        .unwrap();
    shard.custom(1, "orders", MetricKind::Counter, 7.0, "").unwrap();
    shard.custom(0, "size", MetricKind::Trend, 2.5, "").unwrap();
    for value in [3.0, 8.0] {
        shard.custom(0, "level", MetricKind::Gauge, value, "").unwrap();
    }
    for value in [0.0, 1.0] {
        shard.custom(0, "hit", MetricKind::Rate, value, "").unwrap();
    }
    script.tick();
    for (verdict, (text, observed, unit)) in script.end().into_iter().zip(FIGURES) {
        let got = verdict
            .observed
            .unwrap_or_else(|| panic!("{text}: {}", verdict.reason));
        assert!(
            (got - observed).abs() < observed * 0.001 + 1e-9,
            "{text}: {got}, not {observed}"
        );
        assert_eq!(
            (verdict.unit, verdict.ok),
            (unit, Some(observed > 0.0 || text.contains(">="))),
            "{text}"
        );
    }
}

#[test]
fn no_data_fails_and_says_so() {
    let cases = [
        ("http_req_duration: p(95)<500", "no data"),
        ("http_req_failed: rate<1%", "no data"),
        ("checks: rate>0.9", "no data"),
        (
            "http_req_duration{name:/x}: p(95)<500",
            "no data matched {name:/x}",
        ),
        ("http_reqs{name:/x}: count<5", "no data matched {name:/x}"),
        ("orders: count<5", "no data"),
        ("http_req_duration: p(95)<500 over 10s", "no data"),
        ("http_req_duration: p(95)<500 each 10s", "no data"),
    ];
    for (text, reason) in cases {
        let mut script = Script::new(&[text]);
        let now = script.tick();
        assert_eq!((now[0].ok, now[0].abort), (None, false), "{text}");
        assert_eq!(script.verdict(), (Some(false), None, reason.to_owned()), "{text}");
    }
}

#[test]
fn a_counter_of_the_programs_own_always_has_data() {
    for (text, ok) in [
        ("dropped_iterations: count==0", true),
        ("late_starts: count<1", true),
        ("http_reqs: count>0", false),
        ("http_reqs: count===0", true),
        ("iterations: rate<1", true),
    ] {
        assert_eq!(
            Script::new(&[text]).verdict(),
            (Some(ok), Some(0.0), String::new()),
            "{text}"
        );
    }
}

#[test]
fn an_empty_selection_differs_from_an_empty_metric() {
    let mut script = Script::new(&["http_reqs{status:404}: count<5"]);
    script.requests("/a", 403, 1, 3);
    let (ok, _, reason) = script.verdict();
    assert_eq!(
        (ok, reason.as_str()),
        (Some(false), "no data matched {status:404}")
    );
}

#[test]
fn the_wrong_figure_of_a_custom_metric_fails_at_the_end() {
    let mut script = Script::new(&["orders: p(95)<5", "orders: count<5%"]);
    script
        .shard
        .custom(0, "orders", MetricKind::Counter, 1.0, "")
        .unwrap();
    script.tick();
    let verdicts = script.end();
    assert!(
        verdicts
            .iter()
            .all(|verdict| verdict.has_failed() && verdict.observed.is_none())
    );
    assert_eq!(
        verdicts[0].reason,
        "the metric has no `p(95)`: a counter has `count` and `rate`"
    );
    assert!(
        verdicts[1].reason.starts_with("only rates"),
        "{}",
        verdicts[1].reason
    );
}

#[test]
fn a_sliding_stretch_forgets_what_is_older() {
    let text = ["http_req_duration: max<50 over 3s", "http_req_duration: max<50"];
    let mut script = Script::new(&text);
    // Slow at first: whole stretches count, and each of them must hold.
    let mut seen = Vec::new();
    for ms in [10, 10, 90, 10, 10, 10, 10] {
        seen.push(script.requests("/", 200, ms, 1).tick()[0].ok);
    }
    assert_eq!(
        seen,
        [
            None,
            None,
            Some(false),
            Some(false),
            Some(false),
            Some(false),
            Some(false)
        ]
    );
    let verdicts = script.end();
    assert_eq!(
        (verdicts[0].ok, verdicts[0].reason.as_str()),
        (Some(false), "from 0s to 3s")
    );
    assert!(verdicts[1].has_failed());
}

#[test]
fn a_sliding_rate_is_that_of_its_stretch() {
    let mut script = Script::new(&["http_reqs: rate>=5 over 2s", "http_reqs: rate<1000 over 2s"]);
    for count in [9, 5, 5, 5] {
        script.requests("/", 200, 1, count).tick();
    }
    let verdicts = script.end();
    assert_eq!((verdicts[0].ok, verdicts[0].observed), (Some(true), Some(5.0)));
    assert_eq!(verdicts[1].observed, Some(7.0), "the one closest to the limit");
}

#[test]
fn a_run_shorter_than_the_stretch_is_judged_as_a_whole() {
    let mut script = Script::new(&["http_req_duration: max<50 over 1h"]);
    script.requests("/", 200, 90, 1).tick();
    let (ok, observed, reason) = script.verdict();
    assert_eq!((ok, reason.as_str()), (Some(false), "from 0s to 1s"));
    assert!(observed.is_some_and(|ms| (ms - 90.0).abs() < 0.1));
}

#[test]
fn each_stretch_must_hold_by_itself() {
    // One failure in a hundred over the run, but one in ten in the second stretch.
    let mut script = Script::new(&["http_req_failed: rate<5% each 2s", "http_req_failed: rate<5%"]);
    for second in 0..20 {
        script.requests("/", 200, 1, 5);
        if second == 3 {
            script.requests("/", 500, 1, 1);
        }
        script.tick();
    }
    let verdicts = script.end();
    assert_eq!(
        (verdicts[0].ok, verdicts[0].reason.as_str()),
        (Some(false), "from 2s to 4s")
    );
    assert_eq!(verdicts[0].observed, Some(1.0 / 11.0));
    assert_eq!(verdicts[1].ok, Some(true));
}

#[test]
fn a_part_of_a_stretch_at_the_end_is_no_stretch() {
    let mut script = Script::new(&[
        "http_req_duration: max<50 each 2s",
        "http_req_duration: max<50 each 5s",
    ]);
    for ms in [10, 10, 90] {
        script.requests("/", 200, ms, 1).tick();
    }
    let verdicts = script.end();
    assert_eq!(verdicts[0].ok, Some(true));
    assert_eq!(
        (verdicts[1].ok, verdicts[1].reason.as_str()),
        (Some(false), "no data: no whole stretch of time with values")
    );
}

#[test]
fn a_scenario_that_begins_late_is_judged_from_then_on() {
    let mut script = Script::new(&[
        "http_reqs{name:/late}: rate>4 over 2s",
        "http_reqs{name:/late}: rate>4 each 2s",
    ]);
    for _ in 0..10 {
        script.requests("/", 200, 1, 1).tick();
    }
    for _ in 0..4 {
        script.requests("/late", 200, 1, 10).tick();
    }
    assert!(script.end().iter().all(|verdict| verdict.ok == Some(true)));
}

#[test]
fn long_stretches_are_kept_in_a_bounded_number_of_parts() {
    let mut sliding = stretch::Sliding::new(Duration::from_secs(3_600));
    let mut amount = crate::metrics::Amount::default();
    amount.count(1.0);
    for second in 1..10_000_u32 {
        sliding.push(1.0, &amount);
        let (seconds, sum) = sliding.sum();
        assert_eq!(seconds, sum.sum());
        assert_eq!(sliding.is_whole(), second >= 3_600);
        assert!(seconds <= 3_660.0, "{seconds}");
    }
}

#[test]
fn a_run_is_ended_only_after_the_delay_and_on_data() {
    let mut script = Script::new(&[
        "http_req_failed: rate<10% abort after 3s",
        "checks: rate>0.5 abort",
    ]);
    let aborts: Vec<_> = (0..4)
        .map(|_| {
            script
                .requests("/", 500, 1, 1)
                .tick()
                .iter()
                .map(|v| v.abort)
                .collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(
        aborts,
        [[false, false], [false, false], [true, false], [true, false]]
    );
}

#[test]
fn a_selection_is_incomplete_once_series_were_folded() {
    let limits = Limits {
        series: 1,
        ..Limits::default()
    };
    let texts = ["http_reqs{name:/a}: count>0", "http_reqs: count>0"];
    let mut script = Script::with(evaluator(&texts).unwrap(), limits);
    script.requests("/a", 200, 1, 2).requests("/b", 200, 1, 3).tick();
    let verdicts = script.end();
    assert!(
        verdicts[0].has_failed() && verdicts[0].reason.starts_with("incomplete: 3 "),
        "{verdicts:?}"
    );
    assert_eq!((verdicts[1].ok, verdicts[1].observed), (Some(true), Some(5.0)));
}

#[test]
fn equal_questions_are_followed_once() {
    let evaluator = evaluator(&[
        "http_reqs: count>0",
        "http_reqs: rate>0 over 5s",
        "http_reqs{name:/a}: count>0",
    ]);
    assert_eq!(evaluator.unwrap().questions(), 2);
}
