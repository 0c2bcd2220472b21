//! Folders and files that only this user can have written: what is run from disk comes from nowhere else.
//!
//! A folder counts if it is ours, and neither it nor any folder on the way to it could be swapped by somebody else.
//! Code that is kept carries a seal besides, made with a key of this user's: a folder that was copied here, or
//! restored from a backup of somebody else's, holds nothing that is run.

use sha2::{Digest, Sha256};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// Bytes of a key, and of a seal.
pub const SEAL_BYTES: usize = 32;

/// The key's file.
pub const KEY_FILE: &str = "cache-key";

/// Bytes that SHA-256 takes in at once.
const BLOCK_BYTES: usize = 64;

/// A folder or file that somebody else could have written.
#[derive(Debug, thiserror::Error)]
#[error("{} can't be trusted: {why}", path.display())]
pub struct Untrusted {
    path: PathBuf,
    why: String,
}

impl From<Untrusted> for io::Error {
    fn from(error: Untrusted) -> io::Error {
        io::Error::new(io::ErrorKind::PermissionDenied, error)
    }
}

/// Makes the folder, for us alone, unless it is there; and answers its real path.
///
/// # Errors
/// It can't be made, or others could write to it.
pub fn make_folder(dir: &Path) -> io::Result<PathBuf> {
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(dir)?;
    Ok(folder(dir)?)
}

/// The real path of a folder that nobody else can write to.
///
/// # Errors
/// Somebody else could, or could put another folder in its place.
pub fn folder(dir: &Path) -> Result<PathBuf, Untrusted> {
    let unreadable = |error: io::Error| Untrusted {
        path: dir.to_owned(),
        why: error.to_string(),
    };
    let real = dir.canonicalize().map_err(unreadable)?;
    for (depth, place) in real.ancestors().enumerate() {
        let meta = std::fs::symlink_metadata(place).map_err(unreadable)?;
        if let Some(why) = objection(&meta, depth == 0) {
            return Err(Untrusted {
                path: place.to_owned(),
                why,
            });
        }
    }
    Ok(real)
}

/// Whether a file is ours, in a folder that is. A link may lead to what the operator has elsewhere; nobody else can
/// have put it there.
///
/// # Errors
/// Somebody else could have written it.
pub fn file(path: &Path) -> Result<(), Untrusted> {
    folder(path.parent().unwrap_or(Path::new("/")))?;
    let refuse = |why: String| Untrusted {
        path: path.to_owned(),
        why,
    };
    let meta = std::fs::symlink_metadata(path).map_err(|error| refuse(error.to_string()))?;
    let by_mode = objection(&meta, true).filter(|_| !meta.is_symlink());
    match stranger(&meta).or(by_mode) {
        Some(why) => Err(refuse(why)),
        None => Ok(()),
    }
}

/// Whether a folder, and what lies in it and so many folders further down, is ours.
///
/// # Errors
/// Somebody else could have written it.
pub fn tree(dir: &Path, depth: u32) -> Result<(), Untrusted> {
    folder(dir)?;
    let unreadable = |error: io::Error| Untrusted {
        path: dir.to_owned(),
        why: error.to_string(),
    };
    for entry in std::fs::read_dir(dir).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if depth > 0 && path.is_dir() && !path.is_symlink() {
            tree(&path, depth - 1)?;
        } else {
            file(&path)?;
        }
    }
    Ok(())
}

/// What speaks against a folder or file. Where names can't be taken away by others (the sticky bit, as in `/tmp`),
/// what lies in it may still be ours; but it isn't itself (`last`).
fn objection(meta: &std::fs::Metadata, last: bool) -> Option<String> {
    let mode = meta.mode();
    let is_guarded = !last && mode & 0o1000 != 0;
    // Many systems give each user a group of one.
    let own_group = !last && meta.gid() == meta.uid();
    stranger(meta).or_else(|| match mode {
        _ if is_guarded => None,
        mode if mode & 0o002 != 0 => Some("everybody may write to it".to_owned()),
        mode if mode & 0o020 != 0 && !own_group => Some("its group may write to it".to_owned()),
        _ => None,
    })
}

/// What is owned by somebody else than this user and the system's.
fn stranger(meta: &std::fs::Metadata) -> Option<String> {
    let own = rustix::process::geteuid().as_raw();
    let foreign = meta.uid() != own && meta.uid() != 0;
    foreign.then(|| format!("it belongs to user {}", meta.uid()))
}

/// The user's folder for what can be made again; none without a home.
pub fn cache_root() -> Option<PathBuf> {
    let dirs = directories::ProjectDirs::from("", "", "wasmswarm")?;
    Some(dirs.cache_dir().to_owned())
}

/// What seals are made with.
pub struct SealKey([u8; SEAL_BYTES]);

impl SealKey {
    /// This user's key, made when it is first asked for. It lies apart from what it seals where there is a home, and
    /// else in `dir`.
    pub fn for_folder(dir: &Path) -> Option<SealKey> {
        let home = directories::ProjectDirs::from("", "", "wasmswarm");
        let home = home.map(|dirs| dirs.state_dir().unwrap_or(dirs.data_local_dir()).to_owned());
        let at_home = home.and_then(|home| SealKey::at(&make_folder(&home).ok()?));
        at_home.or_else(|| SealKey::at(dir))
    }

    fn at(dir: &Path) -> Option<SealKey> {
        let path = dir.join(KEY_FILE);
        if let Some(key) = SealKey::read(&path) {
            return Some(key);
        }
        // `tempfile` makes files that only their owner may read.
        let mut made = tempfile::NamedTempFile::new_in(dir).ok()?;
        made.write_all(&rand::random::<[u8; SEAL_BYTES]>()).ok()?;
        // If another process was faster, its key is the one.
        let _ = made.persist_noclobber(&path);
        SealKey::read(&path)
    }

    fn read(path: &Path) -> Option<SealKey> {
        let meta = std::fs::symlink_metadata(path).ok()?;
        let secret = meta.is_file() && stranger(&meta).is_none() && meta.permissions().mode() & 0o077 == 0;
        let bytes = secret.then(|| std::fs::read(path).ok()).flatten()?;
        bytes.try_into().ok().map(SealKey)
    }

    /// The seal of these bytes under this name (HMAC with SHA-256).
    pub fn seal(&self, name: &str, bytes: &[u8]) -> [u8; SEAL_BYTES] {
        let padded = |with: u8| {
            let mut block = [with; BLOCK_BYTES];
            block.iter_mut().zip(self.0).for_each(|(byte, key)| *byte ^= key);
            Sha256::new().chain_update(block)
        };
        let inner = padded(0x36)
            .chain_update((name.len() as u64).to_le_bytes())
            .chain_update(name)
            .chain_update(bytes)
            .finalize();
        padded(0x5c).chain_update(inner).finalize().into()
    }

    /// The bytes after a seal, if it is theirs.
    pub fn open<'a>(&self, name: &str, sealed: &'a [u8]) -> Option<&'a [u8]> {
        use subtle::ConstantTimeEq as _;
        let (seal, bytes) = sealed.split_at_checked(SEAL_BYTES)?;
        bool::from(self.seal(name, bytes).ct_eq(seal)).then_some(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{Permissions, set_permissions};

    fn mode(path: &Path, mode: u32) {
        set_permissions(path, Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn a_folder_is_trusted_only_if_every_folder_on_the_way_is() {
        let top = tempfile::tempdir().unwrap();
        let way = top.path().join("way");
        let dir = make_folder(&way.join("to/it")).unwrap();
        for (place, bits, why) in [
            (&dir, 0o777, "everybody may write to it"),
            (&dir, 0o1777, "everybody may write to it"),
            (&dir, 0o770, "its group may write to it"),
            (&way, 0o707, "everybody may write to it"),
        ] {
            mode(place, bits);
            let error = folder(&dir).unwrap_err().to_string();
            assert_eq!(error, format!("{} can't be trusted: {why}", place.display()));
            mode(place, 0o700);
        }
        mode(&way, 0o1777);
        assert_eq!(folder(&dir).unwrap(), dir);
    }

    #[test]
    fn a_link_is_judged_by_where_it_lies_and_who_made_it() {
        let top = tempfile::tempdir().unwrap();
        let (program, link) = (top.path().join("program"), top.path().join("link"));
        std::fs::write(&program, "x").unwrap();
        mode(&program, 0o755);
        std::os::unix::fs::symlink("/bin/sh", &link).unwrap();
        assert!(file(&program).is_ok() && file(&link).is_ok());
        mode(&program, 0o757);
        assert!(
            file(&program)
                .unwrap_err()
                .to_string()
                .ends_with("everybody may write to it")
        );
        mode(top.path(), 0o777);
        assert!(file(&link).is_err());
        mode(top.path(), 0o700);
    }

    #[test]
    fn only_what_this_key_has_sealed_is_opened() {
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let key = SealKey::at(one.path()).unwrap();
        let seal = key.seal("a", b"code");
        let sealed = [&seal[..], b"code"].concat();
        assert_eq!(
            SealKey::at(one.path()).unwrap().open("a", &sealed),
            Some(&b"code"[..])
        );
        assert_eq!(key.open("b", &sealed), None, "another name");
        assert_eq!(key.open("a", &sealed[..SEAL_BYTES - 1]), None);
        assert_eq!(key.open("a", &[&seal[..], b"c0de"].concat()), None);
        assert_eq!(SealKey::at(other.path()).unwrap().open("a", &sealed), None);
        mode(&one.path().join(KEY_FILE), 0o644);
        assert!(
            SealKey::at(one.path()).is_none(),
            "a key that others can read is none"
        );
    }
}
