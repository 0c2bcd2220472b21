//! `wasmswarm:scenario/checks`.

use super::bindings::checks;
use super::recorder::with_shard;
use super::state::VuState;
use super::tags::check_name;

impl checks::Host for VuState {
    fn check(&mut self, name: String, passed: bool) -> wasmtime::Result<bool> {
        self.require_run()?;
        check_name(&name).map_err(wasmtime::Error::msg)?;
        let scenario = self.identity.scenario;
        with_shard(|shard| shard.check(scenario, &name, self.tags.own(), passed));
        Ok(passed)
    }
}
