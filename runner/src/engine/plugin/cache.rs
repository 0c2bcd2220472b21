//! Compiled plugins on disk, so that only the first run of a plugin waits for the compiler.
//!
//! A compiled plugin is native code: whoever can write it can run code as us. So it is only ever read from a folder
//! that belongs to us and that nobody else may write to, under a name made of the component's digest and the engine's
//! settings, and with our seal (see `private`).

use crate::system::private::{self, SealKey};
use std::hash::{BuildHasher, Hash};
use std::io::Write;
use std::path::{Path, PathBuf};
use wasmtime::Engine;
use wasmtime::component::Component;

/// The folder of compiled plugins.
pub(super) struct Cache {
    dir: PathBuf,
    key: SealKey,
}

impl Cache {
    /// The user's cache folder, or `dir` if given. None if there is no place that is only ours:
    /// then every run compiles.
    pub(super) fn open(dir: Option<&Path>) -> Option<Cache> {
        let dir = match dir {
            Some(dir) => dir.to_owned(),
            None => private::cache_root()?.join("compiled"),
        };
        let dir = private::make_folder(&dir).ok()?;
        let key = SealKey::for_folder(&dir)?;
        Some(Cache { dir, key })
    }

    /// The compiled form of the component with this digest, if it is there and fits the engine.
    pub(super) fn read(&self, engine: &Engine, sha256: &str) -> Option<Component> {
        let name = name(engine, sha256);
        let path = self.dir.join(&name);
        private::file(&path).ok()?;
        let sealed = std::fs::read(path).ok()?;
        let bytes = self.key.open(&name, &sealed)?;
        #[expect(unsafe_code, reason = "compiled code is trusted here; see the module's text")]
        // SAFETY: the bytes carry a seal under this name that only `write` below makes, of what this engine compiled.
        let component = unsafe { Component::deserialize(engine, bytes) };
        component.ok()
    }

    /// Keeps a compiled component. Failing to is no error: the next run compiles again.
    pub(super) fn write(&self, engine: &Engine, sha256: &str, compiled: &[u8]) {
        let name = name(engine, sha256);
        let Ok(mut file) = tempfile::NamedTempFile::new_in(&self.dir) else {
            return;
        };
        let seal = self.key.seal(&name, compiled);
        if file
            .write_all(&seal)
            .and_then(|()| file.write_all(compiled))
            .is_ok()
        {
            // Renamed into place, so that a reader never sees half of it.
            let _ = file.persist(self.dir.join(name));
        }
    }
}

fn name(engine: &Engine, sha256: &str) -> String {
    let mut hasher = foldhash::fast::FixedState::with_seed(0).build_hasher();
    engine.precompile_compatibility_hash().hash(&mut hasher);
    format!("{sha256}-{:016x}.cwasm", std::hash::Hasher::finish(&hasher))
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

    #[test]
    fn only_code_that_was_sealed_here_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let cache = Cache::open(Some(dir.path())).unwrap();
        let engine = Engine::default();
        let code = engine.precompile_component(b"\0asm\x0d\0\x01\0").unwrap();
        cache.write(&engine, "aa", &code);
        assert!(cache.read(&engine, "aa").is_some());
        let kept = dir.path().join(name(&engine, "aa"));
        std::fs::copy(&kept, dir.path().join(name(&engine, "bb"))).unwrap();
        assert!(cache.read(&engine, "bb").is_none(), "under another plugin's name");
        std::fs::write(&kept, &code).unwrap();
        assert!(cache.read(&engine, "aa").is_none(), "without a seal");
    }
}
