//! The SDKs as part of this program: their files lie in the cache folder while tools read them.

use super::{BuildError, cannot_write, component, kept};
use crate::system::private;
use include_dir::{Dir, DirEntry, include_dir};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

/// One SDK: what its folder is called, and its files below the folders that they go to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sdk {
    name: &'static str,
    parts: &'static [(&'static str, Dir<'static>)],
}

pub(super) static PYTHON: Sdk = Sdk {
    name: "python",
    parts: &[("", include_dir!("$CARGO_MANIFEST_DIR/../sdk/python"))],
};

pub(super) static GO: Sdk = Sdk {
    name: "go",
    parts: &[("", include_dir!("$CARGO_MANIFEST_DIR/../sdk/go"))],
};

/// For C++ too.
pub(super) static C: Sdk = Sdk {
    name: "c",
    parts: &[("", include_dir!("$CARGO_MANIFEST_DIR/../sdk/c"))],
};

pub(super) static ZIG: Sdk = Sdk {
    name: "zig",
    parts: &[("", include_dir!("$CARGO_MANIFEST_DIR/../sdk/zig"))],
};

pub(super) static ASSEMBLYSCRIPT: Sdk = Sdk {
    name: "assemblyscript",
    parts: &[("", include_dir!("$CARGO_MANIFEST_DIR/../sdk/assemblyscript"))],
};

/// The script library over another engine than ours, which has it within.
pub(super) static JAVASCRIPT: Sdk = Sdk {
    name: "js",
    parts: &[
        ("lib", include_dir!("$CARGO_MANIFEST_DIR/../sdk/js/lib")),
        (
            "starlingmonkey",
            include_dir!("$CARGO_MANIFEST_DIR/../sdk/js/starlingmonkey"),
        ),
    ],
};

/// Folders that tools leave in the sources of this program; no SDK needs them.
const LEFT_BY_TOOLS: [&str; 6] = [
    "__pycache__",
    "node_modules",
    "target",
    "tests",
    ".zig-cache",
    "runtime",
];

impl Sdk {
    /// Changes with any of its files.
    pub(super) fn digest(self) -> String {
        let mut hasher = Sha256::new();
        for (path, content) in self.files() {
            for part in [path.as_os_str().as_encoded_bytes(), content] {
                hasher.update(part.len().to_le_bytes());
                hasher.update(part);
            }
        }
        kept::hex(&hasher.finalize())
    }

    /// The folder that its files lie in, with the contract in `wit`. Written once per version.
    pub(super) fn unpack(self, cache: &Path) -> Result<PathBuf, BuildError> {
        let parent = cache.join("sdk");
        let dir = parent.join(format!("{}-{}", self.name, &self.digest()[..16]));
        if dir.is_dir() {
            private::tree(&dir, 1).map_err(BuildError::Untrusted)?;
            return Ok(dir);
        }
        self.write(&parent, &dir).map_err(cannot_write(&dir))?;
        Ok(dir)
    }

    /// Renamed into place, so that nobody finds half of it.
    fn write(self, parent: &Path, dir: &Path) -> std::io::Result<()> {
        private::make_folder(parent)?;
        let whole = tempfile::tempdir_in(parent)?;
        for (path, content) in self.files() {
            let path = whole.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap_or(parent))?;
            std::fs::write(path, content)?;
        }
        component::write_contract(&whole.path().join("wit"))?;
        match std::fs::rename(whole.path(), dir) {
            // Another process was faster.
            Err(_) if dir.is_dir() => Ok(()),
            renamed => renamed,
        }
    }

    /// Its files in a fixed order.
    fn files(self) -> Vec<(PathBuf, &'static [u8])> {
        let mut found = Vec::new();
        let mut folders: Vec<_> = self.parts.iter().map(|(place, dir)| (place, dir)).collect();
        while let Some((place, folder)) = folders.pop() {
            for entry in folder.entries() {
                match entry {
                    DirEntry::File(file) => found.push((Path::new(place).join(file.path()), file.contents())),
                    DirEntry::Dir(inner) if !is_left_by_tools(inner.path()) => folders.push((place, inner)),
                    DirEntry::Dir(_) => (),
                }
            }
        }
        found.sort_unstable();
        found
    }
}

fn is_left_by_tools(path: &Path) -> bool {
    path.file_name()
        .is_some_and(|name| LEFT_BY_TOOLS.iter().any(|left| name == *left))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_sdk_is_written_once_with_the_contract() {
        let cache = tempfile::tempdir().unwrap();
        let dir = C.unpack(cache.path()).unwrap();
        assert!(dir.join("wasmswarm.h").is_file() && dir.join("wit/world.wit").is_file());
        assert_eq!(C.unpack(cache.path()).unwrap(), dir);
        assert_eq!(std::fs::read_dir(cache.path().join("sdk")).unwrap().count(), 1);
    }

    #[test]
    fn digests_differ() {
        assert_ne!(C.digest(), ZIG.digest());
        assert_eq!(C.digest().len(), 64);
    }
}
