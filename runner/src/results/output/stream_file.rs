//! A file that is written while the run goes on, compressed as its name says. Unlike a report it isn't written whole or
//! not at all: what it has is what there was until the end, or until the disk was full.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Fast, as it is beside the load: lines that resemble each other become small at any level.
const ZSTD_LEVEL: i32 = 1;

/// Refuses a path that can't be written. What is there stays as it is until the run begins.
pub(super) fn check(path: &Path) -> Result<(), String> {
    let checked = match path.metadata() {
        // Opening a pipe would wait for whoever reads it.
        Ok(meta) if !meta.is_dir() && !meta.is_file() => Ok(()),
        Ok(meta) if meta.is_file() => OpenOptions::new().append(true).open(path).map(drop),
        _ => crate::report::check_writable(path),
    };
    checked.map_err(|error| format!("{:?} can't be written: {error}", path.display()))
}

/// A file that grows with the run.
pub(super) struct StreamFile {
    path: PathBuf,
    writer: Writer,
}

enum Writer {
    Plain(BufWriter<File>),
    Gzip(flate2::write::GzEncoder<BufWriter<File>>),
    Zstd(zstd::stream::write::Encoder<'static, BufWriter<File>>),
}

impl StreamFile {
    /// Begins the file anew.
    pub(super) fn create(path: &Path) -> Result<StreamFile, String> {
        let path = path.to_owned();
        match open(&path) {
            Ok(writer) => Ok(StreamFile { path, writer }),
            Err(error) => Err(failed(&path, &error)),
        }
    }

    /// Adds what `write` writes.
    pub(super) fn write(
        &mut self,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), String> {
        let written = write(self.writer.as_write());
        written.map_err(|error| failed(&self.path, &error))
    }

    /// Hands over what is still here, so that a reader has all seconds that are over.
    pub(super) fn flush(&mut self) -> Result<(), String> {
        self.write(|out| out.flush())
    }

    /// Ends the file. What the disk had no room for shows here at the latest.
    pub(super) fn finish(self) -> Result<(), String> {
        let finished = match self.writer {
            Writer::Plain(mut writer) => writer.flush(),
            Writer::Gzip(writer) => writer.finish().and_then(|mut writer| writer.flush()),
            Writer::Zstd(writer) => writer.finish().and_then(|mut writer| writer.flush()),
        };
        finished.map_err(|error| failed(&self.path, &error))
    }
}

impl Writer {
    fn as_write(&mut self) -> &mut dyn Write {
        match self {
            Writer::Plain(writer) => writer,
            Writer::Gzip(writer) => writer,
            Writer::Zstd(writer) => writer,
        }
    }
}

fn open(path: &Path) -> io::Result<Writer> {
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .open(path)?;
    let file = BufWriter::with_capacity(1 << 16, file);
    Ok(match path.extension().and_then(|extension| extension.to_str()) {
        Some("gz") => Writer::Gzip(flate2::write::GzEncoder::new(file, flate2::Compression::fast())),
        Some("zst") => Writer::Zstd(zstd::stream::write::Encoder::new(file, ZSTD_LEVEL)?),
        _ => Writer::Plain(file),
    })
}

fn failed(path: &Path, error: &io::Error) -> String {
    format!("failed to write to {:?}: {error}", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    fn written(path: &Path) -> Vec<u8> {
        let mut file = StreamFile::create(path).unwrap();
        file.write(|out| out.write_all(b"one\n")).unwrap();
        file.flush().unwrap();
        file.write(|out| out.write_all(b"two\n")).unwrap();
        file.finish().unwrap();
        std::fs::read(path).unwrap()
    }

    #[test]
    fn the_name_says_how_it_is_compressed() {
        let folder = tempfile::tempdir().unwrap();
        let plain = written(&folder.path().join("a.json"));
        assert_eq!(plain, b"one\ntwo\n");
        let gzip = written(&folder.path().join("a.json.gz"));
        let mut text = String::new();
        flate2::read::GzDecoder::new(&gzip[..])
            .read_to_string(&mut text)
            .unwrap();
        assert_eq!(text, "one\ntwo\n");
        let zstd = written(&folder.path().join("a.json.zst"));
        assert_eq!(zstd::decode_all(&zstd[..]).unwrap(), b"one\ntwo\n");
    }

    #[test]
    fn asking_changes_nothing_that_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        check(&path).unwrap();
        assert!(!path.exists());
        std::fs::write(&path, "kept").unwrap();
        check(&path).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"kept");
        assert!(check(folder.path()).unwrap_err().contains("can't be written"));
        assert!(check(&folder.path().join("no/such")).is_err());
    }

    #[test]
    fn a_full_disk_shows_at_the_latest_at_the_end() {
        let mut file = StreamFile::create(Path::new("/dev/full")).unwrap();
        file.write(|out| out.write_all(b"one\n")).unwrap();
        let failure = file.finish().unwrap_err();
        assert!(failure.contains("No space left on device"), "{failure}");
    }
}
