//! The parts of SDKs that new projects have a copy of, kept inside this binary so that nothing has
//! to be fetched: the Rust and Go SDKs, and the types of the script library.

use super::Template;
use include_dir::{Dir, DirEntry, include_dir};
use std::path::{Path, PathBuf};

static GO: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../sdk/go");
static TYPES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../sdk/js/types");

/// Where an editor finds a script's types.
const TYPES_PLACE: &str = "node_modules/wasmswarm";

/// Values that the SDK's manifests inherit from its repository's workspace.
const INHERITED: [(&str, &str); 5] = [
    ("version", env!("CARGO_PKG_VERSION")),
    ("edition", EDITION),
    ("rust-version", env!("CARGO_PKG_RUST_VERSION")),
    ("license", env!("CARGO_PKG_LICENSE")),
    ("repository", env!("CARGO_PKG_REPOSITORY")),
];

/// The one inherited value that cargo doesn't tell the compiler.
const EDITION: &str = "2024";

macro_rules! sdk_files {
    ($($path:literal)*) => {
        /// Path inside the SDK's folder, and text.
        const FILES: &[(&str, &str)] = &[$(($path, include_str!(concat!("../../../../sdk/rust/", $path)))),*];
    };
}

sdk_files! {
    "Cargo.toml"
    "README.md"
    "macros/Cargo.toml"
    "macros/src/args.rs"
    "macros/src/lib.rs"
    "macros/src/plugin.rs"
    "macros/src/scenario.rs"
    "src/bindings.rs"
    "src/checks.rs"
    "src/cookies.rs"
    "src/data.rs"
    "src/data/row.rs"
    "src/defaults.rs"
    "src/dispatch.rs"
    "src/error.rs"
    "src/http/body.rs"
    "src/http/error.rs"
    "src/http/mod.rs"
    "src/http/request.rs"
    "src/http/response.rs"
    "src/http/statuses.rs"
    "src/http/text.rs"
    "src/lib.rs"
    "src/log.rs"
    "src/metrics.rs"
    "src/outcome.rs"
    "src/params.rs"
    "src/prelude.rs"
    "src/random.rs"
    "src/scenario.rs"
    "src/setup.rs"
    "src/shape.rs"
    "src/shared.rs"
    "src/time.rs"
    "src/vu.rs"
    "src/wait.rs"
    "wit/checks.wit"
    "wit/cookies.wit"
    "wit/data.wit"
    "wit/http.wit"
    "wit/log.wit"
    "wit/metrics.wit"
    "wit/params.wit"
    "wit/scenario.wit"
    "wit/shared.wit"
    "wit/vu.wit"
    "wit/world.wit"
}

/// What a project in this language has a copy of: its path in the project, and its text.
pub(super) fn copies(template: Template) -> Vec<(PathBuf, String)> {
    match template {
        Template::Rust => rust()
            .map(|(path, text)| (Path::new("sdk").join(path), text))
            .collect(),
        Template::Go => texts(&GO, Path::new("sdk")),
        Template::Js | Template::Ts => {
            let place = Path::new(TYPES_PLACE);
            let manifest = include_str!("../../../../sdk/js/package.json").to_owned();
            let mut files = texts(&TYPES, &place.join("types"));
            files.push((place.join("package.json"), manifest));
            files
        }
        _ => Vec::new(),
    }
}

/// A folder's files and those within, but for tests.
fn texts(folder: &Dir<'_>, place: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![folder];
    while let Some(folder) = folders.pop() {
        for entry in folder.entries() {
            match entry {
                DirEntry::Dir(inner) => folders.push(inner),
                DirEntry::File(file) => {
                    let text = file.contents_utf8().unwrap_or_default();
                    if !file.path().to_string_lossy().ends_with("_test.go") {
                        found.push((place.join(file.path()), text.to_owned()));
                    }
                }
            }
        }
    }
    found
}

/// Every file of the Rust SDK: its path inside the SDK's folder, and its text.
fn rust() -> impl Iterator<Item = (&'static str, String)> {
    FILES.iter().map(|&(path, text)| {
        (
            path,
            if path.ends_with("Cargo.toml") {
                stand_alone(text)
            } else {
                text.to_owned()
            },
        )
    })
}

/// The manifest with what it inherits written out, for use outside its workspace.
fn stand_alone(manifest: &str) -> String {
    let manifest = manifest.replace("[lints]\nworkspace = true\n\n", "");
    manifest.lines().map(|line| written_out(line) + "\n").collect()
}

fn written_out(line: &str) -> String {
    let inherited = line.strip_suffix(".workspace = true");
    let found = INHERITED.iter().find(|(key, _)| inherited == Some(*key));
    found.map_or_else(|| line.to_owned(), |(key, value)| format!("{key} = \"{value}\""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    const ROOT: &str = include_str!("../../../../Cargo.toml");

    fn list(root: &Path, folder: &Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                list(root, &path, found);
            } else {
                let inside = path.strip_prefix(root).unwrap();
                found.push(inside.to_string_lossy().replace('\\', "/"));
            }
        }
    }

    #[test]
    fn the_list_holds_every_file_of_the_sdk() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sdk/rust");
        let mut on_disk = Vec::new();
        list(&root, &root, &mut on_disk);
        on_disk.retain(|path| !path.starts_with("target/") && !path.ends_with("Cargo.lock"));
        on_disk.sort();
        let mut embedded: Vec<&str> = FILES.iter().map(|(path, _)| *path).collect();
        embedded.sort_unstable();
        assert_eq!(embedded, on_disk);
    }

    #[test]
    fn manifests_stand_alone() {
        for (path, text) in rust().filter(|(path, _)| path.ends_with("Cargo.toml")) {
            assert!(!text.contains("workspace"), "{path} still inherits: {text}");
            for (key, value) in INHERITED {
                assert!(
                    text.contains(&format!("\n{key} = \"{value}\"\n")),
                    "{path}: {key} = {value}"
                );
            }
        }
    }

    #[test]
    fn inherited_values_are_the_workspaces() {
        for (key, value) in INHERITED {
            assert!(
                ROOT.contains(&format!("\n{key} = \"{value}\"\n")),
                "{key} = {value}"
            );
        }
    }
}
