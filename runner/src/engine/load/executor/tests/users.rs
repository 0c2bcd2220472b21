//! Virtual users over time: when they come, how they iterate, and what grace they have.

use super::sleepers::{MS, play, play_one, stage, workload};
use crate::plan::{ConstantVus, ExecutorSpec, Profile, RampingVus};
use std::time::Duration;

#[test]
fn constant_vus_iterate_back_to_back_from_their_spawn_times() {
    let spec = ExecutorSpec::ConstantVus(ConstantVus {
        spawn_rate: crate::plan::SpawnRate::new(10.0).ok(),
        duration: Some(MS(500)),
    });
    for threads in [1, 2, 3] {
        let seen = play_one(spec.clone(), 3, threads, 150);
        let expected = [
            (0, 0, 0),
            (100, 1, 1),
            (150, 0, 3),
            (200, 2, 2),
            (250, 1, 4),
            (300, 0, 6),
            (350, 2, 5),
            (400, 1, 7),
            (450, 0, 9),
        ];
        assert_eq!(seen.starts, expected, "{threads} threads");
        assert_eq!(seen.planned_started_dropped(), (9, 9, 0));
        assert_eq!(seen.ended, 600, "running iterations finish");
    }
}

#[test]
fn ramping_vus_come_and_go_with_the_profile() {
    let spec = ExecutorSpec::RampingVus(RampingVus {
        profile: Profile {
            start: 1.0,
            stages: vec![stage(200, 3.0), stage(200, 3.0), stage(195, 0.0)],
        },
        graceful_ramp_down: MS(1000),
    });
    for threads in [1, 2] {
        let seen = play_one(spec.clone(), 3, threads, 100);
        // VU 1 from 100 ms, VU 2 from 200 ms; down to 2 at 465 ms, to 1 at 530 ms, to 0 at 595 ms.
        let vu = |vu| {
            seen.starts
                .iter()
                .filter(|s| s.1 == vu)
                .map(|s| s.0)
                .collect::<Vec<_>>()
        };
        assert_eq!(vu(0), [0, 100, 200, 300, 400, 500]);
        assert_eq!(vu(1), [100, 200, 300, 400, 500]);
        assert_eq!(vu(2), [200, 300, 400]);
    }
}

#[test]
fn a_vu_that_is_no_longer_wanted_has_its_grace_and_no_more() {
    let spec = |grace| {
        ExecutorSpec::RampingVus(RampingVus {
            profile: Profile {
                start: 1.0,
                stages: vec![stage(100, 1.0), stage(0, 0.0), stage(5000, 0.0)],
            },
            graceful_ramp_down: MS(grace),
        })
    };
    assert_eq!(play_one(spec(1000), 1, 1, 700).times(), [0]);
    assert_eq!(play_one(spec(1000), 1, 1, 700).ended, 5100);
    let mut short = workload(spec(200), 1);
    short.graceful_stop = Duration::ZERO;
    assert_eq!(play(vec![short], 1, MS(60_000), async |_, _| {}).ended, 5100);
}

#[test]
fn a_vu_that_is_wanted_again_comes_back() {
    let spec = ExecutorSpec::RampingVus(RampingVus {
        profile: Profile {
            start: 1.0,
            stages: vec![
                stage(150, 1.0),
                stage(0, 0.0),
                stage(300, 0.0),
                stage(0, 1.0),
                stage(150, 1.0),
            ],
        },
        graceful_ramp_down: MS(1000),
    });
    assert_eq!(play_one(spec, 1, 1, 100).times(), [0, 100, 450, 550]);
}
