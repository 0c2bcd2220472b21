//! `wasmswarm:scenario/params`.

use super::bindings::params;
use super::state::VuState;

impl params::Host for VuState {
    fn get(&mut self, name: String) -> wasmtime::Result<Option<String>> {
        self.require_run()?;
        Ok(self.run.params.get(&name).cloned())
    }

    fn all(&mut self) -> wasmtime::Result<Vec<(String, String)>> {
        self.require_run()?;
        Ok(self
            .run
            .params
            .iter()
            .map(|(k, v)| (k.clone(), v.clone()))
            .collect())
    }
}
