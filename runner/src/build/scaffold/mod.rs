//! New projects: what `wasmswarm new NAME` writes, in each language. It builds nothing; see `build`.

mod sdk;

use include_dir::{Dir, DirEntry, include_dir};
use std::io;
use std::path::{Path, PathBuf};

/// The files of each language's project, in a folder of its name. `{{name}}` in them stands for the
/// project's; an ending `.txt` is left off, and `gitignore` gets its dot.
static TEMPLATES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/src/build/scaffold/template");

/// The languages that there is a template for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Template {
    /// A cargo project with a copy of the SDK
    Rust,
    /// A script with types; needs no tools
    #[value(alias = "typescript")]
    Ts,
    /// A script; needs no tools
    #[value(alias = "javascript")]
    Js,
    /// A module in Locust's shape
    #[value(alias = "py")]
    Python,
    /// A main package with a copy of the SDK
    Go,
    /// One source file
    C,
    /// One source file
    Cpp,
    /// One source file
    Zig,
    /// A package with its compiler from npm
    #[value(name = "assemblyscript")]
    AssemblyScript,
}

impl Template {
    /// The name of its folder.
    fn folder(self) -> &'static str {
        match self {
            Self::Rust => "rust",
            Self::Ts => "ts",
            Self::Js => "js",
            Self::Python => "python",
            Self::Go => "go",
            Self::C => "c",
            Self::Cpp => "cpp",
            Self::Zig => "zig",
            Self::AssemblyScript => "assemblyscript",
        }
    }
}

/// Names that can't be a crate's: Rust's keywords, cargo's own folders and the crates in use.
const RESERVED: &[&str] = &[
    "abstract",
    "alloc",
    "as",
    "async",
    "await",
    "become",
    "box",
    "break",
    "build",
    "const",
    "continue",
    "core",
    "crate",
    "deps",
    "do",
    "dyn",
    "else",
    "enum",
    "examples",
    "extern",
    "false",
    "final",
    "fn",
    "for",
    "gen",
    "if",
    "impl",
    "in",
    "incremental",
    "let",
    "loop",
    "macro",
    "match",
    "mod",
    "move",
    "mut",
    "override",
    "priv",
    "proc-macro",
    "pub",
    "ref",
    "return",
    "sdk",
    "self",
    "serde",
    "static",
    "std",
    "struct",
    "super",
    "test",
    "trait",
    "true",
    "try",
    "type",
    "typeof",
    "unsafe",
    "unsized",
    "use",
    "virtual",
    "wasmswarm-sdk",
    "wasmswarm-sdk-macros",
    "where",
    "while",
    "yield",
];

/// A project that was written.
#[derive(Debug)]
pub struct Created {
    /// The project's folder.
    pub dir: PathBuf,
    /// The files that are meant to be edited, relative to `dir`; copies of an SDK are not among them.
    pub files: Vec<PathBuf>,
}

/// Why no project was written.
#[derive(Debug, thiserror::Error)]
pub enum ScaffoldError {
    /// Cargo would refuse the name.
    #[error("\"{name}\" can't be the name of a project: {why}")]
    Name {
        /// As given.
        name: String,
        /// Which rule it breaks.
        why: &'static str,
    },
    /// The folder exists and holds something.
    #[error("{} exists and isn't empty", .0.display())]
    NotEmpty(PathBuf),
    /// The path is taken by something that isn't a folder.
    #[error("{} exists and isn't a folder", .0.display())]
    NotAFolder(PathBuf),
    /// The file system refuses.
    #[error("failed to write {}", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
}

impl ScaffoldError {
    /// What to do about it, if there is something to say.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Name { .. } => Some("use letters, digits, `-` and `_`, such as `shop-test`"),
            Self::NotEmpty(_) | Self::NotAFolder(_) => Some("choose another name; nothing was changed"),
            Self::Write { .. } => None,
        }
    }
}

/// Writes a project named `name` into the folder `dir`, which is made if it isn't there.
///
/// # Errors
///
/// If the name isn't a crate's, the folder holds something, or the file system refuses.
pub fn create(dir: &Path, name: &str, template: Template) -> Result<Created, ScaffoldError> {
    check_name(name, template).map_err(|why| ScaffoldError::Name {
        name: name.to_owned(),
        why,
    })?;
    refuse_content(dir)?;
    let mut files = Vec::new();
    for (path, text) in texts(template) {
        write(&dir.join(&path), &text.replace("{{name}}", name))?;
        files.push(path);
    }
    for (path, text) in sdk::copies(template) {
        write(&dir.join(path), &text)?;
    }
    Ok(Created {
        dir: dir.to_owned(),
        files,
    })
}

/// The template's files: where they go, and their texts.
fn texts(template: Template) -> Vec<(PathBuf, &'static str)> {
    let mut found = Vec::new();
    let mut folders: Vec<_> = TEMPLATES.get_dir(template.folder()).into_iter().collect();
    while let Some(folder) = folders.pop() {
        for entry in folder.entries() {
            match entry {
                DirEntry::Dir(folder) => folders.push(folder),
                DirEntry::File(file) => {
                    let path = file.path().strip_prefix(template.folder()).unwrap_or(file.path());
                    found.push((real_name(path), file.contents_utf8().unwrap_or_default()));
                }
            }
        }
    }
    found.sort();
    found
}

/// Where a template's file goes.
fn real_name(path: &Path) -> PathBuf {
    let path = if path.extension().is_some_and(|kind| kind == "txt") {
        path.with_extension("")
    } else {
        path.to_owned()
    };
    if path.file_name().is_some_and(|name| name == "gitignore") {
        path.with_file_name(".gitignore")
    } else {
        path
    }
}

fn check_name(name: &str, template: Template) -> Result<(), &'static str> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        Err("it must begin with a letter")
    } else if !name.chars().all(allowed) {
        Err("only letters, digits, `-` and `_` are allowed")
    } else if name.len() > 64 {
        Err("it is longer than 64 characters")
    } else if template == Template::Rust
        && RESERVED.contains(&name.replace('_', "-").to_ascii_lowercase().as_str())
    {
        Err("Rust or cargo uses it already")
    } else {
        Ok(())
    }
}

fn refuse_content(dir: &Path) -> Result<(), ScaffoldError> {
    let is_empty = std::fs::read_dir(dir).map(|mut entries| entries.next().is_none());
    match is_empty {
        Ok(true) => Ok(()),
        Ok(false) => Err(ScaffoldError::NotEmpty(dir.to_owned())),
        Err(error) => match error.kind() {
            io::ErrorKind::NotFound => Ok(()),
            io::ErrorKind::NotADirectory => Err(ScaffoldError::NotAFolder(dir.to_owned())),
            _ => Err(ScaffoldError::Write {
                path: dir.to_owned(),
                source: error,
            }),
        },
    }
}

fn write(path: &Path, text: &str) -> Result<(), ScaffoldError> {
    let folder = path.parent().unwrap_or(path);
    let failed = |source| ScaffoldError::Write {
        path: path.to_owned(),
        source,
    };
    std::fs::create_dir_all(folder).map_err(failed)?;
    std::fs::write(path, text).map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_the_template_and_the_sdk() {
        let parent = tempfile::tempdir().unwrap();
        let dir = parent.path().join("shop-test");
        let created = create(&dir, "shop-test", Template::Rust).unwrap();
        let paths = [".gitignore", "Cargo.toml", "README.md", "src/lib.rs"];
        assert_eq!(created.files, paths.map(PathBuf::from));
        let manifest = std::fs::read_to_string(dir.join("Cargo.toml")).unwrap();
        assert!(
            manifest.contains("name = \"shop-test\"") && !manifest.contains("{{"),
            "{manifest}"
        );
        assert!(dir.join("sdk/macros/src/lib.rs").is_file());
        assert!(dir.join("sdk/wit/world.wit").is_file());
    }

    #[test]
    fn every_language_has_a_scenario_and_a_readme() {
        for template in <Template as clap::ValueEnum>::value_variants() {
            let files = texts(*template);
            assert!(files.len() >= 2, "{template:?}: {files:?}");
            assert!(
                files.iter().any(|(path, _)| path == Path::new("README.md")),
                "{template:?}"
            );
            assert!(files.iter().all(|(_, text)| !text.is_empty()), "{template:?}");
        }
    }

    #[test]
    fn copies_of_sdks_are_whole() {
        for (template, file) in [
            (Template::Go, "sdk/go.mod"),
            (Template::Ts, "node_modules/wasmswarm/types/wasmswarm.d.ts"),
        ] {
            let copies = sdk::copies(template);
            assert!(copies.iter().any(|(path, _)| path == Path::new(file)), "{file}");
            assert!(copies.iter().all(|(_, text)| !text.is_empty()));
        }
    }

    #[test]
    fn a_folder_with_content_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        assert!(create(dir.path(), "a", Template::Rust).is_ok());
        assert!(matches!(
            create(dir.path(), "a", Template::Rust),
            Err(ScaffoldError::NotEmpty(_))
        ));
        let file = dir.path().join("README.md");
        assert!(matches!(
            create(&file, "a", Template::Rust),
            Err(ScaffoldError::NotAFolder(_))
        ));
    }

    #[test]
    fn names_that_cargo_refuses_are_refused_before_writing() {
        let parent = tempfile::tempdir().unwrap();
        let dir = parent.path().join("x");
        for (name, why) in [
            ("", "it must begin with a letter"),
            ("1st", "it must begin with a letter"),
            ("a b", "only letters, digits, `-` and `_` are allowed"),
            ("../up", "it must begin with a letter"),
            ("a/b", "only letters, digits, `-` and `_` are allowed"),
            ("fn", "Rust or cargo uses it already"),
            ("wasmswarm_sdk", "Rust or cargo uses it already"),
        ] {
            let error = create(&dir, name, Template::Rust).unwrap_err();
            assert_eq!(
                error.to_string(),
                format!("\"{name}\" can't be the name of a project: {why}")
            );
        }
        assert!(!dir.exists());
    }
}
