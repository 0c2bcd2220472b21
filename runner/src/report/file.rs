//! Writes a file whole or not at all.

use super::html::Page;
use crate::secret;
use std::io::{Error, ErrorKind, Result, Write};
use std::path::{Path, PathBuf};

/// Whether a report could be written there, to be asked before a run rather than after it.
/// Leaves nothing behind.
///
/// # Errors
/// The folder doesn't exist or can't be written to, or the path is a folder.
pub fn check_writable(path: &Path) -> Result<()> {
    if path.is_dir() {
        return Err(Error::new(ErrorKind::IsADirectory, "it is a folder"));
    }
    if is_special(path) {
        return std::fs::OpenOptions::new().write(true).open(path).map(drop);
    }
    tempfile::NamedTempFile::new_in(folder(path)).map(drop)
}

/// Writes `bytes` beside the path first and then moves them there: a reader never sees half
/// a file, and a full disk doesn't cost the old one. Devices and pipes are written directly.
/// Known secrets are left out of the text.
///
/// # Errors
/// The file can't be written; what was there before stays.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<()> {
    let text = std::str::from_utf8(bytes).map_err(|_| Error::from(ErrorKind::InvalidData))?;
    write_shown(path, secret::redact_json(text).as_bytes())
}

/// As [`write_whole`], of a text that isn't JSON.
///
/// # Errors
/// The file can't be written; what was there before stays.
pub fn write_text(path: &Path, text: &str) -> Result<()> {
    write_shown(path, secret::redact(text).as_bytes())
}

/// As [`write_whole`], of a page, whose data were redacted before: its script must stay what its digest says.
///
/// # Errors
/// The file can't be written; what was there before stays.
pub fn write_page(path: &Path, page: &Page) -> Result<()> {
    write_shown(path, page.text().as_bytes())
}

fn write_shown(path: &Path, bytes: &[u8]) -> Result<()> {
    if is_special(path) {
        return std::fs::OpenOptions::new()
            .write(true)
            .open(path)?
            .write_all(bytes);
    }
    let mut file = new_file(&folder(path))?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map(drop).map_err(Error::from)
}

/// A temporary file that, unlike most, may be read by whoever the umask allows.
fn new_file(folder: &Path) -> Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder.prefix(".wasmswarm-").tempfile_in(folder)
}

fn folder(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// Whether it exists and isn't a regular file, such as `/dev/stdout`.
fn is_special(path: &Path) -> bool {
    path.metadata()
        .is_ok_and(|meta| !meta.is_file() && !meta.is_dir())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap();
        entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    }

    #[test]
    fn a_file_is_replaced_whole_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("summary.json");
        write_whole(&path, b"a long first version").unwrap();
        write_whole(&path, b"second").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"second");
        assert_eq!(names(folder.path()), ["summary.json"]);
    }

    #[test]
    fn asking_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        check_writable(&folder.path().join("summary.json")).unwrap();
        assert!(names(folder.path()).is_empty());
    }

    #[test]
    fn impossible_paths_are_refused_early() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(
            check_writable(folder.path()).unwrap_err().kind(),
            ErrorKind::IsADirectory
        );
        let missing = folder.path().join("no/such/summary.json");
        assert_eq!(check_writable(&missing).unwrap_err().kind(), ErrorKind::NotFound);
    }

    #[test]
    fn devices_are_written_directly() {
        check_writable(Path::new("/dev/null")).unwrap();
        write_whole(Path::new("/dev/null"), b"x").unwrap();
    }
}
