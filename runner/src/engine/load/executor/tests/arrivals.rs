//! Arrivals at a rate: when they start, who takes them, and what is dropped.

use super::sleepers::{MS, play_one, rate, stage};
use crate::plan::{ConstantArrivalRate, ExecutorSpec, Profile, RampingArrivalRate, Spacing};

#[test]
fn arrivals_start_at_their_times_whatever_the_number_of_threads() {
    for threads in [1, 2, 3] {
        let seen = play_one(rate(10.0, 500, 3), 3, threads, 50);
        let starts: Vec<_> = seen.starts.iter().map(|s| (s.0, s.2)).collect();
        assert_eq!(
            starts,
            [(0, 0), (100, 1), (200, 2), (300, 3), (400, 4)],
            "{threads} threads"
        );
        assert_eq!(seen.planned_started_dropped(), (5, 5, 0));
    }
}

#[test]
fn arrivals_beyond_the_vus_are_dropped_and_counted() {
    let seen = play_one(rate(10.0, 1000, 1), 2, 1, 350);
    assert_eq!(seen.times(), [0, 100, 400, 500, 800, 900]);
    assert_eq!(seen.planned_started_dropped(), (10, 6, 4));
}

#[test]
fn vus_are_made_when_they_are_needed() {
    let seen = play_one(rate(10.0, 500, 1), 4, 1, 250);
    let starts: Vec<_> = seen.starts.iter().map(|s| (s.0, s.1)).collect();
    assert_eq!(starts, [(0, 0), (100, 1), (200, 2), (300, 0), (400, 1)]);
}

#[test]
fn a_ramping_rate_follows_its_stages() {
    let spec = ExecutorSpec::RampingArrivalRate(RampingArrivalRate {
        profile: Profile {
            start: 0.0,
            stages: vec![stage(1000, 10.0), stage(300, 10.0)],
        },
        spacing: Spacing::Even,
        pre_allocated_vus: 2,
    });
    for threads in [1, 2] {
        let seen = play_one(spec.clone(), 2, threads, 10);
        assert_eq!(seen.times(), [0, 448, 633, 775, 895, 1000, 1100, 1200]);
        assert_eq!(seen.planned_started_dropped(), (8, 8, 0));
    }
}

#[test]
fn poisson_arrivals_are_the_same_on_one_thread_and_on_many() {
    let spec = ExecutorSpec::ConstantArrivalRate(ConstantArrivalRate {
        rate: 20.0,
        duration: MS(5000),
        spacing: Spacing::Poisson,
        pre_allocated_vus: 20,
    });
    let starts = |threads| {
        let seen = play_one(spec.clone(), 20, threads, 1);
        seen.starts.iter().map(|s| (s.0, s.2)).collect::<Vec<_>>()
    };
    assert_eq!(starts(1), starts(4));
    assert_eq!(starts(1).len() as u64, spec.iterations(20, 7).unwrap());
}
