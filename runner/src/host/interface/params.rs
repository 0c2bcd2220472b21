//! `wasmswarm:scenario/params`.

use crate::host::bindings::params;
use crate::host::state::VuState;
use std::collections::BTreeMap;

impl VuState {
    /// The parameters of this VU's scenario, which outrank the run's.
    fn own_params(&self) -> Option<&BTreeMap<String, String>> {
        let scenario = self.scenario_index()?;
        self.run.scenario_params.get(scenario)
    }
}

impl params::Host for VuState {
    fn get(&mut self, name: String) -> wasmtime::Result<Option<String>> {
        self.require_run()?;
        let own = self.own_params().and_then(|own| own.get(&name));
        Ok(own.or_else(|| self.run.params.get(&name)).cloned())
    }

    fn all(&mut self) -> wasmtime::Result<Vec<(String, String)>> {
        self.require_run()?;
        let mut all = self.run.params.clone();
        all.extend(self.own_params().cloned().unwrap_or_default());
        Ok(all.into_iter().collect())
    }
}
