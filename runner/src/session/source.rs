//! From what the operator typed to a component's bytes that may be compiled.

use crate::build::{self, Built, Grants, Workshop};
use crate::error::Failure;
use crate::options::BuildOptions;
use crate::plugin::{self, Inspection, PluginError, Source};
use crate::terminal;
use std::path::{Path, PathBuf};

/// Bytes that were inspected, not run.
pub struct Read {
    /// The component.
    pub source: Source,
    /// What it consists of.
    pub inspection: Inspection,
    /// The files of the operator's that a script's build read.
    pub files: Vec<PathBuf>,
}

/// Which plugin, and how it is got.
#[derive(Debug, Clone, Copy)]
pub struct Order<'a> {
    /// A component's path or address, or sources.
    pub name: &'a str,
    /// The only digest that is accepted.
    pub digest: Option<&'a str>,
    /// Where things are kept, if not in the user's cache folder.
    pub cache_dir: Option<&'a Path>,
    /// Say nothing while building.
    pub quiet: bool,
    /// Say which files a script's build read.
    pub verbose: bool,
    /// What the operator passes to the plugin.
    pub parameters: &'a [(String, String)],
    /// Data files that the plugin may read, by their names for it.
    pub data: &'a [(String, PathBuf)],
    /// How sources become a component.
    pub build: &'a BuildOptions,
}

/// Builds the plugin if it is given as sources, reads the component and inspects it.
///
/// # Errors
/// If there is no component that can be run.
pub fn read(order: &Order<'_>) -> Result<Read, Failure> {
    let name = order.name;
    let built = build::is_source(Path::new(name))
        .then(|| build(order))
        .transpose()?;
    let (component, files) = match built {
        Some(built) => (Some(built.component.to_string_lossy().into_owned()), built.read),
        None => (None, Vec::new()),
    };
    let source = plugin::load(component.as_deref().unwrap_or(name), order.digest);
    let mut source = source.map_err(|e| refuse(name, e))?;
    name.clone_into(&mut source.name);
    let inspection = plugin::inspect(&source.bytes).map_err(|e| refuse(name, e))?;
    Ok(Read {
        source,
        inspection,
        files,
    })
}

/// Builds the plugin from its sources.
///
/// # Errors
/// If they yield no component.
pub fn build(order: &Order<'_>) -> Result<Built, Failure> {
    let mut say = |line: &str| {
        if !order.quiet {
            terminal::print_error(&terminal::escape(line));
        }
    };
    let mut agree = |what: &str| order.build.yes || terminal::agrees(&format!("install {what}?"));
    let mut shop = Workshop {
        say: &mut say,
        agree: &mut agree,
        cache: order.cache_dir.map_or_else(plugin::cache_root, Path::to_owned),
        engine: order.build.engine,
        parameters: order.parameters.to_vec(),
        grants: Grants {
            folders: order.build.allow_read.clone(),
            files: order.data.iter().map(|(_, file)| file.clone()).collect(),
        },
    };
    let built = build::build(Path::new(order.name), &mut shop);
    if let Ok(built) = &built
        && order.verbose
    {
        for file in &built.read {
            let name = file.to_string_lossy();
            let name = terminal::escape(&name);
            terminal::print_error(&format!("read {name} to build the plugin"));
        }
    }
    built.map_err(|error| {
        let mut failure = Failure::invalid(format!("failed to build the plugin {:?}", order.name));
        failure.hint = error.hint().map(str::to_owned);
        let source = std::error::Error::source(&error).map(ToString::to_string);
        failure = failure.because(&error);
        failure.causes.extend(source);
        failure
    })
}

/// The error for a plugin that can't be used.
pub(super) fn refuse(name: &str, error: PluginError) -> Failure {
    Failure::invalid(format!("failed to load plugin {name:?}"))
        .because(&error)
        .hint(error.hint())
}
