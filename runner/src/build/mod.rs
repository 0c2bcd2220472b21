//! From a cargo project to a component: what `wasmswarm run DIR` does before it runs.
//!
//! It drives the `cargo` on the path and reads its messages; it knows nothing of plugins.

mod cargo;
mod error;
mod toolchain;

pub use error::BuildError;

use std::path::{Path, PathBuf};

/// What guests are compiled for.
const TARGET: &str = "wasm32-wasip2";

/// Builds the cargo project in the folder `dir` and returns the component's path.
///
/// `on_line` gets what there is to show meanwhile, line by line: cargo's own messages, and what is
/// installed on the way (the compile target, if it is missing).
///
/// # Errors
///
/// If `dir` isn't a project that yields one component, a tool is missing, or it doesn't compile.
pub fn build_component(dir: &Path, on_line: &mut dyn FnMut(&str)) -> Result<PathBuf, BuildError> {
    let project = cargo::inspect(dir)?;
    toolchain::ensure_target(dir, on_line)?;
    cargo::compile(dir, &project, on_line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project(manifest: &str) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("src")).unwrap();
        std::fs::write(dir.path().join("Cargo.toml"), manifest).unwrap();
        std::fs::write(dir.path().join("src/lib.rs"), "pub fn f() -> u8 { 1 }\n").unwrap();
        dir
    }

    fn build(dir: &tempfile::TempDir) -> Result<PathBuf, BuildError> {
        build_component(dir.path(), &mut |_| ())
    }

    const PACKAGE: &str = "[workspace]\n[package]\nname = \"a-b\"\nedition = \"2024\"\n";

    #[test]
    fn a_folder_without_a_manifest_is_no_project() {
        let dir = tempfile::tempdir().unwrap();
        assert!(matches!(build(&dir), Err(BuildError::NotAProject { .. })));
    }

    #[test]
    fn a_workspace_root_is_several_packages() {
        let dir = project("[workspace]\nmembers = []\n");
        assert!(matches!(build(&dir), Err(BuildError::NoPackage { .. })));
    }

    #[test]
    fn a_plain_library_yields_no_component() {
        let dir = project(PACKAGE);
        let error = build(&dir).unwrap_err();
        assert!(
            matches!(&error, BuildError::NoCdylib { package } if package == "a-b"),
            "{error}"
        );
        assert_eq!(
            error.hint(),
            Some("add `crate-type = [\"cdylib\"]` under [lib] in Cargo.toml")
        );
    }

    #[test]
    fn a_manifest_that_cargo_refuses_is_quoted() {
        let dir = project("[package]\nname = 3\n");
        let error = build(&dir).unwrap_err();
        assert!(
            matches!(&error, BuildError::Manifest { message } if message.contains("name")),
            "{error}"
        );
    }

    #[test]
    fn a_compile_error_ends_with_what_cargo_said() {
        let dir = project(&format!("{PACKAGE}[lib]\ncrate-type = [\"cdylib\"]\n"));
        std::fs::write(dir.path().join("src/lib.rs"), "fn f() -> u8 { \"text\" }\n").unwrap();
        let mut lines = Vec::new();
        let error = build_component(dir.path(), &mut |line| lines.push(line.to_owned())).unwrap_err();
        assert!(
            matches!(&error, BuildError::Compile { last_lines } if last_lines.contains("could not compile"))
        );
        assert!(
            lines.iter().any(|line| line.contains("mismatched types")),
            "{lines:?}"
        );
    }

    #[test]
    fn a_cdylib_becomes_a_file() {
        let dir = project(&format!("{PACKAGE}[lib]\ncrate-type = [\"cdylib\"]\n"));
        let path = build(&dir).unwrap();
        assert!(
            path.ends_with("wasm32-wasip2/release/a_b.wasm"),
            "{}",
            path.display()
        );
        assert_eq!(std::fs::read(path).unwrap().get(..4), Some(&b"\0asm"[..]));
    }
}
