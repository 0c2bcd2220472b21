//! Ends: stops, threads that are far behind, VUs that panic, and slots that get lost.

use super::sleepers::{Defect, MS, Seen, play, play_with, rate, workload};
use crate::engine::load::stop::{EndReason, StopHandle, StopStage};
use crate::plan::{ConstantVus, ExecutorSpec};
use std::time::Duration;

#[test]
fn a_graceful_stop_lets_running_iterations_finish_and_a_hard_one_does_not() {
    let spec = || workload(rate(10.0, 10_000, 5), 5);
    let stop = async |_, stop: StopHandle| {
        tokio::time::sleep(MS(250)).await;
        stop.stop(StopStage::Graceful, EndReason::Interrupted);
    };
    let seen = play(vec![spec()], 2, MS(400), stop);
    assert_eq!((seen.times(), seen.ended), (vec![0, 100, 200], 600));
    assert_eq!(seen.planned_started_dropped(), (3, 3, 0));
    let stop = async |_, stop: StopHandle| {
        tokio::time::sleep(MS(250)).await;
        stop.stop(StopStage::Hard, EndReason::Interrupted);
    };
    let seen = play(vec![spec()], 2, MS(400), stop);
    assert_eq!((seen.times(), seen.ended), (vec![0, 100, 200], 250));
}

#[test]
fn the_books_show_an_iteration_that_a_defect_lost() {
    let sound = play_with(
        vec![workload(rate(10.0, 800, 2), 2)],
        2,
        MS(10),
        Defect::None,
        async |_, _| {},
    );
    // The VUs of these tests don't record how iterations end.
    let lost = |seen: &Seen| {
        seen.wrong
            .iter()
            .filter(|w| w.contains("planned"))
            .cloned()
            .collect::<Vec<_>>()
    };
    assert_eq!(lost(&sound), [] as [String; 0]);
    let defect = play_with(
        vec![workload(rate(10.0, 800, 2), 2)],
        2,
        MS(10),
        Defect::LosesTurns,
        async |_, _| {},
    );
    assert_eq!(lost(&defect), ["8 iterations planned, but 6 started and dropped"]);
}

#[test]
fn a_panic_of_one_vu_costs_the_others_nothing_and_the_books_balance() {
    let spec = ExecutorSpec::ConstantVus(ConstantVus {
        spawn_rate: None,
        duration: Some(MS(500)),
    });
    let play = |defect| {
        play_with(
            vec![workload(spec.clone(), 3)],
            2,
            MS(100),
            defect,
            async |_, _| {},
        )
    };
    let (sound, seen) = (play(Defect::None), play(Defect::Panics(1)));
    let of = |seen: &Seen, vus: [usize; 2]| {
        let starts = seen.starts.iter().filter(|start| vus.contains(&start.1));
        starts.copied().collect::<Vec<_>>()
    };
    assert_eq!(of(&seen, [0, 2]), of(&sound, [0, 2]));
    assert_eq!(of(&seen, [1, 1]).len(), 2, "it isn't replaced");
    let told = seen.panics.join("\n");
    assert!(
        told.ends_with(": on purpose") && told.contains("panicked at "),
        "{told}"
    );
    assert_eq!(seen.panics.len(), 1);
    assert_eq!(seen.planned_started_dropped(), (12, 12, 0));
    assert_eq!(seen.ended, sound.ended);
}

#[test]
fn arrivals_that_are_hopelessly_late_are_dropped_and_counted() {
    let mut late = workload(rate(1e6, 100, 3), 3);
    late.graceful_stop = MS(500);
    for (behind, all_start) in [(900, true), (2_000, false)] {
        // A rate of which 3 VUs without anything to do can start all.
        let seen = play(vec![late.clone()], 1, Duration::ZERO, async |_, _| {
            tokio::time::sleep(MS(1)).await;
            tokio::time::advance(MS(behind)).await;
        });
        let (planned, started, dropped) = seen.planned_started_dropped();
        assert_eq!(
            (planned, started + dropped),
            (100_000, 100_000),
            "{behind} ms behind"
        );
        assert_eq!(
            seen.wrong
                .iter()
                .filter(|wrong| wrong.contains("planned"))
                .count(),
            0
        );
        assert!(
            all_start || started < 5_000,
            "{started} started {behind} ms behind"
        );
    }
}

#[test]
fn a_thread_that_can_t_keep_up_hears_of_a_stop() {
    let stop = async |_, stop: StopHandle| {
        tokio::time::sleep(MS(20)).await;
        stop.stop(StopStage::Graceful, EndReason::Interrupted);
    };
    let seen = play(vec![workload(rate(1e7, 3_600_000, 2), 2)], 2, MS(1), stop);
    let (planned, started, dropped) = seen.planned_started_dropped();
    assert_eq!(planned, started + dropped);
    assert!((190_000..260_000).contains(&planned), "{planned}");
    assert!(seen.ended < 40, "{}", seen.ended);
}

#[test]
fn a_thread_without_vus_of_a_workload_doesn_t_look_for_its_arrivals() {
    let begun = std::time::Instant::now();
    let stop = async |_, stop: StopHandle| {
        tokio::time::sleep(MS(20)).await;
        stop.stop(StopStage::Graceful, EndReason::Interrupted);
    };
    let seen = play(vec![workload(rate(1e6, 3_600_000, 1), 1)], 3, MS(1), stop);
    assert!(seen.planned_started_dropped().0 < 30_000);
    // All of them are 3.6 billion.
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
}

#[test]
fn many_users_at_once_don_t_keep_a_thread_from_hearing_of_a_stop() {
    let spec = ExecutorSpec::ConstantVus(ConstantVus {
        spawn_rate: crate::plan::SpawnRate::new(1e7).ok(),
        duration: Some(MS(3_600_000)),
    });
    let stop = async |_, stop: StopHandle| {
        tokio::time::sleep(MS(5)).await;
        stop.stop(StopStage::Hard, EndReason::Interrupted);
    };
    let seen = play(vec![workload(spec, 2_000)], 2, MS(1), stop);
    assert!(seen.ended < 20, "{}", seen.ended);
}
