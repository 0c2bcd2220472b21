//! From what the operator typed to a component's bytes that may be compiled.

use crate::build::{self, BuildContext, BuildError, Built, Grants, PlainRequest};
use crate::engine::plugin::{self, Inspection, PluginError, Source};
use crate::error::Failure;
use crate::exit_code::ExitCode;
use crate::options::BuildOptions;
use crate::system::private;
use crate::terminal;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// The longest script that is read from standard input.
const MAX_SCRIPT_BYTES: u64 = 64 << 20;

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
    /// What is sent where there is no plugin.
    pub requests: &'a [PlainRequest],
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
    if !order.requests.is_empty() {
        let failed =
            |error: &BuildError| Failure::invalid(format!("failed to prepare {name}")).because(error);
        let component = build::of_requests(order.requests).map_err(|error| failed(&error))?;
        return inspected(plugin::in_memory(name, component), Vec::new());
    }
    let is_source = name == build::STANDARD_INPUT || build::is_source(Path::new(name));
    let built = is_source.then(|| build(order)).transpose()?;
    // The folder lasts until the component is read.
    let (component, files, _folder) = match built {
        Some((built, folder)) => {
            let component = built.component.to_string_lossy().into_owned();
            (Some(component), built.read, Some(folder))
        }
        None => (None, Vec::new(), None),
    };
    let source = plugin::load(component.as_deref().unwrap_or(name), order.digest);
    let mut source = source.map_err(|e| refuse(name, e))?;
    name.clone_into(&mut source.name);
    inspected(source, files)
}

fn inspected(source: Source, files: Vec<PathBuf>) -> Result<Read, Failure> {
    let inspection = plugin::inspect(&source.bytes).map_err(|e| refuse(&source.name, e))?;
    Ok(Read {
        source,
        inspection,
        files,
    })
}

/// Builds the plugin from its sources, in a folder that lasts at least as long as the answer's second part.
///
/// # Errors
/// If they yield no component.
pub fn build(order: &Order<'_>) -> Result<(Built, Folder), Failure> {
    let folder = Folder::open(order)?;
    let mut say = |line: &str| {
        if !order.quiet {
            terminal::print_error(&terminal::escape(line));
        }
    };
    let mut agree = |what: &str| order.build.yes || terminal::agrees(&format!("install {what}?"));
    let mut shop = BuildContext {
        say: &mut say,
        agree: &mut agree,
        cache: folder.dir.clone(),
        engine: order.build.engine,
        parameters: order.parameters.to_vec(),
        script: (order.name == build::STANDARD_INPUT)
            .then(standard_input)
            .transpose()?,
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
    let built = built.map_err(|error| {
        let mut failure = Failure::invalid(format!("failed to build the plugin {:?}", order.name));
        failure.hint = error.hint().map(str::to_owned);
        let source = std::error::Error::source(&error).map(ToString::to_string);
        failure = failure.because(&error);
        failure.causes.extend(source);
        if matches!(error, BuildError::Interrupted) {
            failure.exit = ExitCode::Interrupted;
        }
        failure
    })?;
    Ok((built, folder))
}

/// Where components, SDKs and tools are kept: a folder that nobody else can write to.
#[derive(Debug)]
pub struct Folder {
    dir: PathBuf,
    /// Without a folder that lasts, one that is removed in the end.
    _temporary: Option<TempDir>,
}

impl Folder {
    /// The one that the operator names, or else the user's; where there is none that can be trusted, a new one.
    fn open(order: &Order<'_>) -> Result<Folder, Failure> {
        if let Some(dir) = order.cache_dir {
            let dir = private::make_folder(dir).map_err(|error| unusable(dir, &error))?;
            return Ok(Folder {
                dir,
                _temporary: None,
            });
        }
        let root = private::cache_root();
        let why = match root.as_ref().map(|root| private::make_folder(root)) {
            Some(Ok(dir)) => {
                return Ok(Folder {
                    dir,
                    _temporary: None,
                });
            }
            Some(Err(error)) => {
                let root = root.unwrap_or_default();
                format!("the folder {:?} can't be used: {error}", root.display())
            }
            None => "there is no home folder".to_owned(),
        };
        if !order.quiet {
            let note = format!("nothing that is built is kept: {why}; --cache-dir names a folder for it");
            terminal::print_error(&terminal::escape(&note));
        }
        let made = tempfile::tempdir().and_then(|made| Ok((private::folder(made.path())?, made)));
        let (dir, made) = made.map_err(|error| unusable(&std::env::temp_dir(), &error))?;
        Ok(Folder {
            dir,
            _temporary: Some(made),
        })
    }
}

fn unusable(dir: &Path, error: &std::io::Error) -> Failure {
    let failure = Failure::invalid(format!("the cache folder {:?} can't be used", dir.display()));
    failure
        .because(error)
        .hint("name a folder with --cache-dir that you own and that only you may write to")
}

/// A script from standard input, to its end.
fn standard_input() -> Result<Vec<u8>, Failure> {
    let failed = || Failure::invalid("failed to read a script from standard input");
    let mut text = Vec::new();
    std::io::stdin()
        .lock()
        .take(MAX_SCRIPT_BYTES + 1)
        .read_to_end(&mut text)
        .map_err(|error| failed().because(error))?;
    if text.len() as u64 > MAX_SCRIPT_BYTES {
        let failure = failed().because(format!("it is longer than {} MiB", MAX_SCRIPT_BYTES >> 20));
        return Err(failure.hint("put it into a file, and the data that it holds into others"));
    }
    Ok(text)
}

/// The error for a plugin that can't be used.
pub(super) fn refuse(name: &str, error: PluginError) -> Failure {
    let failure = Failure::invalid(format!("failed to load plugin {name:?}"));
    let failure = failure.because(&error).hint(error.hint());
    match error {
        PluginError::Interrupted => Failure {
            exit: ExitCode::Interrupted,
            ..failure
        },
        _ => failure,
    }
}
