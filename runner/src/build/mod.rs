//! From sources in any language to a component: what `wasmswarm build` does, and `run` on the way.
//!
//! It drives the language's own tools and knows nothing of plugins but their contract. What was
//! built stays in the cache folder, and is built again when a source or a tool has changed.

mod assemblyscript;
mod c;
mod component;
mod error;
mod go;
mod kept;
mod language;
mod project;
mod python;
mod reach;
mod requests;
mod room;
mod rust;
pub mod scaffold;
mod script;
mod sdk;
mod tool;
mod zig;

pub use error::BuildError;
pub use language::{Language, is_source};
pub use reach::Grants;
pub use requests::{PlainRequest, of_requests};
pub use script::Engine;

use kept::{Inputs, Kept};
use project::Project;
use reach::Reach;
use std::hash::BuildHasher as _;
use std::path::{Path, PathBuf};

/// What the operator passes to a plugin: names and values.
pub type Parameters = Vec<(String, String)>;

/// Where the work is done, and who is asked and told.
pub struct BuildContext<'a> {
    /// Gets what there is to show meanwhile, line by line.
    pub say: &'a mut dyn FnMut(&str),
    /// Asked before anything is installed, with what it is.
    pub agree: &'a mut dyn FnMut(&str) -> bool,
    /// The folder for components, SDKs and tools.
    pub cache: PathBuf,
    /// What runs scripts.
    pub engine: Engine,
    /// Names and values that the operator passes to the plugin: a script's top level may read them.
    pub parameters: Parameters,
    /// The script that was typed or piped in, if the source is [`STANDARD_INPUT`].
    pub script: Option<Vec<u8>>,
    /// What a script may read beside what is near it.
    pub grants: Grants,
}

impl BuildContext<'_> {
    /// What the project's script may read.
    fn reach(&self, project: &Project) -> Result<Reach, BuildError> {
        Reach::of(&project.dir, &self.grants)
    }
}

/// Names a script that comes from standard input. What it imports lies in the current folder.
pub const STANDARD_INPUT: &str = "-";

/// A component that was made of sources.
#[derive(Debug)]
pub struct Built {
    /// What the sources are written in.
    pub language: Language,
    /// What it is called by default: the project's name.
    pub name: String,
    /// Where the component lies.
    pub component: PathBuf,
    /// Whether nothing had to be done.
    pub from_cache: bool,
    /// The files that a script's build read. Tools of other languages read what they like, and don't tell.
    pub read: Vec<PathBuf>,
}

/// How the sources of one language become a component. Making one finds the language's tools.
trait Builder {
    /// What decides the result beside the sources: the SDK, and the versions of the tools.
    fn maker(&self) -> String;

    /// Builds the project.
    fn build(&self, project: &Project, context: &mut BuildContext<'_>) -> Result<Made, BuildError>;
}

/// What a builder made.
struct Made {
    component: Vec<u8>,
    /// The files that it was made of, if that showed only on the way.
    read: Option<Inputs>,
}

impl From<Vec<u8>> for Made {
    fn from(component: Vec<u8>) -> Made {
        Made {
            component,
            read: None,
        }
    }
}

/// Builds the file or folder at `path`.
///
/// # Errors
///
/// If it isn't a source, a tool is missing, or it doesn't compile.
pub fn build(path: &Path, context: &mut BuildContext<'_>) -> Result<Built, BuildError> {
    let project = match context.script {
        Some(_) => Project::of_standard_input(),
        None => Project::find(path)?,
    };
    let done = |component, from_cache, read| Built {
        language: project.language,
        name: project.name(),
        component,
        from_cache,
        read,
    };
    let Some(builder) = builder(&project, context)? else {
        // Cargo knows by itself what has changed.
        return Ok(done(rust::build(&project.dir, context)?, false, Vec::new()));
    };
    let tells = project.language.tells_what_it_read();
    let reach = tells.then(|| context.reach(&project)).transpose()?;
    let read_by = |inputs: &Inputs| if tells { inputs.read() } else { Vec::new() };
    let built = context.cache.join("built");
    let script = context.script.as_deref().map(kept::digest).unwrap_or_default();
    let makers = [env!("CARGO_PKG_VERSION"), &builder.maker(), &script];
    let kept = Kept::open(&built, &project.main, &makers).map_err(cannot_write(&built))?;
    let now = inputs(&project)?;
    if let Some((component, inputs)) = kept.find(now.as_ref(), &context.parameters, reach.as_ref()) {
        return Ok(done(component, true, read_by(&inputs)));
    }
    let made = builder.build(&project, context)?;
    let inputs = match now.or(made.read) {
        Some(inputs) => inputs,
        None => near(&project)?,
    };
    let read = read_by(&inputs);
    let component = kept.keep(inputs, &made.component).map_err(cannot_write(&built))?;
    Ok(done(component, false, read))
}

/// The builder for a project; none for Rust's, whose tool keeps its own account.
fn builder(project: &Project, context: &BuildContext<'_>) -> Result<Option<Box<dyn Builder>>, BuildError> {
    Ok(Some(match project.language {
        Language::Rust => return Ok(None),
        Language::JavaScript | Language::TypeScript => script::builder(context.engine)?,
        Language::Python => Box::new(python::ComponentizePy),
        Language::Go => Box::new(go::Go::find()?),
        Language::C | Language::Cpp => Box::new(c::Compiler::find(project.language)?),
        Language::Zig => Box::new(zig::Zig::find()?),
        Language::AssemblyScript => Box::new(assemblyscript::Asc::find(&project.dir)?),
        Language::CoreModule => Box::new(component::Encoder),
    }))
}

/// How deep the folders beside a single file are watched.
const WATCHED_DEPTH: usize = 2;

/// Changes when a source of the file or folder at `path` does. Of a single file's folder, those in
/// its language count.
#[must_use]
pub fn fingerprint(path: &Path) -> u64 {
    let Ok(project) = Project::find(path) else {
        return 0;
    };
    let mut seen: Vec<_> = files(&project)
        .unwrap_or_default()
        .into_iter()
        .filter_map(|file| {
            let meta = std::fs::metadata(&file).ok()?;
            Some((file, meta.modified().ok()?, meta.len()))
        })
        .collect();
    seen.sort();
    foldhash::fast::FixedState::default().hash_one(seen)
}

/// The files that a build may read.
fn files(project: &Project) -> std::io::Result<Vec<PathBuf>> {
    if project.is_folder {
        return kept::files(&project.dir, usize::MAX, &[]);
    }
    kept::files(&project.dir, WATCHED_DEPTH, project.language.endings())
}

/// The files that a build will read; `None` if that shows only while it builds.
fn inputs(project: &Project) -> Result<Option<Inputs>, BuildError> {
    if project.language.tells_what_it_read() {
        return Ok(None);
    }
    near(project).map(Some)
}

/// All files that a build may read.
fn near(project: &Project) -> Result<Inputs, BuildError> {
    let files = files(project).map_err(|source| BuildError::Read {
        path: project.dir.clone(),
        source,
    })?;
    Ok(kept::digests(files))
}

/// For what the file system refuses.
fn cannot_write(path: &Path) -> impl Fn(std::io::Error) -> BuildError + use<> {
    let path = path.to_owned();
    move |source| BuildError::Write {
        path: path.clone(),
        source,
    }
}
