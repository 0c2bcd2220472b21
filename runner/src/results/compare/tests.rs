//! Changes that were planted are found, and what is none is not called one.

use super::*;
use crate::metrics::{Percentiles, RequestPoint};
use crate::results::model::{RunResults, sample};
use rand::Rng as _;
use rand_pcg::Pcg32;

/// A minute of a request that takes `us`, in which each second resembles the one before.
fn run(seed: u64, us: f64, failures: u64) -> RunResults {
    let (plan, end) = (serde_json::json!({"seed": 1}), sample::end());
    let mut run = RunResults::of(&sample::snapshot(), &sample::facts(&plan, &end)).unwrap();
    let mut dice = Pcg32::new(seed, 1);
    let mut slow = 0.0;
    let row = &mut run.requests[0];
    row.history = (1..=60)
        .map(|at| {
            slow = 0.6 * slow + 0.02 * (f64::from(dice.next_u32()) / f64::from(u32::MAX) - 0.5);
            let time = |factor: f64| (us * factor * (1.0 + slow)) as u64;
            let times = Percentiles {
                p50: time(1.0),
                p90: time(1.1),
                p95: time(1.2),
                p99: time(1.5),
                ..Percentiles::default()
            };
            RequestPoint {
                at: f64::from(at),
                seconds: 1.0,
                requests: 100,
                failures,
                service: times,
                response: times,
            }
        })
        .collect();
    (row.requests, row.failures, row.rate) = (6_000, 60 * failures, 100.0);
    run.requests.truncate(1);
    run
}

fn compared(base: &RunResults, new: &RunResults, limits: &[&str]) -> Comparison {
    let limits: Vec<_> = limits.iter().map(|text| parse_limit(text).unwrap()).collect();
    compare_runs([base, new], ["base", "new"], &limits)
}

#[test]
fn a_slowdown_is_found_in_every_run_and_equal_runs_are_called_the_same() {
    for seed in 0..20 {
        let base = run(seed, 20_000.0, 0);
        let equal = compared(&base, &run(seed + 100, 20_000.0, 0), &[]);
        assert_eq!(equal.verdict, Judgement::Same, "{seed}: {equal:?}");
        let slow = compared(&base, &run(seed + 100, 22_000.0, 0), &[]);
        assert_eq!(slow.verdict, Judgement::Worse, "{seed}: {slow:?}");
        let p95 = &slow.requests[0].changes[4];
        assert!((p95.change - 0.1).abs() < 0.03, "{p95:?}");
        assert_eq!(
            compared(&run(seed + 100, 22_000.0, 0), &base, &[]).verdict,
            Judgement::Better
        );
    }
}

#[test]
fn failures_count_as_well() {
    let worse = compared(&run(1, 20_000.0, 0), &run(2, 20_000.0, 3), &[]);
    assert_eq!(worse.verdict, Judgement::Worse);
    let failures = &worse.requests[0].changes[1];
    assert!((failures.change - 0.03).abs() < 1e-9 && failures.verdict == Judgement::Worse);
}

#[test]
fn limits_decide_where_there_are_some() {
    let (base, slow) = (run(1, 20_000.0, 0), run(2, 22_000.0, 0));
    let fails = |limits: &[&str]| compared(&base, &slow, limits).has_failed(!limits.is_empty());
    assert!(fails(&[]) && fails(&["p95=5%"]) && fails(&["/:p50=8%"]) && fails(&["p95=50%", "GET /:p95=5%"]));
    assert!(!fails(&["p95=20%"]) && !fails(&["/other:p95=5%"]) && !fails(&["p95=5%", "/:p95=30%"]));
}

#[test]
fn without_enough_seconds_nothing_is_said_about_chance() {
    let (base, mut short) = (run(1, 20_000.0, 0), run(2, 40_000.0, 0));
    short.requests[0].history.truncate(5);
    let all = compared(&base, &short, &[]);
    assert_eq!(all.verdict, Judgement::Unknown);
    assert!(
        all.notes.iter().any(|note| note.contains("fewer than 8 seconds")),
        "{all:?}"
    );
}

#[test]
fn requests_of_one_side_alone_are_listed_without_figures() {
    let (base, mut new) = (run(1, 20_000.0, 0), run(2, 20_000.0, 0));
    new.requests[0].name = "/new".to_owned();
    let all = compared(&base, &new, &[]);
    let counts: Vec<_> = all
        .requests
        .iter()
        .map(|request| (request.requests, request.changes.len()))
        .collect();
    assert_eq!(counts, [([6_000, 0], 0), ([0, 6_000], 0)]);
}

mod pairs {
    use super::super::*;
    use crate::metrics::{
        Aggregator, Limits, RequestKey, RequestSample, RunInfo, ScenarioInfo, Shard, Snapshot,
    };
    use rand::Rng as _;
    use rand_pcg::Pcg32;
    use std::time::Duration;

    /// A block of 50 requests of about `us`.
    fn block(dice: &mut Pcg32, us: f64) -> Snapshot {
        let limits = Limits::default();
        let mut shard = Shard::new(limits.clone());
        for _ in 0..50 {
            let chance = 1.0 + 0.1 * f64::from(dice.next_u32()) / f64::from(u32::MAX);
            let us = (us * chance) as u64;
            let sample = RequestSample {
                duration_us: us,
                response_us: us,
                ..RequestSample::default()
            };
            let key = RequestKey {
                scenario: 0,
                method: "GET",
                name: "/",
                status: 200,
                expected: true,
                tags: "",
            };
            shard.request_started();
            shard.request(&key, &sample);
        }
        let scenarios = vec![ScenarioInfo {
            name: "shop".to_owned(),
            tasks: Vec::new(),
        }];
        let info = RunInfo {
            scenarios,
            ..RunInfo::default()
        };
        let mut all = Aggregator::new(&limits, info);
        all.merge(&shard.take());
        all.finish(Duration::from_secs(1))
    }

    /// Rounds on a machine that is up to twice as slow from one round to the next.
    fn duet(seed: u64, slower: f64) -> Comparison {
        let mut dice = Pcg32::new(seed, 3);
        let rounds: Vec<_> = (0..24)
            .map(|_| {
                let machine = 20_000.0 * (1.0 + f64::from(dice.next_u32()) / f64::from(u32::MAX));
                let mut halves = [Half::default(), Half::default()];
                for side in [0, 1, 1, 0] {
                    let us = if side == 1 { machine * slower } else { machine };
                    halves[side].add(&block(&mut dice, us));
                }
                halves
            })
            .collect();
        compare_rounds(&rounds, ["http://a", "http://b"], &[])
    }

    #[test]
    fn three_percent_are_found_beneath_a_machine_that_changes_by_a_hundred() {
        for seed in 0..20 {
            assert_eq!(duet(seed, 1.0).verdict, Judgement::Same, "{seed}");
            let slow = duet(seed, 1.03);
            assert_eq!(slow.verdict, Judgement::Worse, "{seed}: {slow:?}");
            let p50 = &slow.requests[0].changes[2];
            assert!((p50.change - 0.03).abs() < 0.01, "{p50:?}");
        }
    }
}
