//! No executor lets two iterations draw the same random numbers, however many threads share it.

use super::sleepers::{MS, per_second, play, play_one, rate, stage, workload};
use crate::engine::load::control::{LoadChange, LoadLevel};
use crate::plan::{
    ConstantVus, Custom, Drawer, ExecutorSpec, PerVuIterations, Profile, RampingArrivalRate, RampingVus,
    SharedIterations, Spacing,
};
use std::collections::HashSet;
use std::time::Duration;

fn executors() -> [(ExecutorSpec, bool); 6] {
    let down_and_up = [
        stage(300, 5.0),
        stage(0, 0.0),
        stage(250, 0.0),
        stage(0, 5.0),
        stage(300, 5.0),
    ];
    let ramp = |target| Profile {
        start: 5.0,
        stages: vec![stage(500, target), stage(500, target)],
    };
    [
        (
            ExecutorSpec::ConstantVus(ConstantVus {
                spawn_rate: crate::plan::SpawnRate::new(20.0).ok(),
                duration: Some(MS(1000)),
            }),
            false,
        ),
        (
            ExecutorSpec::RampingVus(RampingVus {
                profile: Profile {
                    start: 5.0,
                    stages: down_and_up.to_vec(),
                },
                graceful_ramp_down: MS(1000),
            }),
            false,
        ),
        (
            ExecutorSpec::PerVuIterations(PerVuIterations {
                spawn_rate: None,
                iterations: 20,
                max_duration: None,
            }),
            false,
        ),
        (
            ExecutorSpec::SharedIterations(SharedIterations {
                spawn_rate: None,
                iterations: 100,
                max_duration: None,
            }),
            true,
        ),
        (rate(100.0, 1000, 2), true),
        (
            ExecutorSpec::RampingArrivalRate(RampingArrivalRate {
                profile: ramp(200.0),
                spacing: Spacing::Poisson,
                pre_allocated_vus: 2,
            }),
            true,
        ),
    ]
}

fn assert_once<T: std::hash::Hash + Eq + std::fmt::Debug>(what: &str, all: impl IntoIterator<Item = T>) {
    let mut seen = HashSet::new();
    for one in all {
        let shown = format!("{one:?}");
        assert!(seen.insert(one), "{what}: {shown} came twice");
    }
    assert!(seen.len() >= 50, "{what}: only {} iterations", seen.len());
}

#[test]
fn no_executor_lets_two_iterations_draw_the_same() {
    for (executor, by_index) in executors() {
        for threads in [1, 2, 3] {
            let seen = play_one(executor.clone(), 10, threads, 30);
            let what = format!("{} on {threads} threads", executor.name());
            assert_once(
                &what,
                seen.drawn.iter().map(|(drawer, n, _)| format!("{drawer:?} {n}")),
            );
            assert_once(&what, seen.drawn.iter().map(|drawn| drawn.2));
            let is_iterations = |drawer: &Drawer| matches!(drawer, Drawer::Iteration { .. });
            assert!(
                seen.drawn.iter().all(|drawn| is_iterations(&drawn.0) == by_index),
                "{what}"
            );
        }
    }
}

#[test]
fn a_shape_of_users_or_of_a_rate_is_as_the_others() {
    let users = LoadLevel::Users {
        users: 4,
        spawn_rate: None,
        scenarios: None,
    };
    for (target, by_index) in [(users, false), (LoadLevel::Rate(per_second(100.0)), true)] {
        let spec = ExecutorSpec::Custom(Custom {
            max_duration: Some(MS(1000)),
        });
        let seen = play(vec![workload(spec, 10)], 2, MS(30), async |control, _| {
            control.change(
                0,
                LoadChange {
                    at: Duration::ZERO,
                    to: target,
                },
            );
        });
        assert_once(
            "custom",
            seen.drawn.iter().map(|(drawer, n, _)| format!("{drawer:?} {n}")),
        );
        assert_once("custom", seen.drawn.iter().map(|drawn| drawn.2));
        let drawer = seen.drawn[0].0;
        assert_eq!(matches!(drawer, Drawer::Iteration { .. }), by_index);
    }
}

#[test]
fn scenarios_that_take_turns_each_go_through_all_of_their_sequence() {
    let mut mixed = workload(rate(100.0, 1000, 1), 4);
    mixed.vus = vec![0, 1, 0, 2];
    let scenarios = crate::engine::load::arrival_scenarios::ArrivalScenarios::new(&mixed);
    let places: Vec<_> = (0..8).map(|index| scenarios.of(index)).collect();
    assert_eq!(
        places,
        [(0, 0), (1, 0), (0, 1), (2, 0), (0, 2), (1, 1), (0, 3), (2, 1)]
    );
    mixed.vus = vec![1; 4];
    let scenarios = crate::engine::load::arrival_scenarios::ArrivalScenarios::new(&mixed);
    assert_eq!(
        [0, 1, 5].map(|index| scenarios.of(index)),
        [(1, 0), (1, 1), (1, 5)]
    );
}
