//! One VU's life: instantiate, `on-start`, tasks and pauses, `on-stop`.
//!
//! | what happens | what it costs | what follows |
//! |---|---|---|
//! | a task returns an error | that iteration, as failed | pause, next task |
//! | a task traps or meets a limit | that iteration and the instance | pause, new life |
//! | instantiation or `on-start` fails | an iteration, as failed, if there is one for it | [`RETRY`], new life |
//! | no more slots, or the VU must go | nothing | `on-stop`, the VU ends |
//! | a pause, once it must go (`--on-stop at-pause`) | the iteration, as interrupted | nothing: its instance is gone |
//! | the future is dropped (hard stop) | the iteration, as interrupted | nothing runs any more |

use super::picker::Picker;
use super::slot::Slot;
use super::slot_source::SlotSource;
use super::thread_shared::ThreadShared;
use super::vu_place::{VuHistory, VuPlace};
use super::vu_signal::VuSignal;
use crate::engine::host::bindings::Plugin;
use crate::engine::host::bindings::exported::{NextTask, NextWait, Outcome};
use crate::engine::host::{Purpose, VuIdentity, VuState, explain_call, instantiate, new_store};
use crate::engine::run_queue;
use crate::http::Client;
use crate::metrics::{IterationOutcome, STARTS, with_shard};
use crate::plan::{Drawer, OnStop, Plan, ScenarioPlan, WaitTime};
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};
use wasmtime::Store;

/// Pause after a start that failed, so that a broken plugin doesn't spin.
const RETRY: Duration = Duration::from_secs(1);

/// Least time that `on-stop` has, by the wall clock, however short the graceful stop is.
const LEAST_FAREWELL: Duration = Duration::from_secs(5);

/// A virtual user.
pub(super) struct Vu {
    identity: VuIdentity,
    thread: Arc<ThreadShared>,
    /// Index of its workload.
    workload: usize,
    place: VuPlace,
    slots: SlotSource,
    signal: VuSignal,
    picker: Picker,
    client: Client,
    history: Rc<VuHistory>,
    /// Starts that have failed in a row.
    failed_starts: u32,
    /// What the last outcome said about the next task.
    forced: Option<u32>,
    /// When the coming iteration was meant to start, if a pause led to it.
    due: Option<Instant>,
}

/// How one life ended.
enum LifeEnd {
    /// The VU is done.
    Done,
    /// The instance is gone; the VU goes on after this pause.
    Again(Duration),
    /// The instance is gone, and so is the VU: it asked for that, or ended at a pause.
    Gone,
}

/// What came of a task.
enum TaskEnd {
    /// It returned.
    Return(Outcome),
    /// The instance is lost.
    Trap,
    /// It was ended at a pause, because its VU must go.
    End,
}

type Instance = (Store<VuState>, Plugin);

impl Vu {
    pub(super) fn new(
        thread: Arc<ThreadShared>,
        (workload, number): (usize, u64),
        place: VuPlace,
        slots: SlotSource,
        signal: VuSignal,
        history: Rc<VuHistory>,
    ) -> Vu {
        let identity = VuIdentity {
            vu: number,
            scenario: place.scenario,
            life: history.lives.get(),
        };
        let whose = Drawer::Vu {
            number,
            life: identity.life,
        };
        let picker = Picker::new(thread.run.shared.seed(), whose, 0);
        let client = Client::new(Arc::clone(&thread.run.transport), identity.vu);
        Vu {
            identity,
            thread,
            workload,
            place,
            slots,
            signal,
            picker,
            client,
            history,
            failed_starts: 0,
            forced: None,
            due: None,
        }
    }

    /// Lives until the executor or the run says that it is enough.
    pub(super) async fn run(mut self) {
        let scenario = self.identity.scenario;
        let _alive = GaugeGuard::new(scenario);
        while let LifeEnd::Again(pause) = self.live().await {
            with_shard(|shard| shard.instance_replaced());
            tracing::debug!(scenario, ?pause, "an instance is replaced");
            self.signal.flag().pause_until(Instant::now() + pause).await;
            if self.signal.is_raised() {
                break;
            }
        }
    }

    async fn live(&mut self) -> LifeEnd {
        // Boxed: it happens once, and every VU would have to hold it for good.
        let begun = Instant::now();
        let mut instance = match Box::pin(self.start()).await {
            Some(Ok(instance)) => instance,
            Some(Err(why)) => return Box::pin(self.start_failed(&why, begun)).await,
            None => return LifeEnd::Gone,
        };
        self.failed_starts = 0;
        self.thread.count_start();
        let end = if instance.0.data().stop_requested {
            LifeEnd::Done // `on-start` asked for the end, before any task
        } else {
            self.iterate(&mut instance).await
        };
        if matches!(end, LifeEnd::Done) {
            self.finish(&mut instance).await;
        }
        end
    }

    /// Makes an instance and starts it. None: it was ended at a pause.
    async fn start(&mut self) -> Option<Result<Instance, String>> {
        let thread = Arc::clone(&self.thread);
        let run = &thread.run;
        self.client.reset();
        self.identity.life = self.history.begin_life();
        let stop = Arc::clone(self.signal.flag());
        let mut state = VuState::new(Arc::clone(&run.shared), stop, self.identity, Purpose::Load);
        self.client.charge_to(state.memory());
        state.iteration = self.history.iterations.get();
        let state = state.with_cookies(self.client.cookies());
        let mut store = new_store(&run.pre, state, self.thread.start_cpu());
        let calls = store.data().host_calls();
        let instantiated = instantiate(&run.pre, &mut store);
        let plugin = match calls.serve(&mut self.client, pin!(instantiated)).await {
            Ok(plugin) => plugin,
            Err(why) => return Some(Err(why)),
        };
        let exec = self.exec();
        let data = run.scenario_data.get(usize::from(self.identity.scenario));
        let data = data.map_or(&[][..], Vec::as_slice);
        let exports = plugin.wasmswarm_scenario_scenario();
        let started = exports.call_on_start(&mut store, exec, &run.setup_data, data);
        let ends = self.ends_at_pause();
        let started = calls
            .serve_until_pause(&mut self.client, pin!(started), ends)
            .await?;
        let started = started.unwrap_or_else(|trap| Err(explain_call(store.data(), &trap)));
        store.data_mut().end_call();
        Some(started.map(|()| (store, plugin)))
    }

    /// Whether a pause ends an iteration once its VU must go.
    fn ends_at_pause(&self) -> bool {
        let workload = self.thread.run.plan.workloads.get(self.workload);
        workload.is_some_and(|workload| workload.on_stop == OnStop::AtPause)
    }

    /// A start that fails costs an iteration, which it made impossible: else a run of so many iterations would never
    /// end, and one of so much time would look sound.
    async fn start_failed(&mut self, why: &str, begun: Instant) -> LifeEnd {
        let (scenario, done) = (self.identity.scenario, self.history.iterations.get());
        let message = format!("on-start: {why}");
        let slot = self.slots.of_failed_start(self.place, done, &self.signal).await;
        let goes_on = slot.is_some() || self.slots.hands_out();
        if let Some(slot) = slot {
            self.history.begin_iteration();
            let iteration = Iteration::begin(scenario, STARTS, begun);
            slot.start();
            iteration.end(IterationOutcome::Failed, Some(&message));
        } else {
            with_shard(|shard| shard.iteration_error(scenario, STARTS, &message));
        }
        self.failed_starts += 1;
        self.thread.count_failed_start(self.failed_starts, why);
        if goes_on {
            LifeEnd::Again(RETRY)
        } else {
            LifeEnd::Gone
        }
    }

    /// Index of its scenario in the plugin.
    fn exec(&self) -> u32 {
        self.scenario(&self.thread.run.plan)
            .map_or(0, |scenario| scenario.exec)
    }

    fn scenario<'a>(&self, plan: &'a Plan) -> Option<&'a ScenarioPlan> {
        plan.scenarios.get(usize::from(self.identity.scenario))
    }

    async fn iterate(&mut self, instance: &mut Instance) -> LifeEnd {
        let plan = Arc::clone(&self.thread.run.plan);
        let Some(scenario) = self.scenario(&plan) else {
            return LifeEnd::Done;
        };
        loop {
            let done = self.history.iterations.get();
            let Some(slot) = self.slots.next(self.place, done, &self.signal).await else {
                return LifeEnd::Done;
            };
            self.history.begin_iteration();
            self.take(&slot, instance.0.data_mut());
            let is_arrival = slot.due.is_some();
            let begun = Instant::now();
            record_lateness(begun, slot.due.map(tokio::time::Instant::into_std).or(self.due));
            let outcome = self.run_task(instance, scenario, slot, begun).await;
            let busy = begun.elapsed();
            let drawn = if is_arrival {
                Duration::ZERO
            } else {
                self.picker.pause(scenario, busy)
            };
            let stops = instance.0.data().stop_requested;
            let outcome = match outcome {
                TaskEnd::Return(outcome) => outcome,
                TaskEnd::Trap if !stops => return LifeEnd::Again(drawn),
                TaskEnd::Trap | TaskEnd::End => return LifeEnd::Gone,
            };
            if stops || !self.follow(&outcome, scenario) {
                return LifeEnd::Done;
            }
            if is_arrival {
                continue;
            }
            let target = match outcome.wait {
                NextWait::Scheduled => self.base(scenario, begun) + busy + drawn,
                NextWait::Exactly(us) => begun + busy + Duration::from_micros(us),
            };
            self.due = None;
            if target > begun + busy {
                self.due = Some(target);
                self.signal.flag().pause_until(target).await;
            } else if self.history.iterations.get().is_multiple_of(64) || !run_queue::is_fresh(begun + busy) {
                // A task that never blocks must not keep its thread from everybody else.
                tokio::task::yield_now().await;
            }
        }
    }

    /// Makes the coming iteration the one of this slot.
    fn take(&mut self, slot: &Slot, state: &mut VuState) {
        if self.thread.run.plan.reset_cookies {
            self.client.forget_cookies();
        }
        if self.thread.run.plan.reset_connections {
            self.client.forget_connections();
        }
        state.iteration = self.history.iterations.get();
        state.index = slot.index;
        state.intended = slot.due.map(tokio::time::Instant::into_std);
        if let (Some(whose), Some(position)) = (slot.drawer(self.workload), slot.position) {
            self.picker = Picker::new(self.thread.run.shared.seed(), whose, position);
            state.reseed(whose);
        }
    }

    /// What the next start counts from. With pacing it is when this one was due, not when it
    /// happened: else every late timer would lower the rate for good.
    fn base(&mut self, scenario: &ScenarioPlan, begun: Instant) -> Instant {
        match (scenario.wait, self.due.take()) {
            (WaitTime::Pacing(_), Some(due)) => due.min(begun),
            _ => begun,
        }
    }

    /// Runs one task and records it.
    async fn run_task(
        &mut self,
        instance: &mut Instance,
        scenario: &ScenarioPlan,
        slot: Slot,
        begun: Instant,
    ) -> TaskEnd {
        let task = self.forced.take().unwrap_or_else(|| self.picker.task(scenario));
        let iteration = Iteration::begin(self.identity.scenario, task as u16, begun);
        slot.start();
        let ends = self.ends_at_pause();
        let (store, plugin) = instance;
        store.data_mut().begin_call_at(self.thread.task_cpu(), begun);
        let labels = scenario.tasks.get(task as usize);
        store.data_mut().begin_task(labels.map_or(&[], |t| &t.tags));
        store.set_epoch_deadline(1);
        let calls = store.data().host_calls();
        let exports = plugin.wasmswarm_scenario_scenario();
        let call = exports.call_run_task(&mut *store, scenario.exec, task);
        let served = calls.serve_until_pause(&mut self.client, pin!(call), ends).await;
        let Some(result) = served else {
            // Dropped as it is, the iteration counts as interrupted.
            return TaskEnd::End;
        };
        let result = result.map_err(|trap| explain_call(store.data(), &trap));
        store.data_mut().end_call();
        let scheduled = Outcome {
            next: NextTask::Scheduled,
            wait: NextWait::Scheduled,
        };
        match result {
            Ok(Ok(outcome)) => match out_of_range(&outcome, scenario) {
                None => {
                    iteration.end(IterationOutcome::Ok, None);
                    TaskEnd::Return(outcome)
                }
                Some(misuse) => self.trapped(iteration, &misuse),
            },
            Ok(Err(why)) => {
                iteration.end(IterationOutcome::Failed, Some(&why));
                TaskEnd::Return(scheduled)
            }
            Err(why) => self.trapped(iteration, &why),
        }
    }

    fn trapped(&self, iteration: Iteration, why: &str) -> TaskEnd {
        iteration.end(IterationOutcome::Trapped, Some(why));
        self.thread.count_trap();
        TaskEnd::Trap
    }

    /// Takes over the outcome's choice of the next task. False: the VU ends.
    fn follow(&mut self, outcome: &Outcome, scenario: &ScenarioPlan) -> bool {
        match outcome.next {
            NextTask::Scheduled => true,
            NextTask::Task(task) => {
                self.forced = Some(task).filter(|&t| (t as usize) < scenario.tasks.len());
                true
            }
            NextTask::Stop => false,
        }
    }

    async fn finish(&mut self, (store, plugin): &mut Instance) {
        store.data_mut().begin_call(self.thread.start_cpu());
        store.set_epoch_deadline(1);
        let scenario = self.identity.scenario;
        let exec = self.exec();
        let workload = self.thread.run.plan.workloads.get(self.workload);
        let limit = workload.map_or(LEAST_FAREWELL, |w| w.graceful_stop.max(LEAST_FAREWELL));
        let calls = store.data().host_calls();
        let exports = plugin.wasmswarm_scenario_scenario();
        let call = exports.call_on_stop(&mut *store, exec);
        // A run may end by its last VU: its farewell must not go on for ever. Boxed: rare, and every VU
        // would have to hold it.
        let served = Box::pin(async { calls.serve(&mut self.client, pin!(call)).await });
        let stopped = tokio::time::timeout(limit, served).await;
        let stopped = match stopped {
            Ok(stopped) => stopped.unwrap_or_else(|trap| Err(explain_call(store.data(), &trap))),
            Err(_) => Err(format!(
                "it was not done after {} s (--graceful-stop)",
                limit.as_secs_f64()
            )),
        };
        store.data_mut().end_call();
        if let Err(why) = stopped {
            with_shard(|shard| shard.iteration_error(scenario, STARTS, &format!("on-stop: {why}")));
        }
    }
}

/// By how much an iteration starts after its time, if it has one.
fn record_lateness(begun: Instant, due: Option<Instant>) {
    if let Some(due) = due {
        let late = begun.saturating_duration_since(due);
        with_shard(|shard| shard.late_start(u64::try_from(late.as_micros()).unwrap_or(u64::MAX)));
    }
}

fn out_of_range(outcome: &Outcome, scenario: &ScenarioPlan) -> Option<String> {
    match outcome.next {
        NextTask::Task(task) if task as usize >= scenario.tasks.len() => Some(format!(
            "its outcome names task {task}, and `{}` has {}",
            scenario.name,
            scenario.tasks.len()
        )),
        _ => None,
    }
}

/// A VU in the gauge, however it ends.
struct GaugeGuard(u16);

impl GaugeGuard {
    fn new(scenario: u16) -> GaugeGuard {
        with_shard(|shard| shard.vu_started(scenario));
        GaugeGuard(scenario)
    }
}

impl Drop for GaugeGuard {
    fn drop(&mut self) {
        with_shard(|shard| shard.vu_stopped(self.0));
    }
}

/// An iteration between its start and its end. Dropped before its end, it was interrupted.
struct Iteration {
    scenario: u16,
    task: u16,
    begun: Instant,
    ended: bool,
}

impl Iteration {
    fn begin(scenario: u16, task: u16, begun: Instant) -> Iteration {
        with_shard(|shard| shard.iteration_started());
        Iteration {
            scenario,
            task,
            begun,
            ended: false,
        }
    }

    fn end(mut self, outcome: IterationOutcome, error: Option<&str>) {
        self.ended = true;
        self.record(outcome, error);
    }

    fn record(&self, outcome: IterationOutcome, error: Option<&str>) {
        let us = u64::try_from(self.begun.elapsed().as_micros()).unwrap_or(u64::MAX);
        with_shard(|shard| {
            shard.iteration(self.scenario, self.task, us, outcome);
            if let Some(error) = error {
                shard.iteration_error(self.scenario, self.task, error);
            }
        });
    }
}

impl Drop for Iteration {
    fn drop(&mut self) {
        if !self.ended {
            self.record(IterationOutcome::Interrupted, None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What an `async fn` returns, in bytes.
    fn size_of_future<A, F: Future>(_: impl Fn(A) -> F) -> usize {
        size_of::<F>()
    }

    /// All of it is fetched for each turn of each VU, so that it shows in the CPU time of a request.
    #[test]
    fn a_life_stays_small() {
        let bytes = size_of_future(Vu::run);
        assert!(bytes <= 4_800, "{bytes} bytes");
    }
}
