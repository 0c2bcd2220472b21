//! `wasmswarm:scenario/vu`.

use crate::engine::host::bindings::vu::{self, Identity, Progress};
use crate::engine::host::limits;
use crate::engine::host::pause::Pause;
use crate::engine::host::state::VuState;
use rand::Rng;
use std::time::{Duration, Instant};

impl vu::Host for VuState {
    fn current(&mut self) -> wasmtime::Result<Identity> {
        self.require_run()?;
        let name = self.scenario_index().and_then(|i| self.run.scenarios.get(i));
        Ok(Identity {
            id: self.identity.vu,
            scenario_index: u32::from(self.identity.scenario),
            scenario: name.cloned().unwrap_or_default(),
            iteration: self.iteration,
            iteration_index: self.index,
        })
    }

    fn set_tag(&mut self, key: String, value: String) -> wasmtime::Result<()> {
        self.require_run()?;
        self.tags.set(&key, &value);
        Ok(())
    }

    fn enter_group(&mut self, name: String) -> wasmtime::Result<()> {
        self.require_run()?;
        self.tags.set_group(self.groups.enter(&name, Instant::now()));
        Ok(())
    }

    fn leave_group(&mut self) -> wasmtime::Result<()> {
        self.require_run()?;
        self.close_group().map_err(wasmtime::Error::msg)
    }

    async fn sleep(&mut self, duration: u64) -> wasmtime::Result<()> {
        self.require_run()?;
        // No pause is no turn of the others: a guest that asks for one again and again computes, and yields as others do.
        if duration == 0 {
            return Ok(());
        }
        let until = Instant::now() + Duration::from_micros(duration.min(limits::SLEEP_US));
        self.host_calls.ask(Pause(until)).await;
        Ok(())
    }

    fn stop(&mut self) -> wasmtime::Result<()> {
        self.require_run()?;
        self.stop_requested = true;
        Ok(())
    }

    fn abort(&mut self, reason: String) -> wasmtime::Result<()> {
        self.require_run()?;
        self.run.request_abort(&reason);
        self.stop_requested = true;
        Ok(())
    }

    fn progress_of_run(&mut self) -> wasmtime::Result<Progress> {
        self.require_run()?;
        Ok(self.run.progress.of_guest())
    }

    fn mark_failed(&mut self, reason: String) -> wasmtime::Result<()> {
        self.require_run()?;
        let reason = limits::cut(&reason, limits::MESSAGE_BYTES).to_owned();
        // The first reason counts.
        let _ = self.run.failed.set(reason);
        Ok(())
    }

    fn random(&mut self) -> wasmtime::Result<u64> {
        self.require_run()?;
        Ok(self.random.next_u64())
    }

    fn now(&mut self) -> wasmtime::Result<u64> {
        self.require_run()?;
        Ok(u64::try_from(self.run.begun.elapsed().as_micros()).unwrap_or(u64::MAX))
    }
}
