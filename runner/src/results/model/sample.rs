//! A small run for the tests of results and their renderings, measured by the real thing.

use super::{EndFacts, RunFacts, RunResults};
use crate::metrics::{
    Aggregator, IterationOutcome, Limits, MetricKind, ProcessSecond, RequestKey, RequestSample, RunInfo,
    ScenarioInfo, Shard, Snapshot,
};
use std::time::{Duration, UNIX_EPOCH};

/// 100 requests in 10 s: 97 with 200, two with 404, one refused.
pub(crate) fn snapshot() -> Snapshot {
    measured(&ProcessSecond::default())
}

/// The same, stopped for a second.
pub(crate) fn stopped() -> Snapshot {
    measured(&ProcessSecond {
        paused: Duration::from_millis(1_020),
        ..ProcessSecond::default()
    })
}

fn measured(process: &ProcessSecond) -> Snapshot {
    let limits = Limits::default();
    let mut shard = Shard::new(limits.clone());
    (0..100).for_each(|at| request(&mut shard, at));
    (0..50).for_each(|_| {
        shard.iterations_planned(1);
        shard.iteration_started();
        shard.iteration(0, 0, 20_000, IterationOutcome::Ok);
    });
    (0..10).for_each(|at| shard.check(0, "has \u{1b}[31mitems", "", at != 0));
    shard.check(0, "is fast", "", true);
    shard.custom(0, "basket", MetricKind::Trend, 2.5, "").unwrap();
    shard.custom(0, "orders", MetricKind::Counter, 7.0, "").unwrap();
    shard.vu_started(0);
    let scenarios = vec![ScenarioInfo {
        name: "shop".to_owned(),
        tasks: vec!["browse".to_owned()],
    }];
    let mut all = Aggregator::new(
        &limits,
        RunInfo {
            scenarios,
            vus: 1,
            ..RunInfo::default()
        },
    );
    all.merge(&shard.take());
    all.process(process);
    all.finish(Duration::from_secs(10))
}

fn request(shard: &mut Shard, at: u64) {
    let (status, failure) = match at {
        0 => (0, Some("connection-refused")),
        1 | 2 => (404, Some("status 404")),
        _ => (200, None),
    };
    let name = if at.is_multiple_of(2) { "/items/{id}" } else { "/" };
    let us = 1_000 + at * 10;
    let sample = RequestSample {
        duration_us: us,
        response_us: us,
        waiting_us: us,
        bytes_sent: 50,
        bytes_received: 500,
        failed: failure.is_some(),
        failure,
        ..RequestSample::default()
    };
    shard.request_started();
    shard.request(
        &RequestKey {
            scenario: 0,
            method: "GET",
            name,
            status,
            expected: failure.is_none(),
            tags: "",
        },
        &sample,
    );
}

/// The results of that run.
pub(crate) fn results() -> RunResults {
    let plan = serde_json::json!({"seed": 1});
    RunResults::of(&snapshot(), &facts(&plan, &end())).unwrap()
}

/// A run that ended as planned.
pub(crate) fn end() -> EndFacts {
    EndFacts {
        reason: "finished".to_owned(),
        code: 0,
        text: "the run time is over".to_owned(),
    }
}

/// Facts of that run.
pub(crate) fn facts<'a>(plan: &'a serde_json::Value, end: &'a EndFacts) -> RunFacts<'a> {
    let started = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    RunFacts {
        plugin: "shop.wasm",
        plan,
        is_open: false,
        plan_hash: "0",
        warm_up: None,
        started,
        ended: started + Duration::from_secs(10),
        end,
        wrong: &[],
    }
}
