//! `wasmswarm:scenario/log`: to the operator.

use crate::engine::host::bindings::log::{self, Level};
use crate::engine::host::state::VuState;
use crate::metrics::with_shard;

impl log::Host for VuState {
    fn write(&mut self, level: Level, message: String) -> wasmtime::Result<()> {
        if !self.run.log.write(level, self.identity.vu, &message) {
            with_shard(|shard| shard.log_dropped(1));
        }
        Ok(())
    }
}
