//! A file's bytes: read in order to find its rows, then by their places.

use super::limits::{MAX_BYTES, MAX_ROWS, ROW_BYTES};
use super::{DataError, Place};
use crate::system::bounded;
use sha2::{Digest as _, Sha256};
use std::borrow::Cow;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::FileExt;
use std::path::Path;

/// Files up to this size are kept in memory, one copy for all VUs. Larger ones are read row by
/// row, and the system's cache of the file decides how much of them stays in memory.
const KEPT_BYTES: u64 = 64 << 20;

/// How a file is written.
#[derive(Debug, Clone, Copy)]
pub(super) enum DataFormat {
    Csv,
    Json,
    JsonLines,
}

impl DataFormat {
    /// By the end of the name.
    pub(super) fn of(path: &Path) -> Option<DataFormat> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        match extension.as_str() {
            "csv" => Some(DataFormat::Csv),
            "json" => Some(DataFormat::Json),
            "jsonl" | "ndjson" => Some(DataFormat::JsonLines),
            _ => None,
        }
    }
}

/// Where the rows of a file are.
#[derive(Debug, Default)]
pub(super) struct Index {
    pub(super) columns: Vec<String>,
    pub(super) offsets: Vec<u32>,
}

impl Index {
    /// Adds a row that begins at this offset.
    pub(super) fn push(&mut self, offset: u64) -> Result<(), DataError> {
        if self.offsets.len() == MAX_ROWS {
            return Err(DataError::TooManyRows);
        }
        let offset = u32::try_from(offset).map_err(|_| DataError::TooLarge(offset))?;
        self.offsets.push(offset);
        Ok(())
    }
}

/// Where a file's bytes are.
#[derive(Debug)]
pub(super) enum DataSource {
    Memory(Box<[u8]>),
    File { file: File, bytes: u64 },
}

impl DataSource {
    pub(super) fn open(path: &Path) -> Result<DataSource, DataError> {
        DataSource::open_keeping(path, KEPT_BYTES)
    }

    /// Keeps the file in memory if it has at most this size.
    pub(super) fn open_keeping(path: &Path, kept: u64) -> Result<DataSource, DataError> {
        let (mut file, bytes) = bounded::open(path, MAX_BYTES)?;
        if bytes > kept {
            return Ok(DataSource::File { file, bytes });
        }
        let mut text = Vec::new();
        // It may grow while it is read.
        (&mut file).take(kept + 1).read_to_end(&mut text)?;
        if text.len() as u64 > kept {
            return Err(DataError::Changed);
        }
        Ok(DataSource::Memory(text.into_boxed_slice()))
    }

    /// The size of the file.
    pub(super) fn bytes(&self) -> u64 {
        match self {
            DataSource::Memory(text) => text.len() as u64,
            DataSource::File { bytes, .. } => *bytes,
        }
    }

    /// The bytes from `begin` to before `end`.
    pub(super) fn read(&self, begin: u64, end: u64) -> Result<Cow<'_, [u8]>, DataError> {
        match self {
            DataSource::Memory(text) => {
                let part = text.get(begin as usize..end as usize);
                part.map(Cow::Borrowed).ok_or(DataError::Changed)
            }
            DataSource::File { file, .. } => {
                let mut part = vec![0; end.saturating_sub(begin) as usize];
                file.read_exact_at(&mut part, begin)?;
                Ok(Cow::Owned(part))
            }
        }
    }

    /// SHA-256 of all of it, in hexadecimal.
    pub(super) fn sha256(&self) -> Result<String, DataError> {
        let mut hasher = Sha256::new();
        match self {
            DataSource::Memory(text) => hasher.update(text),
            DataSource::File { file, bytes } => {
                let mut part = vec![0; 1 << 18];
                let mut at = 0;
                while at < *bytes {
                    let read = file.read_at(&mut part, at)?;
                    let Some(read) = part.get(..read).filter(|read| !read.is_empty()) else {
                        return Err(DataError::Changed);
                    };
                    hasher.update(read);
                    at += read.len() as u64;
                }
            }
        }
        Ok(hasher
            .finalize()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect())
    }

    /// All of it, in order.
    pub(super) fn input(&self) -> Input<'_> {
        let reader: Box<dyn BufRead> = match self {
            DataSource::Memory(text) => Box::new(&**text),
            DataSource::File { file, .. } => Box::new(BufReader::with_capacity(1 << 18, file)),
        };
        Input::new(reader)
    }
}

/// A file read from its beginning, byte by byte or line by line, knowing where it is.
pub(super) struct Input<'a> {
    reader: Box<dyn BufRead + 'a>,
    /// Offset of the next byte.
    pub(super) offset: u64,
    /// Where the next byte is.
    pub(super) place: Place,
}

/// What some editors write in front of UTF-8. It belongs to no row.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

impl<'a> Input<'a> {
    fn new(reader: Box<dyn BufRead + 'a>) -> Input<'a> {
        Input {
            reader,
            offset: 0,
            place: Place { line: 1, column: 1 },
        }
    }

    /// Passes over the mark at the very beginning.
    pub(super) fn skip_mark(&mut self) -> Result<(), DataError> {
        if self.reader.fill_buf()?.starts_with(BYTE_ORDER_MARK) {
            self.reader.consume(BYTE_ORDER_MARK.len());
            self.offset += BYTE_ORDER_MARK.len() as u64;
        }
        Ok(())
    }

    /// Adds the next line to `text`, with its end, or as much of it as fits into a row.
    /// Returns how much that was; 0 at the end of the file.
    pub(super) fn line(&mut self, text: &mut Vec<u8>) -> Result<usize, DataError> {
        let room = (ROW_BYTES + 1).saturating_sub(text.len()) as u64;
        let read = (&mut self.reader).take(room).read_until(b'\n', text)?;
        self.offset += read as u64;
        if read > 0 && text.last() == Some(&b'\n') {
            self.place.line += 1;
            self.place.column = 1;
        } else {
            self.place.column += read as u64;
        }
        Ok(read)
    }

    /// The next byte, which stays the next.
    pub(super) fn peek(&mut self) -> Result<Option<u8>, DataError> {
        Ok(self.reader.fill_buf()?.first().copied())
    }

    /// The next byte.
    pub(super) fn byte(&mut self) -> Result<Option<u8>, DataError> {
        let byte = self.peek()?;
        if let Some(byte) = byte {
            self.reader.consume(1);
            self.offset += 1;
            if byte == b'\n' {
                self.place.line += 1;
                self.place.column = 1;
            } else {
                self.place.column += 1;
            }
        }
        Ok(byte)
    }
}
