//! What can be wrong with a data file, and where in it.

use super::limits::{MAX_BYTES, MAX_ROWS, ROW_BYTES};

/// A place in a file, both numbers from 1. A column counts bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Which line.
    pub line: u64,
    /// Which byte of it.
    pub column: u64,
}

impl Place {
    /// The place after this text, which begins here.
    pub(super) fn after(self, text: &[u8]) -> Place {
        let lines = memchr::memchr_iter(b'\n', text).count() as u64;
        let column = match memchr::memrchr(b'\n', text) {
            Some(end) => text.len() - end,
            None => {
                return Place {
                    column: self.column + text.len() as u64,
                    ..self
                };
            }
        };
        Place {
            line: self.line + lines,
            column: column as u64,
        }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// Why a data file can't be used.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// It can't be read.
    #[error("it can't be read: {0}")]
    Unreadable(#[from] std::io::Error),
    /// Larger than allowed.
    #[error("it has {0} bytes, more than the {MAX_BYTES} allowed")]
    TooLarge(u64),
    /// None of the formats.
    #[error("its name must end in .csv, .json, .jsonl or .ndjson")]
    Format,
    /// It breaks the rules of its format.
    #[error("{place}: {what}")]
    Malformed {
        /// Where.
        place: Place,
        /// Which rule.
        what: String,
    },
    /// More rows than allowed.
    #[error("it has more than {MAX_ROWS} rows")]
    TooManyRows,
    /// A row is larger than allowed.
    #[error("{0}: this row has more than {ROW_BYTES} bytes")]
    RowTooLarge(Place),
    /// Nothing in it.
    #[error("it has no rows")]
    Empty,
    /// It isn't what it was when it was loaded.
    #[error("it was changed after the run began")]
    Changed,
}

impl DataError {
    /// A broken rule at this place.
    pub(super) fn at(place: Place, what: impl Into<String>) -> DataError {
        DataError::Malformed {
            place,
            what: what.into(),
        }
    }
}
