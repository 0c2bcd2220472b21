//! Components that were built before, by what went into them.
//!
//! Each build leaves a record: the files it read with their digests, those it looked for in vain,
//! and the component. A record holds as long as every one of them is as it was; its name is made
//! of the source's place and of everything else that decides the result (see [`Kept::open`]).

use super::Parameters;
use super::reach::Reach;
use crate::system::cache;
use crate::system::private::{self, SealKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// What a build read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Inputs {
    /// Each file with its digest, or `None` if it looked for a file that wasn't there.
    pub(super) files: BTreeMap<PathBuf, Option<String>>,
    /// Each parameter that it asked for, with the value that it had.
    parameters: BTreeMap<String, Option<String>>,
    /// Whether it asked which ones there are.
    all_parameters: bool,
}

impl Inputs {
    /// Notes which parameters were asked for; an empty name stands for all.
    pub(super) fn ask(&mut self, names: Vec<String>, parameters: &Parameters) {
        self.all_parameters = names.iter().any(String::is_empty);
        let known = parameters.iter().map(|(name, _)| name.clone());
        let names = names.into_iter().filter(|name| !name.is_empty());
        let names = names.chain(known.filter(|_| self.all_parameters));
        self.parameters = names
            .map(|name| {
                let value = value_of(&name, parameters);
                (name, value)
            })
            .collect();
    }

    /// The files that were there, each once and without links.
    pub(super) fn read(&self) -> Vec<PathBuf> {
        let there = self.files.iter().filter(|(_, digest)| digest.is_some());
        let real = |path: &PathBuf| path.canonicalize().unwrap_or_else(|_| path.clone());
        let files: BTreeSet<_> = there.map(|(path, _)| real(path)).collect();
        files.into_iter().collect()
    }

    /// Whether a build would read the same.
    fn are_as_they_were(&self, parameters: &Parameters) -> bool {
        let is_known = |(name, _): &(String, String)| self.parameters.contains_key(name);
        let same = self
            .parameters
            .iter()
            .all(|(name, value)| value_of(name, parameters) == *value);
        same && (!self.all_parameters || parameters.iter().all(is_known))
            && self.files.iter().all(|(path, digest)| digest_of(path) == *digest)
    }
}

/// The last value counts, as in a run.
fn value_of(name: &str, parameters: &Parameters) -> Option<String> {
    let found = parameters.iter().rev().find(|(known, _)| known == name);
    found.map(|(_, value)| value.clone())
}

/// The most files that a project may have.
const MAX_FILES: usize = 10_000;

/// Folders that hold no sources: what tools put there themselves.
const NOT_SOURCES: [&str; 5] = ["target", "node_modules", "__pycache__", "venv", "zig-out"];

/// The place of one source's component.
pub(super) struct Kept {
    dir: PathBuf,
    /// Of the source's path and what else decides the result.
    key: String,
    /// Without one, nothing that was kept can be told from what somebody else has left there.
    seal: Option<SealKey>,
}

#[derive(Serialize, Deserialize)]
struct Record {
    inputs: Inputs,
    component: String,
}

impl Kept {
    /// `cache`: the folder of all built components. `makers`: everything beside the source that
    /// decides what comes out, such as the versions of the tools.
    pub(super) fn open(cache: &Path, source: &Path, makers: &[&str]) -> io::Result<Kept> {
        let cache = private::make_folder(cache)?;
        let mut hasher = Sha256::new();
        let place = std::path::absolute(source)?;
        for part in std::iter::once(&*place.to_string_lossy()).chain(makers.iter().copied()) {
            hasher.update(part.len().to_le_bytes());
            hasher.update(part);
        }
        Ok(Kept {
            seal: SealKey::for_folder(&cache),
            dir: cache,
            key: hex(&hasher.finalize()),
        })
    }

    /// The component and what it was made of, if nothing of that has changed. `now` is the list of inputs
    /// if it can be known before the build; otherwise the recorded ones are looked at. With a `reach`,
    /// each of them must be within it still.
    pub(super) fn find(
        &self,
        now: Option<&Inputs>,
        parameters: &Parameters,
        reach: Option<&Reach>,
    ) -> Option<(PathBuf, Inputs)> {
        let sealed = std::fs::read(self.record()).ok()?;
        let record = self.seal.as_ref()?.open(&self.key, &sealed)?;
        let record: Record = serde_json::from_slice(record).ok()?;
        let fresh = match now {
            Some(now) => record.inputs == *now,
            None => record.inputs.are_as_they_were(parameters),
        };
        let covered = |reach: &Reach| record.inputs.files.keys().all(|path| reach.still_covers(path));
        let component = self.dir.join(&record.component);
        // The record is ours; so is the component that has the digest in its name.
        let is_kept = || digest_of(&component).is_some_and(|digest| record.component == name_of(&digest));
        (reach.is_none_or(covered) && fresh && is_kept()).then_some(())?;
        cache::mark_used(&component);
        cache::mark_used(&self.record());
        Some((component, record.inputs))
    }

    /// Keeps a component, and answers where.
    pub(super) fn keep(&self, inputs: Inputs, component: &[u8]) -> io::Result<PathBuf> {
        let name = name_of(&hex(&Sha256::digest(component)));
        let path = self.dir.join(&name);
        write_whole(&self.dir, &path, component)?;
        let record = Record {
            inputs,
            component: name,
        };
        let record = serde_json::to_vec(&record)?;
        let seal = self.seal.as_ref().map(|key| key.seal(&self.key, &record));
        let sealed = [&seal.unwrap_or_default()[..], &record].concat();
        write_whole(&self.dir, &self.record(), &sealed)?;
        // Of a pair, either may go first: a record without its component isn't found.
        cache::prune(&self.dir, cache::MAX_BYTES, cache::MAX_AGE);
        Ok(path)
    }

    fn record(&self) -> PathBuf {
        self.dir.join(format!("{}.record", self.key))
    }
}

/// The name of the component with this digest.
fn name_of(digest: &str) -> String {
    format!("{digest}.wasm")
}

/// Renamed into place, so that nobody reads half of it.
fn write_whole(dir: &Path, path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = tempfile::NamedTempFile::new_in(dir)?;
    file.write_all(bytes)?;
    file.persist(path)?;
    Ok(())
}

/// The digest of bytes.
pub(super) fn digest(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// The digest of a file; `None` if it can't be read.
pub(super) fn digest_of(path: &Path) -> Option<String> {
    Some(hex(&Sha256::digest(std::fs::read(path).ok()?)))
}

/// The files with their digests.
pub(super) fn digests(files: Vec<PathBuf>) -> Inputs {
    let digested = files.into_iter().map(|path| {
        let digest = digest_of(&path);
        (path, digest)
    });
    Inputs {
        files: digested.collect(),
        ..Inputs::default()
    }
}

/// All files of a folder and of those within, `depth` deep, that can be sources: those whose names
/// end like this, or all if no endings are given.
pub(super) fn files(dir: &Path, depth: usize, endings: &[&str]) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let first = if dir.as_os_str().is_empty() {
        Path::new(".")
    } else {
        dir
    };
    let wanted = |path: &Path| {
        let ending = path.extension().unwrap_or_default();
        endings.is_empty() || endings.iter().any(|wanted| ending == *wanted)
    };
    let mut folders = vec![(first.to_owned(), depth)];
    while let Some((folder, depth)) = folders.pop() {
        for entry in std::fs::read_dir(&folder)? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if name.starts_with('.') || NOT_SOURCES.contains(&&*name) {
                continue;
            }
            if path.is_dir() {
                if depth > 0 && !path.is_symlink() {
                    folders.push((path, depth - 1));
                }
            } else if wanted(&path) {
                found.push(path);
            }
            if found.len() > MAX_FILES {
                return Err(io::Error::other(format!(
                    "there are more than {MAX_FILES} files in it"
                )));
            }
        }
    }
    Ok(found)
}

/// Lower-case hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String can't fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_component_is_found_until_an_input_changes() {
        let dir = tempfile::tempdir().unwrap();
        let (source, absent) = (dir.path().join("a.js"), dir.path().join("b.js"));
        std::fs::write(&source, "one").unwrap();
        let cache = dir.path().join("cache");
        let kept = Kept::open(&cache, &source, &["1"]).unwrap();
        let find = |kept: &Kept| kept.find(None, &Vec::new(), None).map(|(path, _)| path);
        assert_eq!(find(&kept), None);
        let mut inputs = digests(vec![source.clone(), absent.clone()]);
        inputs.ask(vec!["A".to_owned()], &Vec::new());
        let path = kept.keep(inputs, b"component").unwrap();
        assert_eq!(find(&kept), Some(path));
        assert_eq!(find(&Kept::open(&cache, &source, &["2"]).unwrap()), None);
        std::fs::write(&absent, "now it is").unwrap();
        assert_eq!(find(&kept), None);
        std::fs::remove_file(&absent).unwrap();
        assert!(find(&kept).is_some());
        std::fs::write(&source, "two").unwrap();
        assert_eq!(find(&kept), None);
    }

    #[test]
    fn a_component_of_files_that_may_not_be_read_any_more_is_not_found() {
        let dir = tempfile::tempdir().unwrap();
        let (pack, rows) = (dir.path().join("pack"), dir.path().join("rows.csv"));
        std::fs::create_dir(&pack).unwrap();
        std::fs::write(pack.join("s.py"), "").unwrap();
        std::fs::write(&rows, "a").unwrap();
        let reach = |folders: &[&Path]| {
            let folders = folders.iter().map(|folder| folder.to_path_buf()).collect();
            let grants = super::super::Grants {
                folders,
                files: Vec::new(),
            };
            Reach::of(&pack, &grants).unwrap()
        };
        let kept = Kept::open(&dir.path().join("cache"), &pack.join("s.py"), &[]).unwrap();
        kept.keep(digests(vec![pack.join("s.py"), rows.clone()]), b"component")
            .unwrap();
        let find = |reach: &Reach| kept.find(None, &Vec::new(), Some(reach));
        assert!(find(&reach(&[])).is_none());
        let (_, inputs) = find(&reach(&[&rows])).unwrap();
        let real = |path: PathBuf| path.canonicalize().unwrap();
        assert_eq!(inputs.read(), [real(pack.join("s.py")), real(rows)]);
    }

    #[test]
    fn a_file_more_makes_another_project() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("a.go"), "").unwrap();
        let folder = || digests(files(dir.path(), usize::MAX, &[]).unwrap());
        let before = folder();
        std::fs::create_dir(dir.path().join("node_modules")).unwrap();
        std::fs::write(dir.path().join("node_modules/x.go"), "").unwrap();
        std::fs::write(dir.path().join(".hidden.go"), "").unwrap();
        assert_eq!(folder(), before);
        std::fs::write(dir.path().join("b.go"), "").unwrap();
        assert_ne!(folder(), before);
    }
}
