//! What all calls into guests share: the store, and words for how a call can fail.

use super::bindings::{Plugin, PluginPre};
use super::state::VuState;
use super::{limits, symbol};
use std::time::Duration;
use wasmtime::component::ResourceTableError;
use wasmtime::{Store, Trap};
use wasmtime_wasi::I32Exit;

/// A store for an instance of this plugin, whose guest is limited and interruptible from its first instruction. A call
/// has begun in it that may use this much CPU time: instantiating it runs the guest's code already.
pub fn new_store(pre: &PluginPre<VuState>, mut state: VuState, cpu: Duration) -> Store<VuState> {
    state.begin_call(cpu);
    let call_bytes = state.call_bytes();
    let mut store = Store::new(pre.engine(), state);
    store.limiter(|state| &mut state.limits);
    store.set_hostcall_fuel(call_bytes);
    store.set_epoch_deadline(1);
    store.epoch_deadline_callback(|mut store| Ok(store.data_mut().on_epoch()));
    store
}

/// Makes the instance that a store is for.
///
/// # Errors
/// Why there is none, for people. The store is of no more use then.
pub async fn instantiate(pre: &PluginPre<VuState>, store: &mut Store<VuState>) -> Result<Plugin, String> {
    let plugin = pre.instantiate_async(store).await;
    plugin.map_err(|error| explain_trap(&error))
}

/// What the runtime says when a host call would copy too much out of a guest.
const HANDED_OVER: &str = "fuel allocated for hostcalls";

/// Why a call failed: the limit that was met, or else the guest's own words, or else those of the trap. The
/// operator is told of the first of each.
pub fn explain_call(state: &VuState, error: &wasmtime::Error) -> String {
    let words = state.last_words();
    let (message, words) = match words {
        Some((headline, words)) if gave_up(error) => (headline, words),
        Some((_, words)) => (explain_limit(state, error), words),
        None => (explain_limit(state, error), String::new()),
    };
    let message = with_memory(state, message);
    state.tell_crash(&message, &words);
    message
}

/// Whether the guest ended itself, so that what it printed last says why.
fn gave_up(error: &wasmtime::Error) -> bool {
    error.downcast_ref::<Trap>() == Some(&Trap::UnreachableCodeReached)
        || error.downcast_ref::<I32Exit>().is_some()
}

fn explain_limit(state: &VuState, error: &wasmtime::Error) -> String {
    if error.downcast_ref::<Trap>() == Some(&Trap::Interrupt) {
        let (used, allowed) = state.cpu_used();
        let (used, allowed) = (used.as_millis(), allowed.as_millis());
        return format!("stopped after {used} ms of CPU time (limit {allowed} ms)");
    }
    let has_no_handle_left = error.downcast_ref::<ResourceTableError>().is_some_and(is_full);
    if has_no_handle_left {
        state.memory().refuse();
    }
    if has_no_handle_left || state.is_out_of_room() {
        return "it has more on the host than may be held for it: handles, headers, bodies (--vu-host-memory)".to_owned();
    }
    let why = explain_trap(error);
    if error.root_cause().to_string().contains(HANDED_OVER) {
        let limit = state.call_bytes() >> 20;
        return format!("one call handed over more than {limit} MiB (--vu-memory): {why}");
    }
    why
}

fn is_full(error: &ResourceTableError) -> bool {
    matches!(error, ResourceTableError::Full)
}

fn with_memory(state: &VuState, why: String) -> String {
    if !state.limits.refused {
        return why;
    }
    let limit = state.limits.memory_bytes >> 20;
    format!("{why}, after growing beyond its {limit} MiB of memory was refused")
}

/// A trap in a few words: its kind or the host's reason, and the function it happened in.
fn explain_trap(error: &wasmtime::Error) -> String {
    let cause = match error.downcast_ref::<Trap>() {
        Some(trap) => trap.to_string(),
        None => error.root_cause().to_string(),
    };
    let frame = error.downcast_ref::<wasmtime::WasmBacktrace>().and_then(|b| {
        b.frames()
            .iter()
            .find_map(|f| f.func_name().map(symbol::readable))
    });
    match frame {
        Some(function) => limits::cut(&format!("{cause} in {function}"), limits::MESSAGE_BYTES).to_owned(),
        None => limits::cut(&cause, limits::MESSAGE_BYTES).to_owned(),
    }
}
