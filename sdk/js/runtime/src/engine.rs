//! The engine with a script in it: evaluates it once, and calls its handlers.

use crate::bindings::exports::wasmswarm::scenario::scenario::Description;
use crate::bindings::exports::wasmswarm::script::script::{Problem, Source};
use crate::value::{Js, Raw, is_absent};
use crate::{commonjs, description, failure, memory, modules, native, phase, rejections};
use rquickjs::{Context, Ctx, Function, Object, Persistent, Runtime, Value, qjs};
use std::cell::Cell;
use std::ffi::c_int;
use std::ptr::NonNull;

/// How deep scripts may recurse, in bytes of the engine's stack. The host's stack, on which the
/// compiled engine itself runs, fills up two to four and a half times as fast, and has 1 MiB; only
/// parsers of deeply nested text need more of it.
const MAX_STACK_BYTES: usize = 224 << 10;

/// How much a virtual user may allocate before the engine first looks for cycles.
const FIRST_COLLECTION_BYTES: usize = 1 << 20;

/// What the library hands over to be called.
#[derive(Clone, Copy)]
pub(crate) enum Handler {
    Setup,
    Teardown,
    SetupScenario,
    TeardownScenario,
    Shape,
    OnStart,
    RunTask,
    OnStop,
    /// Before each description: says what the top level had to say.
    OnDescribe,
    /// When all jobs are done and a promise is pending: does the next thing that it may wait for, and
    /// returns whether there was one.
    Idle,
}

/// The handlers' names, in the order of [`Handler`].
const HANDLERS: [&str; 10] = [
    "setup",
    "teardown",
    "setupScenario",
    "teardownScenario",
    "shape",
    "onStart",
    "runTask",
    "onStop",
    "onDescribe",
    "idle",
];

/// An evaluated script. It lives as long as the instance.
pub(crate) struct Engine {
    context: Context,
    description: Description,
    /// What the handlers are called on.
    target: Raw,
    /// `undefined` where the script has none.
    handlers: [Raw; HANDLERS.len()],
}

thread_local! {
    static ENGINE: Cell<Option<&'static Engine>> = const { Cell::new(None) };
}

/// Evaluates a script, and leaves the instance ready for its run.
pub(crate) fn evaluate(entry: &str, sources: Vec<Source>) -> Result<(), Problem> {
    modules::give(sources);
    let started = Engine::start(entry);
    if let Some(need) = modules::take_need() {
        return Err(Problem::Missing(need));
    }
    let engine = started.map_err(Problem::Failed)?;
    modules::forget();
    native::vu::forget_seed();
    engine.settle_down();
    let engine = &*Box::leak(Box::new(engine));
    ENGINE.set(Some(engine));
    phase::begin_run();
    memory::begin_run();
    engine.keep_all();
    Ok(())
}

impl Engine {
    /// The script of this instance.
    pub(crate) fn get() -> Result<&'static Engine, String> {
        ENGINE
            .get()
            .ok_or_else(|| "this component holds no script: `wasmswarm build` puts one in".to_owned())
    }

    fn start(entry: &str) -> Result<Engine, String> {
        let runtime = Runtime::new_with_alloc(memory::OfEngine).map_err(|error| error.to_string())?;
        runtime.set_max_stack_size(MAX_STACK_BYTES);
        runtime.set_loader(modules::Finder, modules::Compiler);
        let context = Context::full(&runtime).map_err(|error| error.to_string())?;
        phase::begin_build();
        // SAFETY: the runtime is alive.
        unsafe { rejections::watch(context.get_runtime_ptr()) };
        let (description, target) =
            context.with(|context| load(&context, entry).map_err(|error| failure::text(&context, error)))?;
        let (target, handlers) = context
            .with(|context| handlers(&context, target).map_err(|error| failure::text(&context, error)))?;
        Ok(Engine {
            context,
            description,
            target,
            handlers,
        })
    }

    /// Throws away what the top level left behind.
    fn settle_down(&self) {
        let runtime = self.context.runtime();
        runtime.run_gc();
        let in_use = usize::try_from(runtime.memory_usage().malloc_size).unwrap_or_default();
        runtime.set_gc_threshold(in_use + FIRST_COLLECTION_BYTES);
    }

    /// Stops counting references to what there is; see `c/counts.h`.
    fn keep_all(&self) {
        unsafe extern "C" {
            fn wasmswarm_begin_run(runtime: *mut qjs::JSRuntime);
        }
        // SAFETY: the runtime is alive, and from now on all that it makes has the header of a run.
        unsafe { wasmswarm_begin_run(qjs::JS_GetRuntime(self.context.as_raw().as_ptr())) };
    }

    pub(crate) fn description(&self) -> Description {
        self.description.clone()
    }

    fn js(&self) -> Js {
        // SAFETY: the context lives as long as the instance.
        unsafe { Js::new(self.context.as_raw()) }
    }

    fn ctx(&self) -> Ctx<'_> {
        // SAFETY: there is one thread, and nothing else holds the context while a handler's result is read.
        unsafe { Ctx::from_raw(self.context.as_raw()) }
    }

    /// Calls a handler, and `read`s what it returned, which is `undefined` if there is no such handler.
    pub(crate) fn call<R>(
        &self,
        handler: Handler,
        arguments: &[Raw],
        read: impl FnOnce(Raw) -> Result<R, String>,
    ) -> Result<R, String> {
        let function = self.handlers[handler as usize];
        if is_absent(function) {
            return read(qjs::JS_UNDEFINED);
        }
        let count = arguments.len() as c_int;
        // SAFETY: function, target and arguments are alive; the engine copies the arguments' references.
        let value = unsafe {
            qjs::JS_Call(
                self.js().as_ptr(),
                function,
                self.target,
                count,
                arguments.as_ptr().cast_mut(),
            )
        };
        let value = self.settled(value)?;
        let result = read(value);
        self.js().free(value);
        result
    }

    /// As `call`, with texts as the last arguments.
    pub(crate) fn call_with_text<R>(
        &self,
        handler: Handler,
        numbers: &[Raw],
        texts: &[&[u8]],
        read: impl FnOnce(Raw) -> Result<R, String>,
    ) -> Result<R, String> {
        let mut arguments = numbers.to_vec();
        for text in texts {
            arguments.push(match text.is_empty() {
                true => qjs::JS_UNDEFINED,
                false => self
                    .js()
                    .lossy_text(text)
                    .map_err(|_| failure::pending(&self.ctx()))?,
            });
        }
        let result = self.call(handler, &arguments, read);
        arguments
            .into_iter()
            .for_each(|argument| self.js().free(argument));
        result
    }

    /// The text of a value as bytes; none for `undefined`.
    pub(crate) fn bytes_of(&self, value: Raw) -> Result<Vec<u8>, String> {
        let js = self.js();
        let call = crate::value::Call {
            js,
            arguments: &[value],
        };
        let text = call.text(0).map_err(|_| failure::pending(&self.ctx()))?;
        Ok(text.as_bytes().to_vec())
    }

    /// Reads a value with the safe interface.
    pub(crate) fn read<R>(
        &self,
        value: Raw,
        read: impl FnOnce(Value<'_>) -> rquickjs::Result<R>,
    ) -> Result<R, String> {
        let context = self.ctx();
        // SAFETY: the value is alive; the copy holds a reference of its own.
        let value = unsafe { Value::from_raw(context.clone(), qjs::JS_DupValue(self.js().as_ptr(), value)) };
        read(value).map_err(|error| failure::text(&context, error))
    }

    /// Waits for what a call returned.
    fn settled(&self, value: Raw) -> Result<Raw, String> {
        let context = self.context.as_raw();
        settled(context, value, || {
            let idle = self.handlers[Handler::Idle as usize];
            if is_absent(idle) {
                return Ok(false);
            }
            // SAFETY: function and target are alive.
            let more =
                unsafe { qjs::JS_Call(self.js().as_ptr(), idle, self.target, 0, std::ptr::null_mut()) };
            // SAFETY: testing for truth runs no script; of an exception it says -1.
            match unsafe { qjs::JS_ToBool(self.js().as_ptr(), more) } {
                0 => Ok(false),
                1 => Ok(true),
                _ => Err(failure::pending(&self.ctx())),
            }
        })
    }
}

/// What a call came to: runs the engine's jobs until its promise is settled. `idle` is asked for more
/// when there are none left.
fn settled(
    context: NonNull<qjs::JSContext>,
    value: Raw,
    idle: impl Fn() -> Result<bool, String>,
) -> Result<Raw, String> {
    // SAFETY: the context is alive: it has just run a script.
    let (js, ctx) = unsafe { (Js::new(context), Ctx::from_raw(context)) };
    // SAFETY: looks at the tag only.
    let thrown = unsafe { qjs::JS_IsException(value) }.then(|| failure::pending(&ctx));
    run_jobs(&ctx);
    let result = match thrown {
        Some(message) => Err(message),
        None => of_promise(&ctx, js, value, idle),
    };
    match (rejections::take_first(context), result) {
        (Some(reason), Ok(value)) => {
            js.free(value);
            // SAFETY: the reason is owned.
            let text = failure::of_value(&ctx, unsafe { Value::from_raw(ctx.clone(), reason) });
            Err(format!(
                "a promise was rejected, and nothing handled that: {text}"
            ))
        }
        (Some(reason), error) => {
            js.free(reason);
            error
        }
        (None, result) => result,
    }
}

fn run_jobs(context: &Ctx<'_>) {
    // SAFETY: the context is alive.
    let runtime = unsafe { qjs::JS_GetRuntime(context.as_raw().as_ptr()) };
    let mut of_job = std::ptr::null_mut();
    // SAFETY: runtime and context are alive; the engine writes one pointer.
    while unsafe { qjs::JS_ExecutePendingJob(runtime, &raw mut of_job) } != 0 {}
}

/// What a promise came to; other values stay as they are.
fn of_promise(
    context: &Ctx<'_>,
    js: Js,
    value: Raw,
    idle: impl Fn() -> Result<bool, String>,
) -> Result<Raw, String> {
    // SAFETY: the value is alive; other values than promises have a state of their own.
    let state = || unsafe { qjs::JS_PromiseState(js.as_ptr(), value) };
    while state() == qjs::JSPromiseStateEnum_JS_PROMISE_PENDING {
        let more = idle();
        if !matches!(more, Ok(true)) {
            js.free(value);
            more?;
            return Err("the promise never settles: what it waits for doesn't exist here".to_owned());
        }
        run_jobs(context);
    }
    let is_rejected = match state() {
        qjs::JSPromiseStateEnum_JS_PROMISE_FULFILLED => false,
        qjs::JSPromiseStateEnum_JS_PROMISE_REJECTED => true,
        _ => return Ok(value),
    };
    // SAFETY: it is a promise, and its result is owned.
    let result = unsafe { qjs::JS_PromiseResult(js.as_ptr(), value) };
    js.free(value);
    if is_rejected {
        // SAFETY: the result is owned.
        let reason = unsafe { Value::from_raw(context.clone(), result) };
        return Err(failure::of_value(context, reason));
    }
    Ok(result)
}

/// Evaluates the library, then the script, and has the library look at what it exports.
fn load<'js>(
    context: &Ctx<'js>,
    entry: &str,
) -> rquickjs::Result<(Description, Persistent<Object<'static>>)> {
    native::replace_math_random(context)?;
    commonjs::prepare(context, native::require(context))?;
    let library = modules::load_library(context, "load.js")?;
    modules::explain_with(context)?;
    let (path, text) = modules::entry(context, entry)?;
    let (module, promise) = modules::script_module(context, &path, text)?.eval()?;
    wait_for(context, promise.into_value())?;
    let load: Function<'js> = library.get("load")?;
    let loaded = wait_for(context, load.call((module.namespace()?,))?)?;
    let loaded = Object::from_value(loaded)?;
    let description = description::description(loaded.get("description")?)?;
    Ok((description, Persistent::save(context, loaded)))
}

/// As [`settled`], for use among fallible calls of the engine: a failure is thrown again.
fn wait_for<'js>(context: &Ctx<'js>, value: Value<'js>) -> rquickjs::Result<Value<'js>> {
    // SAFETY: the copy that is given away holds a reference of its own.
    let value = unsafe { qjs::JS_DupValue(context.as_raw().as_ptr(), value.as_raw()) };
    match settled(context.as_raw(), value, || Ok(false)) {
        // SAFETY: what came of it is owned.
        Ok(value) => Ok(unsafe { Value::from_raw(context.clone(), value) }),
        Err(message) => {
            let text = rquickjs::String::from_str(context.clone(), &message)?;
            Err(context.throw(text.into_value()))
        }
    }
}

/// The handlers that there are, held for ever.
fn handlers(
    context: &Ctx<'_>,
    target: Persistent<Object<'static>>,
) -> rquickjs::Result<(Raw, [Raw; HANDLERS.len()])> {
    let target = target.restore(context)?;
    // SAFETY: the references that are made here are never given up.
    let hold = |value: &Value<'_>| unsafe { qjs::JS_DupValue(context.as_raw().as_ptr(), value.as_raw()) };
    let mut handlers = [qjs::JS_UNDEFINED; HANDLERS.len()];
    for (handler, name) in handlers.iter_mut().zip(HANDLERS) {
        if let Some(function) = target.get::<_, Option<Function<'_>>>(name)? {
            *handler = hold(function.as_value());
        }
    }
    Ok((hold(target.as_value()), handlers))
}
