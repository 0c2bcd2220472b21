//! Compiles a component for an engine, or takes it from the cache.

use super::cache::Cache;
use super::{PluginError, Source};
use std::path::Path;
use wasmtime::Engine;
use wasmtime::component::Component;

/// A component that is ready to be linked.
#[derive(Debug)]
pub struct Compiled {
    /// For this engine only.
    pub component: Component,
    /// Whether the cache had it.
    pub from_cache: bool,
}

/// Compiles, once per digest and engine settings. `cache_dir` overrides the user's cache folder.
///
/// # Errors
/// [`PluginError::Compile`] with the compiler's own words.
pub fn compile(engine: &Engine, source: &Source, cache_dir: Option<&Path>) -> Result<Compiled, PluginError> {
    let cache = Cache::open(cache_dir);
    if let Some(component) = cache.as_ref().and_then(|c| c.read(engine, &source.sha256)) {
        return Ok(Compiled {
            component,
            from_cache: true,
        });
    }
    let component =
        Component::from_binary(engine, &source.bytes).map_err(|e| PluginError::Compile(format!("{e:#}")))?;
    if let Some(cache) = cache {
        cache.write(engine, &source.sha256, &component);
    }
    Ok(Compiled {
        component,
        from_cache: false,
    })
}
