//! `setup` and `teardown`: once per run, each in an instance of its own.

use super::call;
use crate::host::bindings::{Plugin, PluginPre};
use crate::host::{Identity, Phase, RunShared, StopFlag, VuState, limits};
use crate::http::{Client, Transport};
use crate::plan::LimitsPlan;
use std::sync::Arc;
use std::time::Duration;
use wasmtime::Store;

/// What both calls need.
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
        let data = self.call(self.limits.setup_wall_ms, async |plugin, store| {
            let result = plugin.wasmswarm_scenario_scenario().call_setup(&mut *store).await;
            result.map_err(|trap| call::explain_call(store.data(), &trap))?
        })?;
        if data.len() > limits::SETUP_BYTES {
            return Err(format!(
                "it returned {} bytes (limit {})",
                data.len(),
                limits::SETUP_BYTES
            ));
        }
        Ok(data)
    }

    /// Calls `teardown` with what `setup` returned.
    ///
    /// # Errors
    /// The guest's own error, or how the call failed.
    pub fn teardown(&self, setup_data: &[u8]) -> Result<(), String> {
        self.call(self.limits.teardown_wall_ms, async |plugin, store| {
            let result = plugin
                .wasmswarm_scenario_scenario()
                .call_teardown(&mut *store, setup_data)
                .await;
            result.map_err(|trap| call::explain_call(store.data(), &trap))?
        })
    }

    fn call<R>(
        &self,
        wall_ms: u64,
        export: impl AsyncFnOnce(&Plugin, &mut Store<VuState>) -> Result<R, String>,
    ) -> Result<R, String> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|e| e.to_string())?;
        let wall = Duration::from_millis(wall_ms);
        runtime.block_on(async {
            let timed = tokio::time::timeout(wall, self.instance_call(export)).await;
            timed.unwrap_or_else(|_| Err(format!("it was not done after {} s", wall.as_secs_f64())))
        })
    }

    async fn instance_call<R>(
        &self,
        export: impl AsyncFnOnce(&Plugin, &mut Store<VuState>) -> Result<R, String>,
    ) -> Result<R, String> {
        let mut client = Client::new(Arc::clone(self.transport), 0);
        let stop = Arc::new(StopFlag::default());
        let state = VuState::new(Arc::clone(self.shared), stop, Identity::default(), Phase::Setup);
        let mut store = call::new_store(self.pre.engine(), state);
        store
            .data_mut()
            .begin_call(Duration::from_millis(self.limits.start_cpu_ms));
        let desk = store.data().desk();
        let call = async {
            let plugin = self.pre.instantiate_async(&mut store).await;
            export(&plugin.map_err(|e| call::explain_trap(&e))?, &mut store).await
        };
        desk.serve(&mut client, call).await
    }
}
