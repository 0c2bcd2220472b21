//! `setup` and `teardown`, of the run and of each scenario: once per run, each in an
//! instance of its own.
//!
//! All calls before the load have one time limit together, and all after it another; the operator
//! can cut short either.

use super::stop::StopHandle;
use crate::engine::host::bindings::{Plugin, PluginPre};
use crate::engine::host::{
    Purpose, RunShared, StopFlag, VuIdentity, VuState, explain_call, instantiate, limits, new_store,
};
use crate::http::{Client, Transport};
use crate::plan::LimitsPlan;
use std::pin::pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::time::Instant;
use wasmtime::Store;

/// What these calls need.
pub struct Lifecycle<'a> {
    pre: &'a PluginPre<VuState>,
    pub(super) shared: &'a Arc<RunShared>,
    /// For requests that the calls make; they aren't counted.
    transport: &'a Arc<Transport>,
    pub(super) limits: &'a LimitsPlan,
    stop: &'a StopHandle,
    before: TimeBudget,
    after: TimeBudget,
}

/// What calls on one side of the load may take together.
#[derive(Debug)]
struct TimeBudget {
    wall: Duration,
    option: &'static str,
    /// When their time is up, and how often the operator had asked to stop when the first began.
    begun: OnceLock<(Instant, u32)>,
}

impl TimeBudget {
    fn new(wall_ms: u64, option: &'static str) -> TimeBudget {
        TimeBudget {
            wall: Duration::from_millis(wall_ms),
            option,
            begun: OnceLock::new(),
        }
    }

    fn begin(&self, stop: &StopHandle) -> (Instant, u32) {
        *self
            .begun
            .get_or_init(|| (Instant::now() + self.wall, stop.asked()))
    }

    fn is_over(&self) -> String {
        let seconds = self.wall.as_secs_f64();
        format!("it was not done after {seconds} s ({})", self.option)
    }
}

impl<'a> Lifecycle<'a> {
    /// The calls of a run of this plugin. `stop` ends each of them.
    pub fn new(
        pre: &'a PluginPre<VuState>,
        shared: &'a Arc<RunShared>,
        transport: &'a Arc<Transport>,
        limits: &'a LimitsPlan,
        stop: &'a StopHandle,
    ) -> Lifecycle<'a> {
        stop.begin();
        Lifecycle {
            pre,
            shared,
            transport,
            limits,
            stop,
            before: TimeBudget::new(limits.setup_wall_ms, "--setup-timeout"),
            after: TimeBudget::new(limits.teardown_wall_ms, "--teardown-timeout"),
        }
    }

    /// What the host may hold for all VUs.
    pub fn host_memory(&self) -> usize {
        self.shared.memory.limit()
    }

    /// Calls `setup`; returns the bytes for the VUs.
    ///
    /// # Errors
    /// The guest's own error, or how the call failed.
    pub fn setup(&self) -> Result<Vec<u8>, String> {
        tracing::info!("`setup` begins");
        let data = self.call(None, &self.before, async |plugin, store| {
            let result = plugin.wasmswarm_scenario_scenario().call_setup(&mut *store).await;
            result.map_err(|trap| explain_call(store.data(), &trap))?
        });
        within_limit(data?)
    }

    /// Calls `teardown` with what `setup` returned.
    ///
    /// # Errors
    /// The guest's own error, or how the call failed.
    pub fn teardown(&self, setup_data: &[u8]) -> Result<(), String> {
        tracing::info!("`teardown` begins");
        self.call(None, &self.after, async |plugin, store| {
            let exports = plugin.wasmswarm_scenario_scenario();
            let result = exports.call_teardown(&mut *store, setup_data).await;
            result.map_err(|trap| explain_call(store.data(), &trap))?
        })
    }

    /// Calls `setup-scenario` for one scenario, the plugin's of index `exec`; returns the bytes for its VUs.
    ///
    /// # Errors
    /// The guest's own error, or how the call failed.
    pub fn setup_scenario(&self, scenario: u16, exec: u32, setup_data: &[u8]) -> Result<Vec<u8>, String> {
        let data = self.call(Some(scenario), &self.before, async |plugin, store| {
            let exports = plugin.wasmswarm_scenario_scenario();
            let result = exports.call_setup_scenario(&mut *store, exec, setup_data).await;
            result.map_err(|trap| explain_call(store.data(), &trap))?
        });
        data.and_then(within_limit)
            .map_err(|why| self.named(scenario, &why))
    }

    /// Calls `teardown-scenario` for one scenario, the plugin's of index `exec`, with what `setup-scenario` returned.
    ///
    /// # Errors
    /// The guest's own error, or how the call failed.
    pub fn teardown_scenario(&self, scenario: u16, exec: u32, scenario_data: &[u8]) -> Result<(), String> {
        let result = self.call(Some(scenario), &self.after, async |plugin, store| {
            let exports = plugin.wasmswarm_scenario_scenario();
            let result = exports
                .call_teardown_scenario(&mut *store, exec, scenario_data)
                .await;
            result.map_err(|trap| explain_call(store.data(), &trap))?
        });
        result.map_err(|why| self.named(scenario, &why))
    }

    /// Whether the operator cut short what follows the load.
    pub fn was_cut_short(&self) -> bool {
        let asked = self.after.begun.get().map(|(_, asked)| *asked);
        asked.is_some_and(|asked| self.stop.asked() > asked)
    }

    fn named(&self, scenario: u16, why: &str) -> String {
        let name = self.shared.scenarios.get(usize::from(scenario));
        format!("scenario `{}`: {why}", name.map_or("", String::as_str))
    }

    /// Longest time that the plugin has for an answer, by the wall clock.
    pub(super) fn answer_time(&self) -> Duration {
        Duration::from_millis(self.limits.describe_wall_ms)
    }

    fn call<R>(
        &self,
        scenario: Option<u16>,
        budget: &TimeBudget,
        export: impl AsyncFnOnce(&Plugin, &mut Store<VuState>) -> Result<R, String>,
    ) -> Result<R, String> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|e| e.to_string())?;
        let (until, asked) = budget.begin(self.stop);
        runtime.block_on(async {
            tokio::select! {
                biased;
                () = self.stop.asked_beyond(asked) => Err("it was cut short by the operator".to_owned()),
                () = tokio::time::sleep_until(until) => Err(budget.is_over()),
                result = self.instance_call(scenario, export) => result,
            }
        })
    }

    async fn instance_call<R>(
        &self,
        scenario: Option<u16>,
        export: impl AsyncFnOnce(&Plugin, &mut Store<VuState>) -> Result<R, String>,
    ) -> Result<R, String> {
        let mut client = self.client();
        let (mut store, plugin) = self.instance(scenario, &mut client).await?;
        let calls = store.data().host_calls();
        let call = export(&plugin, &mut store);
        let result = calls.serve(&mut client, pin!(call)).await;
        store.data_mut().end_call();
        result
    }

    /// For the requests of one instance.
    pub(super) fn client(&self) -> Client {
        Client::new(Arc::clone(self.transport), 0)
    }

    /// A fresh instance, with a call begun that may take the CPU time of a start.
    pub(super) async fn instance(
        &self,
        scenario: Option<u16>,
        client: &mut Client,
    ) -> Result<(Store<VuState>, Plugin), String> {
        let purpose = scenario.map_or(Purpose::Setup, |_| Purpose::ScenarioSetup);
        let identity = VuIdentity {
            vu: 0,
            scenario: scenario.unwrap_or(0),
            life: self.shared.begin_call(),
        };
        let stop = Arc::new(StopFlag::default());
        let state = VuState::new(Arc::clone(self.shared), stop, identity, purpose);
        client.charge_to(state.memory());
        let state = state.with_cookies(client.cookies());
        let cpu = Duration::from_millis(self.limits.start_cpu_ms);
        let mut store = new_store(self.pre, state, cpu);
        let calls = store.data().host_calls();
        let plugin = calls
            .serve(client, pin!(instantiate(self.pre, &mut store)))
            .await?;
        Ok((store, plugin))
    }
}

fn within_limit(data: Vec<u8>) -> Result<Vec<u8>, String> {
    if data.len() > limits::SETUP_BYTES {
        let (bytes, limit) = (data.len(), limits::SETUP_BYTES);
        return Err(format!("it returned {bytes} bytes (limit {limit})"));
    }
    Ok(data)
}
