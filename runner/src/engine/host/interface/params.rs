//! `wasmswarm:scenario/params`.

use crate::engine::host::bindings::params;
use crate::engine::host::state::VuState;
use crate::secret::Secret;
use std::collections::BTreeMap;

impl VuState {
    /// The parameters of this VU's scenario, which outrank the run's.
    fn own_params(&self) -> Option<&BTreeMap<String, Secret>> {
        let scenario = self.scenario_index()?;
        self.run.scenario_params.get(scenario)
    }
}

impl params::Host for VuState {
    fn get(&mut self, name: String) -> wasmtime::Result<Option<String>> {
        self.require_run()?;
        let own = self.own_params().and_then(|own| own.get(&name));
        let value = own.or_else(|| self.run.params.get(&name));
        Ok(value.map(|value| value.expose().to_owned()))
    }

    fn all(&mut self) -> wasmtime::Result<Vec<(String, String)>> {
        self.require_run()?;
        let mut all = self.run.params.clone();
        all.extend(self.own_params().cloned().unwrap_or_default());
        let in_the_clear = |(name, value): (String, Secret)| (name, value.expose().to_owned());
        Ok(all.into_iter().map(in_the_clear).collect())
    }
}
