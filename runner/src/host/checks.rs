//! `wasmswarm:scenario/checks`.

use super::bindings::checks;
use super::recorder::with_shard;
use super::state::VuState;
use super::tags::check_name;

impl checks::Host for VuState {
    fn check(&mut self, name: String, passed: bool, tags: Vec<(String, String)>) -> wasmtime::Result<bool> {
        self.require_run()?;
        check_name(&name).map_err(wasmtime::Error::msg)?;
        let tags = self.tags.over(&tags)?;
        let scenario = self.identity.scenario;
        with_shard(|shard| shard.check(scenario, &name, tags.as_deref().unwrap_or_default(), passed));
        Ok(passed)
    }
}
