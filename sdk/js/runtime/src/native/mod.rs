//! `wasmswarm:native`: the functions that the library gets from the runtime. Arguments are
//! positional, times are microseconds.

mod bytes;
mod compress;
mod cookies;
mod data;
mod digest;
mod http;
mod measure;
mod shared;
pub(crate) mod vu;

use crate::phase;
use crate::value::{Answer, Call, Js, Raw};
use rquickjs::module::{Declarations, Exports, ModuleDef};
use rquickjs::{Ctx, Value, qjs};
use std::ffi::{CStr, c_int};
use std::ptr::NonNull;

/// One function, as the engine calls it.
struct Native {
    name: &'static CStr,
    function: qjs::JSCFunction,
}

/// One that may be called at any time.
const fn always<F: Fn(&Call<'_>) -> Answer + Copy>(name: &'static CStr, _: F) -> Native {
    Native {
        name,
        function: Some(enter::<F, false>),
    }
}

/// One that needs a run: it asks the host.
const fn running<F: Fn(&Call<'_>) -> Answer + Copy>(name: &'static CStr, _: F) -> Native {
    Native {
        name,
        function: Some(enter::<F, true>),
    }
}

/// From the engine's way to call to ours. `F` is the type of one function, which has no size.
unsafe extern "C" fn enter<F: Fn(&Call<'_>) -> Answer + Copy, const NEEDS_RUN: bool>(
    context: *mut qjs::JSContext,
    _this: Raw,
    count: c_int,
    arguments: *mut Raw,
) -> Raw {
    const {
        assert!(
            size_of::<F>() == 0,
            "a function, not a closure that holds something"
        )
    };
    // SAFETY: a value of this type was given to `always` or `running`, and it has no bytes.
    let function: F = unsafe { NonNull::<F>::dangling().read() };
    // SAFETY: the engine calls with its living context.
    let js = unsafe { Js::new(NonNull::new_unchecked(context)) };
    let arguments = match usize::try_from(count) {
        // SAFETY: the engine passes that many arguments, and keeps them during the call.
        Ok(count) if count > 0 => unsafe { std::slice::from_raw_parts(arguments, count) },
        _ => &[],
    };
    let answer = if NEEDS_RUN && !phase::is_running() {
        Err(js.throw(phase::TOO_EARLY))
    } else {
        function(&Call { js, arguments })
    };
    answer.unwrap_or(qjs::JS_EXCEPTION)
}

static FUNCTIONS: &[Native] = &[
    running(c"send", http::send),
    running(c"sendAll", http::send_all),
    running(c"lastRedirect", http::last_redirect),
    running(c"failure", http::failure),
    running(c"shareBody", http::share_body),
    running(c"cookiesFor", cookies::matching),
    running(c"allCookies", cookies::all),
    running(c"setCookie", cookies::set),
    running(c"deleteCookies", cookies::delete),
    running(c"clearCookies", cookies::clear),
    running(c"newJar", cookies::new_jar),
    running(c"useJar", cookies::use_jar),
    running(c"useJars", cookies::use_jars),
    running(c"body", http::body),
    running(c"bodyText", http::body_text),
    running(c"bodyJson", http::body_json),
    running(c"header", http::header),
    running(c"headers", http::headers),
    running(c"timings", http::timings),
    running(c"remoteAddress", http::remote_address),
    running(c"finalUrl", http::final_url),
    running(c"pass", http::pass),
    running(c"fail", http::fail),
    running(c"check", measure::check),
    running(c"metric", measure::metric),
    running(c"recordRequest", measure::record_request),
    running(c"log", measure::log),
    running(c"vu", vu::current),
    running(c"setTag", vu::set_tag),
    running(c"enterGroup", vu::enter_group),
    running(c"leaveGroup", vu::leave_group),
    running(c"sleep", vu::sleep),
    running(c"stop", vu::stop),
    running(c"abort", vu::abort),
    running(c"progressOfRun", vu::progress_of_run),
    running(c"markFailed", vu::mark_failed),
    running(c"now", vu::now),
    always(c"random", vu::random),
    always(c"randomBytes", vu::random_bytes),
    always(c"param", vu::param),
    always(c"params", vu::params),
    running(c"dataRow", data::row),
    running(c"dataGet", data::get),
    running(c"dataCount", data::count),
    running(c"sharedAdd", shared::add),
    running(c"sharedTotal", shared::total),
    running(c"sharedPush", shared::push),
    running(c"sharedPop", shared::pop),
    running(c"sharedLength", shared::length),
    running(c"sharedWrite", shared::write),
    running(c"sharedRead", shared::read),
    running(c"sharedRemove", shared::remove),
    running(c"sharedWriteNew", shared::write_new),
    running(c"sharedCompareAndSet", shared::compare_and_set),
    always(c"readFile", crate::modules::read_file),
    always(c"utf8", bytes::utf8),
    always(c"text", bytes::text),
    always(c"base64", bytes::base64),
    always(c"unbase64", bytes::unbase64),
    always(c"hex", bytes::hex),
    always(c"compress", compress::compress),
    always(c"hash", digest::hash),
    always(c"hmac", digest::hmac),
];

/// The module itself.
pub(crate) struct Module;

impl ModuleDef for Module {
    fn declare(declarations: &Declarations<'_>) -> rquickjs::Result<()> {
        for native in FUNCTIONS {
            declarations.declare_c_str(native.name)?;
        }
        Ok(())
    }

    fn evaluate<'js>(context: &Ctx<'js>, exports: &Exports<'js>) -> rquickjs::Result<()> {
        http::prepare(context);
        vu::prepare(context);
        cookies::prepare(context);
        for native in FUNCTIONS {
            exports.export_c_str(native.name, function(context, native))?;
        }
        Ok(())
    }
}

/// Lets `Math.random` take the VU's own generator.
pub(crate) fn replace_math_random(context: &Ctx<'_>) -> rquickjs::Result<()> {
    let math: rquickjs::Object<'_> = context.globals().get("Math")?;
    math.prop(
        "random",
        rquickjs::object::Property::from(function(context, &always(c"random", vu::random)))
            .writable()
            .configurable(),
    )
}

/// The global `require`.
pub(crate) fn require<'js>(context: &Ctx<'js>) -> Value<'js> {
    function(context, &always(c"require", crate::commonjs::require))
}

fn function<'js>(context: &Ctx<'js>, native: &Native) -> Value<'js> {
    // SAFETY: the engine takes name and address of the function; what it returns is owned.
    unsafe {
        let value = qjs::JS_NewCFunction2(
            context.as_raw().as_ptr(),
            native.function,
            native.name.as_ptr(),
            0,
            qjs::JSCFunctionEnum_JS_CFUNC_generic,
            0,
        );
        Value::from_raw(context.clone(), value)
    }
}

/// What natives return that have nothing to say.
fn nothing() -> Answer {
    Ok(qjs::JS_UNDEFINED)
}
