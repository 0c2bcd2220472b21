//! `wasmswarm:scenario/shared`: what the VUs of a run share. The state itself is [`SharedStore`].

use crate::engine::host::bindings::shared::{self, Error};
use crate::engine::host::shared_store::SharedStore;
use crate::engine::host::state::VuState;
use crate::engine::host::tags::check_name;

impl VuState {
    /// The run's store, for a call that names this counter, queue or key.
    fn shared(&self, name: &str) -> wasmtime::Result<&SharedStore> {
        self.require_run()?;
        check_name(name).map_err(wasmtime::Error::msg)?;
        Ok(&self.run.shared)
    }
}

impl shared::Host for VuState {
    fn add(&mut self, name: String, delta: i64) -> wasmtime::Result<i64> {
        let sum = self.shared(&name)?.add(&name, delta);
        sum.ok_or_else(|| wasmtime::format_err!("the shared state has no room for the counter {name:?}"))
    }

    fn total(&mut self, name: String) -> wasmtime::Result<i64> {
        Ok(self.shared(&name)?.total(&name))
    }

    fn push(&mut self, name: String, value: Vec<u8>) -> wasmtime::Result<Result<(), Error>> {
        Ok(self.shared(&name)?.push(&name, value))
    }

    fn pop(&mut self, name: String) -> wasmtime::Result<Option<Vec<u8>>> {
        Ok(self.shared(&name)?.pop(&name))
    }

    fn length(&mut self, name: String) -> wasmtime::Result<u64> {
        Ok(self.shared(&name)?.length(&name))
    }

    fn write(&mut self, key: String, value: Vec<u8>) -> wasmtime::Result<Result<(), Error>> {
        Ok(self.shared(&key)?.write(&key, value))
    }

    fn read(&mut self, key: String) -> wasmtime::Result<Option<Vec<u8>>> {
        Ok(self.shared(&key)?.read(&key))
    }

    fn remove(&mut self, key: String) -> wasmtime::Result<bool> {
        Ok(self.shared(&key)?.remove(&key))
    }

    fn write_new(&mut self, key: String, value: Vec<u8>) -> wasmtime::Result<Result<bool, Error>> {
        Ok(self.shared(&key)?.compare_and_set(&key, None, value))
    }

    fn compare_and_set(
        &mut self,
        key: String,
        expected: Vec<u8>,
        value: Vec<u8>,
    ) -> wasmtime::Result<Result<bool, Error>> {
        let store = self.shared(&key)?;
        Ok(store.compare_and_set(&key, Some(&expected), value))
    }
}
