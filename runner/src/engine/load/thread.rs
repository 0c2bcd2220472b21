//! One load thread: a single-threaded runtime with its part of every workload and its own shards.
//!
//! VUs never move between threads, so nothing they touch is shared.

use super::alarm::Alarm;
use super::deltas::{INTERVAL, ThreadDelta};
use super::executor;
use super::inputs::Run;
use super::iterations_left::IterationsLeft;
use super::pressure::ThreadClock;
use super::run_signals::RunSignals;
use super::slot_source::SlotSource;
use super::stop::{EndReason, StopStage};
use super::thread_shared::{GuestFaults, ThreadShared};
use super::vu::Vu;
use super::vu_place::{VuPlace, places};
use super::vu_pool::{ExitGuard, Spawn, VuPool, contained};
use super::vu_signal::VuSignal;
use super::workload_part::{PartEnd, WorkloadPart};
use crate::engine::run_queue::{AbortHandle, Excess, RunQueue};
use crate::metrics::{
    CpuWait, Limits, Set, Shard, in_set, install_shard, recording, take_shard, with_shard_of,
};
use crate::plan::{Partition, Workload};
use crate::system::panics;
use crate::system::timer::Timers;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::SyncSender;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::LocalSet;
use tokio::time::Instant;

/// How often it looks in between how late its timers are.
const LOOKS: u32 = 20;

/// The numbers in the run of a workload's VUs.
///
/// Those that only live control may add come after all of the plan, so that it makes no
/// difference to these, and to what they draw at random, whether there is room for more.
#[derive(Debug, Clone, Copy)]
struct VuNumbers {
    first: u64,
    planned: usize,
    first_spare: u64,
}

impl VuNumbers {
    fn of_workload(workloads: &[Workload], index: usize) -> VuNumbers {
        let planned = |all: &[Workload]| all.iter().map(|w| w.vus.len() as u64).sum::<u64>();
        let before = workloads.get(..index).unwrap_or_default();
        let spare_before: u64 = before.iter().map(|w| w.spare.len() as u64).sum();
        VuNumbers {
            first: planned(before) + 1,
            planned: workloads.get(index).map_or(0, |w| w.vus.len()),
            first_spare: planned(workloads) + spare_before + 1,
        }
    }

    fn of(self, index: usize) -> u64 {
        match index.checked_sub(self.planned) {
            None => self.first + index as u64,
            Some(beyond) => self.first_spare + beyond as u64,
        }
    }
}

/// Makes the VUs of one workload.
struct VuSpawner {
    shared: Arc<ThreadShared>,
    workload: usize,
    numbers: VuNumbers,
    set: Set,
    queue: RunQueue,
}

impl Spawn for VuSpawner {
    fn spawn(
        &self,
        place: VuPlace,
        slots: SlotSource,
        signal: VuSignal,
        guard: ExitGuard<Self>,
    ) -> AbortHandle {
        let vu = Vu::new(
            Arc::clone(&self.shared),
            (self.workload, self.numbers.of(place.index)),
            place,
            slots,
            signal,
            guard.history(),
        );
        let shared = Arc::clone(&self.shared);
        let panicked = move |what| shared.count_panic(place.scenario, what);
        let life = contained(guard, vu.run(), panicked);
        self.queue.spawn_as(place.scenario, recording(self.set, life))
    }
}

/// What a thread needs to know of the run.
pub(super) struct LoadThread {
    pub(super) run: Arc<Run>,
    /// Which part of the plan it has.
    pub(super) partition: Partition,
    /// When the run began; said once the first VUs are made.
    pub(super) begun: watch::Receiver<Option<Instant>>,
    /// By workload, the iterations that the parts of all threads share, if they do.
    pub(super) iterations_left: Vec<Option<Arc<IterationsLeft>>>,
    pub(super) limits: [Limits; 2],
    pub(super) deltas: SyncSender<ThreadDelta>,
    pub(super) faults: Arc<GuestFaults>,
    /// Raised when the time of a workload was up.
    pub(super) time_up: Arc<AtomicBool>,
}

impl LoadThread {
    /// Runs until all workloads have ended, or the run is stopped hard. A panic ends the run, and
    /// takes nothing away from what was measured before it.
    pub(super) fn run(self) {
        let (deltas, sets, stop) = (self.deltas.clone(), self.sets(), self.run.stop.clone());
        let failed = |what: String| stop.stop(StopStage::Hard, EndReason::Defect(what));
        tracing::info!(partition = ?self.partition, "a load thread begins");
        match panics::catch(AssertUnwindSafe(|| self.drive())) {
            Ok(Ok(())) => {}
            Ok(Err(error)) => failed(format!("a load thread has no event queue: {error}")),
            Err(what) => failed(what),
        }
        for set in sets {
            if let Some(mut shard) = take_shard(set) {
                let delta = shard.take();
                // The receiver lives until all threads are done.
                let _ = deltas.send(ThreadDelta { set, delta });
            }
        }
    }

    fn drive(self) -> std::io::Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        for set in self.sets() {
            install_shard(set, Shard::new(self.limits[set as usize].clone()));
        }
        let local = LocalSet::new();
        let queue = RunQueue::default();
        // Futures that are still alive record themselves as interrupted while they are dropped.
        let clear = ClearOnDrop(&queue);
        runtime.block_on(local.run_until(Arc::new(self).load(&queue)));
        drop(clear);
        drop(local);
        drop(runtime);
        Ok(())
    }

    fn sets(&self) -> Vec<Set> {
        let warms_up = self.run.plan.has_warm_up();
        Set::ALL
            .into_iter()
            .filter(|set| *set == Set::Main || warms_up)
            .collect()
    }

    /// Each part is a task of its own: the future that `block_on` drives is polled on every turn
    /// of the event loop, so it must have next to nothing to do.
    async fn load(self: Arc<Self>, queue: &RunQueue) {
        let shared = Arc::new(ThreadShared {
            run: Arc::clone(&self.run),
            faults: Arc::clone(&self.faults),
        });
        let me = Arc::clone(&self);
        let vus = queue.clone();
        tokio::task::spawn_local(async move { me.report(&vus).await });
        let vus = queue.clone();
        tokio::task::spawn_local(tokio::task::unconstrained(async move { vus.run().await }));
        let parts: Vec<_> = (0..self.run.plan.workloads.len())
            .filter_map(|index| self.part(index, &shared, queue))
            .map(|part| tokio::task::spawn_local(Arc::clone(&self).run_part(part)))
            .collect();
        let parts = tokio::task::spawn_local(futures_util::future::join_all(parts));
        let run = Arc::clone(&self.run);
        let hard = tokio::task::spawn_local(async move { run.stop.reached(StopStage::Hard).await });
        // Whichever it is, nothing is left to wait for.
        let _ = futures_util::future::select(parts, hard).await;
    }

    async fn run_part(self: Arc<Self>, mut part: WorkloadPart<VuSpawner>) {
        let set = Set::of(part.workload.warm_up);
        let left = self.iterations_left.get(part.index).and_then(Option::as_ref);
        let index = part.index;
        let life = async {
            if executor::run(&mut part, left).await == PartEnd::TimeUp {
                self.time_up.store(true, Ordering::Relaxed);
            }
        };
        recording(set, life).await;
        self.run.control.phases().part_ended(index);
    }

    fn part(
        &self,
        index: usize,
        shared: &Arc<ThreadShared>,
        queue: &RunQueue,
    ) -> Option<WorkloadPart<VuSpawner>> {
        let plan = &self.run.plan;
        let workload = plan.workloads.get(index)?;
        let spawner = VuSpawner {
            shared: Arc::clone(shared),
            workload: index,
            numbers: VuNumbers::of_workload(&plan.workloads, index),
            set: Set::of(workload.warm_up),
            queue: queue.clone(),
        };
        Some(WorkloadPart {
            workload: Arc::new(workload.clone()),
            index,
            seed: plan.arrival_seed(index),
            partition: self.partition,
            pool: VuPool::new(spawner, places(workload, self.partition)),
            phases: self.run.control.phases().clone(),
            stop: self.run.stop.clone(),
            alarm: Alarm::Exact(Timers::default()),
            signals: RunSignals::new(self.run.control.follow(), self.run.stop.follow()),
            overdue: 0,
        })
    }

    /// Hands over what was recorded, each second of the run, for ever.
    async fn report(&self, queue: &RunQueue) {
        let mut begun = self.begun.clone();
        let Ok(Some(mut due)) = begun.wait_for(Option::is_some).await.map(|begun| *begun) else {
            return;
        };
        let sets = self.sets();
        let mut clock = ThreadClock::open();
        let mut second = Instant::now();
        loop {
            for _ in 0..LOOKS {
                due += INTERVAL / LOOKS;
                tokio::time::sleep_until(due).await;
                let lag = u64::try_from(due.elapsed().as_micros()).unwrap_or(u64::MAX);
                for &set in &sets {
                    with_shard_of(set, |shard| shard.lag(lag));
                }
            }
            let wait = clock.lap();
            let on_cpu = second
                .elapsed()
                .saturating_sub(Duration::from_micros(wait.waited_us));
            let excess = queue
                .close_second(on_cpu)
                .map(|excess| excess.of_a_second(on_cpu));
            second = Instant::now();
            for &set in &sets {
                in_set(set, || self.hand_over(set, wait, excess));
            }
        }
    }

    fn hand_over(&self, set: Set, wait: CpuWait, excess: Option<Excess>) {
        let delta = with_shard_of(set, |shard| {
            shard.waited(wait);
            if let Some(Excess { time, kind }) = excess {
                shard.starved(kind, u64::try_from(time.as_micros()).unwrap_or(u64::MAX));
            }
            shard.take()
        });
        if let Some(delta) = delta {
            let _ = self.deltas.send(ThreadDelta { set, delta });
        }
    }
}

/// Drops the VUs of a queue, which belong to each other in a circle, whatever happens.
struct ClearOnDrop<'a>(&'a RunQueue);

impl Drop for ClearOnDrop<'_> {
    fn drop(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Begin, ConstantVus, ExecutorSpec};

    fn workload(vus: usize, spare: usize) -> Workload {
        Workload {
            name: String::new(),
            executor: ExecutorSpec::ConstantVus(ConstantVus {
                spawn_rate: None,
                duration: None,
            }),
            vus: vec![0; vus],
            spare: vec![0; spare],
            begin: Begin::default(),
            graceful_stop: Duration::ZERO,
            on_stop: Default::default(),
            warm_up: false,
        }
    }

    #[test]
    fn vus_beyond_the_plan_are_numbered_after_it() {
        let all = [workload(2, 3), workload(2, 1)];
        let numbers = |index: usize| {
            let numbers = VuNumbers::of_workload(&all, index);
            (0..all[index].room())
                .map(|at| numbers.of(at))
                .collect::<Vec<_>>()
        };
        assert_eq!(numbers(0), [1, 2, 5, 6, 7]);
        assert_eq!(numbers(1), [3, 4, 8]);
    }
}
