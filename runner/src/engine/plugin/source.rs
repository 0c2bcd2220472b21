//! Reads a plugin's bytes from a file or an http(s) URL, never more than a plugin may have.

use super::PluginError;
use crate::system::bounded;
use anyhow::Context as _;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

/// The most bytes that a plugin may have. The largest real ones carry a Python
/// interpreter and have about 20 MiB.
const MAX_BYTES: u64 = 64 << 20;

/// How long a download may take.
const DOWNLOAD_TIMEOUT: Duration = Duration::from_secs(60);

/// A plugin's bytes and what identifies them.
#[derive(Debug)]
pub struct Source {
    /// As the operator named it.
    pub name: String,
    /// SHA-256 in hexadecimal.
    pub sha256: String,
    /// The component.
    pub bytes: Vec<u8>,
}

/// Reads the plugin that `name` (a path or an http(s) URL) stands for.
///
/// # Errors
/// [`PluginError`] if it can't be read, is too large, or hasn't the `expected` digest.
pub fn load(name: &str, expected: Option<&str>) -> Result<Source, PluginError> {
    let bytes = if name.starts_with("http://") || name.starts_with("https://") {
        download(name)?
    } else {
        read_file(Path::new(name))?
    };
    let source = in_memory(name, bytes);
    match expected {
        Some(want)
            if !want
                .trim_start_matches("sha256:")
                .eq_ignore_ascii_case(&source.sha256) =>
        {
            Err(PluginError::Digest {
                found: source.sha256,
                expected: want.to_owned(),
            })
        }
        _ => Ok(source),
    }
}

/// A component that was made by this program.
pub fn in_memory(name: &str, bytes: Vec<u8>) -> Source {
    Source {
        name: name.to_owned(),
        sha256: hex(&Sha256::digest(&bytes)),
        bytes,
    }
}

fn read_file(path: &Path) -> Result<Vec<u8>, PluginError> {
    let unreadable = |e: std::io::Error| PluginError::Unreadable(e.to_string());
    let meta = std::fs::metadata(path).map_err(|e| match e.kind() {
        std::io::ErrorKind::NotFound => PluginError::Missing(path.to_owned()),
        _ => unreadable(e),
    })?;
    if !meta.is_file() {
        // A FIFO or a device would block, or never end.
        return Err(PluginError::Unreadable("it is not a regular file".to_owned()));
    }
    limit(meta.len())?;
    bounded::read(path, MAX_BYTES).map_err(unreadable)
}

fn download(url: &str) -> Result<Vec<u8>, PluginError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|e| PluginError::Unreadable(e.to_string()))?;
    let bytes = runtime
        .block_on(fetch(url))
        .map_err(|e| PluginError::Unreadable(format!("{e:#}")))?;
    limit(bytes.len() as u64)?;
    Ok(bytes)
}

/// The body at `url`; at most one chunk more than a plugin may have.
async fn fetch(url: &str) -> anyhow::Result<Vec<u8>> {
    let client = reqwest::Client::builder().timeout(DOWNLOAD_TIMEOUT).build()?;
    let mut response = client.get(url).send().await?.error_for_status()?;
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.context("the download was cut short")? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() as u64 > MAX_BYTES {
            break;
        }
    }
    Ok(bytes)
}

fn limit(bytes: u64) -> Result<(), PluginError> {
    if bytes > MAX_BYTES {
        Err(PluginError::TooLarge {
            bytes,
            limit: MAX_BYTES,
        })
    } else {
        Ok(())
    }
}

/// Lower-case hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
            // Writing to a String can't fail.
            let _ = write!(out, "{byte:02x}");
            out
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_is_not_a_regular_file() {
        let error = load("/dev/zero", None).unwrap_err();
        assert_eq!(error.to_string(), "it can't be read: it is not a regular file");
    }

    #[test]
    fn refuses_another_digest() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), b"abc").unwrap();
        let name = file.path().to_str().unwrap();
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(load(name, Some(abc)).unwrap().sha256, abc);
        assert!(matches!(load(name, Some("00")), Err(PluginError::Digest { .. })));
    }
}
