//! Every executor under virtual time, with VUs that only sleep: exact tables of starts.

mod endings;
mod randomness;

use super::*;
use crate::host::{Set, install_shard, take_shard, with_shard};
use crate::load::board::{Board, Status};
use crate::load::control::{Change, Control, Target};
use crate::load::crew::{Crew, Leave, Retire, contained};
use crate::load::part::{Alarm, News, places};
use crate::load::scheduler::Scheduler;
use crate::load::stop::{EndReason, Stage, StopHandle};
use crate::load::turns::{Place, Turns};
use crate::metrics::{Aggregator, Limits, RunInfo, Shard, Totals};
use crate::plan::{Begin, Curve, Drawer, Profile, Spacing, Stage as PlanStage, sample};
use crate::rota::{AbortHandle, Rota};
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;
use tokio::task::LocalSet;
use tokio::time::Instant;

const MS: fn(u64) -> Duration = Duration::from_millis;

/// When, which VU, which iteration.
type Log = Rc<RefCell<Vec<(u64, usize, u64)>>>;

/// Whose random numbers, and how many it had drawn before; which iteration.
type Drawn = Rc<RefCell<Vec<(Drawer, u64, u64)>>>;

/// A VU whose iterations take a fixed time.
#[derive(Clone)]
struct Sleeper {
    begun: Instant,
    busy: Duration,
    log: Log,
    drawn: Drawn,
    rota: Rota,
    defect: Defect,
    /// What panics said.
    panics: Rc<RefCell<Vec<String>>>,
}

/// What is wrong with the VUs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Defect {
    None,
    /// They lose every fourth turn.
    LosesTurns,
    /// The VU of this place panics in its second iteration.
    Panics(usize),
}

impl Spawn for Sleeper {
    fn spawn(&self, place: Place, turns: Turns, retire: Retire, leave: Leave<Self>) -> AbortHandle {
        let me = self.clone();
        let past = leave.past();
        let life = async move {
            let (first, number) = (past.iterations.get(), place.index as u64);
            let own = Drawer::Vu {
                number,
                life: past.begin_life(),
            };
            while let Some(turn) = turns.next(place, past.iterations.get(), &retire).await {
                let done = past.begin_iteration();
                let drawn = match turn.drawer(0) {
                    Some(drawer) => (drawer, 0, turn.index),
                    None => (own, done - first, turn.index),
                };
                me.drawn.borrow_mut().push(drawn);
                let at = me.begun.elapsed().as_micros() as u64;
                me.log
                    .borrow_mut()
                    .push((at.div_ceil(1000), place.index, turn.index));
                if me.defect == Defect::LosesTurns && turn.index % 4 == 3 {
                    std::mem::forget(turn);
                    continue;
                }
                turn.start();
                with_shard(Shard::iteration_started);
                tokio::time::sleep(me.busy).await;
                assert!(
                    me.defect != Defect::Panics(place.index) || done != 1,
                    "on purpose"
                );
            }
        };
        let told = Rc::clone(&self.panics);
        self.rota
            .spawn(contained(leave, life, move |what| told.borrow_mut().push(what)))
    }
}

/// What came of a run.
struct Seen {
    starts: Vec<(u64, usize, u64)>,
    /// What the books say of themselves.
    wrong: Vec<String>,
    totals: Totals,
    drawn: Vec<(Drawer, u64, u64)>,
    panics: Vec<String>,
    ended: u64,
}

impl Seen {
    fn times(&self) -> Vec<u64> {
        self.starts.iter().map(|start| start.0).collect()
    }

    fn planned_started_dropped(&self) -> (u64, u64, u64) {
        let t = &self.totals;
        (t.iterations_planned, t.iterations_started, t.iterations_dropped)
    }
}

fn workload(executor: ExecutorSpec, vus: usize) -> Workload {
    Workload {
        name: "w".to_owned(),
        executor,
        vus: vec![0; vus],
        spare: Vec::new(),
        begin: Begin::default(),
        graceful_stop: MS(30_000),
        on_stop: Default::default(),
        warm_up: false,
    }
}

/// Runs workloads on this many threads, which here are tasks, and lets `meddle` change them.
fn play<F: Future<Output = ()>>(
    workloads: Vec<Workload>,
    threads: usize,
    busy: Duration,
    meddle: impl FnOnce(Control, StopHandle) -> F,
) -> Seen {
    play_with(workloads, threads, busy, Defect::None, meddle)
}

fn play_with<F: Future<Output = ()>>(
    workloads: Vec<Workload>,
    threads: usize,
    busy: Duration,
    defect: Defect,
    meddle: impl FnOnce(Control, StopHandle) -> F,
) -> Seen {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap();
    install_shard(Set::Main, Shard::new(Limits::default()));
    let log = Log::default();
    let drawn = Drawn::default();
    let panics = Rc::<RefCell<Vec<String>>>::default();
    crate::panics::contain_here();
    let local = LocalSet::new();
    let ended = runtime.block_on(local.run_until(async {
        let sleeper = Sleeper {
            begun: Instant::now(),
            busy,
            log: Rc::clone(&log),
            drawn: Rc::clone(&drawn),
            rota: Rota::default(),
            defect,
            panics: Rc::clone(&panics),
        };
        let rota = sleeper.rota.clone();
        tokio::task::spawn_local(tokio::task::unconstrained(async move { rota.run().await }));
        run_all(workloads, threads, &sleeper, meddle).await;
        sleeper.begun.elapsed().as_millis() as u64
    }));
    drop(local);
    let mut sums = Aggregator::new(&Limits::default(), RunInfo::default());
    sums.merge(take_shard(Set::Main).unwrap().take());
    let mut starts = std::mem::take(&mut *log.borrow_mut());
    starts.sort_unstable();
    let snapshot = sums.finish(MS(ended));
    Seen {
        starts,
        wrong: snapshot.reconcile(None),
        totals: snapshot.totals,
        drawn: drawn.take(),
        panics: panics.take(),
        ended,
    }
}

async fn run_all<F: Future<Output = ()>>(
    workloads: Vec<Workload>,
    threads: usize,
    sleeper: &Sleeper,
    meddle: impl FnOnce(Control, StopHandle) -> F,
) {
    let stop = StopHandle::new();
    let control = Control::new(Arc::new(sample::plan(workloads.clone())));
    let board: Board = control.board().clone();
    for (index, workload) in workloads.iter().enumerate() {
        let common = Common::of(workload, threads);
        for thread in 0..threads {
            let mut part = Part {
                workload: Arc::new(workload.clone()),
                index,
                seed: 7,
                thread,
                threads,
                crew: Crew::new(sleeper.clone(), places(workload, thread, threads)),
                board: board.clone(),
                stop: stop.clone(),
                alarm: Alarm::Tokio,
                news: News::new(control.follow(), stop.follow()),
            };
            let (board, common) = (board.clone(), common.clone());
            tokio::task::spawn_local(async move {
                run(&mut part, &common).await;
                board.part_ended(index);
            });
        }
    }
    let scheduler = Scheduler {
        workloads: &workloads,
        threads,
        control: &control,
        stop: &stop,
    };
    let schedule = async {
        scheduler.prepare().await;
        scheduler.run(sleeper.begun).await;
    };
    tokio::join!(schedule, meddle(control.clone(), stop.clone()));
    assert!((0..workloads.len()).all(|index| board.status(index) == Status::Ended));
}

fn play_one(executor: ExecutorSpec, vus: usize, threads: usize, busy: u64) -> Seen {
    play(vec![workload(executor, vus)], threads, MS(busy), async |_, _| {})
}

fn rate(rate: f64, ms: u64, pre_allocated_vus: u32) -> ExecutorSpec {
    ExecutorSpec::ConstantArrivalRate {
        rate,
        duration: MS(ms),
        spacing: Spacing::Even,
        pre_allocated_vus,
    }
}

fn per_second(rate: f64) -> crate::plan::Rate {
    crate::plan::Rate::new(rate).unwrap()
}

fn stage(ms: u64, target: f64) -> PlanStage {
    PlanStage {
        duration: MS(ms),
        target,
        curve: Curve::Linear,
    }
}

#[test]
fn constant_vus_iterate_back_to_back_from_their_spawn_times() {
    let spec = ExecutorSpec::ConstantVus {
        spawn_rate: crate::plan::SpawnRate::new(10.0).ok(),
        duration: Some(MS(500)),
    };
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
    let spec = ExecutorSpec::RampingVus {
        profile: Profile {
            start: 1.0,
            stages: vec![stage(200, 3.0), stage(200, 3.0), stage(195, 0.0)],
        },
        graceful_ramp_down: MS(1000),
    };
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
    let spec = |grace| ExecutorSpec::RampingVus {
        profile: Profile {
            start: 1.0,
            stages: vec![stage(100, 1.0), stage(0, 0.0), stage(5000, 0.0)],
        },
        graceful_ramp_down: MS(grace),
    };
    assert_eq!(play_one(spec(1000), 1, 1, 700).times(), [0]);
    assert_eq!(play_one(spec(1000), 1, 1, 700).ended, 5100);
    let mut short = workload(spec(200), 1);
    short.graceful_stop = Duration::ZERO;
    assert_eq!(play(vec![short], 1, MS(60_000), async |_, _| {}).ended, 5100);
}

#[test]
fn a_vu_that_is_wanted_again_comes_back() {
    let spec = ExecutorSpec::RampingVus {
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
    };
    assert_eq!(play_one(spec, 1, 1, 100).times(), [0, 100, 450, 550]);
}

#[test]
fn shared_iterations_go_to_whoever_is_free() {
    let spec = ExecutorSpec::SharedIterations {
        spawn_rate: None,
        iterations: 7,
        max_duration: Some(MS(10_000)),
    };
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
    let spec = ExecutorSpec::PerVuIterations {
        spawn_rate: None,
        iterations: 2,
        max_duration: None,
    };
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
    let shared = ExecutorSpec::SharedIterations {
        spawn_rate: None,
        iterations: 1_000_000_000_000,
        max_duration,
    };
    for threads in [1, 2] {
        let seen = play_one(shared.clone(), 2, threads, 100);
        assert_eq!(
            seen.planned_started_dropped(),
            (1_000_000_000_000, 6, 1_000_000_000_000 - 6)
        );
    }
    let each = ExecutorSpec::PerVuIterations {
        spawn_rate: None,
        iterations: 10,
        max_duration,
    };
    assert_eq!(play_one(each, 2, 2, 100).planned_started_dropped(), (20, 6, 14));
}

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
    let spec = ExecutorSpec::RampingArrivalRate {
        profile: Profile {
            start: 0.0,
            stages: vec![stage(1000, 10.0), stage(300, 10.0)],
        },
        spacing: Spacing::Even,
        pre_allocated_vus: 2,
    };
    for threads in [1, 2] {
        let seen = play_one(spec.clone(), 2, threads, 10);
        assert_eq!(seen.times(), [0, 448, 633, 775, 895, 1000, 1100, 1200]);
        assert_eq!(seen.planned_started_dropped(), (8, 8, 0));
    }
}

#[test]
fn poisson_arrivals_are_the_same_on_one_thread_and_on_many() {
    let spec = ExecutorSpec::ConstantArrivalRate {
        rate: 20.0,
        duration: MS(5000),
        spacing: Spacing::Poisson,
        pre_allocated_vus: 20,
    };
    let starts = |threads| {
        let seen = play_one(spec.clone(), 20, threads, 1);
        seen.starts.iter().map(|s| (s.0, s.2)).collect::<Vec<_>>()
    };
    assert_eq!(starts(1), starts(4));
    assert_eq!(starts(1).len() as u64, spec.iterations(20, 7).unwrap());
}

#[test]
fn the_plugins_own_shape_arrives_as_changes() {
    let spec = ExecutorSpec::Custom { max_duration: None };
    let users = |users| Target::Users {
        users,
        spawn_rate: None,
        scenarios: None,
    };
    let shape = async |control: Control, _| {
        for (at, to) in [
            (0, users(1)),
            (100, users(2)),
            (200, users(0)),
            (300, Target::End),
        ] {
            control.change(0, Change { at: MS(at), to });
        }
    };
    let seen = play(vec![workload(spec.clone(), 3)], 2, MS(50), shape);
    assert_eq!(seen.times(), [0, 50, 100, 100, 150, 150]);
    let shape = async |control: Control, _| {
        for (at, to) in [
            (0, Target::Rate(per_second(10.0))),
            (200, Target::Rate(per_second(20.0))),
            (400, Target::End),
        ] {
            control.change(0, Change { at: MS(at), to });
        }
    };
    let seen = play(vec![workload(spec, 3)], 2, MS(50), shape);
    assert_eq!(seen.times(), [0, 100, 200, 250, 300, 350]);
}

#[test]
fn live_changes_of_users_and_rate_are_followed() {
    let spec = ExecutorSpec::ConstantVus {
        spawn_rate: None,
        duration: Some(MS(1000)),
    };
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
    let spec = ExecutorSpec::ConstantVus {
        spawn_rate: None,
        duration: Some(MS(400)),
    };
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
        ExecutorSpec::PerVuIterations {
            spawn_rate: None,
            iterations: 2,
            max_duration: None,
        },
        1,
    );
    let mut delayed = workload(rate(10.0, 200, 1), 1);
    delayed.begin.delay = MS(70);
    let seen = play(vec![late, first, delayed], 2, MS(50), async |_, _| {});
    assert_eq!(seen.times(), [0, 50, 70, 170, 405, 505]);
}

#[test]
fn a_graceful_stop_lets_running_iterations_finish_and_a_hard_one_does_not() {
    let spec = || workload(rate(10.0, 10_000, 5), 5);
    let stop = async |_, stop: StopHandle| {
        tokio::time::sleep(MS(250)).await;
        stop.stop(Stage::Graceful, EndReason::Interrupted);
    };
    let seen = play(vec![spec()], 2, MS(400), stop);
    assert_eq!((seen.times(), seen.ended), (vec![0, 100, 200], 600));
    assert_eq!(seen.planned_started_dropped(), (3, 3, 0));
    let stop = async |_, stop: StopHandle| {
        tokio::time::sleep(MS(250)).await;
        stop.stop(Stage::Hard, EndReason::Interrupted);
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
