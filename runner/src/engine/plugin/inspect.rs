//! Reads a component's structure without running or compiling any of it.

use super::PluginError;
use super::expansion::Expansion;
use wasmparser::{
    ComponentExternalKind, ComponentTypeRef, Encoding, Parser, Payload, Validator, WasmFeatures,
};

/// The package and version of the contract that this host speaks.
pub const WORLD_PACKAGE: &str = "wasmswarm:scenario@0.1.0";

/// The export that makes a component a plugin.
const SCENARIO_EXPORT: &str = "wasmswarm:scenario/scenario@0.1.0";

/// The packages of WASI 0.2 that may be imported: toolchains do so unasked.
const WASI: [&str; 7] = ["io", "clocks", "random", "cli", "filesystem", "sockets", "http"];

/// More functions than this in all core modules: compiling would take too long.
const MAX_FUNCTIONS: u32 = 100_000;

/// A single function body larger than this takes minutes and gigabytes to compile.
const MAX_FUNCTION_BYTES: usize = 2 << 20;

/// More nested modules and components than any toolchain makes.
const MAX_NESTED: u32 = 200;

/// More instances in one instance of the plugin than any toolchain makes.
const MAX_INSTANCES: u64 = 2_000;

/// What a component consists of.
#[derive(Debug, Default)]
pub struct Inspection {
    /// Names of the imports, as written.
    pub imports: Vec<String>,
    /// Names of the exports, as written.
    pub exports: Vec<String>,
    /// Core functions in all modules.
    pub functions: u32,
    /// Core instances that one instance of the component consists of.
    pub core_instances: u32,
    /// Nested modules and components.
    nested: u32,
}

/// Accepts or refuses a component by its structure alone.
///
/// # Errors
/// [`PluginError`] with the first thing that is wrong.
pub fn inspect(bytes: &[u8]) -> Result<Inspection, PluginError> {
    check_kind(bytes)?;
    let inspection = walk(bytes)?;
    check_exports(&inspection.exports)?;
    check_imports(&inspection.imports)?;
    Ok(inspection)
}

/// Whether all of it is what WebAssembly may be. Expensive, so that it is part of compiling.
///
/// # Errors
/// [`PluginError::Invalid`] with the first thing that isn't.
pub(super) fn validate(bytes: &[u8]) -> Result<(), PluginError> {
    let checked = Validator::new_with_features(features()).validate_all(bytes);
    checked
        .map(|_| ())
        .map_err(|e| PluginError::Invalid(e.to_string()))
}

fn features() -> WasmFeatures {
    // Toolchains may declare async built-ins that their guests never use; the compiler, which
    // has them off, says so if they do.
    WasmFeatures::default() - WasmFeatures::THREADS - WasmFeatures::MEMORY64
}

fn check_kind(bytes: &[u8]) -> Result<(), PluginError> {
    match bytes {
        [] => Err(PluginError::NotWasm("an empty file")),
        [0, b'a', b's', b'm', _, _, 0, 0, ..] => Err(PluginError::CoreModule),
        [0, b'a', b's', b'm', _, _, 1, 0, ..] => Ok(()),
        [0, b'a', b's', b'm', ..] => Err(PluginError::Invalid("the header is cut short".to_owned())),
        [0x7f, b'E', b'L', b'F', ..] => Err(PluginError::NotWasm("a native program")),
        [0x1f, 0x8b, ..] => Err(PluginError::NotWasm("a gzip archive")),
        [b'P', b'K', ..] => Err(PluginError::NotWasm("a zip archive")),
        _ if bytes.is_ascii() || std::str::from_utf8(bytes).is_ok() => Err(PluginError::NotWasm("text")),
        _ => Err(PluginError::NotWasm("some other binary file")),
    }
}

fn walk(bytes: &[u8]) -> Result<Inspection, PluginError> {
    let mut seen = Inspection::default();
    let mut depth = 0_usize;
    let mut expansion = Expansion::default();
    for payload in Parser::new(0).parse_all(bytes) {
        let payload = payload.map_err(|e| PluginError::Invalid(e.to_string()))?;
        match &payload {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
        let noted = note(&payload, depth, &mut seen).and_then(|()| expansion.note(&payload));
        noted.map_err(|e| PluginError::Invalid(e.to_string()))?;
        check_size(&payload, &seen)?;
    }
    if expansion.whole.all > MAX_INSTANCES {
        let what = format!("it becomes more than {MAX_INSTANCES} instances each time");
        return Err(PluginError::Compile(what));
    }
    seen.core_instances = u32::try_from(expansion.whole.core).unwrap_or(u32::MAX);
    Ok(seen)
}

fn note(payload: &Payload<'_>, depth: usize, seen: &mut Inspection) -> wasmparser::Result<()> {
    match payload {
        Payload::Version {
            encoding: Encoding::Module | Encoding::Component,
            ..
        } => seen.nested += 1,
        Payload::ComponentImportSection(imports) if depth == 0 => {
            for import in imports.clone() {
                let import = import?;
                // Types and functions at the top belong to no interface; the linker judges them.
                if matches!(
                    import.ty,
                    ComponentTypeRef::Instance(_) | ComponentTypeRef::Func(_)
                ) {
                    seen.imports.push(import.name.name.to_owned());
                }
            }
        }
        Payload::ComponentExportSection(exports) if depth == 0 => {
            for export in exports.clone() {
                let export = export?;
                if matches!(
                    export.kind,
                    ComponentExternalKind::Instance | ComponentExternalKind::Func
                ) {
                    seen.exports.push(export.name.name.to_owned());
                }
            }
        }
        Payload::FunctionSection(functions) => seen.functions += functions.count(),
        _ => {}
    }
    Ok(())
}

fn check_size(payload: &Payload<'_>, seen: &Inspection) -> Result<(), PluginError> {
    let refuse = |what: String| Err(PluginError::Compile(what));
    if let Payload::CodeSectionEntry(body) = payload
        && body.range().len() > MAX_FUNCTION_BYTES
    {
        return refuse(format!(
            "one function has {} bytes (limit {MAX_FUNCTION_BYTES})",
            body.range().len()
        ));
    }
    if seen.functions > MAX_FUNCTIONS {
        return refuse(format!("it has more than {MAX_FUNCTIONS} functions"));
    }
    if seen.nested > MAX_NESTED {
        return refuse(format!("it nests more than {MAX_NESTED} modules and components"));
    }
    Ok(())
}

fn check_exports(exports: &[String]) -> Result<(), PluginError> {
    if exports.iter().any(|e| e == SCENARIO_EXPORT) {
        return Ok(());
    }
    if let Some(other) = exports
        .iter()
        .find(|e| e.starts_with("wasmswarm:scenario/scenario@"))
    {
        return Err(PluginError::WrongVersion {
            found: other.replace("/scenario@", "@"),
            supported: WORLD_PACKAGE.to_owned(),
        });
    }
    let found = match exports {
        [] => "nothing".to_owned(),
        exports => exports
            .iter()
            .map(|e| format!("`{e}`"))
            .collect::<Vec<_>>()
            .join(", "),
    };
    let found = match exports.iter().find_map(|export| other_world(export)) {
        Some(kind) => format!("{found}: it is {kind}"),
        None => found,
    };
    Err(PluginError::WrongWorld {
        expected: SCENARIO_EXPORT.to_owned(),
        found,
    })
}

/// What a component is that exports this for somebody else.
fn other_world(export: &str) -> Option<&'static str> {
    let interface = export.split_once('@').map_or(export, |(interface, _)| interface);
    match interface {
        "wasi:cli/run" => Some("a command, for `wasmtime run`"),
        "wasi:http/incoming-handler" | "wasi:http/handler" => Some("an HTTP server, for `wasmtime serve`"),
        _ => None,
    }
}

fn check_imports(imports: &[String]) -> Result<(), PluginError> {
    for import in imports {
        match import.strip_prefix("wasmswarm:scenario/") {
            Some(rest) if !rest.ends_with("@0.1.0") => {
                let found = format!(
                    "wasmswarm:scenario@{}",
                    rest.split_once('@').map_or("?", |(_, v)| v)
                );
                return Err(PluginError::WrongVersion {
                    found,
                    supported: WORLD_PACKAGE.to_owned(),
                });
            }
            None if !is_wasi(import) => return Err(PluginError::UnknownImport(import.clone())),
            _ => {}
        }
    }
    Ok(())
}

/// Whether it is an interface of WASI 0.2 that plugins may import.
fn is_wasi(import: &str) -> bool {
    let package = import.strip_prefix("wasi:").and_then(|rest| rest.split_once('/'));
    package.is_some_and(|(package, interface)| {
        let version = interface.split_once('@').map_or("", |(_, version)| version);
        WASI.contains(&package) && version.starts_with("0.2.")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(bytes: &[u8]) -> String {
        inspect(bytes).unwrap_err().to_string()
    }

    #[test]
    fn names_what_a_file_is_instead() {
        assert_eq!(refusal(b""), "it isn't WebAssembly: it looks like an empty file");
        assert_eq!(refusal(b"hello"), "it isn't WebAssembly: it looks like text");
        assert_eq!(
            refusal(b"\x7fELF\x02"),
            "it isn't WebAssembly: it looks like a native program"
        );
        assert_eq!(
            refusal(b"\0asm\x01\0\0\0"),
            "it is a core WebAssembly module, not a component"
        );
    }

    #[test]
    fn names_the_export_that_is_missing() {
        let empty_component = b"\0asm\x0d\0\x01\0";
        assert!(refusal(empty_component).contains("doesn't export `wasmswarm:scenario/scenario@0.1.0`"));
    }

    #[test]
    fn names_the_world_that_it_was_built_for() {
        let says = |export: &str| check_exports(&[export.to_owned()]).unwrap_err().to_string();
        let missing = "it doesn't export `wasmswarm:scenario/scenario@0.1.0`";
        assert_eq!(
            says("wasi:cli/run@0.2.6"),
            format!("{missing}; it exports `wasi:cli/run@0.2.6`: it is a command, for `wasmtime run`")
        );
        assert!(says("wasi:http/incoming-handler@0.2.0").ends_with("an HTTP server, for `wasmtime serve`"));
        assert_eq!(says("a:b/c"), format!("{missing}; it exports `a:b/c`"));
    }

    #[test]
    fn names_the_import_that_nobody_provides() {
        let refused = |import: &str| check_imports(&[import.to_owned()]).err().map(|e| e.to_string());
        for import in [
            "wasi:http/types@0.2.10",
            "wasi:io/poll@0.2.0-rc-2023-11-10",
            "wasmswarm:scenario/vu@0.1.0",
        ] {
            assert_eq!(refused(import), None);
        }
        for import in [
            "wasi:nn/tensor@0.2.0",
            "wasi:cli/run@0.3.0",
            "wasi:cli/run",
            "acme:shop/prices@1.0.0",
            "log",
        ] {
            let says = format!("it imports `{import}`, which wasmswarm doesn't provide");
            assert_eq!(refused(import), Some(says));
        }
    }

    #[test]
    fn names_both_versions() {
        let exports = ["wasmswarm:scenario/scenario@0.9.0".to_owned()];
        let error = check_exports(&exports).unwrap_err().to_string();
        assert_eq!(
            error,
            "it was built for wasmswarm:scenario@0.9.0, and this wasmswarm supports wasmswarm:scenario@0.1.0"
        );
    }
}
