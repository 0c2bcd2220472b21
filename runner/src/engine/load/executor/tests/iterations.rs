//! Fixed numbers of iterations: who makes them, and what is dropped when the time is up.

use super::sleepers::{MS, play_one};
use crate::plan::{ExecutorSpec, PerVuIterations, SharedIterations};

#[test]
fn shared_iterations_go_to_whoever_is_free() {
    let spec = ExecutorSpec::SharedIterations(SharedIterations {
        spawn_rate: None,
        iterations: 7,
        max_duration: Some(MS(10_000)),
    });
    for threads in [1, 2, 3] {
        let seen = play_one(spec.clone(), 3, threads, 100);
        assert_eq!(seen.times(), [0, 0, 0, 100, 100, 100, 200], "{threads} threads");
        assert_eq!(seen.planned_started_dropped(), (7, 7, 0));
        assert_eq!(seen.ended, 300);
        let mut indices: Vec<_> = seen.starts.iter().map(|s| s.2).collect();
        indices.sort_unstable();
        assert_eq!(indices, [0, 1, 2, 3, 4, 5, 6]);
    }
}

#[test]
fn per_vu_iterations_are_the_same_for_each() {
    let spec = ExecutorSpec::PerVuIterations(PerVuIterations {
        spawn_rate: None,
        iterations: 2,
        max_duration: None,
    });
    let seen = play_one(spec, 3, 2, 100);
    let expected = [
        (0, 0, 0),
        (0, 1, 1),
        (0, 2, 2),
        (100, 0, 3),
        (100, 1, 4),
        (100, 2, 5),
    ];
    assert_eq!(seen.starts, expected);
    assert_eq!(seen.planned_started_dropped(), (6, 6, 0));
}

#[test]
fn iterations_that_are_left_when_the_time_is_up_are_dropped() {
    let max_duration = Some(MS(250));
    let shared = ExecutorSpec::SharedIterations(SharedIterations {
        spawn_rate: None,
        iterations: 1_000_000_000_000,
        max_duration,
    });
    for threads in [1, 2] {
        let seen = play_one(shared.clone(), 2, threads, 100);
        assert_eq!(
            seen.planned_started_dropped(),
            (1_000_000_000_000, 6, 1_000_000_000_000 - 6)
        );
    }
    let each = ExecutorSpec::PerVuIterations(PerVuIterations {
        spawn_rate: None,
        iterations: 10,
        max_duration,
    });
    assert_eq!(play_one(each, 2, 2, 100).planned_started_dropped(), (20, 6, 14));
}
