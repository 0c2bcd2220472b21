//! Finds what `import` names: the library's modules, the script's own files, and packages.
//!
//! Files come from the builder. What isn't there yet is noted as a need, and the evaluation fails;
//! with the file, in a fresh instance, it begins again.

use crate::bindings::exports::wasmswarm::script::script::{Need, NeedKind, Source};
use crate::native;
use crate::phase;
use crate::value::{Answer, Call};
use crate::{commonjs, library};
use rquickjs::loader::{ImportAttributes, Loader, Resolver};
use rquickjs::module::Declared;
use rquickjs::{Ctx, Error, Exception, Module, Object, Persistent, Result};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ptr::NonNull;

/// How deep a call of `readFile` may lie in the library.
const MAX_FRAMES: isize = 64;

/// What the builder handed over.
#[derive(Default)]
struct Given {
    /// Paths by what was asked for.
    paths: BTreeMap<String, String>,
    /// Contents by path.
    contents: BTreeMap<String, Vec<u8>>,
    need: Option<Need>,
    /// Says why a module of k6 isn't there.
    why: Option<Persistent<rquickjs::Function<'static>>>,
}

thread_local! {
    static GIVEN: RefCell<Given> = RefCell::default();
}

/// Takes what the builder hands over.
pub(crate) fn give(sources: Vec<Source>) {
    GIVEN.with_borrow_mut(|given| {
        for source in sources {
            given.contents.insert(source.path.clone(), source.content);
            given.paths.insert(source.request, source.path);
        }
    });
}

/// What was missing, if anything was.
pub(crate) fn take_need() -> Option<Need> {
    GIVEN.with_borrow_mut(|given| given.need.take())
}

/// Gives the files back: what was imported is now the engine's. Their names stay known, for `import()`
/// and `require` in functions.
pub(crate) fn forget() {
    GIVEN.with_borrow_mut(|given| {
        given.contents = BTreeMap::new();
        given.why = None;
    });
}

/// Lets the library say why a module isn't there.
pub(crate) fn explain_with(context: &Ctx<'_>) -> Result<()> {
    if library::text("unsupported.js").is_none() {
        return Ok(());
    }
    let namespace = load_library(context, "unsupported.js")?;
    let why = Persistent::save(context, namespace.get::<_, rquickjs::Function<'_>>("why")?);
    GIVEN.with_borrow_mut(|given| given.why = Some(why));
    Ok(())
}

/// Evaluates a library module that needs nobody to wait for, and returns its exports.
pub(crate) fn load_library<'js>(context: &Ctx<'js>, file: &str) -> Result<Object<'js>> {
    let text = library::text(file)
        .ok_or_else(|| Exception::throw_message(context, &format!("the library has no `{file}`")))?;
    let name = format!("{}{file}", library::PREFIX);
    let (module, promise) = Module::declare(context.clone(), name, text)?.eval()?;
    promise.finish::<()>()?;
    module.namespace()
}

/// The path and the text of the script itself.
pub(crate) fn entry(context: &Ctx<'_>, name: &str) -> Result<(String, Vec<u8>)> {
    let path = GIVEN.with_borrow(|given| given.paths.get(name).cloned());
    let path = path.ok_or_else(|| Error::new_loading(name))?;
    let content = content(context, &path)?;
    Ok((path, content))
}

/// Turns a name in an `import` into a module's own name.
pub(crate) struct Finder;

impl Resolver for Finder {
    fn resolve<'js>(
        &mut self,
        context: &Ctx<'js>,
        importer: &str,
        name: &str,
        _: Option<ImportAttributes<'js>>,
    ) -> Result<String> {
        find(context, importer, name)
    }
}

/// The name of the module that an importer means.
pub(crate) fn find(context: &Ctx<'_>, importer: &str, name: &str) -> Result<String> {
    if let Some(file) = importer.strip_prefix(library::PREFIX) {
        return in_library(context, file, name);
    }
    if let Some(file) = library::public_file(name) {
        return Ok(format!("{}{file}", library::PREFIX));
    }
    if let Some(path) = name.strip_prefix(commonjs::FOUND) {
        return Ok(path.to_owned());
    }
    if let Some(why) = why_not(context, name)? {
        return Err(Exception::throw_message(context, &why));
    }
    if name.starts_with(library::PREFIX) || name.contains("://") {
        let message = format!("there is no module `{name}` (imported by {importer})");
        return Err(Exception::throw_message(context, &message));
    }
    in_script(context, importer, name, NeedKind::Module)
}

fn in_library(context: &Ctx<'_>, importer: &str, name: &str) -> Result<String> {
    if name == library::NATIVE {
        return Ok(name.to_owned());
    }
    let plain = if is_relative(name) {
        beside(importer, name)
    } else {
        name.to_owned()
    };
    match library::file(&plain) {
        Some(file) => Ok(format!("{}{file}", library::PREFIX)),
        None => Err(Exception::throw_message(
            context,
            &format!("the library has no `{name}` (imported by {importer})"),
        )),
    }
}

/// The path of a file of the script.
fn in_script(context: &Ctx<'_>, importer: &str, name: &str, kind: NeedKind) -> Result<String> {
    let request = if is_relative(name) || kind == NeedKind::File {
        beside(importer, name)
    } else {
        name.to_owned()
    };
    if let Some(path) = GIVEN.with_borrow(|given| given.paths.get(&request).cloned()) {
        return Ok(path);
    }
    let message = format!("`{name}` isn't part of the script ({importer} asks for it)");
    if !phase::is_running() {
        let importer = importer.to_owned();
        let need = Need {
            kind,
            request,
            importer,
        };
        GIVEN.with_borrow_mut(|given| given.need.get_or_insert(need).kind);
    }
    Err(Exception::throw_message(context, &message))
}

/// The library's reason why it has no such module, if it knows one.
fn why_not(context: &Ctx<'_>, name: &str) -> Result<Option<String>> {
    let why = GIVEN.with_borrow(|given| given.why.clone());
    match why {
        Some(why) => why.restore(context)?.call((name,)),
        None => Ok(None),
    }
}

fn is_relative(name: &str) -> bool {
    name.starts_with("./") || name.starts_with("../") || name.starts_with('/')
}

/// A path that is meant from the folder of another one, without `.` and, as far as they can be
/// taken away, without `..`.
fn beside(importer: &str, name: &str) -> String {
    if name.starts_with('/') {
        return name.to_owned();
    }
    let folder = importer.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(name.split('/')) {
        match part {
            "." => {}
            "" if !parts.is_empty() || !folder.starts_with('/') => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// Compiles modules.
pub(crate) struct Compiler;

impl Loader for Compiler {
    fn load<'js>(
        &mut self,
        context: &Ctx<'js>,
        name: &str,
        _: Option<ImportAttributes<'js>>,
    ) -> Result<Module<'js, Declared>> {
        if name == library::NATIVE {
            return Module::declare_def::<native::Module, _>(context.clone(), name);
        }
        if let Some(text) = name.strip_prefix(library::PREFIX).and_then(library::text) {
            return Module::declare(context.clone(), name, text);
        }
        let content = content(context, name)?;
        script_module(context, name, content)
    }
}

/// Compiles a module of the script.
pub(crate) fn script_module<'js>(
    context: &Ctx<'js>,
    path: &str,
    mut content: Vec<u8>,
) -> Result<Module<'js, Declared>> {
    if commonjs::is_one(path, &content) {
        return commonjs::as_module(context, path, content);
    }
    if path.ends_with(".json") {
        content.splice(0..0, *b"export default ");
    }
    Module::declare(context.clone(), path, content)
}

pub(crate) fn content(context: &Ctx<'_>, path: &str) -> Result<Vec<u8>> {
    let content = GIVEN.with_borrow(|given| given.contents.get(path).cloned());
    content.ok_or_else(|| {
        Exception::throw_message(
            context,
            &format!("`{path}` can't be loaded any more: import it at the top of the script"),
        )
    })
}

/// `readFile(path)`: a file beside the script that calls.
pub(crate) fn read_file(call: &Call<'_>) -> Answer {
    if phase::is_running() {
        return Err(call.js.throw(
            "files can only be read at the top level of a script, which runs when the script is built",
        ));
    }
    let name = call.text(0)?;
    // SAFETY: the context is the one that is calling.
    let context = unsafe { Ctx::from_raw(NonNull::new_unchecked(call.js.as_ptr())) };
    let read = in_script(&context, &caller(&context), &name, NeedKind::File)
        .and_then(|path| content(&context, &path));
    match read {
        Ok(bytes) => call.js.array_buffer(&bytes),
        // The exception is already pending.
        Err(_) => Err(crate::value::Thrown),
    }
}

/// The innermost file of the script among those that are running.
pub(crate) fn caller(context: &Ctx<'_>) -> String {
    (1..MAX_FRAMES)
        .filter_map(|level| context.script_or_module_name(level)?.to_string().ok())
        .find(|name| !name.starts_with(library::PREFIX))
        .unwrap_or_default()
}
