//! From what the operator typed to a component's bytes that may be compiled.

use crate::build;
use crate::error::Failure;
use crate::plugin::{self, Inspection, PluginError, Source};
use crate::terminal;
use std::path::Path;

/// Bytes that were inspected, not run.
pub struct Read {
    /// The component.
    pub source: Source,
    /// What it consists of.
    pub inspection: Inspection,
}

/// Builds the project if `name` is a folder, reads the component and inspects it.
/// `quiet`: say nothing while building.
///
/// # Errors
/// If there is no component that can be run.
pub fn read(name: &str, digest: Option<&str>, quiet: bool) -> Result<Read, Failure> {
    let built = if Path::new(name).is_dir() {
        Some(build_project(name, quiet)?)
    } else {
        None
    };
    let mut source = plugin::load(built.as_deref().unwrap_or(name), digest).map_err(|e| refuse(name, e))?;
    name.clone_into(&mut source.name);
    let inspection = plugin::inspect(&source.bytes).map_err(|e| refuse(name, e))?;
    Ok(Read { source, inspection })
}

fn build_project(dir: &str, quiet: bool) -> Result<String, Failure> {
    let mut show = |line: &str| {
        if !quiet {
            terminal::print_error(&terminal::escape(line));
        }
    };
    match build::build_component(Path::new(dir), &mut show) {
        Ok(path) => Ok(path.to_string_lossy().into_owned()),
        Err(error) => {
            let mut failure = Failure::invalid(format!("failed to build the plugin in {dir:?}"));
            failure.hint = error.hint().map(str::to_owned);
            let source = std::error::Error::source(&error).map(ToString::to_string);
            failure = failure.because(&error);
            failure.causes.extend(source);
            Err(failure)
        }
    }
}

/// The error for a plugin that can't be used.
pub(super) fn refuse(name: &str, error: PluginError) -> Failure {
    Failure::invalid(format!("failed to load plugin {name:?}"))
        .because(&error)
        .hint(error.hint())
}
