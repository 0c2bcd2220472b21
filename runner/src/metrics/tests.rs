//! Tests of shards and aggregator together: however the work is split among threads and
//! seconds, the run's numbers are the same.

use super::*;
use std::time::Duration;

/// A small deterministic generator: tests must fail the same way twice.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

const REQUESTS: u64 = 2_000;
const NAMES: [&str; 5] = ["/", "/items", "/items/{id}", "/login", "/cart"];

fn aggregator(limits: &Limits) -> Aggregator {
    let tasks = vec!["browse".to_owned(), "buy".to_owned()];
    let scenarios = vec![ScenarioInfo {
        name: "shop".to_owned(),
        tasks,
    }];
    Aggregator::new(
        limits,
        RunInfo {
            scenarios,
            ..RunInfo::default()
        },
    )
}

/// One random request with what may come with it.
fn one(shard: &mut Shard, dice: &mut Dice) {
    let status = [200, 200, 200, 404, 503, 0][dice.below(6) as usize];
    let failed = !(200..400).contains(&status);
    let duration_us = 1 + dice.below(1_000) * dice.below(3_000);
    let sample = RequestSample {
        duration_us,
        response_us: duration_us + dice.below(2) * dice.below(9_000),
        waiting_us: duration_us / 2,
        bytes_received: dice.below(5_000),
        failed,
        failure: failed.then_some("bad status"),
        ..RequestSample::default()
    };
    let name = NAMES[dice.below(5) as usize];
    shard.request_started();
    let handle = shard.request(
        &RequestKey {
            scenario: 0,
            method: "GET",
            name,
            status,
            expected: !failed,
            tags: "",
        },
        &sample,
    );
    match dice.below(10) {
        0 if failed => shard.pass(handle, Some("bad status")),
        0 => shard.fail(handle, "too slow"),
        _ => {}
    }
    shard.iterations_planned(1);
    shard.iteration_started();
    let task = dice.below(2) as u16;
    shard.iteration(0, task, duration_us, IterationOutcome::Ok);
    shard.check(0, "body is complete", "", dice.below(5) > 0);
    shard
        .custom(0, "weight", MetricKind::Trend, duration_us as f64 / 7.0, "")
        .unwrap();
}

/// The run of `seed`, spread over `threads` shards which are emptied at random moments.
fn run(seed: u64, threads: usize, limits: &Limits) -> Snapshot {
    let mut all = aggregator(limits);
    let mut shards: Vec<_> = (0..threads).map(|_| Shard::new(limits.clone())).collect();
    let (mut dice, mut split) = (Dice(seed), Dice(seed ^ 0xabcd));
    for _ in 0..REQUESTS {
        let shard = &mut shards[split.below(threads as u64) as usize];
        one(shard, &mut dice);
        if split.below(500) == 0 {
            all.merge(&shard.take());
        }
    }
    shards.iter_mut().for_each(|shard| all.merge(&shard.take()));
    all.finish(Duration::from_secs(30))
}

fn encoded(times: &Distribution<u64>) -> Vec<u8> {
    use hdrhistogram::serialization::{Serializer, V2Serializer};
    let mut bytes = Vec::new();
    V2Serializer::new()
        .serialize(&times.to_histogram(), &mut bytes)
        .unwrap();
    bytes
}

#[test]
fn any_split_gives_the_numbers_of_a_single_recorder() {
    for seed in 1..=2 {
        let single = run(seed, 1, &Limits::default());
        for threads in [2, 16] {
            let split = run(seed, threads, &Limits::default());
            let [one, other] = [&single, &split].map(|s| serde_json::to_value(s).unwrap());
            assert_eq!(one, other, "seed {seed}, {threads} threads");
        }
    }
}

#[test]
fn histograms_of_any_split_are_equal_byte_for_byte() {
    let single = run(7, 1, &Limits::default());
    let split = run(7, 16, &Limits::default());
    assert_eq!(single.series.len(), split.series.len());
    for (one, other) in single.series.iter().zip(&split.series) {
        let (one, other) = (one.times.as_ref().unwrap(), other.times.as_ref().unwrap());
        assert_eq!(encoded(&one.duration), encoded(&other.duration));
        assert_eq!(encoded(&one.response), encoded(&other.response));
    }
}

#[test]
fn a_run_reconciles_with_its_plan() {
    let snapshot = run(3, 4, &Limits::default());
    assert_eq!(snapshot.reconcile(Some(REQUESTS)), Vec::<String>::new());
    assert_eq!(snapshot.reconcile(Some(REQUESTS + 1)).len(), 1);
}

#[test]
fn folds_series_beyond_the_limit_with_exact_totals() {
    let limits = Limits {
        series: 4,
        failure_messages: 2,
        ..Limits::default()
    };
    let (whole, folded) = (run(5, 3, &Limits::default()), run(5, 3, &limits));
    assert_eq!(whole.totals, folded.totals);
    assert_eq!(folded.series.len(), 5);
    let other = folded.series.iter().find(|row| row.key.name == OTHER).unwrap();
    let kept: u64 = folded
        .series
        .iter()
        .filter(|row| row.key.name != OTHER)
        .map(|row| row.requests)
        .sum();
    assert_eq!(
        (other.requests + kept, other.requests),
        (REQUESTS, folded.flags.folded_requests)
    );
    assert!(folded.flags.folded_requests > 0 && folded.flags.folded_failures > 0);
    assert_eq!(folded.reconcile(Some(REQUESTS)), Vec::<String>::new());
}

#[test]
fn verdicts_reach_requests_of_earlier_seconds() {
    let limits = Limits::default();
    let (mut shard, mut all) = (Shard::new(limits.clone()), aggregator(&limits));
    let key = RequestKey {
        scenario: 0,
        method: "GET",
        name: "/",
        status: 500,
        expected: true,
        tags: "",
    };
    let failed = RequestSample {
        failed: true,
        failure: Some("status 500"),
        ..RequestSample::default()
    };
    let first = shard.request(&key, &failed);
    let second = shard.request(&RequestKey { status: 200, ..key }, &RequestSample::default());
    all.merge(&shard.take());
    let before = all.tick(Duration::from_secs(1));
    assert_eq!((before.totals.failures, before.history[0].failures), (1, 1));
    shard.pass(first, Some("status 500"));
    shard.fail(second, "empty");
    shard.pass(second, Some("empty"));
    all.merge(&shard.take());
    let after = all.tick(Duration::from_secs(2));
    assert_eq!(
        (
            after.totals.failures,
            after.failures.len(),
            after.history[0].failures
        ),
        (0, 0, 0)
    );
    assert_eq!((after.totals.requests, after.totals.duration.count), (2, 2));
}

#[test]
fn requests_that_were_never_sent_are_in_the_books_without_a_time() {
    let limits = Limits::default();
    let (mut shard, mut all) = (Shard::new(limits.clone()), aggregator(&limits));
    let key = RequestKey {
        scenario: 0,
        method: "GET",
        name: "/",
        status: 0,
        expected: false,
        tags: "",
    };
    let refused = RequestSample {
        never_sent: true,
        failed: true,
        failure: Some("host-not-allowed"),
        ..RequestSample::default()
    };
    let unconnected = RequestSample {
        response_us: 900,
        ..refused
    };
    for sample in [refused, unconnected, RequestSample::default()] {
        shard.request_started();
        shard.request(&key, &sample);
    }
    all.merge(&shard.take());
    let snapshot = all.finish(Duration::from_secs(1));
    let totals = &snapshot.totals;
    assert_eq!(
        (totals.requests, totals.requests_unsent, totals.requests_refused),
        (3, 2, 1)
    );
    assert_eq!((totals.duration.count, totals.response.count), (1, 2));
    assert_eq!(snapshot.reconcile(None), Vec::<String>::new());
}

#[test]
fn an_interrupted_iteration_has_no_duration() {
    let limits = Limits::default();
    let (mut shard, mut all) = (Shard::new(limits.clone()), aggregator(&limits));
    for outcome in [
        IterationOutcome::Ok,
        IterationOutcome::Interrupted,
        IterationOutcome::Trapped,
    ] {
        shard.iteration(0, 1, 5_000, outcome);
    }
    all.merge(&shard.take());
    let snapshot = all.finish(Duration::from_secs(1));
    let row = &snapshot.iterations[0];
    assert_eq!((row.scenario.as_str(), row.task.as_str()), ("shop", "buy"));
    assert_eq!(
        row.outcomes,
        Outcomes {
            ok: 1,
            failed: 0,
            trapped: 1,
            interrupted: 1
        }
    );
    assert_eq!((row.outcomes.completed(), row.duration.count), (2, 2));
}

#[test]
fn a_metric_keeps_the_kind_of_its_first_use_in_any_thread() {
    let limits = Limits::default();
    let (mut one, mut other) = (Shard::new(limits.clone()), Shard::new(limits));
    one.custom(0, "size", MetricKind::Trend, 1.0, "").unwrap();
    let mismatch = KindMismatch {
        registered: MetricKind::Trend,
        used: MetricKind::Gauge,
    };
    assert_eq!(other.custom(0, "size", MetricKind::Gauge, 1.0, ""), Err(mismatch));
    assert_eq!(one.custom(0, "size", MetricKind::Gauge, 1.0, ""), Err(mismatch));
    assert_eq!(other.custom(0, "size", MetricKind::Trend, 1.0, ""), Ok(()));
}

#[test]
fn metrics_beyond_the_limit_are_counted_in_one() {
    let limits = Limits {
        metric_names: 2,
        ..Limits::default()
    };
    let (mut shard, mut all) = (Shard::new(limits.clone()), aggregator(&limits));
    for name in ["a", "b", "c", "d", "c", "a"] {
        shard.custom(0, name, MetricKind::Counter, 5.0, "").unwrap();
    }
    shard.custom(0, "a", MetricKind::Counter, f64::NAN, "").unwrap();
    all.merge(&shard.take());
    let snapshot = all.finish(Duration::from_secs(1));
    let values: Vec<_> = snapshot
        .custom
        .iter()
        .map(|row| (row.name.as_str(), &row.value))
        .collect();
    let counter = |count, sum| CustomValue::Counter { count, sum };
    assert_eq!(
        values,
        [
            (OTHER, &counter(3, 3.0)),
            ("a", &counter(2, 10.0)),
            ("b", &counter(1, 5.0))
        ]
    );
    assert_eq!(
        (snapshot.flags.folded_values, snapshot.flags.values_dropped),
        (3, 1)
    );
}

#[test]
fn tagged_metrics_have_a_row_for_all_tags() {
    let limits = Limits::default();
    let (mut shard, mut all) = (Shard::new(limits.clone()), aggregator(&limits));
    for tags in ["", "kind=a", "kind=b", "kind=a"] {
        shard.custom(0, "orders", MetricKind::Counter, 1.0, tags).unwrap();
    }
    all.merge(&shard.take());
    let snapshot = all.finish(Duration::from_secs(1));
    let rows: Vec<_> = snapshot
        .custom
        .iter()
        .map(|row| (row.tags.as_str(), row.value.clone()))
        .collect();
    let counter = |count| CustomValue::Counter {
        count,
        sum: count as f64,
    };
    assert_eq!(
        rows,
        [("", counter(4)), ("kind=a", counter(2)), ("kind=b", counter(1))]
    );
}

#[test]
fn vus_are_counted_across_threads() {
    let limits = Limits::default();
    let (mut one, mut other) = (Shard::new(limits.clone()), Shard::new(limits.clone()));
    let mut all = aggregator(&limits);
    (0..3).for_each(|_| one.vu_started(0));
    all.merge(&one.take());
    assert_eq!(all.tick(Duration::from_secs(1)).vus.now, 3);
    other.vu_stopped(0);
    one.vu_stopped(0);
    all.merge(&other.take());
    all.merge(&one.take());
    let vus = all.finish(Duration::from_secs(2)).vus;
    assert_eq!(
        (vus.now, vus.max, vus.by_scenario),
        (1, 3, vec![("shop".to_owned(), 1)])
    );
}

#[test]
fn rows_of_one_name_merge_all_statuses() {
    let limits = Limits::default();
    let (mut shard, mut all) = (Shard::new(limits.clone()), aggregator(&limits));
    for (status, us) in [(200, 10), (201, 20), (404, 30), (0, 40)] {
        let key = RequestKey {
            scenario: 0,
            method: "GET",
            name: "/",
            status,
            expected: true,
            tags: "",
        };
        shard.request(
            &key,
            &RequestSample {
                duration_us: us,
                response_us: us,
                ..RequestSample::default()
            },
        );
    }
    all.merge(&shard.take());
    let snapshot = all.finish(Duration::from_secs(2));
    assert_eq!(snapshot.series.len(), 3);
    let row = &snapshot.requests[0];
    assert_eq!((snapshot.requests.len(), row.requests, row.rate), (1, 4, 2.0));
    assert_eq!(
        (row.duration.min, row.duration.p50, row.duration.max),
        (10, 20, 40)
    );
}

#[test]
fn times_beyond_the_memory_are_folded_and_totals_stay_exact() {
    let limits = Limits {
        bytes: 60_000,
        ..Limits::default()
    };
    let mut shard = Shard::new(limits.clone());
    let mut all = aggregator(&limits);
    let (mut sum, mut count) = (0, 0_u64);
    for second in 0..40_u64 {
        for series in 0..200_u64 {
            let name = format!("/{series}");
            let us = (second * 7_919 + series * 104_729) * 997 % 3_000_000_000;
            let key = RequestKey {
                scenario: 0,
                method: "GET",
                name: &name,
                status: 200,
                expected: true,
                tags: "",
            };
            let sample = RequestSample {
                duration_us: us,
                response_us: us,
                ..RequestSample::default()
            };
            shard.request_started();
            shard.request(&key, &sample);
            (sum, count) = (sum + us, count + 1);
        }
        all.merge(&shard.take());
    }
    let held: usize = all.series.iter().map(|(_, totals)| totals.bytes()).sum();
    let folded: usize = all.series.other().map_or(0, |totals| totals.bytes());
    assert!(held - folded <= 60_000, "{held} bytes, {folded} of them folded");
    let last = all.finish(Duration::from_secs(40));
    assert!(last.flags.folded_requests > 0);
    assert_eq!(last.totals.requests, count);
    assert_eq!((last.totals.duration.mean * count as f64).round() as u64, sum);
    assert_eq!(last.series.iter().map(|row| row.requests).sum::<u64>(), count);
}
