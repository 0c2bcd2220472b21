//! `wasmswarm build`: makes a component of sources, and says where it is.

use crate::error::Failure;
use crate::exit_code::ExitCode;
use crate::options::BuildOptions;
use crate::session::{self, Order};
use crate::terminal::{escape, units};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// What `build` can be asked for.
#[derive(Debug, clap::Args)]
pub(super) struct BuildCommand {
    /// A script, a source file, a core module (.wasm), or a project's folder
    #[arg(value_name = "SOURCE", default_value = ".")]
    source: String,

    /// Where to write the component [default: the source's name with the ending .wasm, in this folder]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// A parameter that a script's top level may read; what functions read is passed to `run`
    #[arg(short = 'e', long = "param", value_name = "NAME=VALUE", value_parser = crate::options::pair)]
    params: Vec<(String, String)>,

    /// Nothing but errors
    #[arg(short, long, conflicts_with = "verbose")]
    quiet: bool,

    /// Say which files a script's build reads
    #[arg(short, long)]
    verbose: bool,

    /// Folder for what is built and installed [default: your cache folder]
    #[arg(long, value_name = "DIR", env = "WASMSWARM_CACHE_DIR")]
    cache_dir: Option<PathBuf>,

    #[command(flatten)]
    build: BuildOptions,
}

pub(super) fn run(options: &BuildCommand) -> Result<ExitCode, Failure> {
    let begun = Instant::now();
    let (built, _folder) = session::build(&Order {
        name: &options.source,
        requests: &[],
        digest: None,
        cache_dir: options.cache_dir.as_deref(),
        quiet: options.quiet,
        verbose: options.verbose,
        parameters: &options.params,
        data: &[],
        build: &options.build,
    })?;
    let output = match &options.output {
        Some(path) => path.clone(),
        None => PathBuf::from(format!("{}.wasm", built.name)),
    };
    let bytes = copy(&built.component, &output)?;
    if !options.quiet {
        let origin = if built.from_cache { ", unchanged" } else { "" };
        super::show(&format!(
            "{}: {} from {}, {} ms{origin}",
            escape(&output.to_string_lossy()),
            units::bytes(bytes),
            built.language,
            begun.elapsed().as_millis()
        ))?;
    }
    Ok(ExitCode::Ok)
}

fn copy(component: &Path, output: &Path) -> Result<u64, Failure> {
    std::fs::copy(component, output).map_err(|error| {
        let failure = Failure::invalid(format!("failed to write {:?}", output.display()));
        failure.because(error).hint("name another file with --output")
    })
}
