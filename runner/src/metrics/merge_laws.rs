//! The laws by which measurements may be added up anywhere, in any order: on one thread or many, in one process or on several
//! machines, the run's numbers are the same. The inputs are random; a failure names the smallest that breaks a law.

use super::*;
use proptest::collection::vec;
use proptest::prelude::*;
use std::time::Duration;

/// Values of all sizes alike, with how often each came.
fn distribution() -> impl Strategy<Value = Distribution<u64>> {
    let value = (any::<u64>(), 0..64_u32).prop_map(|(value, bits)| value >> bits);
    vec((value, 0..1_000_u64), 0..40).prop_map(|values| {
        let mut all = Distribution::default();
        values
            .into_iter()
            .for_each(|(value, times)| all.record_times(value, times));
        all
    })
}

fn merged<'a>(parts: impl IntoIterator<Item = &'a Distribution<u64>>) -> Distribution<u64> {
    let mut all = Distribution::default();
    parts.into_iter().for_each(|part| all.merge(part));
    all
}

/// One thing that a load thread may record.
#[derive(Debug, Clone, Copy)]
struct Event {
    thread: usize,
    what: u8,
    /// Decides the rest.
    value: u32,
    /// Whether its thread hands over what it has after this.
    hands_over: bool,
}

const THREADS: usize = 3;

fn events() -> impl Strategy<Value = Vec<Event>> {
    let event = (0..THREADS, 0..6_u8, any::<u32>(), prop::bool::weighted(0.1));
    let event = event.prop_map(|(thread, what, value, hands_over)| Event {
        thread,
        what,
        value,
        hands_over,
    });
    vec(event, 0..120)
}

fn record(shard: &mut Shard, event: Event) {
    let choice = event.value % 3;
    match event.what {
        0 | 1 => request(shard, event),
        2 => {
            shard.iterations_planned(1);
            shard.iteration_started();
            let outcome = [
                IterationOutcome::Ok,
                IterationOutcome::Failed,
                IterationOutcome::Trapped,
            ];
            shard.iteration(
                0,
                (choice % 2) as u16,
                u64::from(event.value),
                outcome[choice as usize],
            );
        }
        3 => shard.check(
            0,
            ["is there", "is whole", "is new"][choice as usize],
            "",
            event.value.is_multiple_of(2),
        ),
        4 => shard.denied(["host", "file", "clock"][choice as usize]),
        _ => {
            // Whole numbers, since the sum of others depends on their order in the last digit.
            let (name, kind) = [
                ("orders", MetricKind::Counter),
                ("share", MetricKind::Rate),
                ("weight", MetricKind::Trend),
            ][choice as usize];
            shard
                .custom(0, name, kind, f64::from(event.value % 1_000), "")
                .unwrap();
        }
    }
}

fn request(shard: &mut Shard, event: Event) {
    let failed = event.value.is_multiple_of(5);
    let duration_us = u64::from(event.value) >> 8;
    let key = RequestKey {
        scenario: 0,
        method: "GET",
        name: ["/", "/items", "/cart"][(event.value % 3) as usize],
        status: if failed { 503 } else { 200 },
        expected: !failed,
        tags: "",
    };
    let sample = RequestSample {
        duration_us,
        response_us: duration_us + u64::from(event.value % 2) * 90,
        bytes_received: u64::from(event.value % 5_000),
        failed,
        failure: failed.then_some("status 503"),
        ..RequestSample::default()
    };
    shard.request_started();
    shard.request(&key, &sample);
}

/// What the threads hand over, in the order in which they do.
fn deltas(events: &[Event]) -> Vec<Delta> {
    let mut shards: Vec<_> = (0..THREADS).map(|_| Shard::new(Limits::default())).collect();
    let mut deltas = Vec::new();
    for event in events {
        let shard = &mut shards[event.thread];
        record(shard, *event);
        if event.hands_over {
            deltas.push(shard.take());
        }
    }
    deltas.extend(shards.iter_mut().map(Shard::take));
    deltas
}

fn total(deltas: impl IntoIterator<Item = Delta>) -> serde_json::Value {
    let tasks = vec!["browse".to_owned(), "buy".to_owned()];
    let name = "shop".to_owned();
    let info = RunInfo {
        scenarios: vec![ScenarioInfo { name, tasks }],
        ..RunInfo::default()
    };
    let mut all = Aggregator::new(&Limits::default(), info);
    deltas.into_iter().for_each(|delta| all.merge(&delta));
    serde_json::to_value(all.finish(Duration::from_secs(1))).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn which_distribution_is_added_to_which_does_not_matter(one in distribution(), other in distribution()) {
        prop_assert_eq!(merged([&one, &other]), merged([&other, &one]));
    }

    #[test]
    fn how_distributions_are_grouped_does_not_matter(
        one in distribution(), two in distribution(), three in distribution(),
    ) {
        let left = merged([&merged([&one, &two]), &three]);
        let right = merged([&one, &merged([&two, &three])]);
        prop_assert_eq!(left, right);
    }

    #[test]
    fn sixty_four_parts_in_any_order_are_bit_for_bit_the_histogram_of_all(
        values in vec((any::<u64>(), 0..64_u32), 64..400), seed in any::<u64>(),
    ) {
        let values: Vec<_> = values.into_iter().map(|(value, bits)| value >> bits).collect();
        let (mut all, mut parts) = (Distribution::default(), vec![Distribution::default(); 64]);
        for (at, &value) in values.iter().enumerate() {
            all.record(value);
            parts[at % 64].record(value);
        }
        let mut dice = seed;
        parts.sort_by_cached_key(|_| {
            dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            dice >> 20
        });
        let together = merged(&parts);
        prop_assert_eq!(&together, &all);
        prop_assert_eq!(together.to_histogram(), all.to_histogram());
    }

    #[test]
    fn an_empty_distribution_changes_nothing(one in distribution()) {
        let empty = Distribution::default();
        prop_assert_eq!(&merged([&one, &empty]), &one);
        prop_assert_eq!(&merged([&empty, &one]), &one);
    }

    #[test]
    fn the_order_in_which_threads_hand_over_does_not_matter(
        events in events(), order in any::<prop::sample::Index>(),
    ) {
        let mut turned = deltas(&events);
        let middle = order.index(turned.len());
        turned.rotate_left(middle);
        turned.reverse();
        prop_assert_eq!(total(deltas(&events)), total(turned));
    }

    #[test]
    fn which_thread_records_does_not_matter(events in events(), thread in 0..THREADS) {
        let moved: Vec<_> = events.iter().map(|event| Event { thread, ..*event }).collect();
        prop_assert_eq!(total(deltas(&events)), total(deltas(&moved)));
    }

    #[test]
    fn a_thread_that_has_nothing_to_hand_over_changes_nothing(events in events()) {
        let with_empty = deltas(&events).into_iter().chain(deltas(&[]));
        prop_assert_eq!(total(deltas(&events)), total(with_empty));
    }
}

/// Ten million samples from 1 µs to 100 s, evenly by order of magnitude, of which each exact percentile is known by its rank.
#[test]
fn percentiles_of_ten_million_known_samples_are_within_a_thousandth() {
    const SAMPLES: u64 = 10_000_000;
    // Ascending, so that the value of a rank is known without sorting.
    let value = |rank: u64| {
        10_f64
            .powf((rank - 1) as f64 / (SAMPLES - 1) as f64 * 8.0)
            .round() as u64
    };
    let mut shard = Shard::new(Limits::default());
    let mut all = Aggregator::new(&Limits::default(), RunInfo::default());
    let key = RequestKey {
        scenario: 0,
        method: "GET",
        name: "/",
        status: 200,
        expected: true,
        tags: "",
    };
    for step in 0..SAMPLES {
        // In an order that isn't theirs: the factor has no divisor in common with their number.
        let us = value(1 + step * 7_654_321 % SAMPLES);
        let sample = RequestSample {
            duration_us: us,
            response_us: us,
            ..RequestSample::default()
        };
        shard.request(&key, &sample);
        if step % 1_000_000 == 999_999 {
            all.merge(&shard.take());
        }
    }
    let times = all.finish(Duration::from_secs(1)).totals.duration;
    let shown = [
        (0.5, times.p50),
        (0.9, times.p90),
        (0.95, times.p95),
        (0.99, times.p99),
        (0.999, times.p999),
    ];
    for (quantile, shown) in shown {
        let exact = value((quantile * SAMPLES as f64).ceil() as u64);
        assert!(
            shown >= exact && shown - exact <= exact / 1_000,
            "p{quantile}: {shown}, exact {exact}"
        );
    }
    assert_eq!((times.count, times.min, times.max), (SAMPLES, 1, 100_000_000));
}
