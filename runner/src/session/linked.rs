//! A plugin that is compiled, linked and described.

use super::source::{self, Read};
use crate::engine::host::bindings::PluginPre;
use crate::engine::host::{self, LogSink, RunShared, VuState};
use crate::engine::plugin::{self, Description, EngineSpec, PerVu, PluginError};
use crate::error::Failure;
use crate::plan::LimitsPlan;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use wasmtime::Engine;

/// A plugin ready to be instantiated as often as its engine was made for.
pub(super) struct Linked {
    pub(super) engine: Engine,
    pub(super) pre: PluginPre<VuState>,
    /// What one instance takes.
    pub(super) per_vu: PerVu,
    pub(super) from_cache: bool,
}

/// Compiles (or takes from the cache) and links for this many VUs.
pub(super) fn link(
    read: &Read,
    vus: u32,
    per_vu: PerVu,
    limits: &LimitsPlan,
    cache_dir: Option<&Path>,
) -> Result<Linked, Failure> {
    let spec = EngineSpec {
        vus,
        vu_memory_bytes: limits.vu_memory_bytes,
        per_vu,
    };
    let (engine, code) = plugin::build_engine(&spec).map_err(|e| no_room(vus, &e))?;
    let refuse = |e: PluginError| source::refuse(&read.source.name, e);
    let compiled = plugin::compile((&engine, code), &read.source, cache_dir).map_err(refuse)?;
    let mismatch = |e: wasmtime::Error| refuse(PluginError::Mismatch(format!("{e:#}")));
    let linker = host::link(&compiled.component).map_err(mismatch)?;
    let pre = linker.instantiate_pre(&compiled.component).map_err(mismatch)?;
    let pre = PluginPre::new(pre).map_err(mismatch)?;
    let required = compiled.component.resources_required();
    let per_vu = PerVu::of(read.inspection.core_instances, required.as_ref());
    Ok(Linked {
        engine,
        pre,
        per_vu,
        from_cache: compiled.from_cache,
    })
}

fn no_room(vus: u32, error: &wasmtime::Error) -> Failure {
    Failure::invalid(format!("failed to reserve address space for {vus} virtual users"))
        .because(format!("{error:#}"))
        .hint("use fewer users (-u), a smaller --vu-memory, or a larger `ulimit -v`")
}

/// Asks a plugin what it offers.
///
/// # Errors
/// If it doesn't answer within its CPU time, or what it answers can't be used.
pub fn describe(read: &Read, limits: &LimitsPlan, cache_dir: Option<&Path>) -> Result<Description, Failure> {
    Ok(probe(read, limits, cache_dir)?.0)
}

/// The description, with the engine that it was made in: enough for two VUs.
pub(super) fn probe(
    read: &Read,
    limits: &LimitsPlan,
    cache_dir: Option<&Path>,
) -> Result<(Description, Linked), Failure> {
    let linked = link(read, 2, PerVu::UNKNOWN, limits, cache_dir)?;
    let io = |e: std::io::Error| Failure::internal("failed to start a thread").because(e);
    let _clock = plugin::start_epoch_clock(&linked.engine).map_err(io)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(io)?;
    let shared = Arc::new(nobody(limits));
    let ms = Duration::from_millis;
    let times = (ms(limits.start_cpu_ms), ms(limits.describe_wall_ms));
    let described = plugin::describe(&linked.pre, shared, times);
    let description = runtime
        .block_on(described)
        .map_err(|e| source::refuse(&read.source.name, e))?;
    Ok((description, linked))
}

/// What `describe` may see of a run: nothing. Its log lines go nowhere.
pub(super) fn nobody(limits: &LimitsPlan) -> RunShared {
    RunShared {
        vu_memory_bytes: limits.vu_memory_bytes,
        vu_host_memory_bytes: limits.vu_host_memory_bytes,
        max_request_body: limits.max_request_body_bytes,
        ..RunShared::new(LogSink::closed())
    }
}
