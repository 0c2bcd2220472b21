//! Why there is no component, each with what to do.

use std::io;
use std::path::PathBuf;

/// Why a project yields no component.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// There is no `Cargo.toml`.
    #[error("{} isn't a cargo project: it holds no Cargo.toml", dir.display())]
    NotAProject {
        /// The folder.
        dir: PathBuf,
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
    /// It doesn't compile.
    #[error("the project doesn't compile\n{last_lines}")]
    Compile {
        /// The end of what cargo printed.
        last_lines: String,
    },
}

impl BuildError {
    /// What to do about it, if there is something to say.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::NotAProject { .. } => {
                Some("name a folder with a Cargo.toml, or start with `wasmswarm new NAME`")
            }
            Self::NoPackage { .. } => Some("name the folder of one of its packages"),
            Self::NoCdylib { .. } => Some("add `crate-type = [\"cdylib\"]` under [lib] in Cargo.toml"),
            Self::Tool { .. } => {
                Some("install Rust from https://rustup.rs, or run a component that is built already")
            }
            Self::Target { .. } => {
                Some("run `rustup target add wasm32-wasip2`, or install your system's package of that target")
            }
            Self::Manifest { .. } | Self::Compile { .. } => None,
        }
    }
}
