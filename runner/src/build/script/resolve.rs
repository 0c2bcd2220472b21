//! The files that a script asks for: beside it, or in packages that it has installed.

use super::super::BuildError;
use super::super::kept::{Inputs, hex};
use super::super::reach::{self, Reach, Refusal};
use super::evaluate::{Need, NeedKind, Source};
use super::strip;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};

/// The most bytes of all files that a script reads.
const MAX_BYTES: u64 = 256 << 20;

/// What is tried for a module that is named without its whole name.
const ENDINGS: [&str; 10] = [
    "",
    ".ts",
    ".mts",
    ".js",
    ".mjs",
    ".json",
    "/index.ts",
    "/index.mts",
    "/index.js",
    "/index.mjs",
];

/// Where the files are, and which ones were read. The script's own folder is the root of all names.
pub(super) struct Files {
    root: PathBuf,
    entry: String,
    /// Where the folder of packages is that the names of some files begin with, if not in the root.
    outside: HashMap<String, PathBuf>,
    inputs: Inputs,
    reach: Reach,
    /// Bytes of all files that were read.
    bytes: u64,
}

impl Files {
    pub(super) fn beside(main: &Path, reach: Reach) -> Files {
        let name = main.file_name().unwrap_or_default();
        Files {
            root: main.parent().unwrap_or(Path::new("")).to_owned(),
            entry: name.to_string_lossy().into_owned(),
            outside: HashMap::new(),
            inputs: Inputs::default(),
            reach,
            bytes: 0,
        }
    }

    /// The name of the script itself.
    pub(super) fn entry(&self) -> &str {
        &self.entry
    }

    pub(super) fn into_inputs(self) -> Inputs {
        self.inputs
    }

    /// The script itself, where it isn't a file.
    pub(super) fn entry_is(&mut self, text: Vec<u8>) -> Result<Source, BuildError> {
        let path = self.root.join(&self.entry);
        self.module(&self.entry.clone(), &path, text)
    }

    /// The script, which the operator named: wherever a link leads.
    pub(super) fn read_entry(&mut self) -> Result<Source, BuildError> {
        let path = self.root.join(&self.entry);
        let content = reach::read_named(&path).map_err(|source| BuildError::Read {
            path: path.clone(),
            source,
        })?;
        self.note(&path, Some(&content));
        self.module(&self.entry.clone(), &path, content)
    }

    /// The file that answers a need.
    pub(super) fn find(&mut self, need: &Need) -> Result<Source, BuildError> {
        match need.kind {
            NeedKind::File => {
                let path = self.root.join(&need.request);
                Ok(Source {
                    request: need.request.clone(),
                    path: need.request.clone(),
                    content: self.read(&path, need)?,
                })
            }
            NeedKind::Module => {
                let path = self.module_file(need)?;
                let content = self.read(&path, need)?;
                self.module(&need.request, &path, content)
            }
        }
    }

    fn module_file(&mut self, need: &Need) -> Result<PathBuf, BuildError> {
        let beside = self.folder_of(&need.importer).join(&need.request);
        if let Some(path) = self.first_of(&beside).or_else(|| self.package(need)) {
            return Ok(path);
        }
        let is_name = !need.request.starts_with(['.', '/']);
        match self.package_elsewhere(need).filter(|_| is_name) {
            Some(folder) => Err(not_granted(need, &folder)),
            None if self.reach.names(&beside) => Err(not_found(
                need,
                "it is neither built in, nor a file beside it, nor a package in `node_modules`",
            )),
            None => self.read(&beside, need).map(|_| beside),
        }
    }

    /// A module of an installed package: `node_modules/NAME`, from the importing file's folder upwards.
    fn package(&mut self, need: &Need) -> Option<PathBuf> {
        let folders = self.folders_of_packages(need);
        folders.into_iter().find_map(|folder| {
            let base = folder.join(&need.request);
            let main = self.main_of(&base).and_then(|main| self.first_of(&main));
            main.or_else(|| self.first_of(&base))
        })
    }

    /// The folder that has the package, if the script may not read it. The operator is told of it.
    fn package_elsewhere(&self, need: &Need) -> Option<PathBuf> {
        let mut folders = self.folders_of_packages(need).into_iter();
        folders.find(|folder| !self.reach.names(folder) && folder.join(&need.request).exists())
    }

    fn folders_of_packages(&self, need: &Need) -> Vec<PathBuf> {
        let importer = self.folder_of(&need.importer).join(&need.importer);
        let importer = std::path::absolute(&importer).unwrap_or(importer);
        let above = importer.ancestors().skip(1);
        above.map(|folder| folder.join("node_modules")).collect()
    }

    /// What a package says is its main module.
    fn main_of(&mut self, base: &Path) -> Option<PathBuf> {
        let path = base.join("package.json");
        let found = self.reach.read(&path).ok()?;
        self.note(&path, Some(&found.content));
        let package: serde_json::Value = serde_json::from_slice(&found.content).ok()?;
        let named = [
            "/exports/./import",
            "/exports/import",
            "/exports/.",
            "/exports",
            "/module",
            "/main",
        ];
        let main = named.iter().find_map(|at| package.pointer(at)?.as_str())?;
        Some(base.join(main.trim_start_matches("./")))
    }

    /// The first file that a name can stand for. Those that were looked for in vain are remembered.
    fn first_of(&mut self, base: &Path) -> Option<PathBuf> {
        for ending in ENDINGS {
            let mut name = base.as_os_str().to_owned();
            name.push(ending);
            let path = PathBuf::from(name);
            if !self.reach.names(&path) {
                continue;
            }
            if path.is_file() {
                return Some(path);
            }
            if !path.is_dir() {
                self.note(&path, None);
            }
        }
        None
    }

    fn read(&mut self, path: &Path, need: &Need) -> Result<Vec<u8>, BuildError> {
        match self.reach.read(path) {
            Ok(found) => {
                self.bytes += found.content.len() as u64;
                if self.bytes > MAX_BYTES {
                    return Err(BuildError::Script {
                        message: format!("the script reads more than {} MiB of files", MAX_BYTES >> 20),
                    });
                }
                self.note(path, Some(&found.content));
                self.note(&found.path, Some(&found.content));
                Ok(found.content)
            }
            Err(Refusal::Elsewhere(folder)) => Err(not_granted(need, &folder)),
            Err(Refusal::Absent) => {
                self.note(path, None);
                Err(not_found(need, "there is no such file"))
            }
            Err(Refusal::Unreadable(source)) => Err(BuildError::Read {
                path: path.to_owned(),
                source,
            }),
        }
    }

    /// Remembers what a file held, or that there was none.
    fn note(&mut self, path: &Path, content: Option<&[u8]>) {
        let digest = content.map(|content| hex(&Sha256::digest(content)));
        let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        self.inputs.files.insert(whole, digest);
    }

    /// As the engine takes it: without types.
    fn module(&mut self, request: &str, path: &Path, content: Vec<u8>) -> Result<Source, BuildError> {
        let name = self.name_of(path);
        let is_typed = path.extension().is_some_and(|kind| kind == "ts" || kind == "mts");
        let content = if is_typed {
            let text = String::from_utf8(content).map_err(|_| BuildError::Syntax {
                message: format!("{name}: the file isn't UTF-8 text"),
            })?;
            strip::types(text, Path::new(&name))?.into_bytes()
        } else {
            content
        };
        Ok(Source {
            request: request.to_owned(),
            path: name,
            content,
        })
    }

    /// A file's name as scripts see it: from the root, or from the folder above it that has the packages, with `/`.
    fn name_of(&mut self, path: &Path) -> String {
        // Behind `.`, because the folder of a script that is named without one has an empty name.
        let whole =
            |path: &Path| std::path::absolute(Path::new(".").join(path)).unwrap_or_else(|_| path.to_owned());
        let (path, root) = (whole(path), whole(&self.root));
        if let Ok(inside) = path.strip_prefix(&root) {
            return slashed(inside);
        }
        let is_packages = |folder: &&Path| folder.ends_with("node_modules");
        let packages = path.ancestors().filter(is_packages).last();
        let Some(folder) = packages.and_then(Path::parent) else {
            return slashed(&path);
        };
        let name = slashed(path.strip_prefix(folder).unwrap_or(&path));
        self.outside.insert(name.clone(), folder.to_owned());
        name
    }

    /// What the name of this file, and of those that it asks for, counts from.
    fn folder_of(&self, importer: &str) -> PathBuf {
        self.outside.get(importer).unwrap_or(&self.root).clone()
    }
}

fn slashed(path: &Path) -> String {
    let parts: Vec<_> = path
        .components()
        .filter(|part| !matches!(part, Component::CurDir))
        .map(|part| part.as_os_str().to_string_lossy())
        .collect();
    parts.join("/").replacen("//", "/", 1)
}

fn not_granted(need: &Need, folder: &Path) -> BuildError {
    BuildError::NotGranted {
        request: need.request.clone(),
        importer: need.importer.clone(),
        hint: reach::hint(folder),
    }
}

fn not_found(need: &Need, why: &str) -> BuildError {
    BuildError::NoModule {
        request: need.request.clone(),
        importer: need.importer.clone(),
        why: why.to_owned(),
    }
}
