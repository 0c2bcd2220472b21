//! Compiles a component for an engine, or takes it from the cache.
//!
//! A compiler's time and memory are the input's to decide, so it works in a child process with limits (see
//! `confine`), which answers with the compiled code. Only what was compiled here, or kept by us alone, is run.

use super::cache::Cache;
use super::engine::{Code, code_engine};
use super::{PluginError, Source, bodies, image, inspect};
use crate::system::confine::{self, ProcessEnd, ProcessLimits};
use std::path::Path;
use std::time::{Duration, Instant};
use wasmtime::Engine;
use wasmtime::component::Component;

/// The hidden command that compiles its input.
pub const COMPILE: &str = "__compile";

/// Memory of a compilation.
const MEMORY_BYTES: u64 = 2 << 30;

/// CPU time of any compilation, and what each MiB of the component adds to it.
const CPU_SECONDS: u64 = 30;
const CPU_SECONDS_PER_MIB: u64 = 2;

/// The same by the clock.
const WALL_SECONDS: u64 = 25;
const WALL_SECONDS_PER_MIB: u64 = 5;

/// What the child answers with: its exit code says what the output is.
const INVALID: i32 = 3;
const REFUSED: i32 = 4;

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
/// [`PluginError`] if it isn't valid, or with the compiler's own words or the limit that it met, or if there is no
/// room for the image of its memory.
pub fn compile(
    (engine, code): (&Engine, Code),
    source: &Source,
    cache_dir: Option<&Path>,
) -> Result<Compiled, PluginError> {
    let begun = Instant::now();
    let compiled = cached_or_compiled((engine, code), source, cache_dir)?;
    tracing::info!(from_cache = compiled.from_cache, took = ?begun.elapsed(), "the plugin is machine code");
    image::make(&compiled.component)?;
    Ok(compiled)
}

fn cached_or_compiled(
    (engine, code): (&Engine, Code),
    source: &Source,
    cache_dir: Option<&Path>,
) -> Result<Compiled, PluginError> {
    let cache = Cache::open(cache_dir);
    if let Some(component) = cache.as_ref().and_then(|c| c.read(engine, &source.sha256)) {
        return Ok(Compiled {
            component,
            from_cache: true,
        });
    }
    let bytes = if confine::is_enabled() {
        apart(code, &source.bytes)?
    } else {
        compiled(code, &source.bytes)?
    };
    #[expect(
        unsafe_code,
        reason = "compiled code is trusted where it comes from our own compiler"
    )]
    // SAFETY: an engine with the settings of this one has just made it, in this process or in a child that is this
    // program and does nothing else.
    let component = unsafe { Component::deserialize(engine, &bytes) };
    let component = component.map_err(|e| PluginError::Compile(format!("{e:#}")))?;
    if let Some(cache) = cache {
        cache.write(engine, &source.sha256, &bytes);
    }
    Ok(Compiled {
        component,
        from_cache: false,
    })
}

/// Validates and compiles in this process.
fn compiled(code: Code, bytes: &[u8]) -> Result<Vec<u8>, PluginError> {
    bodies::check(bytes)?;
    inspect::validate(bytes)?;
    let refuse = |e: wasmtime::Error| PluginError::Compile(format!("{e:#}"));
    code_engine(code)
        .and_then(|engine| engine.precompile_component(bytes))
        .map_err(refuse)
}

/// The same in a child process.
fn apart(code: Code, bytes: &[u8]) -> Result<Vec<u8>, PluginError> {
    let limits = limits(bytes.len());
    let arguments = [
        COMPILE.to_owned(),
        code.memory.to_string(),
        code.guard.to_string(),
        bytes.len().to_string(),
    ];
    let ran = confine::compute(&arguments, bytes, limits);
    let (end, output) = ran.map_err(|e| PluginError::Compile(format!("no process for it: {e}")))?;
    let text = || String::from_utf8_lossy(&output).into_owned();
    Err(match end {
        ProcessEnd::Exited(0) => return Ok(output),
        ProcessEnd::Exited(INVALID) => PluginError::Invalid(text()),
        ProcessEnd::Exited(REFUSED) => PluginError::Compile(text()),
        ProcessEnd::Interrupted => PluginError::Interrupted,
        end => PluginError::Compile(beyond(&end, limits)),
    })
}

/// Which limit a compilation met.
fn beyond(end: &ProcessEnd, limits: ProcessLimits) -> String {
    match end {
        ProcessEnd::Cpu => format!("it takes more than {} s of CPU time", limits.cpu.as_secs()),
        ProcessEnd::Memory => format!("it takes more than {} GiB of memory", limits.memory_bytes >> 30),
        ProcessEnd::Wall => format!("it was not done after {} s", limits.wall.as_secs()),
        ProcessEnd::Exited(code) => format!("the compiler failed with code {code}"),
        ProcessEnd::Signal(signal) => format!("the compiler was ended by signal {signal}"),
        ProcessEnd::Interrupted => "the operator interrupted it".to_owned(),
    }
}

fn limits(bytes: usize) -> ProcessLimits {
    let mib = (bytes >> 20) as u64;
    ProcessLimits {
        memory_bytes: MEMORY_BYTES,
        cpu: Duration::from_secs(CPU_SECONDS + CPU_SECONDS_PER_MIB * mib),
        wall: Duration::from_secs(WALL_SECONDS + WALL_SECONDS_PER_MIB * mib),
    }
}

/// The child's side of a compilation: what follows [`COMPILE`] on its command line, and its input; answers with its
/// exit code and output.
pub fn compile_here(arguments: &[&str], read: impl FnOnce() -> std::io::Result<Vec<u8>>) -> (u8, Vec<u8>) {
    let numbers: Vec<u64> = arguments.iter().filter_map(|text| text.parse().ok()).collect();
    let [memory, guard, bytes] = numbers[..] else {
        return (REFUSED as u8, b"wrong arguments".to_vec());
    };
    let confined = confine::confine(limits(usize::try_from(bytes).unwrap_or(0)));
    let input = match confined.and_then(|()| read()) {
        Ok(input) if input.len() as u64 == bytes => input,
        // Half of it comes from a parent that is gone.
        other => return (REFUSED as u8, format!("no input: {:?}", other.err()).into_bytes()),
    };
    match compiled(Code { memory, guard }, &input) {
        Ok(output) => (0, output),
        Err(PluginError::Invalid(why)) => (INVALID as u8, why.into_bytes()),
        Err(PluginError::Compile(why)) => (REFUSED as u8, why.into_bytes()),
        Err(other) => (REFUSED as u8, other.to_string().into_bytes()),
    }
}
