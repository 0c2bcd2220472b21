//! WASI, linked but inert: toolchains import it whether they use it or not.
//!
//! There are no folders, no environment, no arguments; standard output goes nowhere; name
//! look-up is off and every address is refused. Clocks work; randomness comes from the
//! run's seed. WASI interfaces that the host doesn't know at all trap when they are called.

use super::bindings::Plugin;
use super::limits;
use super::recorder::with_shard;
use super::state::VuState;
use rand::SeedableRng;
use rand_pcg::Pcg32;
use wasmtime::component::{Component, Linker};
use wasmtime_wasi::{WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};

impl WasiView for VuState {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

/// A linker with everything that a plugin may import.
///
/// # Errors
/// If an import of the component can't even be linked as a trap.
pub fn link(component: &Component) -> wasmtime::Result<Linker<VuState>> {
    let mut linker = Linker::new(component.engine());
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    Plugin::add_to_linker::<_, super::Host>(&mut linker, |state| state)?;
    linker.define_unknown_imports_as_traps(component)?;
    Ok(linker)
}

/// A context that grants nothing.
pub(super) fn inert(seed: u64) -> WasiCtx {
    let mut builder = WasiCtxBuilder::new();
    builder
        .secure_random(Pcg32::seed_from_u64(seed))
        .insecure_random(Pcg32::seed_from_u64(seed ^ 1))
        .insecure_random_seed(u128::from(seed))
        .max_random_size(limits::RANDOM_BYTES)
        .allow_ip_name_lookup(false)
        .allow_tcp(false)
        .allow_udp(false)
        .socket_addr_check(|_, _| {
            with_shard(|shard| shard.denied("socket"));
            Box::pin(async { false })
        });
    builder.build()
}
