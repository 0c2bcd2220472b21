//! From sources in any language to a component: what `wasmswarm build` does, and `run` on the way.
//!
//! It drives the language's own tools and knows nothing of plugins but their contract. What was
//! built stays in the cache folder, and is built again when a source or a tool has changed.

mod component;
mod error;
mod kept;
mod language;
mod rust;
mod script;
mod tool;

pub use error::BuildError;
pub use language::{Language, is_source};

use kept::{Inputs, Kept};
use language::Project;
use std::hash::BuildHasher as _;
use std::path::{Path, PathBuf};

/// Where the work is done, and who is asked and told.
pub struct Workshop<'a> {
    /// Gets what there is to show meanwhile, line by line.
    pub say: &'a mut dyn FnMut(&str),
    /// Asked before anything is installed, with what it is.
    pub agree: &'a mut dyn FnMut(&str) -> bool,
    /// The folder for components, SDKs and tools.
    pub cache: PathBuf,
}

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
}

/// Builds the file or folder at `path`.
///
/// # Errors
///
/// If it isn't a source, a tool is missing, or it doesn't compile.
pub fn build(path: &Path, shop: &mut Workshop<'_>) -> Result<Built, BuildError> {
    let project = Project::find(path)?;
    let done = |component, from_cache| Built {
        language: project.language,
        name: project.name(),
        component,
        from_cache,
    };
    if project.language == Language::Rust {
        // Cargo knows by itself what has changed.
        return Ok(done(rust::build(&project.dir, shop)?, false));
    }
    let cannot_keep = |source| BuildError::Write {
        path: shop.cache.clone(),
        source,
    };
    let maker = maker(project.language)?;
    let kept = Kept::open(&shop.cache.join("built"), &project.main, &[&maker]).map_err(cannot_keep)?;
    let now = inputs(&project)?;
    if let Some(component) = kept.find(now.as_ref()) {
        return Ok(done(component, true));
    }
    let (component, read) = make(&project, shop)?;
    let cannot_keep = |source| BuildError::Write {
        path: shop.cache.clone(),
        source,
    };
    let component = kept.keep(now.unwrap_or(read), &component).map_err(cannot_keep)?;
    Ok(done(component, false))
}

/// How deep the folders beside a single file are watched.
const WATCHED_DEPTH: usize = 2;

/// Changes when a source of the file or folder at `path` does. Of a single file's folder, those in
/// its language count.
#[must_use]
pub fn fingerprint(path: &Path) -> u64 {
    let (dir, depth) = match path.parent() {
        Some(parent) if !path.is_dir() => (parent, WATCHED_DEPTH),
        _ => (path, usize::MAX),
    };
    let own = path.extension().filter(|_| !path.is_dir());
    let mut seen: Vec<_> = kept::files(dir, depth)
        .unwrap_or_default()
        .into_iter()
        .filter(|file| own.is_none() || file.extension() == own)
        .filter_map(|file| {
            let meta = std::fs::metadata(&file).ok()?;
            Some((file, meta.modified().ok()?, meta.len()))
        })
        .collect();
    seen.sort();
    foldhash::fast::FixedState::default().hash_one(seen)
}

/// What decides the result beside the sources: this program and the language's tools.
fn maker(language: Language) -> Result<String, BuildError> {
    let own = env!("CARGO_PKG_VERSION");
    let tools = match language {
        Language::JavaScript | Language::TypeScript => script::maker()?,
        _ => String::new(),
    };
    Ok(format!("{own} {language} {tools}"))
}

/// The files that a build will read; `None` if that shows only while it builds.
fn inputs(project: &Project) -> Result<Option<Inputs>, BuildError> {
    let unreadable = |source| BuildError::Read {
        path: project.dir.clone(),
        source,
    };
    match project.language {
        Language::JavaScript | Language::TypeScript => Ok(None),
        _ if project.is_folder => kept::folder(&project.dir).map(Some).map_err(unreadable),
        _ => Ok(Some(Inputs::from([(
            project.main.clone(),
            kept::digest_of(&project.main),
        )]))),
    }
}

/// The component, and the files that it was made of if that wasn't known before.
fn make(project: &Project, shop: &mut Workshop<'_>) -> Result<(Vec<u8>, Inputs), BuildError> {
    let known = |component: Vec<u8>| (component, Inputs::new());
    match project.language {
        Language::JavaScript | Language::TypeScript => script::build(project, shop),
        Language::CoreModule => component::from_core(&read(&project.main)?).map(known),
        language => Err(BuildError::Missing {
            language,
            what: "a builder".to_owned(),
            hint: String::new(),
        }),
    }
}

fn read(path: &Path) -> Result<Vec<u8>, BuildError> {
    std::fs::read(path).map_err(|source| BuildError::Read {
        path: path.to_owned(),
        source,
    })
}
