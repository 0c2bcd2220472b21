//! What changes while it runs, pauses too, and workloads that wait for each other.

use super::sleepers::{MS, per_second, play, rate, workload};
use crate::engine::load::control::{Control, LoadChange, LoadLevel};
use crate::plan::{Begin, ConstantVus, Custom, ExecutorSpec, PerVuIterations};

#[test]
fn the_plugins_own_shape_arrives_as_changes() {
    let spec = ExecutorSpec::Custom(Custom { max_duration: None });
    let users = |users| LoadLevel::Users {
        users,
        spawn_rate: None,
        scenarios: None,
    };
    let shape = async |control: Control, _| {
        for (at, to) in [
            (0, users(1)),
            (100, users(2)),
            (200, users(0)),
            (300, LoadLevel::End),
        ] {
            control.change(0, LoadChange { at: MS(at), to });
        }
    };
    let seen = play(vec![workload(spec.clone(), 3)], 2, MS(50), shape);
    assert_eq!(seen.times(), [0, 50, 100, 100, 150, 150]);
    let shape = async |control: Control, _| {
        for (at, to) in [
            (0, LoadLevel::Rate(per_second(10.0))),
            (200, LoadLevel::Rate(per_second(20.0))),
            (400, LoadLevel::End),
        ] {
            control.change(0, LoadChange { at: MS(at), to });
        }
    };
    let seen = play(vec![workload(spec, 3)], 2, MS(50), shape);
    assert_eq!(seen.times(), [0, 100, 200, 250, 300, 350]);
}

#[test]
fn live_changes_of_users_and_rate_are_followed() {
    let spec = ExecutorSpec::ConstantVus(ConstantVus {
        spawn_rate: None,
        duration: Some(MS(1000)),
    });
    let mut roomy = workload(spec, 1);
    roomy.spare = vec![0; 3];
    let change = async |control: Control, _| {
        tokio::time::sleep(MS(280)).await;
        control.set_users(None, 3, None).unwrap();
        assert_eq!(control.users(None), Ok(3));
        assert!(control.set_users(None, 5, None).is_err());
        tokio::time::sleep(MS(270)).await;
        control.set_users(Some("w"), 1, None).unwrap();
    };
    let seen = play(vec![roomy], 2, MS(100), change);
    let at = |ms| seen.starts.iter().filter(|s| s.0 == ms).count();
    assert_eq!([200, 300, 400, 500, 600, 900].map(at), [1, 3, 3, 3, 1, 1]);
    let change = async |control: Control, _| {
        tokio::time::sleep(MS(430)).await;
        control.set_rate(None, 20.0).unwrap();
    };
    let seen = play(vec![workload(rate(10.0, 800, 2), 2)], 2, MS(10), change);
    assert_eq!(
        seen.times(),
        [0, 100, 200, 300, 400, 475, 525, 575, 625, 675, 725, 775]
    );
    assert_eq!(seen.planned_started_dropped(), (12, 12, 0));
}

#[test]
fn time_stands_still_during_a_pause() {
    let pause = async |control: Control, _| {
        tokio::time::sleep(MS(150)).await;
        control.pause();
        tokio::time::sleep(MS(1000)).await;
        control.resume();
    };
    let seen = play(vec![workload(rate(10.0, 500, 2), 2)], 2, MS(10), pause);
    assert_eq!(seen.times(), [0, 100, 1200, 1300, 1400]);
    let spec = ExecutorSpec::ConstantVus(ConstantVus {
        spawn_rate: None,
        duration: Some(MS(400)),
    });
    let pause = async |control: Control, _| {
        tokio::time::sleep(MS(150)).await;
        control.pause();
        tokio::time::sleep(MS(1000)).await;
        control.resume();
    };
    let seen = play(vec![workload(spec, 1)], 1, MS(100), pause);
    assert_eq!(seen.times(), [0, 100, 1150, 1250, 1350]);
}

#[test]
fn what_begins_after_a_pause_is_delayed_by_it_once() {
    let first = workload(rate(10.0, 300, 1), 1);
    let mut second = workload(rate(10.0, 200, 1), 1);
    second.begin = Begin {
        after: vec![0],
        delay: MS(200),
    };
    let mut late = workload(rate(10.0, 100, 1), 1);
    late.begin.delay = MS(250);
    let pause = async |control: Control, _| {
        tokio::time::sleep(MS(150)).await;
        control.pause();
        tokio::time::sleep(MS(1000)).await;
        assert_eq!(control.paused_for(), MS(1000));
        control.resume();
        tokio::time::sleep(MS(1000)).await;
        assert_eq!(control.paused_for(), MS(1000));
    };
    let seen = play(vec![first, second, late], 2, MS(10), pause);
    assert_eq!(seen.times(), [0, 100, 1200, 1250, 1505, 1605]);
}

#[test]
fn workloads_run_side_by_side_and_after_each_other() {
    let mut late = workload(rate(10.0, 200, 1), 1);
    late.begin = Begin {
        after: vec![1],
        delay: MS(300),
    };
    let first = workload(
        ExecutorSpec::PerVuIterations(PerVuIterations {
            spawn_rate: None,
            iterations: 2,
            max_duration: None,
        }),
        1,
    );
    let mut delayed = workload(rate(10.0, 200, 1), 1);
    delayed.begin.delay = MS(70);
    let seen = play(vec![late, first, delayed], 2, MS(50), async |_, _| {});
    assert_eq!(seen.times(), [0, 50, 70, 170, 405, 505]);
}
