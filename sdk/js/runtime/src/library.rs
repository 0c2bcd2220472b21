//! The SDK's own modules, embedded as text.

/// What a library module's name begins with, so that no script's file is mistaken for one.
pub(crate) const PREFIX: &str = "wasmswarm:";

/// The module of natives. Only the library may import it.
pub(crate) const NATIVE: &str = "wasmswarm:native";

/// Where k6 keeps its libraries.
const JSLIB: &str = "https://jslib.k6.io/";

static FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/library.rs"));

/// The text of a library module, by its file's name.
pub(crate) fn text(file: &str) -> Option<&'static str> {
    let at = FILES.binary_search_by_key(&file, |(name, _)| name).ok()?;
    Some(FILES[at].1)
}

/// The file that an `import` in a script means, if the library has one for scripts.
pub(crate) fn public_file(specifier: &str) -> Option<String> {
    if let Some(rest) = specifier.strip_prefix(JSLIB) {
        let name = rest.split('/').next().unwrap_or_default();
        return file(&format!("jslib/{name}"));
    }
    let is_public = specifier == "wasmswarm" || specifier == "k6" || specifier.starts_with("k6/");
    is_public.then(|| file(specifier)).flatten()
}

/// The file that an `import` in the library means.
pub(crate) fn file(name: &str) -> Option<String> {
    [format!("{name}.js"), format!("{name}/index.js"), name.to_owned()]
        .into_iter()
        .find(|file| text(file).is_some())
}
