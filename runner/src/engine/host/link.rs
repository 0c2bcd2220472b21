//! Everything that a plugin may import, linked: the interfaces of `wit/`, WASI, and traps in place of what nobody knows.

use super::bindings::Plugin;
use super::interface::wasi_http;
use super::state::VuState;
use crate::metrics::with_shard;
use wasmtime::Engine;
use wasmtime::component::types::ComponentItem;
use wasmtime::component::{Component, HasSelf, Linker, ResourceType};
use wasmtime_wasi::p2::bindings::io::error::Error as IoError;
use wasmtime_wasi::p2::{DynInputStream, DynOutputStream, DynPollable};

/// A linker with everything that a plugin may import.
///
/// # Errors
/// If an import of the component can't even be linked as a trap.
pub fn link(component: &Component) -> wasmtime::Result<Linker<VuState>> {
    let mut linker = Linker::new(component.engine());
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    // Every interface is served by the store's data itself.
    Plugin::add_to_linker::<_, HasSelf<VuState>>(&mut linker, |state| state)?;
    let wasi = component.component_type();
    let wasi = wasi.imports(component.engine());
    let wasi: Vec<_> = wasi.filter(|(name, _)| name.starts_with("wasi:")).collect();
    if wasi.iter().any(|(name, _)| is_http(name)) {
        wasi_http::link(&mut linker)?;
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

/// Whether an import is one of those that `wasi_http` links.
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
