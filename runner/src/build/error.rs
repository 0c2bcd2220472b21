//! Why there is no component, each with what to do.

use super::{Language, misspelt};
use std::io;
use std::path::PathBuf;

/// Why a project yields no component.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The folder holds none of the files by which projects are known.
    #[error("{} holds no project of a language that is known here", dir.display())]
    NotAProject {
        /// The folder.
        dir: PathBuf,
    },
    /// The file's name ends in nothing that is known.
    #[error("{} is written in no language that is known here", path.display())]
    UnknownLanguage {
        /// The file.
        path: PathBuf,
    },
    /// There is no such file.
    #[error("{} doesn't exist", path.display())]
    NoFile {
        /// The file.
        path: PathBuf,
    },
    /// A source can't be read.
    #[error("failed to read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The result, or what it is made with, can't be written.
    #[error("failed to write {}", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// A script has a wrong sentence, or one that isn't supported.
    #[error("it isn't valid\n{message}")]
    Syntax {
        /// Place and reason, one problem per line.
        message: String,
    },
    /// A script's top level failed.
    #[error("{message}")]
    Script {
        /// The error as the language shows it.
        message: String,
    },
    /// A script imports or opens what isn't there.
    #[error("{importer} asks for {request:?}, and there is none: {why}")]
    NoModule {
        /// What it asks for.
        request: String,
        /// Which file does.
        importer: String,
        /// Where it was looked for.
        why: String,
    },
    /// A script imports or opens what it may not read.
    #[error("{importer} asks for {request:?}, which it may not read")]
    NotGranted {
        /// What it asks for.
        request: String,
        /// Which file does.
        importer: String,
        /// What would let it.
        hint: String,
    },
    /// The operator grants what isn't there.
    #[error("--allow-read {} can't be used", path.display())]
    NoGrant {
        /// What was to be granted.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The core module isn't one of this contract.
    #[error("the module can't become a plugin: {message}")]
    NotThisWorld {
        /// What is wrong with it.
        message: String,
    },
    /// What the language's tools made isn't what they are known to make.
    #[error("the memory of the component isn't as {tool} should leave it: {message}")]
    Memory {
        /// Which tool made it.
        tool: &'static str,
        /// What is wrong with it.
        message: String,
    },
    /// A language's tools are missing or too old.
    #[error("{language} plugins need {what}")]
    Missing {
        /// Whose tools.
        language: Language,
        /// Which tool, and why what is there won't do.
        what: String,
        /// How to get it.
        hint: String,
    },
    /// Something would have to be installed, and the operator didn't agree.
    #[error("{what} isn't installed, and nobody agreed to install it")]
    NotAgreed {
        /// What, and where from.
        what: String,
    },
    /// What fetches or installs a tool failed.
    #[error("{tool} failed to install what is needed\n{last_lines}")]
    Install {
        /// Which installer.
        tool: &'static str,
        /// The end of what it printed.
        last_lines: String,
    },
    /// The manifest is a workspace's, not a package's.
    #[error("{} is a workspace, not one package; its packages: {packages}", dir.display())]
    NoPackage {
        /// The folder.
        dir: PathBuf,
        /// Names of the packages.
        packages: String,
    },
    /// Cargo refuses the manifest.
    #[error("cargo can't read the project: {message}")]
    Manifest {
        /// What cargo said.
        message: String,
    },
    /// The package isn't a dynamic library, the only kind that becomes a component.
    #[error("the package \"{package}\" yields no component: its library isn't a cdylib")]
    NoCdylib {
        /// Its name.
        package: String,
    },
    /// A tool can't be started.
    #[error("failed to run {tool}")]
    Tool {
        /// Its name.
        tool: &'static str,
        /// The system's reason.
        source: io::Error,
    },
    /// The compile target is missing and can't be installed.
    #[error("the Rust target {target} isn't installed{why}")]
    Target {
        /// Its name.
        target: &'static str,
        /// What was tried; begins with `: `, or empty.
        why: String,
    },
    /// What lies in the cache folder may be somebody else's.
    #[error("what is kept there isn't run")]
    Untrusted(#[source] crate::system::private::Untrusted),
    /// The operator didn't wait for it.
    #[error("interrupted while it was built")]
    Interrupted,
    /// What it does while it is built met a limit.
    #[error("it isn't built {why}")]
    Limit {
        /// Which limit; goes on after "built".
        why: String,
    },
    /// It doesn't compile.
    #[error("it doesn't compile\n{last_lines}")]
    Compile {
        /// The end of what the compiler printed.
        last_lines: String,
    },
}

impl BuildError {
    /// What to do about it, if there is something to say.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        match self {
            Self::NotAProject { .. } => Some(
                "a project has a Cargo.toml, a go.mod, a locustfile.py, or a file called scenario with the ending of its \
                 language; `wasmswarm new NAME --lang LANGUAGE` writes one",
            ),
            Self::UnknownLanguage { .. } => Some(
                "known endings: .js, .mjs, .ts, .mts, .py, .go, .c, .cpp, .zig, .wat; and .wasm for what is built already",
            ),
            Self::NoPackage { .. } => Some("name the folder of one of its packages"),
            Self::NoCdylib { .. } => Some("add `crate-type = [\"cdylib\"]` under [lib] in Cargo.toml"),
            Self::Tool {
                tool: "cargo" | "rustup",
                ..
            } => Some("install Rust from https://rustup.rs, or run a component that is built already"),
            Self::Tool { .. } => Some("see whether it runs by itself"),
            Self::Target { .. } => {
                Some("run `rustup target add wasm32-wasip2`, or install your system's package of that target")
            }
            Self::Missing { hint, .. } | Self::NotGranted { hint, .. } => Some(hint),
            Self::NoGrant { .. } => Some("name a folder or a file that is there"),
            Self::NotAgreed { .. } => Some("run it in a terminal and agree, or pass --yes"),
            Self::Install { .. } => {
                Some("see whether its registry can be reached from here; a build tries again")
            }
            Self::NotThisWorld { .. } => Some(
                "it must import and export the functions of the contract by their canonical names; \
                 see docs/bring-your-own-language.md",
            ),
            Self::Memory { .. } => Some("delete wasmswarm's cache, so that the tool is installed again"),
            Self::Untrusted(_) => Some(
                "remove it, or name a folder with --cache-dir that you own and that only you may write to",
            ),
            Self::Limit { .. } => Some(
                "what runs while it is built, such as a script's top level, must be done sooner and with less",
            ),
            Self::Script { message } => misspelt::hint(message),
            Self::Interrupted
            | Self::Manifest { .. }
            | Self::Compile { .. }
            | Self::NoFile { .. }
            | Self::Read { .. }
            | Self::Write { .. }
            | Self::Syntax { .. }
            | Self::NoModule { .. } => None,
        }
    }
}
