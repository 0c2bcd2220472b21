//! Compiles a component for an engine, or takes it from the cache.
//!
//! A compiler's time and memory are the input's to decide, so it works in a child process with limits (see
//! `confine`), which answers with the compiled code. Only what was compiled here, or kept by us alone, is run.

use super::engine::{Code, code_engine};
use super::template::{Places, Template};
use super::{PluginError, Source, bodies, image, inspect};
use crate::system::cache::{self, Cache};
use crate::system::confine::{self, ProcessEnd, ProcessLimits};
use std::hash::BuildHasher as _;
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

/// Compiles, once per code (see `template`) and engine settings. `cache_dir` overrides the user's cache folder.
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
    let cache = open_cache(cache_dir);
    let template = Template::of(&source.bytes);
    let name = |digest: &str| name(engine, digest);
    let kept = |name: &str| cache.as_ref().and_then(|cache| cache.read(name));
    if let Some(template) = &template
        && let Some(kept) = kept(&name(&template.digest()))
        && let Some(component) = with_state(engine, kept, template)
    {
        return Ok(Compiled {
            component,
            from_cache: true,
        });
    }
    if let Some(kept) = kept(&name(&source.sha256))
        && let Ok(component) = ready(engine, &kept)
    {
        return Ok(Compiled {
            component,
            from_cache: true,
        });
    }
    let (digest, bytes, component) = anew((engine, code), source, template)?;
    if let Some(cache) = cache {
        cache.write(&name(&digest), &bytes);
    }
    Ok(Compiled {
        component,
        from_cache: false,
    })
}

/// Compiles the template, or where there is none the component itself; answers with the digest of what was compiled,
/// what to keep of it, and the component.
fn anew(
    (engine, code): (&Engine, Code),
    source: &Source,
    template: Option<Template>,
) -> Result<(String, Vec<u8>, Component), PluginError> {
    let compile = |bytes: &[u8]| match confine::is_enabled() {
        true => apart(code, bytes),
        false => compiled(code, bytes),
    };
    if let Some(template) = template {
        match compile(&template.bytes) {
            Ok(mut bytes) => {
                if let Some(places) = template.places(&bytes) {
                    places.append_to(&mut bytes);
                    if let Some(component) = with_state(engine, bytes.clone(), &template) {
                        return Ok((template.digest(), bytes, component));
                    }
                }
                tracing::warn!(
                    "the state of this plugin isn't found in its code: each change of it compiles anew"
                );
            }
            // What is said of a component must be true of the one that the operator has.
            Err(PluginError::Invalid(_)) => {}
            Err(other) => return Err(other),
        }
    }
    let bytes = compile(&source.bytes)?;
    let component = ready(engine, &bytes).map_err(|e| PluginError::Compile(format!("{e:#}")))?;
    Ok((source.sha256.clone(), bytes, component))
}

/// The component of a template's code, with the places after it, and of this template's state.
fn with_state(engine: &Engine, mut code: Vec<u8>, template: &Template) -> Option<Component> {
    let places = Places::take_from(&mut code, template)?;
    template.fill(&mut code, &places)?;
    ready(engine, &code).ok()
}

/// The component of its compiled code.
fn ready(engine: &Engine, code: &[u8]) -> wasmtime::Result<Component> {
    #[expect(
        unsafe_code,
        reason = "compiled code is trusted where it comes from our own compiler"
    )]
    // SAFETY: an engine with the settings of this one has made it: just now, in this process or in a child that is this
    // program and does nothing else; or earlier, and it carries a seal under the name that only that has. Afterwards
    // only data was changed: what a memory and variables begin with, which can be anything.
    unsafe {
        Component::deserialize(engine, code)
    }
}

/// The place of compiled code. None if there is none that is only ours: then every run compiles.
fn open_cache(dir: Option<&Path>) -> Option<Cache> {
    Cache::open(&cache::root(dir)?.join("compiled"))
}

/// What code is kept under: the digest of what was compiled, and the engine's settings.
fn name(engine: &Engine, digest: &str) -> String {
    let settings = foldhash::fast::FixedState::with_seed(0).hash_one(engine.precompile_compatibility_hash());
    format!("{digest}-{settings:016x}.cwasm")
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
