//! Files named by the operator, read within bounds: regular ones only, and never more than a limit.
//! A pipe would block, and a device never end.

use std::fs::File;
use std::io::{Error, ErrorKind, Read as _, Result};
use std::path::Path;

/// Opens a regular file of at most `limit` bytes; with its size, which is 0 for those that the
/// system makes up.
///
/// # Errors
/// It can't be opened, is something else, or is larger.
pub fn open(path: &Path, limit: u64) -> Result<(File, u64)> {
    // Asked before it is opened: opening a pipe waits for its other end.
    regular(&std::fs::metadata(path)?)?;
    let file = File::open(path)?;
    let meta = file.metadata()?;
    regular(&meta)?;
    if meta.len() > limit {
        return Err(too_large(limit));
    }
    Ok((file, meta.len()))
}

/// The bytes of a file.
///
/// # Errors
/// As of [`open`], also where a file has more bytes than it says.
pub fn read(path: &Path, limit: u64) -> Result<Vec<u8>> {
    let (file, size) = open(path, limit)?;
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
    file.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(too_large(limit));
    }
    Ok(bytes)
}

/// The text of a file.
///
/// # Errors
/// As of [`read`], or it isn't UTF-8.
pub fn text(path: &Path, limit: u64) -> Result<String> {
    String::from_utf8(read(path, limit)?).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Error::new(
            ErrorKind::InvalidData,
            format!("it isn't UTF-8: byte {at} isn't text"),
        )
    })
}

fn regular(meta: &std::fs::Metadata) -> Result<()> {
    if meta.is_file() {
        return Ok(());
    }
    let (kind, what) = match meta.is_dir() {
        true => (ErrorKind::IsADirectory, "it is a folder"),
        false => (ErrorKind::InvalidInput, "it is not a regular file"),
    };
    Err(Error::new(kind, what))
}

fn too_large(limit: u64) -> Error {
    let text = match limit >> 20 {
        0 => format!("it has more than {limit} bytes"),
        mib => format!("it is larger than {mib} MiB"),
    };
    Error::new(ErrorKind::FileTooLarge, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_never_ends_is_not_read() {
        for path in ["/dev/zero", "/dev/stdin", "/proc/self"] {
            let error = read(Path::new(path), 10).unwrap_err().to_string();
            assert!(
                error.contains("regular file") || error.contains("folder"),
                "{path}: {error}"
            );
        }
    }

    #[test]
    fn a_pipe_is_refused_before_it_is_opened() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
        assert!(made.success());
        assert_eq!(
            read(&pipe, 10).unwrap_err().to_string(),
            "it is not a regular file"
        );
    }

    #[test]
    fn a_file_is_read_up_to_the_limit_and_no_further() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), b"0123456789").unwrap();
        assert_eq!(read(file.path(), 10).unwrap(), b"0123456789");
        assert_eq!(
            read(file.path(), 9).unwrap_err().to_string(),
            "it has more than 9 bytes"
        );
        // One that says that it is empty, and isn't.
        assert_eq!(
            read(Path::new("/proc/self/status"), 9).unwrap_err().kind(),
            ErrorKind::FileTooLarge
        );
        std::fs::write(file.path(), b"ab\xff").unwrap();
        assert!(text(file.path(), 9).unwrap_err().to_string().contains("byte 2"));
    }
}
