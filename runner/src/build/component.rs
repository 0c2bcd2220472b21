//! From a core module to a component: what a toolchain without the component model leaves to do.
//!
//! The module imports and exports the functions of the contract under their canonical names
//! (`wasmswarm:scenario/http@0.1.0` `send`, and so on), and may use WASI preview 1, which an
//! adapter turns into what components have.

use super::project::Project;
use super::{BuildContext, BuildError, Builder, Made};
use crate::system::bounded;
use std::path::Path;
use wasi_preview1_component_adapter_provider::{
    WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME as ADAPTER_NAME, WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER as ADAPTER,
};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::{Resolve, SourceMap};

/// The largest core module, in bytes or as text.
const MODULE_BYTES: u64 = 64 << 20;

/// The name of the contract's world.
const WORLD: &str = "plugin";

macro_rules! contract {
    ($($name:literal)*) => {
        /// The files of the contract.
        const CONTRACT: &[(&str, &str)] = &[$(($name, include_str!(concat!("../../../wit/", $name)))),*];
    };
}

contract! {
    "checks.wit" "cookies.wit" "data.wit" "http.wit" "log.wit" "metrics.wit" "params.wit" "scenario.wit" "shared.wit" "vu.wit" "world.wit"
}

/// The builder for what a toolchain has compiled already.
pub(super) struct Encoder;

impl Builder for Encoder {
    fn maker(&self) -> String {
        format!("encoder {}", env!("CARGO_PKG_VERSION"))
    }

    fn build(&self, project: &Project, _context: &mut BuildContext<'_>) -> Result<Made, BuildError> {
        from_core_file(&project.main).map(Made::from)
    }
}

/// Makes a component of the core module in this file, or of its text.
pub(super) fn from_core_file(path: &Path) -> Result<Vec<u8>, BuildError> {
    let content = bounded::read(path, MODULE_BYTES).map_err(|source| BuildError::Read {
        path: path.to_owned(),
        source,
    })?;
    let module = wat::Parser::new().parse_bytes(Some(path), &content);
    let module = module.map_err(|error| BuildError::Syntax {
        message: error.to_string(),
    })?;
    from_core(&module)
}

/// Makes a component of the core module.
pub(super) fn from_core(module: &[u8]) -> Result<Vec<u8>, BuildError> {
    let encode = || -> anyhow::Result<Vec<u8>> {
        let mut module = module.to_vec();
        if !has_types(&module) {
            let mut resolve = Resolve::default();
            let package = resolve.push_group(contract()?)?;
            let world = resolve.select_world(&[package], Some(WORLD))?;
            embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8)?;
        }
        let encoder = ComponentEncoder::default().module(&module)?;
        encoder.adapter(ADAPTER_NAME, ADAPTER)?.validate(true).encode()
    };
    encode().map_err(|error| BuildError::NotThisWorld {
        message: format!("{error:#}"),
    })
}

/// Writes the contract's files into `dir`, for generators that read them.
pub(super) fn write_contract(dir: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(dir)?;
    CONTRACT
        .iter()
        .try_for_each(|(name, text)| std::fs::write(dir.join(name), text))
}

/// Whether a generator has left the types of a world in the module; they outrank ours.
fn has_types(module: &[u8]) -> bool {
    wasmparser::Parser::new(0).parse_all(module).any(|payload| {
        matches!(payload, Ok(wasmparser::Payload::CustomSection(section)) if section.name().starts_with("component-type"))
    })
}

fn contract() -> anyhow::Result<wit_parser::UnresolvedPackageGroup> {
    let mut files = SourceMap::default();
    for (name, text) in CONTRACT {
        files.push_str(name, *text);
    }
    files.parse().map_err(|(_, error)| anyhow::Error::new(error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_contract_here_is_the_contract() {
        let dir = tempfile::tempdir().unwrap();
        write_contract(dir.path()).unwrap();
        let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("../wit");
        let wit = |dir: &Path| {
            let names = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
            let mut names: Vec<_> = names
                .filter(|path| path.extension().is_some_and(|kind| kind == "wit"))
                .map(|path| path.file_name().unwrap().to_owned())
                .collect();
            names.sort();
            names
        };
        assert_eq!(wit(dir.path()), wit(&here));
    }

    #[test]
    fn a_module_without_the_exports_is_refused_by_name() {
        let error = from_core(b"\0asm\x01\0\0\0").unwrap_err();
        assert!(
            error.to_string().contains("wasmswarm:scenario/scenario"),
            "{error}"
        );
    }
}
