//! Modules of the older kind: `require` and `module.exports`.
//!
//! Such a module is evaluated when it is first asked for. Where an `import` asks, its exports are
//! those that it has then.

use crate::value::{Answer, Call, Raw, Thrown};
use crate::{library, modules, phase};
use rquickjs::module::Declared;
use rquickjs::{Ctx, Error, Exception, Function, Module, Object, Persistent, Promise, Result, Value, qjs};
use std::cell::RefCell;
use std::fmt::Write as _;
use std::ptr::NonNull;

/// What `require` is called with where an `import` asks.
const EVALUATED: &str = "commonjs:";

/// What `require` puts before a module's own name when it has found it, to import it.
pub(crate) const FOUND: &str = "found:";

thread_local! {
    /// The modules' `module` objects, by path.
    static MODULES: RefCell<Option<Persistent<Object<'static>>>> = const { RefCell::new(None) };
}

/// Whether the text is a module of this kind: it says so, or it exports and imports nothing in the
/// newer way.
pub(crate) fn is_one(path: &str, text: &[u8]) -> bool {
    if path.ends_with(".cjs") {
        return true;
    }
    if path.ends_with(".mjs") || path.ends_with(".json") {
        return false;
    }
    let text = String::from_utf8_lossy(text);
    let begins_like_new = |line: &str| {
        let line = line.trim_start();
        [
            "import ", "import{", "import*", "import\"", "import'", "export ", "export{", "export*",
        ]
        .iter()
        .any(|word| line.starts_with(word))
    };
    let is_new = text.split(['\n', ';', '}']).any(begins_like_new);
    !is_new
        && ["module.exports", "exports.", "require("]
            .iter()
            .any(|word| text.contains(word))
}

/// Gives scripts their `require`.
pub(crate) fn prepare<'js>(context: &Ctx<'js>, require: Value<'js>) -> Result<()> {
    let modules = Persistent::save(context, Object::new(context.clone())?);
    MODULES.with_borrow_mut(|known| *known = Some(modules));
    context.globals().set("require", require)
}

/// A module of the newer kind that exports what this one does.
pub(crate) fn as_module<'js>(context: &Ctx<'js>, path: &str, text: Vec<u8>) -> Result<Module<'js, Declared>> {
    let exports = exports_of(context, path, text)?;
    let mut code = format!(
        "const it = require({:?});\nexport default 'default' in Object(it) ? it.default : it;\n",
        format!("{EVALUATED}{path}")
    );
    if let Some(object) = exports.as_object() {
        for (at, key) in object.keys::<String>().enumerate() {
            let key = key?;
            if key != "default" {
                let key = rquickjs::String::from_str(context.clone(), &key)?;
                let key = context
                    .json_stringify(key)?
                    .map_or(Ok(String::new()), |key| key.to_string())?;
                // A string takes everything.
                let _ = writeln!(code, "const v{at} = it[{key}];\nexport {{ v{at} as {key} }};");
            }
        }
    }
    Module::declare(context.clone(), path, code)
}

/// What a module exports. It is evaluated if it hasn't been yet.
fn exports_of<'js>(context: &Ctx<'js>, path: &str, text: Vec<u8>) -> Result<Value<'js>> {
    let known = known(context)?;
    if let Some(module) = known.get::<_, Option<Object<'js>>>(path)? {
        return module.get("exports");
    }
    let module = Object::new(context.clone())?;
    let exports = Object::new(context.clone())?;
    module.set("exports", exports.clone())?;
    known.set(path, module.clone())?;
    let mut code = b"(function (exports, require, module, __filename, __dirname) {".to_vec();
    code.extend(text);
    code.extend(b"\n})");
    let function = Function::from_value(evaluate(context, path, code)?)?;
    let require: Value<'js> = context.globals().get("require")?;
    let folder = path.rsplit_once('/').map_or(".", |(folder, _)| folder);
    function.call::<_, ()>((exports, require, module.clone(), path, folder))?;
    module.get("exports")
}

/// The value of a script that isn't a module.
fn evaluate<'js>(context: &Ctx<'js>, path: &str, mut code: Vec<u8>) -> Result<Value<'js>> {
    let name = std::ffi::CString::new(path)?;
    let length = code.len();
    code.push(0);
    // SAFETY: the text ends with a zero, as the engine wants it; what it returns is owned.
    let value = unsafe {
        let flags = qjs::JS_EVAL_TYPE_GLOBAL as std::ffi::c_int;
        let context = context.as_raw().as_ptr();
        qjs::JS_Eval(
            context,
            code.as_ptr().cast(),
            length as qjs::size_t,
            name.as_ptr(),
            flags,
        )
    };
    // SAFETY: as above.
    let value = unsafe { Value::from_raw(context.clone(), value) };
    if value.is_exception() {
        Err(Error::Exception)
    } else {
        Ok(value)
    }
}

fn known<'js>(context: &Ctx<'js>) -> Result<Object<'js>> {
    let known = MODULES.with_borrow(Clone::clone);
    known
        .ok_or_else(|| Error::new_loading("CommonJS modules"))?
        .restore(context)
}

/// `require(name)`.
pub(crate) fn require(call: &Call<'_>) -> Answer {
    let name = call.text(0)?;
    // SAFETY: the context is the one that is calling.
    let context = unsafe { Ctx::from_raw(NonNull::new_unchecked(call.js.as_ptr())) };
    match required(&context, &name) {
        // SAFETY: the copy holds a reference of its own.
        Ok(value) => Ok(unsafe { qjs::JS_DupValue(call.js.as_ptr(), value.as_raw()) } as Raw),
        Err(Error::Exception) => Err(Thrown),
        Err(error) => Err(call.js.throw(&error.to_string())),
    }
}

fn required<'js>(context: &Ctx<'js>, name: &str) -> Result<Value<'js>> {
    if let Some(path) = name.strip_prefix(EVALUATED) {
        return known(context)?.get::<_, Object<'js>>(path)?.get("exports");
    }
    let path = modules::find(context, &modules::caller(context), name)?;
    if let Some(module) = known(context)?.get::<_, Option<Object<'js>>>(&*path)? {
        return module.get("exports");
    }
    if !path.starts_with(library::PREFIX) {
        let text = modules::content(context, &path)?;
        if path.ends_with(".json") {
            return context.json_parse(text);
        }
        if is_one(&path, &text) {
            return exports_of(context, &path, text);
        }
    }
    if phase::is_running() {
        return Err(Exception::throw_message(
            context,
            &format!("`{name}` must be required at the top of the script"),
        ));
    }
    let imported: Promise<'js> = Module::import(context, format!("{FOUND}{path}"))?;
    while imported.state() == rquickjs::promise::PromiseState::Pending && context.execute_pending_job() {}
    imported.finish()
}
