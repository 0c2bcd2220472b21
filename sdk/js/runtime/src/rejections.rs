//! Rejected promises that nobody has handled.

use crate::value::{Js, Raw};
use rquickjs::qjs;
use std::cell::RefCell;
use std::ffi::c_void;
use std::ptr::NonNull;

thread_local! {
    /// Promises and why they were rejected. Both are held.
    static UNHANDLED: RefCell<Vec<(Raw, Raw)>> = const { RefCell::new(Vec::new()) };
}

/// Has the engine report rejections here.
///
/// # Safety
///
/// The runtime must be alive.
pub(crate) unsafe fn watch(runtime: *mut qjs::JSRuntime) {
    // SAFETY: the runtime is alive, and the function needs nothing from the engine but its arguments.
    unsafe { qjs::JS_SetHostPromiseRejectionTracker(runtime, Some(track), std::ptr::null_mut()) };
}

unsafe extern "C" fn track(
    context: *mut qjs::JSContext,
    promise: Raw,
    reason: Raw,
    is_handled: bool,
    _: *mut c_void,
) {
    UNHANDLED.with_borrow_mut(|unhandled| {
        if is_handled {
            if let Some(at) = unhandled.iter().position(|(known, _)| *known == promise) {
                let (promise, reason) = unhandled.swap_remove(at);
                // SAFETY: both were held since the rejection.
                unsafe {
                    qjs::JS_FreeValue(context, promise);
                    qjs::JS_FreeValue(context, reason);
                }
            }
        } else {
            // SAFETY: the engine lends both; this holds them.
            unhandled.push(unsafe {
                (
                    qjs::JS_DupValue(context, promise),
                    qjs::JS_DupValue(context, reason),
                )
            });
        }
    });
}

/// Forgets them all, and gives the reason of the first one, owned.
pub(crate) fn take_first(context: NonNull<qjs::JSContext>) -> Option<Raw> {
    if UNHANDLED.with_borrow(Vec::is_empty) {
        return None;
    }
    // SAFETY: the context is alive: it has just run a script.
    let js = unsafe { Js::new(context) };
    let mut first = None;
    for (promise, reason) in UNHANDLED.take() {
        js.free(promise);
        if first.is_none() {
            first = Some(reason);
        } else {
            js.free(reason);
        }
    }
    first
}
