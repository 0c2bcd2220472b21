//! The tally of runs that nobody makes: deltas from a single shard, and seconds that pass as fast as a test likes.

mod count;
mod slow;

use super::{Results, Tally, run_info};
use crate::metrics::{Limits, Measured, ProcessSecond, RequestKey, RequestSample, Set, Shard};
use crate::plan::{Begin, ConstantVus, ExecutorSpec, Plan, ThresholdPlan, Workload, sample};
use crate::results::thresholds::{Evaluator, Known};
use count::{Count, News};
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::Duration;

/// Longer than anything here takes on the busiest machine.
const LONG: Duration = Duration::from_secs(60);

fn plan(warm_ups: &[bool]) -> Arc<Plan> {
    let workload = |&warm_up: &bool| Workload {
        name: String::new(),
        executor: ExecutorSpec::ConstantVus(ConstantVus {
            spawn_rate: None,
            duration: None,
        }),
        vus: vec![0],
        spare: Vec::new(),
        begin: Begin::default(),
        graceful_stop: Duration::ZERO,
        on_stop: Default::default(),
        warm_up,
    };
    Arc::new(sample::plan(warm_ups.iter().map(workload).collect()))
}

fn evaluator(plan: &Plan, metric: &str, rule: &str) -> Evaluator {
    let threshold = ThresholdPlan {
        metric: metric.to_owned(),
        rule: rule.to_owned(),
        abort_on_fail: true,
        delay_abort_eval: Duration::ZERO,
    };
    let info = run_info(plan, Set::Main);
    let known = Known {
        info: &info,
        tags: &[],
    };
    Evaluator::new(&[threshold], &known, None).unwrap()
}

/// Requests of one thread.
fn requests(shard: &mut Shard, count: u64, set: Set) -> Measured {
    let key = RequestKey {
        scenario: 0,
        method: "GET",
        name: "/",
        status: 200,
        expected: true,
        tags: "",
    };
    for _ in 0..count {
        let sample = RequestSample {
            duration_us: 1_000,
            response_us: 1_000,
            bytes_received: 100,
            ..RequestSample::default()
        };
        shard.request_started();
        shard.request(&key, &sample);
    }
    Measured::Delta {
        set,
        delta: Box::new(shard.take()),
    }
}

fn second_over(second: u64) -> Measured {
    Measured::SecondOver {
        elapsed: Duration::from_secs(second),
        process: ProcessSecond::default(),
    }
}

fn end(seconds: u64) -> Measured {
    Measured::End {
        elapsed: Duration::from_millis(seconds * 1_000 + 500),
    }
}

/// So many seconds in which as many requests are made as they are numbered, and an end with ten more.
/// `pass` is called after each second.
fn seconds(count: u64, mut pass: impl FnMut(u64)) -> impl Iterator<Item = Measured> {
    let mut shard = Shard::new(Limits::default());
    (1..=count + 1).flat_map(move |second| {
        if second > 1 {
            pass(second - 1);
        }
        if second > count {
            return [requests(&mut shard, 10, Set::Main), end(count)];
        }
        [requests(&mut shard, second, Set::Main), second_over(second)]
    })
}

#[test]
fn a_fast_output_has_every_second_and_their_sums_are_the_totals() {
    let plan = plan(&[false]);
    let (news, heard) = channel();
    let mut tally = Tally::new(&plan, Evaluator::default());
    tally.add_output(Box::new(Count::new(news)), &plan).unwrap();
    let hear = || heard.recv_timeout(LONG).unwrap();
    assert_eq!(hear(), News::Begun(1));
    let mut requests = 0;
    // More seconds than there is room for in a queue: the output takes each before the next is over.
    let source = seconds(100, |second| {
        requests += second;
        assert_eq!(hear(), News::Second(second as usize, requests));
    });
    let results = tally.add_up(source, |_| {});
    let News::Ended(totals) = hear() else {
        panic!("no end");
    };
    assert_eq!(totals[0], totals[1]);
    assert_eq!(totals[0], results.snapshot.totals);
    assert_eq!(totals[0].requests, 100 * 101 / 2 + 10);
    let ends = results.outputs.wait();
    assert_eq!(ends[0].dropped, 0);
    assert_eq!(ends[0].failure, None);
}

#[test]
fn whoever_follows_the_latest_view_may_skip_seconds_and_holds_up_nobody() {
    let plan = plan(&[false]);
    let tally = Tally::new(&plan, Evaluator::default());
    let view = tally.follow();
    let mut seen = Vec::new();
    let looks = view.clone();
    let results = tally.add_up(
        seconds(9, |second| {
            if second % 4 == 0 {
                seen.push(looks.borrow().totals.requests);
            }
        }),
        |_| {},
    );
    assert_eq!(seen, [10, 36]);
    assert_eq!(results.snapshot.totals.requests, 55);
    // Of the run's seconds; its end is told by others.
    assert_eq!(view.borrow().totals.requests, 45);
}

#[test]
fn a_warm_up_is_added_up_apart_and_given_to_no_output() {
    let plan = plan(&[true, false]);
    let (news, heard) = channel();
    let mut tally = Tally::new(&plan, Evaluator::default());
    tally.add_output(Box::new(Count::new(news)), &plan).unwrap();
    let mut shard = Shard::new(Limits::default());
    let source = [
        requests(&mut shard, 3, Set::WarmUp),
        requests(&mut shard, 4, Set::Main),
        second_over(1),
        end(1),
    ];
    let Results {
        snapshot,
        warm_up,
        outputs,
    } = tally.add_up(source, |_| {});
    assert_eq!(snapshot.totals.requests, 4);
    assert_eq!(warm_up.unwrap().totals.requests, 3);
    outputs.wait();
    assert!(heard.iter().any(|news| news == News::Second(1, 4)));
}

#[test]
fn a_threshold_that_is_to_end_the_run_is_told_at_the_end_of_its_second_before_anybody_sees_it() {
    let plan = plan(&[false]);
    let tally = Tally::new(&plan, evaluator(&plan, "http_reqs", "count<10"));
    let view = tally.follow();
    let mut told = Vec::new();
    tally.add_up(seconds(6, |_| {}), |snapshot| {
        let asks = snapshot.thresholds.iter().any(|verdict| verdict.abort);
        told.push((snapshot.totals.requests, asks, view.borrow().totals.requests));
    });
    // 1 + 2 + 3 are less than 10, with 4 more they aren't.
    let expected = [
        (1, false, 0),
        (3, false, 1),
        (6, false, 3),
        (10, true, 6),
        (15, true, 10),
        (21, true, 15),
    ];
    assert_eq!(told, expected);
}
