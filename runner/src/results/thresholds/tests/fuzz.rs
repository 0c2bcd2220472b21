//! Any text as a threshold, and any file as the baseline that it compares with.

use super::*;
use crate::tests::fuzz::gate;

const GOOD: &[&str] = &[
    "http_req_duration{name:/cart}: p(99)<200",
    "http_req_failed: rate<1% each 10s abort after 30s",
    "http_req_duration{scenario:shop,status:2xx,expected_response:true}: p(95) < baseline * 1.1",
    "iterations{task:buy}: count>=5 and rate>1",
    "'my metric'{a:\"b c\"}: med<=1.5s",
    "checks{check:it is there}: rate==100%",
    "vus: value<10 within 1m",
    "dropped_iterations: count<=0 from 10s to 1m",
];

const WORDS: &[&str] = &[
    "{",
    "}",
    ":",
    ",",
    "<",
    ">=",
    "p(",
    ")",
    "%",
    "baseline",
    "*",
    "+",
    "each",
    "abort",
    "after",
    "from",
    "to",
    "ms",
    "\"",
    "'",
    "\\",
    " ",
    "p(99.999999999999999999)",
    "1e308",
    "0s",
];

const BASELINE: &[&str] = &[
    r#"{"schema":"wasmswarm.summary/1","seconds":10,"totals":{"requests":5},"series":[{"scenario":0,"method":"GET",
       "name":"/","class":"2xx","expected":true,"tags":"","scenario_name":"shop","statuses":{"200":5},"requests":5,
       "failures":0,"bytes_sent":1,"bytes_received":1,"duration":{"count":5,"mean":1.0,"min":1,"p50":1,"p90":1,"p95":1,
       "p99":1,"p999":1,"max":1},"response":{"count":5,"mean":1.0,"min":1,"p50":1,"p90":1,"p95":1,"p99":1,"p999":1,
       "max":1},"duration_histogram":"HISTFAAAACV42pNpmSzMwMCgyAABTBBKBsmBAAPjfwYYeMMEAIl2AqE="}],"custom":[],
       "checks":[],"iterations":[],"metrics":{}}"#,
];

#[test]
fn fuzz_thresholds_are_refused_or_can_be_judged() {
    gate(5_000, |dice| {
        let text = dice.text(GOOD, WORDS);
        let Ok((metric, rule)) = split(&text) else { return };
        if check(&metric, &rule).is_err() {
            return;
        }
        let plan = ThresholdPlan {
            metric,
            rule,
            abort_on_fail: false,
            delay_abort_eval: Duration::ZERO,
        };
        let info = info();
        let known = Known {
            info: &info,
            tags: &[],
        };
        let Ok(evaluator) = Evaluator::new(&[plan], &known, None) else {
            return;
        };
        let mut script = Script::with(evaluator, Limits::default());
        script.requests("/cart", 200, dice.next() % 10_000, 3);
        script.tick();
        let verdict = script.end();
        assert!(
            verdict
                .iter()
                .all(|verdict| verdict.observed.is_none_or(f64::is_finite))
        );
    });
}

#[test]
fn fuzz_baselines_are_refused_or_can_be_compared_with() {
    gate(2_000, |dice| {
        let text = dice.text(
            BASELINE,
            &["\"", "{", "}", ":", "null", "[]", "-1", "duration_histogram"],
        );
        let Ok(baseline) = Baseline::parse(&text) else {
            return;
        };
        let (metric, rule) = split("http_req_duration{scenario:shop}: p(95) < baseline * 1.1").unwrap();
        let plan = ThresholdPlan {
            metric,
            rule,
            abort_on_fail: false,
            delay_abort_eval: Duration::ZERO,
        };
        let info = info();
        let _ = Evaluator::new(
            &[plan],
            &Known {
                info: &info,
                tags: &[],
            },
            Some(&baseline),
        );
    });
}
