//! Rust: from a cargo project to a component.
//!
//! It drives the `cargo` on the path and reads its messages.

mod cargo;
mod seed;
mod toolchain;

use super::{BuildContext, BuildError};
use seed::Seed;
use std::path::{Path, PathBuf};

/// What guests are compiled for.
const TARGET: &str = "wasm32-wasip2";

/// Builds the cargo project in the folder `dir` and returns the component's path. What is installed
/// on the way (the compile target, if it is missing) is said.
pub(super) fn build(dir: &Path, context: &mut BuildContext<'_>) -> Result<PathBuf, BuildError> {
    let project = cargo::inspect(dir)?;
    toolchain::ensure_target(dir, context.say)?;
    let seed = Seed::of(&project, &context.cache);
    if let Some(seed) = &seed {
        seed.plant();
    }
    let component = cargo::compile(dir, &project, context.say)?;
    if let Some(seed) = seed {
        seed.keep();
    }
    Ok(component)
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
        build_saying(dir, &mut |_| ())
    }

    fn build_saying(dir: &tempfile::TempDir, say: &mut dyn FnMut(&str)) -> Result<PathBuf, BuildError> {
        let mut context = BuildContext {
            say,
            agree: &mut |_| false,
            cache: PathBuf::new(),
            engine: super::super::Engine::default(),
            parameters: Vec::new(),
            script: None,
            grants: super::super::Grants::default(),
        };
        super::build(dir.path(), &mut context)
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
        let error = build_saying(&dir, &mut |line| lines.push(line.to_owned())).unwrap_err();
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
