//! `wasmswarm:scenario/checks`.

use crate::engine::host::bindings::checks;
use crate::engine::host::labels;
use crate::engine::host::state::VuState;
use crate::metrics::with_shard;

impl checks::Host for VuState {
    fn check(&mut self, name: String, passed: bool, tags: Vec<(String, String)>) -> wasmtime::Result<bool> {
        self.require_run()?;
        let (label, tags) = (labels::name(&name), self.tags.over(&tags));
        let scenario = self.identity.scenario;
        with_shard(|shard| shard.check(scenario, &label, tags.as_deref().unwrap_or_default(), passed));
        Ok(passed)
    }
}
