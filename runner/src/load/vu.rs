//! One VU's life: instantiate, `on-start`, tasks and pauses, `on-stop`.
//!
//! | what happens | what it costs | what follows |
//! |---|---|---|
//! | a task returns an error | that iteration, as failed | pause, next task |
//! | a task traps or meets a limit | that iteration and the instance | pause, new life |
//! | instantiation or `on-start` fails | nothing is counted as an iteration | [`RETRY`], new life |
//! | stop flag raised | nothing | `on-stop`, the VU ends |
//! | the future is dropped (hard stop) | the iteration, as interrupted | nothing runs any more |

use super::call;
use super::executor::Executor;
use super::picker::Picker;
use super::thread::ThreadShared;
use crate::host::bindings::Plugin;
use crate::host::bindings::exported::{NextTask, NextWait, Outcome};
use crate::host::{Identity, Phase, VuState, with_shard};
use crate::http::Client;
use crate::metrics::IterationOutcome;
use crate::plan::{ScenarioPlan, WaitTime};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use wasmtime::Store;

/// Pause after a start that failed, so that a broken plugin doesn't spin.
const RETRY: Duration = Duration::from_secs(1);

/// A virtual user.
pub(super) struct Vu {
    pub(super) identity: Identity,
    pub(super) thread: Arc<ThreadShared>,
    pub(super) executor: Arc<dyn Executor>,
    picker: Picker,
    client: Option<Client>,
    iterations: u64,
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
}

type Instance = (Store<VuState>, Plugin);

impl Vu {
    pub(super) fn new(identity: Identity, thread: Arc<ThreadShared>, executor: Arc<dyn Executor>) -> Vu {
        let picker = Picker::new(thread.run.shared.seed, identity.vu);
        let client = Some(Client::new(Arc::clone(&thread.run.transport), identity.vu));
        Vu {
            identity,
            thread,
            executor,
            picker,
            client,
            iterations: 0,
            forced: None,
            due: None,
        }
    }

    /// Lives until the executor or the run says that it is enough.
    pub(super) async fn run(mut self) {
        let scenario = self.identity.scenario;
        let _alive = Alive::new(scenario);
        while let LifeEnd::Again(pause) = self.live().await {
            with_shard(|shard| shard.instance_replaced());
            self.thread.stop.pause_until(Instant::now() + pause).await;
            if self.thread.stop.is_raised() {
                break;
            }
        }
    }

    async fn live(&mut self) -> LifeEnd {
        let mut instance = match self.start().await {
            Ok(instance) => instance,
            Err(why) => return self.start_failed(&why),
        };
        let end = self.iterate(&mut instance).await;
        if matches!(end, LifeEnd::Done) {
            self.finish(&mut instance).await;
        }
        self.client = instance.0.data_mut().take_client();
        end
    }

    async fn start(&mut self) -> Result<Instance, String> {
        let run = &self.thread.run;
        let client = self.client.take().map(|mut client| {
            client.reset();
            client
        });
        let client = client.or_else(|| Some(Client::new(Arc::clone(&run.transport), self.identity.vu)));
        let stop = Arc::clone(&self.thread.stop);
        let mut state = VuState::new(Arc::clone(&run.shared), stop, self.identity, Phase::Load, client);
        state.iteration = self.iterations;
        let mut store = call::new_store(run.pre.engine(), state);
        store.data_mut().begin_call(self.thread.start_cpu());
        let plugin = run
            .pre
            .instantiate_async(&mut store)
            .await
            .map_err(|e| call::explain_trap(&e))?;
        let scenario = u32::from(self.identity.scenario);
        let data = run.scenario_data.get(usize::from(self.identity.scenario));
        let data = data.map_or(&[][..], Vec::as_slice);
        let exports = plugin.wasmswarm_scenario_scenario();
        let started = exports.call_on_start(&mut store, scenario, &run.setup_data, data);
        let started = started.await;
        store.data_mut().end_call();
        match started {
            Ok(Ok(())) => Ok((store, plugin)),
            Ok(Err(why)) => Err(why),
            Err(trap) => Err(call::explain_call(store.data(), &trap)),
        }
    }

    fn start_failed(&self, why: &str) -> LifeEnd {
        let scenario = self.identity.scenario;
        with_shard(|shard| shard.iteration_error(scenario, u16::MAX, &format!("on-start: {why}")));
        self.thread.count_trap();
        LifeEnd::Again(RETRY)
    }

    async fn iterate(&mut self, instance: &mut Instance) -> LifeEnd {
        loop {
            if self.thread.stop.is_raised() || !self.executor.claim(self.iterations) {
                return LifeEnd::Done;
            }
            self.iterations += 1;
            let plan = Arc::clone(&self.thread.run.plan);
            let Some(scenario) = plan.scenarios.get(usize::from(self.identity.scenario)) else {
                return LifeEnd::Done;
            };
            let begun = Instant::now();
            let outcome = self.run_task(instance, scenario, begun).await;
            let busy = begun.elapsed();
            let drawn = self.picker.pause(scenario, busy);
            let Some(outcome) = outcome else {
                return LifeEnd::Again(drawn);
            };
            if instance.0.data().stop_requested || !self.follow(&outcome, scenario) {
                return LifeEnd::Done;
            }
            let target = match outcome.wait {
                NextWait::Scheduled => self.base(scenario, begun) + busy + drawn,
                NextWait::Exactly(us) => begun + busy + Duration::from_micros(us),
            };
            if target > begun + busy {
                self.due = Some(target);
                self.thread.stop.pause_until(target).await;
            } else if self.iterations.is_multiple_of(64) {
                // A task that never blocks must not keep its thread from everybody else.
                tokio::task::yield_now().await;
            }
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

    /// Runs one task and records it. None: the instance is lost.
    async fn run_task(
        &mut self,
        instance: &mut Instance,
        scenario: &ScenarioPlan,
        begun: Instant,
    ) -> Option<Outcome> {
        let task = self.forced.take().unwrap_or_else(|| self.picker.task(scenario));
        let iteration = Iteration::begin(self.identity.scenario, task as u16, begun);
        let (store, plugin) = instance;
        store.data_mut().iteration = self.iterations;
        let begun = self.thread.run.begun.get(usize::from(self.identity.scenario));
        store.data_mut().index = begun.map_or(0, |n| n.fetch_add(1, Ordering::Relaxed));
        store.data_mut().begin_call(self.thread.task_cpu());
        let labels = scenario.tasks.get(task as usize);
        store.data_mut().begin_task(labels.map_or(&[], |t| &t.tags));
        store.set_epoch_deadline(1);
        let index = u32::from(self.identity.scenario);
        let result = plugin
            .wasmswarm_scenario_scenario()
            .call_run_task(&mut *store, index, task)
            .await;
        store.data_mut().end_call();
        let scheduled = Outcome {
            next: NextTask::Scheduled,
            wait: NextWait::Scheduled,
        };
        match result {
            Ok(Ok(outcome)) => match out_of_range(&outcome, scenario) {
                None => {
                    iteration.end(IterationOutcome::Ok, None);
                    Some(outcome)
                }
                Some(misuse) => self.trapped(iteration, &misuse),
            },
            Ok(Err(why)) => {
                iteration.end(IterationOutcome::Failed, Some(&why));
                Some(scheduled)
            }
            Err(trap) => self.trapped(iteration, &call::explain_call(store.data(), &trap)),
        }
    }

    fn trapped(&self, iteration: Iteration, why: &str) -> Option<Outcome> {
        iteration.end(IterationOutcome::Trapped, Some(why));
        self.thread.count_trap();
        None
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

    async fn finish(&self, (store, plugin): &mut Instance) {
        store.data_mut().begin_call(self.thread.start_cpu());
        store.set_epoch_deadline(1);
        let scenario = self.identity.scenario;
        let stopped = plugin
            .wasmswarm_scenario_scenario()
            .call_on_stop(&mut *store, u32::from(scenario))
            .await;
        store.data_mut().end_call();
        let why = match stopped {
            Ok(Ok(())) => return,
            Ok(Err(why)) => why,
            Err(trap) => call::explain_call(store.data(), &trap),
        };
        with_shard(|shard| shard.iteration_error(scenario, u16::MAX, &format!("on-stop: {why}")));
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
struct Alive(u16);

impl Alive {
    fn new(scenario: u16) -> Alive {
        with_shard(|shard| shard.vu_started(scenario));
        Alive(scenario)
    }
}

impl Drop for Alive {
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
