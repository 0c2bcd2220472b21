//! WASI, linked but inert: toolchains import it whether they use it or not.
//!
//! There are no folders, no environment, no arguments; what is printed goes to the log; name
//! look-up is off and every address is refused. Clocks work; randomness comes from the
//! run's seed. Standard HTTP clients work (see `outgoing`). WASI interfaces that the host doesn't
//! know at all trap when they are called.

use super::bindings::Plugin;
use super::limits;
use super::output::{Output, Stream};
use super::random::Random;
use super::state::VuState;
use crate::metrics::with_shard;
use rand::Rng;
use wasmtime::Engine;
use wasmtime::component::types::ComponentItem;
use wasmtime::component::{Component, Linker, ResourceType};
use wasmtime_wasi::p2::bindings::io::error::Error as IoError;
use wasmtime_wasi::p2::{DynInputStream, DynOutputStream, DynPollable};
use wasmtime_wasi::{WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};

impl WasiView for VuState {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
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
    let wasi = component.component_type();
    let wasi = wasi.imports(component.engine());
    let wasi: Vec<_> = wasi.filter(|(name, _)| name.starts_with("wasi:")).collect();
    if wasi.iter().any(|(name, _)| is_http(name)) {
        super::outgoing::link(&mut linker)?;
    }
    for (name, item) in wasi {
        if !is_http(name) && !PROVIDED.iter().any(|package| name.starts_with(package)) {
            stub(&mut linker, name, &item.ty, component.engine())?;
        }
    }
    Ok(linker)
}

/// The packages whose interfaces are linked for real, though inert.
const PROVIDED: [&str; 6] = [
    "wasi:io/",
    "wasi:clocks/",
    "wasi:random/",
    "wasi:cli/",
    "wasi:filesystem/",
    "wasi:sockets/",
];

/// Whether an import is one of those that `outgoing` links.
fn is_http(name: &str) -> bool {
    name.starts_with("wasi:http/types@0.2") || name.starts_with("wasi:http/outgoing-handler@0.2")
}

/// Defines an interface that nobody provides, so that a toolchain may import what its guest
/// never calls.
fn stub(
    linker: &mut Linker<VuState>,
    name: &str,
    item: &ComponentItem,
    engine: &Engine,
) -> wasmtime::Result<()> {
    let ComponentItem::ComponentInstance(interface) = item else {
        return Ok(());
    };
    let mut instance = linker.instance(name)?;
    for (item_name, item) in interface.exports(engine) {
        match item.ty {
            ComponentItem::ComponentFunc(_) => {
                let full = format!("{name}#{item_name}");
                instance.func_new(item_name, move |_, _, _, _| {
                    with_shard(|shard| shard.denied("wasi"));
                    Err(wasmtime::format_err!("`{full}` is not provided"))
                })?;
            }
            ComponentItem::Resource(_) => {
                instance.resource(item_name, resource_named(item_name), |_, _| Ok(()))?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// Interfaces mention the resources of `wasi:io` under these names; they must be the real ones.
fn resource_named(name: &str) -> ResourceType {
    match name {
        "input-stream" => ResourceType::host::<DynInputStream>(),
        "output-stream" => ResourceType::host::<DynOutputStream>(),
        "pollable" => ResourceType::host::<DynPollable>(),
        "io-error" => ResourceType::host::<IoError>(),
        _ => ResourceType::host::<()>(),
    }
}

/// A context that grants nothing.
pub(super) fn inert(random: &Random, output: &Output) -> WasiCtx {
    let mut builder = WasiCtxBuilder::new();
    builder
        .stdout(output.pipe(Stream::Out))
        .stderr(output.pipe(Stream::Err))
        .secure_random(random.clone())
        .insecure_random(random.clone())
        .insecure_random_seed(u128::from(random.clone().next_u64()))
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
