//! Why a plugin was refused. Each case carries its next step.

use std::path::PathBuf;

/// A plugin that can't be run. `Display` says what and why, [`PluginError::hint`] what to do.
#[derive(Debug, thiserror::Error)]
pub enum PluginError {
    /// The file or URL can't be read.
    #[error("it can't be read: {0}")]
    Unreadable(String),
    /// There is nothing at that path.
    #[error("no such file: {}", .0.display())]
    Missing(PathBuf),
    /// Larger than a plugin may be.
    #[error("it has {bytes} bytes, more than the {limit} that a plugin may have")]
    TooLarge {
        /// Its size.
        bytes: u64,
        /// The most allowed.
        limit: u64,
    },
    /// The digest isn't the one asked for.
    #[error("its SHA-256 is {found}, not the expected {expected}")]
    Digest {
        /// What was read.
        found: String,
        /// What the operator asked for.
        expected: String,
    },
    /// Not WebAssembly at all.
    #[error("it isn't WebAssembly: it looks like {0}")]
    NotWasm(&'static str),
    /// WebAssembly, but not a component.
    #[error("it is a core WebAssembly module, not a component")]
    CoreModule,
    /// Cut short or damaged.
    #[error("it is not valid WebAssembly: {0}")]
    Invalid(String),
    /// A component for something else.
    #[error("it doesn't export `{expected}`; it exports {found}")]
    WrongWorld {
        /// The export that is missing.
        expected: String,
        /// What it exports, for people.
        found: String,
    },
    /// Built against a version of the contract that this host doesn't speak.
    #[error("it was built for {found}, and this wasmswarm supports {supported}")]
    WrongVersion {
        /// The package and version found.
        found: String,
        /// The package and version supported.
        supported: String,
    },
    /// It wants something that no host of this world gives.
    #[error("it imports `{0}`, which wasmswarm doesn't provide")]
    UnknownImport(String),
    /// Names match, types don't.
    #[error("it doesn't fit the world `wasmswarm:scenario/plugin`: {0}")]
    Mismatch(String),
    /// Its own `describe` failed.
    #[error("its `describe` failed: {0}")]
    Describe(String),
    /// `describe` gave something that can't be run.
    #[error("its description is not usable: {0}")]
    Description(String),
    /// The engine refused.
    #[error("it can't be compiled: {0}")]
    Compile(String),
    /// The operating system refused what its instances' memory is made from.
    #[error("no image can be made of its memory: {0}")]
    Image(String),
    /// The operator didn't wait for it.
    #[error("interrupted while it was compiled")]
    Interrupted,
}

impl PluginError {
    /// The next step.
    pub fn hint(&self) -> &'static str {
        match self {
            PluginError::Unreadable(_) => "check the path and its permissions",
            PluginError::Missing(_) => "check the path; `wasmswarm new NAME` writes a first plugin",
            PluginError::TooLarge { .. } => {
                "build it in release mode and strip it; data belongs in files for `--data`"
            }
            PluginError::Digest { .. } => {
                "the file has changed since its digest was taken; get it again, or check --digest"
            }
            PluginError::NotWasm(_) => "pass a component (.wasm), or the folder of a Rust plugin",
            PluginError::CoreModule => {
                "Rust: build with --target wasm32-wasip2; other languages: `wasm-tools component new`"
            }
            PluginError::Invalid(_) => "the file may be cut short; build or download it again",
            PluginError::WrongWorld { .. } | PluginError::Mismatch(_) => {
                "build it against wit/ of this wasmswarm, world `plugin`"
            }
            PluginError::WrongVersion { .. } => {
                "rebuild it with the SDK of this wasmswarm, or use the matching wasmswarm"
            }
            PluginError::UnknownImport(_) => {
                "a plugin may import wasmswarm:scenario, and io, clocks, random, cli, filesystem, sockets and http of WASI 0.2; build it without the other"
            }
            PluginError::Describe(_) | PluginError::Description(_) => {
                "this is for the plugin's author to fix"
            }
            PluginError::Compile(_) => {
                "this is for the plugin's author to fix; see CONTRIBUTING.md for the limits"
            }
            PluginError::Image(_) => {
                "start it again; if it stays so, look at this machine's free memory and its limit of open files (`ulimit -n`)"
            }
            PluginError::Interrupted => "start it again: nothing was run yet",
        }
    }
}
