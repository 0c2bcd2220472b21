//! Thresholds by table, and judged over measurements that the real recorder made.

mod baseline;
mod fuzz;
mod grammar;
mod judging;
mod refusals;

use super::*;
use crate::metrics::{Limits, RequestKey, RequestSample, RunInfo, ScenarioInfo, Shard, Verdict};
use crate::plan::ThresholdPlan;
use std::time::Duration;

fn info() -> RunInfo {
    let scenario = |name: &str, tasks: &[&str]| ScenarioInfo {
        name: name.to_owned(),
        tasks: tasks.iter().map(|&task| task.to_owned()).collect(),
    };
    let scenarios = vec![
        scenario("shop", &["browse", "buy"]),
        scenario("admin", &["report"]),
    ];
    RunInfo {
        scenarios,
        vus: 3,
        ..RunInfo::default()
    }
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
