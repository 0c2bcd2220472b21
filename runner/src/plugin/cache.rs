//! Compiled plugins on disk, so that only the first run of a plugin waits for the compiler.
//!
//! A compiled plugin is native code: whoever can write it can run code as us. So it is
//! only ever read from a folder that belongs to us and that nobody else may write to,
//! under a name made of the component's digest and the engine's settings.

use std::hash::{BuildHasher, Hash};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use wasmtime::Engine;
use wasmtime::component::Component;

/// The folder of compiled plugins.
#[derive(Debug)]
pub(super) struct Cache {
    dir: PathBuf,
}

impl Cache {
    /// The user's cache folder, or `dir` if given. None if there is no place that is only ours:
    /// then every run compiles.
    pub(super) fn open(dir: Option<&Path>) -> Option<Cache> {
        let dir = match dir {
            Some(dir) => dir.to_owned(),
            None => root()?.join("compiled"),
        };
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&dir)
            .ok()?;
        is_private(&dir).then_some(Cache { dir })
    }

    /// The compiled form of the component with this digest, if it is there and fits the engine.
    pub(super) fn read(&self, engine: &Engine, sha256: &str) -> Option<Component> {
        let path = self.path(engine, sha256);
        if !is_private(&path) {
            return None;
        }
        #[expect(
            unsafe_code,
            reason = "the one place where compiled code is trusted; see the module's text"
        )]
        // SAFETY: the file is ours, in a folder that only we can write to (checked on opening),
        // under a name that only `write` below gives, so it holds what this engine compiled.
        let component = unsafe { Component::deserialize_file(engine, path) };
        component.ok()
    }

    /// Keeps a compiled component. Failing to is no error: the next run compiles again.
    pub(super) fn write(&self, engine: &Engine, sha256: &str, component: &Component) {
        let Ok(bytes) = component.serialize() else { return };
        let Ok(mut file) = tempfile::NamedTempFile::new_in(&self.dir) else {
            return;
        };
        if file.write_all(&bytes).is_ok() {
            // Renamed into place, so that a reader never sees half of it.
            let _ = file.persist(self.path(engine, sha256));
        }
    }

    fn path(&self, engine: &Engine, sha256: &str) -> PathBuf {
        let mut hasher = foldhash::fast::FixedState::with_seed(0).build_hasher();
        engine.precompile_compatibility_hash().hash(&mut hasher);
        self.dir.join(format!(
            "{sha256}-{:016x}.cwasm",
            std::hash::Hasher::finish(&hasher)
        ))
    }
}

/// The user's cache folder.
fn root() -> Option<PathBuf> {
    let dirs = directories::ProjectDirs::from("", "", "wasmswarm")?;
    Some(dirs.cache_dir().to_owned())
}

/// Where things are kept unless the operator names another folder.
pub fn cache_root() -> PathBuf {
    root().unwrap_or_else(|| std::env::temp_dir().join("wasmswarm"))
}

/// Whether only this user can write to it (and it isn't a link to somewhere else).
fn is_private(path: &Path) -> bool {
    let Ok(meta) = std::fs::symlink_metadata(path) else {
        return false;
    };
    !meta.is_symlink() && Some(meta.uid()) == own_uid() && meta.mode() & 0o022 == 0
}

/// Our user id, as the kernel shows it.
fn own_uid() -> Option<u32> {
    std::fs::metadata("/proc/self").ok().map(|m| m.uid())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_folder_that_others_may_write_to_is_not_used() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o777)).unwrap();
        assert!(Cache::open(Some(dir.path())).is_none());
        std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o700)).unwrap();
        assert!(Cache::open(Some(dir.path())).is_some());
    }
}
