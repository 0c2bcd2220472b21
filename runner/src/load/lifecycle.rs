//! `setup` and `teardown`, of the run and of each scenario: once per run, each in an
//! instance of its own.

use super::call;
use crate::host::bindings::{Plugin, PluginPre};
use crate::host::{Identity, Phase, RunShared, StopFlag, VuState, limits};
use crate::http::{Client, Transport};
use crate::plan::LimitsPlan;
use std::sync::Arc;
use std::time::Duration;
use wasmtime::Store;

/// What these calls need.
pub struct Lifecycle<'a> {
    /// The plugin.
    pub pre: &'a PluginPre<VuState>,
    /// What the whole run shares.
    pub shared: &'a Arc<RunShared>,
    /// For requests that the calls make; they aren't counted.
    pub transport: &'a Arc<Transport>,
    /// Their CPU and wall-clock limits.
    pub limits: &'a LimitsPlan,
}

impl Lifecycle<'_> {
    /// Calls `setup`; returns the bytes for the VUs.
    ///
    /// # Errors
    /// The guest's own error, or how the call failed.
    pub fn setup(&self) -> Result<Vec<u8>, String> {
        let data = self.call(None, self.limits.setup_wall_ms, async |plugin, store| {
            let result = plugin.wasmswarm_scenario_scenario().call_setup(&mut *store).await;
            result.map_err(|trap| call::explain_call(store.data(), &trap))?
        });
        within_limit(data?)
    }

    /// Calls `teardown` with what `setup` returned.
    ///
    /// # Errors
    /// The guest's own error, or how the call failed.
    pub fn teardown(&self, setup_data: &[u8]) -> Result<(), String> {
        self.call(None, self.limits.teardown_wall_ms, async |plugin, store| {
            let exports = plugin.wasmswarm_scenario_scenario();
            let result = exports.call_teardown(&mut *store, setup_data).await;
            result.map_err(|trap| call::explain_call(store.data(), &trap))?
        })
    }

    /// Calls `setup-scenario` for one scenario, the plugin's of index `exec`; returns the bytes for its VUs.
    ///
    /// # Errors
    /// The guest's own error, or how the call failed.
    pub fn setup_scenario(&self, scenario: u16, exec: u32, setup_data: &[u8]) -> Result<Vec<u8>, String> {
        let data = self.call(
            Some(scenario),
            self.limits.setup_wall_ms,
            async |plugin, store| {
                let exports = plugin.wasmswarm_scenario_scenario();
                let result = exports.call_setup_scenario(&mut *store, exec, setup_data).await;
                result.map_err(|trap| call::explain_call(store.data(), &trap))?
            },
        );
        data.and_then(within_limit)
            .map_err(|why| self.named(scenario, &why))
    }

    /// Calls `teardown-scenario` for one scenario, the plugin's of index `exec`, with what `setup-scenario` returned.
    ///
    /// # Errors
    /// The guest's own error, or how the call failed.
    pub fn teardown_scenario(&self, scenario: u16, exec: u32, scenario_data: &[u8]) -> Result<(), String> {
        let result = self.call(
            Some(scenario),
            self.limits.teardown_wall_ms,
            async |plugin, store| {
                let exports = plugin.wasmswarm_scenario_scenario();
                let result = exports
                    .call_teardown_scenario(&mut *store, exec, scenario_data)
                    .await;
                result.map_err(|trap| call::explain_call(store.data(), &trap))?
            },
        );
        result.map_err(|why| self.named(scenario, &why))
    }

    fn named(&self, scenario: u16, why: &str) -> String {
        let name = self.shared.scenarios.get(usize::from(scenario));
        format!("scenario `{}`: {why}", name.map_or("", String::as_str))
    }

    fn call<R>(
        &self,
        scenario: Option<u16>,
        wall_ms: u64,
        export: impl AsyncFnOnce(&Plugin, &mut Store<VuState>) -> Result<R, String>,
    ) -> Result<R, String> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|e| e.to_string())?;
        let wall = Duration::from_millis(wall_ms);
        runtime.block_on(async {
            let timed = tokio::time::timeout(wall, self.instance_call(scenario, export)).await;
            timed.unwrap_or_else(|_| Err(format!("it was not done after {} s", wall.as_secs_f64())))
        })
    }

    async fn instance_call<R>(
        &self,
        scenario: Option<u16>,
        export: impl AsyncFnOnce(&Plugin, &mut Store<VuState>) -> Result<R, String>,
    ) -> Result<R, String> {
        let mut client = self.client();
        let (mut store, plugin) = self.instance(scenario, &mut client).await?;
        let desk = store.data().desk();
        let result = desk.serve(&mut client, export(&plugin, &mut store)).await;
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
        let phase = scenario.map_or(Phase::Setup, |_| Phase::ScenarioSetup);
        let identity = Identity {
            vu: 0,
            scenario: scenario.unwrap_or(0),
        };
        let stop = Arc::new(StopFlag::default());
        let state = VuState::new(Arc::clone(self.shared), stop, identity, phase);
        let state = state.with_cookies(client.cookies());
        let mut store = call::new_store(self.pre.engine(), state);
        let cpu = Duration::from_millis(self.limits.start_cpu_ms);
        store.data_mut().begin_call(cpu);
        let desk = store.data().desk();
        let plugin = desk.serve(client, self.pre.instantiate_async(&mut store)).await;
        Ok((store, plugin.map_err(|e| call::explain_trap(&e))?))
    }
}

fn within_limit(data: Vec<u8>) -> Result<Vec<u8>, String> {
    if data.len() > limits::SETUP_BYTES {
        let (bytes, limit) = (data.len(), limits::SETUP_BYTES);
        return Err(format!("it returned {bytes} bytes (limit {limit})"));
    }
    Ok(data)
}
