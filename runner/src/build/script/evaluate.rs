//! Runs a script's top level inside the engine's component, in a sandbox that holds nothing.
//!
//! The engine imports the whole contract, but there is no run yet: a call to any of it is a trap.
//! Of WASI it finds what is the same each time, so that the same script gives the same component.

use super::super::{BuildError, Parameters, kept, room};
use super::snapshot;
use crate::system::cache::Cache;
use crate::system::confine;
use std::hash::BuildHasher as _;
use std::path::Path;
use std::time::Duration;
use wasmtime::component::types::ComponentItem;
use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime::{Config, Engine, OptLevel, Store, StoreLimits, StoreLimitsBuilder};
use wasmtime_wasi::{WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};
use wasmtime_wizer::{ComponentContext, Wizer};

mod bindings {
    #![allow(
        missing_docs,
        reason = "generated; the contract's text is in sdk/js/runtime/wit"
    )]
    wasmtime::component::bindgen!({
        inline: "
            package wasmswarm:script@0.1.0;
            interface script {
                record source { request: string, path: string, content: list<u8> }
                enum need-kind { module, file }
                record need { kind: need-kind, request: string, importer: string }
                variant problem { missing(need), failed(string) }
                evaluate: func(entry: string, sources: list<source>, parameters: list<tuple<string, string>>)
                    -> result<list<string>, problem>;
            }
            world evaluator { export script; }
        ",
        exports: { default: async },
    });
}

use bindings::exports::wasmswarm::script::script::Problem;
pub(super) use bindings::exports::wasmswarm::script::script::{Need, NeedKind, Source};

/// How long a script's top level may compute.
const TIME: Duration = Duration::from_secs(60);

/// How often the operator is looked at meanwhile.
const GLANCE: Duration = Duration::from_millis(50);

/// The most memory that it may fill.
const MEMORY_BYTES: usize = 1 << 30;

/// Stack of the engine while it evaluates.
const STACK_BYTES: usize = 2 << 20;

/// What came of a script's top level.
pub(super) enum Evaluation {
    /// The script's component, and which parameters decided what it is; an empty name stands for all.
    Done(Vec<u8>, Vec<String>),
    /// It needs another file.
    Missing(Need),
}

/// The engine's component, ready to evaluate scripts.
pub(super) struct Runtime<'a> {
    wizer: Wizer,
    context: ComponentContext<'a>,
    component: Component,
    linker: Linker<Sandbox>,
    executor: tokio::runtime::Runtime,
}

/// What an evaluation may use.
struct Sandbox {
    wasi: WasiCtx,
    table: ResourceTable,
    limits: StoreLimits,
}

impl WasiView for Sandbox {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

impl Sandbox {
    fn new() -> Sandbox {
        let mut wasi = WasiCtxBuilder::new();
        wasi.insecure_random_seed(0).allow_blocking_current_thread(true);
        wasi.secure_random(wasmtime_wasi::Deterministic::new(vec![0x57]));
        wasi.insecure_random(wasmtime_wasi::Deterministic::new(vec![0x57]));
        Sandbox {
            wasi: wasi.build(),
            table: ResourceTable::new(),
            limits: StoreLimitsBuilder::new().memory_size(MEMORY_BYTES).build(),
        }
    }
}

impl<'a> Runtime<'a> {
    /// From the engine's component. Its code is kept in the folder `compiled`.
    pub(super) fn new(wasm: &'a [u8], compiled: &Path) -> Result<Runtime<'a>, BuildError> {
        let prepare = || -> wasmtime::Result<Runtime<'a>> {
            let wizer = Wizer::new();
            let (context, instrumented) = wizer.instrument_component(wasm)?;
            let engine = engine()?;
            let component = kept_or_compiled(&engine, &instrumented, compiled)?;
            let mut linker = Linker::new(&engine);
            wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
            trap_without_a_run(&mut linker, &component)?;
            let executor = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?;
            Ok(Runtime {
                wizer,
                context,
                component,
                linker,
                executor,
            })
        };
        prepare().map_err(|error| broken(&error))
    }

    /// Evaluates the script `entry` with the files and parameters at hand, in a fresh instance.
    pub(super) fn evaluate(
        &self,
        entry: &str,
        sources: &[Source],
        parameters: &Parameters,
    ) -> Result<Evaluation, BuildError> {
        self.executor
            .block_on(self.evaluate_in_time(entry, sources, parameters))
    }

    async fn evaluate_in_time(
        &self,
        entry: &str,
        sources: &[Source],
        parameters: &Parameters,
    ) -> Result<Evaluation, BuildError> {
        let mut store = Store::new(self.component.engine(), Sandbox::new());
        store.limiter(|sandbox| &mut sandbox.limits);
        store.set_epoch_deadline(1);
        let _clock = Clock::start(self.component.engine());
        let instance = self.linker.instantiate_async(&mut store, &self.component).await;
        let instance = instance.map_err(|error| broken(&error))?;
        let guest = bindings::Evaluator::new(&mut store, &instance).map_err(|error| broken(&error))?;
        let answer = guest
            .wasmswarm_script_script()
            .call_evaluate(&mut store, entry, sources, parameters)
            .await;
        match answer.map_err(|error| trapped(&error))? {
            Ok(asked) => {
                let mut state = snapshot::State {
                    store: &mut store,
                    instance,
                };
                let component = self.wizer.snapshot_component(&self.context, &mut state).await;
                let mut component = component.map_err(|error| broken(&error))?;
                room::round_up(&mut component).map_err(|error| broken(&error.into()))?;
                Ok(Evaluation::Done(component, asked))
            }
            Err(Problem::Missing(need)) => Ok(Evaluation::Missing(need)),
            Err(Problem::Failed(message)) => Err(BuildError::Script { message }),
        }
    }
}

/// The engine's own code: compiled once for all scripts, and kept for us alone.
fn kept_or_compiled(engine: &Engine, wasm: &[u8], folder: &Path) -> wasmtime::Result<Component> {
    let settings = foldhash::fast::FixedState::default().hash_one(engine.precompile_compatibility_hash());
    let name = format!("{}-{settings:016x}.cwasm", kept::digest(wasm));
    let cache = Cache::open(folder);
    let kept = cache.as_ref().and_then(|cache| cache.read(&name));
    let is_kept = kept.is_some();
    let code = match kept {
        Some(code) => code,
        None => engine.precompile_component(wasm)?,
    };
    #[expect(
        unsafe_code,
        reason = "compiled code is trusted where it comes from our own compiler"
    )]
    // SAFETY: this engine has just made it, or one with the same settings earlier: it has a seal under the name that only
    // that has.
    let component = unsafe { Component::deserialize(engine, &code) };
    match (component, cache) {
        (Ok(component), Some(cache)) if !is_kept => {
            cache.write(&name, &code);
            Ok(component)
        }
        // Whatever spoiled it: the engine can be compiled again.
        (Err(_), _) if is_kept => Component::new(engine, wasm),
        (component, _) => component,
    }
}

/// Defines what the component imports of the contract: there is nobody to answer yet.
fn trap_without_a_run(linker: &mut Linker<Sandbox>, component: &Component) -> wasmtime::Result<()> {
    let engine = component.engine();
    for (interface, item) in component.component_type().imports(engine) {
        let ComponentItem::ComponentInstance(exports) = item.ty else {
            continue;
        };
        // WASI is there already, also for a component that names an older minor version.
        if interface.starts_with("wasi:") {
            continue;
        }
        let mut instance = linker.instance(interface)?;
        for (name, item) in exports.exports(engine) {
            if matches!(item.ty, ComponentItem::ComponentFunc(_)) {
                let called = format!("{interface} {name} is there only in a run");
                instance.func_new(name, move |_, _, _, _| Err(wasmtime::Error::msg(called.clone())))?;
            }
        }
    }
    Ok(())
}

/// Compiles fast: what it compiles runs for milliseconds.
fn engine() -> wasmtime::Result<Engine> {
    let mut config = Config::new();
    config
        .cranelift_opt_level(OptLevel::None)
        .epoch_interruption(true)
        .max_wasm_stack(STACK_BYTES)
        .async_stack_size(2 * STACK_BYTES);
    Engine::new(&config)
}

/// Ends an evaluation that takes too long. Stops when dropped.
struct Clock {
    _end: std::sync::mpsc::Sender<()>,
}

impl Clock {
    fn start(engine: &Engine) -> Clock {
        let engine = engine.clone();
        let (end, ended) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let mut left = TIME;
            while ended.recv_timeout(GLANCE) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
                left = left.saturating_sub(GLANCE);
                if left.is_zero() || confine::is_interrupted() {
                    return engine.increment_epoch();
                }
            }
        });
        Clock { _end: end }
    }
}

fn broken(error: &wasmtime::Error) -> BuildError {
    BuildError::Script {
        message: format!("the JavaScript engine can't be used: {error:#}"),
    }
}

fn trapped(error: &wasmtime::Error) -> BuildError {
    if confine::is_interrupted() {
        return BuildError::Interrupted;
    }
    let message = match error.downcast_ref::<wasmtime::Trap>() {
        Some(wasmtime::Trap::Interrupt) => {
            format!("its top level computed for more than {} s", TIME.as_secs())
        }
        Some(wasmtime::Trap::StackOverflow) => "its top level recursed too deeply".to_owned(),
        _ => format!("its top level can't be evaluated: {error:#}"),
    };
    BuildError::Script { message }
}
