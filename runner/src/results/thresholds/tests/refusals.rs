//! What can be known to be wrong before a run.

use super::evaluator;

/// A threshold, and two parts of what is said about it.
const REFUSED: [(&str, &str, &str); 21] = [
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

#[test]
fn what_a_run_cannot_have_is_refused_before_it() {
    for (text, what, more) in REFUSED {
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
