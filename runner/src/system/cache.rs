//! Machine code on disk, so that it is compiled once: files that only this user can have written, in a folder that
//! doesn't grow without end.
//!
//! Whoever can write such a file can run code as us. So it is only ever read from a folder that belongs to us and that
//! nobody else may write to, under its name, and with our seal (see `private`).

use super::private::{self, SEAL_BYTES, SealKey};
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// The most that a folder of kept files may take.
pub const MAX_BYTES: u64 = 1 << 30;

/// What nobody has used for so long is removed.
pub const MAX_AGE: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// A file counts as used again only after this time, so that not every run writes to the disk.
const USE_COUNTS_AFTER: Duration = Duration::from_secs(60 * 60);

/// What a tool's folder has once it is installed, and an SDK's with the contract; a compiler's cache has cargo's tag.
const MARKS: [&str; 3] = ["installed", "wit/world.wit", "CACHEDIR.TAG"];

/// How the names of kept files end: machine code, components, and what these were made of.
const ENDINGS: [&str; 3] = [".cwasm", ".wasm", ".record"];

/// They begin with a digest in hexadecimal.
const DIGEST_LETTERS: usize = 64;

/// How files of a write begin that hasn't ended.
const UNFINISHED: &str = ".tmp";

/// The folder of what is compiled.
pub struct Cache {
    dir: PathBuf,
    key: SealKey,
}

impl Cache {
    /// None if the folder can't be only ours: then nothing is kept.
    pub fn open(dir: &Path) -> Option<Cache> {
        let dir = private::make_folder(dir).ok()?;
        let key = SealKey::for_folder(&dir)?;
        Some(Cache { dir, key })
    }

    /// What was kept under this name.
    pub fn read(&self, name: &str) -> Option<Vec<u8>> {
        let path = self.dir.join(name);
        private::file(&path).ok()?;
        let mut sealed = std::fs::read(&path).ok()?;
        self.key.open(name, &sealed)?;
        sealed.drain(..SEAL_BYTES);
        mark_used(&path);
        Some(sealed)
    }

    /// Keeps this, and removes what is old. Failing to is no error: it is made again next time.
    pub fn write(&self, name: &str, bytes: &[u8]) {
        let Ok(mut file) = tempfile::NamedTempFile::new_in(&self.dir) else {
            return;
        };
        let seal = self.key.seal(name, bytes);
        if file.write_all(&seal).and_then(|()| file.write_all(bytes)).is_ok() {
            // Renamed into place, so that a reader never sees half of it.
            let _ = file.persist(self.dir.join(name));
        }
        prune(&self.dir, MAX_BYTES, MAX_AGE);
    }
}

/// Notes that a kept file is in use, so that it isn't the first to be removed.
pub fn mark_used(path: &Path) {
    let is_old = |modified: SystemTime| modified.elapsed().is_ok_and(|age| age > USE_COUNTS_AFTER);
    let modified = std::fs::metadata(path).and_then(|meta| meta.modified());
    if modified.is_ok_and(is_old)
        && let Ok(file) = File::options().append(true).open(path)
    {
        // It only decides what is removed first.
        let _ = file.set_modified(SystemTime::now());
    }
}

/// Removes those files of a folder that weren't used for long, and then the oldest, until the rest takes no more than
/// this. Whoever reads one meanwhile has it open, and keeps it.
pub fn prune(dir: &Path, max_bytes: u64, max_age: Duration) {
    let mut files = files(dir);
    files.sort_by_key(|file| std::cmp::Reverse(file.used));
    let mut total = 0;
    for file in files {
        total += file.bytes;
        let age = file.used.elapsed().unwrap_or_default();
        let given_up = file.unfinished && age > USE_COUNTS_AFTER;
        if given_up || age > max_age || (total > max_bytes && !file.unfinished) {
            total -= file.bytes;
            // Somebody else may have done it.
            let _ = std::fs::remove_file(&file.path);
        }
    }
}

/// A file that is kept.
struct KeptFile {
    path: PathBuf,
    bytes: u64,
    used: SystemTime,
    unfinished: bool,
}

/// What is kept in a folder; nothing else that may lie there.
fn files(dir: &Path) -> Vec<KeptFile> {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    let kept = entries.filter_map(|entry| {
        let meta = entry.metadata().ok().filter(std::fs::Metadata::is_file)?;
        let name = entry.file_name();
        let unfinished = name.to_string_lossy().starts_with(UNFINISHED);
        (unfinished || is_kept(&name.to_string_lossy())).then_some(())?;
        Some(KeptFile {
            path: entry.path(),
            bytes: meta.len(),
            used: meta.modified().ok()?,
            unfinished,
        })
    });
    kept.collect()
}

/// Whether a file is called as those are that we keep: a digest, and one of our endings.
fn is_kept(name: &str) -> bool {
    let ours = ENDINGS.iter().any(|ending| name.ends_with(ending));
    let digest = name.get(..DIGEST_LETTERS).unwrap_or_default();
    ours && digest.len() == DIGEST_LETTERS && digest.bytes().all(|letter| letter.is_ascii_hexdigit())
}

/// How many files a folder has, with those within it, and how many bytes these are.
pub fn size(dir: &Path) -> (u64, u64) {
    let mut sum = (0, 0);
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.metadata() {
                Ok(meta) if meta.is_dir() => folders.push(entry.path()),
                Ok(meta) => sum = (sum.0 + 1, sum.1 + meta.len()),
                Err(_) => {}
            }
        }
    }
    sum
}

/// Where everything is kept: in the folder that the operator names, or else in the user's. None without a home.
pub fn root(named: Option<&Path>) -> Option<PathBuf> {
    named.map(Path::to_owned).or_else(private::cache_root)
}

/// Removes all that is kept in this folder, and nothing else that lies there.
///
/// # Errors
/// One of them can't be removed.
pub fn clear(dir: &Path) -> std::io::Result<()> {
    for file in files(dir) {
        match std::fs::remove_file(&file.path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// Removes those folders in this one that were made here: each has one of these marks in it.
///
/// # Errors
/// One of them can't be removed.
pub fn clear_folders(dir: &Path) -> std::io::Result<()> {
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        let folder = entry.path();
        if MARKS.iter().any(|mark| folder.join(mark).exists()) {
            std::fs::remove_dir_all(folder)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_folder_that_others_may_write_to_is_not_used() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o777)).unwrap();
        assert!(Cache::open(dir.path()).is_none());
        std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o700)).unwrap();
        assert!(Cache::open(dir.path()).is_some());
    }

    #[test]
    fn only_code_that_was_sealed_here_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let cache = Cache::open(dir.path()).unwrap();
        cache.write("aa", b"code");
        assert_eq!(cache.read("aa").as_deref(), Some(&b"code"[..]));
        let kept = dir.path().join("aa");
        std::fs::copy(&kept, dir.path().join("bb")).unwrap();
        assert!(cache.read("bb").is_none(), "under another name");
        std::fs::write(&kept, b"code").unwrap();
        assert!(cache.read("aa").is_none(), "without a seal");
    }

    fn aged(dir: &Path, name: &str, bytes: usize, days: u64) {
        let path = dir.join(name);
        std::fs::write(&path, vec![0; bytes]).unwrap();
        let used = SystemTime::now() - Duration::from_secs(days * 24 * 60 * 60);
        let file = File::options().append(true).open(path).unwrap();
        file.set_modified(used).unwrap();
    }

    /// A name that begins with so many of this letter.
    fn named(letter: &str) -> String {
        format!("{}.wasm", letter.repeat(DIGEST_LETTERS))
    }

    #[test]
    fn what_was_not_used_for_longest_goes_first() {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path();
        let there = || {
            let all = ["a", "b", "c", "d"].into_iter();
            all.filter(|name| dir.join(named(name)).exists())
                .collect::<String>()
        };
        for (name, bytes, days) in [("a", 10, 3), ("b", 10, 2), ("c", 10, 1), ("d", 1, 31)] {
            aged(dir, &named(name), bytes, days);
        }
        aged(dir, ".tmp1", 1, 1);
        let others = [private::KEY_FILE, "notes.wasm", "thesis.txt"];
        others.iter().for_each(|other| aged(dir, other, 32, 99));
        prune(dir, 100, MAX_AGE);
        assert_eq!(there(), "abc");
        assert!(!dir.join(".tmp1").exists());
        prune(dir, 25, MAX_AGE);
        assert_eq!(there(), "bc");
        mark_used(&dir.join(named("b")));
        prune(dir, 15, MAX_AGE);
        assert_eq!(there(), "b", "the one that was used last stays");
        clear(dir).unwrap();
        assert_eq!(size(dir), (3, 96), "only what is kept is removed");
        std::fs::create_dir_all(dir.join("sdk-1/wit")).unwrap();
        std::fs::create_dir(dir.join("own")).unwrap();
        std::fs::write(dir.join("sdk-1/wit/world.wit"), "").unwrap();
        clear_folders(dir).unwrap();
        assert!(dir.join("own").exists() && !dir.join("sdk-1").exists());
    }
}
