//! Thresholds by table, and judged over measurements that the real recorder made.

use super::*;
use crate::metrics::{
    IterationOutcome, Limits, MetricKind, RequestKey, RequestSample, RunInfo, ScenarioInfo, Shard, Unit,
    Verdict,
};
use crate::plan::ThresholdPlan;
use std::time::Duration;

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
    let plus = |value, mark| Limit::Baseline(Change::Plus(Quantity { value, mark }));
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
            Limit::Baseline(Change::Times(1.0)),
        ),
        (
            "avg < baseline * 1.1",
            Avg,
            Less,
            Limit::Baseline(Change::Times(1.1)),
        ),
        ("avg < baseline/2", Avg, Less, Limit::Baseline(Change::Times(0.5))),
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
    let cases: [(&str, &str, &[(&str, &str)]); 8] = [
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

fn info() -> RunInfo {
    let scenario = |name: &str, tasks: &[&str]| ScenarioInfo {
        name: name.to_owned(),
        tasks: tasks.iter().map(|&task| task.to_owned()).collect(),
    };
    let scenarios = vec![
        scenario("shop", &["browse", "buy"]),
        scenario("admin", &["report"]),
    ];
    RunInfo { scenarios, vus: 3 }
}

fn plan(text: &str) -> ThresholdPlan {
    let (metric, rule) = split(text).unwrap_or_else(|error| panic!("{error}"));
    ThresholdPlan {
        metric,
        rule,
        abort_on_fail: false,
        delay_abort_eval: Duration::ZERO,
    }
}

fn evaluator(texts: &[&str]) -> Result<Evaluator, Vec<String>> {
    let plans: Vec<_> = texts.iter().map(|text| plan(text)).collect();
    let info = info();
    Evaluator::new(
        &plans,
        &Known {
            info: &info,
            tags: &[],
        },
        None,
    )
}

#[test]
fn what_a_run_cannot_have_is_refused_before_it() {
    let cases = [
        (
            "http_req_durations: p(95)<1",
            "there is no metric `http_req_durations`",
            "did you mean `http_req_duration`?",
        ),
        (
            "http_req_response_tim: p(95)<1",
            "there is no metric",
            "write it in quotes",
        ),
        (
            "checkss: rate>0.9",
            "there is no metric `checkss`",
            "did you mean `checks`?",
        ),
        (
            "http_req_duration{nme:/x}: p(99)<200",
            "there is no tag `nme`",
            "did you mean `name`?",
        ),
        (
            "http_req_duration{check:x}: p(99)<200",
            "can't be selected by `check`",
            "it is kept by name",
        ),
        (
            "http_req_duration{task:buy}: p(99)<200",
            "can't be selected by `task`",
            "it is kept by name",
        ),
        (
            "http_req_waiting{name:/x}: p(99)<200",
            "can't be selected by `name`",
            "for the run as a whole",
        ),
        (
            "iterations{color:red}: count>1",
            "can't be selected by `color`",
            "kept by scenario, task",
        ),
        (
            "http_req_duration{status:404}: p(99)<2",
            "by class of status, not by code",
            "use status:4xx",
        ),
        ("http_reqs{status:4x}: count<2", "a status is a code", "column 18"),
        (
            "http_reqs{expected_response:yes}: count<2",
            "`expected_response` is `true` or `false`",
            "",
        ),
        (
            "http_reqs{scenario:shpo}: count<2",
            "there is no scenario `shpo`",
            "did you mean `shop`?",
        ),
        (
            "http_reqs{scenario:x}: count<2",
            "there is no scenario `x`",
            "there are shop, admin",
        ),
        (
            "iterations{task:buyy}: count<2",
            "there is no task `buyy`",
            "did you mean `buy`?",
        ),
        (
            "http_reqs: p(95)<2",
            "the metric has no `p(95)`",
            "a counter has `count` and `rate`",
        ),
        (
            "http_req_duration: count<2",
            "the metric has no `count`",
            "a trend has",
        ),
        ("checks: avg<2", "the metric has no `avg`", "a rate has `rate`"),
        ("vus: count<2", "the metric has no `count`", "a gauge has"),
        ("http_reqs: count<2s", "the metric isn't a time", "column 7"),
        ("http_reqs: count<2%", "only rates", "column 7"),
        ("http_reqs: count<baseline", "needs an earlier run", "--baseline"),
    ];
    for (text, what, more) in cases {
        let problems = evaluator(&[text]).unwrap_err();
        assert!(
            problems.len() == 1 && problems[0].contains(what) && problems[0].contains(more),
            "{problems:?}"
        );
    }
    assert_eq!(
        evaluator(&["http_reqs: count<2%", "vus: count<2"])
            .unwrap_err()
            .len(),
        2
    );
}

#[test]
fn what_a_run_may_have_is_accepted() {
    let texts = [
        "my_metric: p(95)<200ms",
        "'check': count>1",
        "http_reqs{page:home}: count>1",
        "http_reqs{\"nme\":home}: count>1",
        "http_reqs{status:404}: count<1",
        "http_req_failed{scenario:shop,status:5xx}: rate<1%",
        "iterations{scenario:shop,task:buy}: count>1",
        "checks{check:it works}: rate>0.99",
        "group_duration{group:::cart}: p(95)<2s",
    ];
    assert!(evaluator(&texts).is_ok(), "{:?}", evaluator(&texts));
}

/// A run of which the test decides what happens in each second.
struct Script {
    shard: Shard,
    evaluator: Evaluator,
    second: u64,
}

impl Script {
    fn new(texts: &[&str]) -> Self {
        Self::with(
            evaluator(texts).unwrap_or_else(|problems| panic!("{problems:?}")),
            Limits::default(),
        )
    }

    fn with(evaluator: Evaluator, limits: Limits) -> Self {
        Self {
            shard: Shard::new(limits),
            evaluator,
            second: 0,
        }
    }

    /// Requests that take so many milliseconds.
    fn requests(&mut self, name: &str, status: u16, ms: u64, count: u64) -> &mut Self {
        let failed = !(200..400).contains(&status);
        for _ in 0..count {
            let key = RequestKey {
                scenario: 0,
                method: "GET",
                name,
                status,
                expected: !failed,
                tags: "page=home",
            };
            let sample = RequestSample {
                duration_us: ms * 1_000,
                response_us: ms * 2_000,
                waiting_us: ms * 500,
                bytes_sent: 10,
                failed,
                ..RequestSample::default()
            };
            self.shard.request_started();
            self.shard.request(&key, &sample);
        }
        self
    }

    fn tick(&mut self) -> Vec<Verdict> {
        self.second += 1;
        self.evaluator.observe(&self.shard.take());
        self.evaluator
            .evaluate(Duration::from_millis(self.second * 1_000 + 100))
    }

    fn end(mut self) -> Vec<Verdict> {
        self.evaluator.observe(&self.shard.take());
        self.evaluator.finish(Duration::from_secs(self.second.max(1)))
    }

    /// The only verdict at the end.
    fn verdict(self) -> (Option<bool>, Option<f64>, String) {
        let verdicts = self.end();
        assert_eq!(verdicts.len(), 1);
        let Verdict {
            ok, observed, reason, ..
        } = verdicts.into_iter().next().unwrap();
        (ok, observed, reason)
    }
}

#[test]
fn metrics_and_their_parts_have_exact_figures() {
    let cases = [
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
    let mut script = Script::new(&cases.map(|(text, _, _)| text));
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
    for (verdict, (text, observed, unit)) in script.end().into_iter().zip(cases) {
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
    let mut tally = crate::metrics::Tally::default();
    tally.count(1.0);
    for second in 1..10_000_u32 {
        sliding.push(1.0, &tally);
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
