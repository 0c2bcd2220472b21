//! VUs that only sleep, and runs of them under virtual time.

use crate::engine::load::alarm::Alarm;
use crate::engine::load::control::Control;
use crate::engine::load::executor::run;
use crate::engine::load::iterations_left::IterationsLeft;
use crate::engine::load::phases::{Phases, WorkloadPhase};
use crate::engine::load::run_signals::RunSignals;
use crate::engine::load::scheduler::Scheduler;
use crate::engine::load::slot_source::SlotSource;
use crate::engine::load::stop::StopHandle;
use crate::engine::load::vu_place::{VuPlace, places};
use crate::engine::load::vu_pool::{ExitGuard, Spawn, VuPool, contained};
use crate::engine::load::vu_signal::VuSignal;
use crate::engine::load::workload_part::WorkloadPart;
use crate::engine::run_queue::{AbortHandle, RunQueue};
use crate::metrics::{
    Aggregator, Limits, RunInfo, Set, Shard, Totals, install_shard, take_shard, with_shard,
};
use crate::plan::{
    Begin, ConstantArrivalRate, Curve, Drawer, ExecutorSpec, Partition, Spacing, Stage, Workload, sample,
};
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::LocalSet;
use tokio::time::Instant;

pub(super) const MS: fn(u64) -> Duration = Duration::from_millis;

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
    queue: RunQueue,
    defect: Defect,
    /// What panics said.
    panics: Rc<RefCell<Vec<String>>>,
}

/// What is wrong with the VUs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Defect {
    None,
    /// They lose every fourth slot.
    LosesTurns,
    /// The VU of this place panics in its second iteration.
    Panics(usize),
}

impl Spawn for Sleeper {
    fn spawn(
        &self,
        place: VuPlace,
        slots: SlotSource,
        signal: VuSignal,
        guard: ExitGuard<Self>,
    ) -> AbortHandle {
        let me = self.clone();
        let history = guard.history();
        let life = async move {
            let (first, number) = (history.iterations.get(), place.index as u64);
            let own = Drawer::Vu {
                number,
                life: history.begin_life(),
            };
            while let Some(slot) = slots.next(place, history.iterations.get(), &signal).await {
                let done = history.begin_iteration();
                let drawn = match slot.drawer(0) {
                    Some(drawer) => (drawer, 0, slot.index),
                    None => (own, done - first, slot.index),
                };
                me.drawn.borrow_mut().push(drawn);
                let at = me.begun.elapsed().as_micros() as u64;
                me.log
                    .borrow_mut()
                    .push((at.div_ceil(1000), place.index, slot.index));
                if me.defect == Defect::LosesTurns && slot.index % 4 == 3 {
                    std::mem::forget(slot);
                    continue;
                }
                slot.start();
                with_shard(Shard::iteration_started);
                tokio::time::sleep(me.busy).await;
                assert!(
                    me.defect != Defect::Panics(place.index) || done != 1,
                    "on purpose"
                );
            }
        };
        let told = Rc::clone(&self.panics);
        self.queue
            .spawn(contained(guard, life, move |what| told.borrow_mut().push(what)))
    }
}

/// What came of a run.
pub(super) struct Seen {
    pub(super) starts: Vec<(u64, usize, u64)>,
    /// What the books say of themselves.
    pub(super) wrong: Vec<String>,
    pub(super) totals: Totals,
    pub(super) drawn: Vec<(Drawer, u64, u64)>,
    pub(super) panics: Vec<String>,
    pub(super) ended: u64,
}

impl Seen {
    pub(super) fn times(&self) -> Vec<u64> {
        self.starts.iter().map(|start| start.0).collect()
    }

    pub(super) fn planned_started_dropped(&self) -> (u64, u64, u64) {
        let t = &self.totals;
        (t.iterations_planned, t.iterations_started, t.iterations_dropped)
    }
}

pub(super) fn workload(executor: ExecutorSpec, vus: usize) -> Workload {
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
pub(super) fn play<F: Future<Output = ()>>(
    workloads: Vec<Workload>,
    threads: usize,
    busy: Duration,
    meddle: impl FnOnce(Control, StopHandle) -> F,
) -> Seen {
    play_with(workloads, threads, busy, Defect::None, meddle)
}

pub(super) fn play_with<F: Future<Output = ()>>(
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
    crate::system::panics::contain_here();
    let local = LocalSet::new();
    let ended = runtime.block_on(local.run_until(async {
        let sleeper = Sleeper {
            begun: Instant::now(),
            busy,
            log: Rc::clone(&log),
            drawn: Rc::clone(&drawn),
            queue: RunQueue::default(),
            defect,
            panics: Rc::clone(&panics),
        };
        let queue = sleeper.queue.clone();
        tokio::task::spawn_local(tokio::task::unconstrained(async move { queue.run().await }));
        run_all(workloads, threads, &sleeper, meddle).await;
        sleeper.begun.elapsed().as_millis() as u64
    }));
    drop(local);
    let mut sums = Aggregator::new(&Limits::default(), RunInfo::default());
    sums.merge(&take_shard(Set::Main).unwrap().take());
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
    let phases: Phases = control.phases().clone();
    for (index, workload) in workloads.iter().enumerate() {
        let left = IterationsLeft::of(workload, Partition::WHOLE, threads).map(Arc::new);
        for partition in Partition::WHOLE.split(threads) {
            let mut part = WorkloadPart {
                workload: Arc::new(workload.clone()),
                index,
                seed: 7,
                partition,
                pool: VuPool::new(sleeper.clone(), places(workload, partition)),
                phases: phases.clone(),
                stop: stop.clone(),
                alarm: Alarm::Tokio,
                signals: RunSignals::new(control.follow(), stop.follow()),
                overdue: 0,
            };
            let (phases, left) = (phases.clone(), left.clone());
            tokio::task::spawn_local(async move {
                run(&mut part, left.as_ref()).await;
                phases.part_ended(index);
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
    assert!((0..workloads.len()).all(|index| phases.status(index) == WorkloadPhase::Ended));
}

pub(super) fn play_one(executor: ExecutorSpec, vus: usize, threads: usize, busy: u64) -> Seen {
    play(vec![workload(executor, vus)], threads, MS(busy), async |_, _| {})
}

pub(super) fn rate(rate: f64, ms: u64, pre_allocated_vus: u32) -> ExecutorSpec {
    ExecutorSpec::ConstantArrivalRate(ConstantArrivalRate {
        rate,
        duration: MS(ms),
        spacing: Spacing::Even,
        pre_allocated_vus,
    })
}

pub(super) fn per_second(rate: f64) -> crate::plan::Rate {
    crate::plan::Rate::new(rate).unwrap()
}

pub(super) fn stage(ms: u64, target: f64) -> Stage {
    Stage {
        duration: MS(ms),
        target,
        curve: Curve::Linear,
    }
}
