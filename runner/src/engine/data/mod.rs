//! Test data: rows of CSV, JSON and JSON Lines files that the operator granted.
//!
//! A file is read once, before the run: its rows are checked, and where each begins is kept
//! (4 bytes per row, at most 256 MiB). A row is parsed when it is asked for, from memory if
//! the file is small, else from the file. Which one that is, is arithmetic on the plan's numbers.

mod csv;
mod error;
mod json;
mod limits;
mod permutation;
mod source;

pub use error::{DataError, Place};

use source::{DataFormat, DataSource, Index, Input};
use std::collections::BTreeMap;
use std::path::Path;

/// One row: columns and values in the order of the file.
pub type Row = Vec<(String, String)>;

/// All granted files by name.
pub type DataSets = BTreeMap<String, DataSet>;

/// What follows the last row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AtEnd {
    /// The first one.
    Wrap,
    /// Nothing.
    Stop,
}

/// One file's rows, shared by all VUs.
#[derive(Debug)]
pub struct DataSet {
    format: DataFormat,
    /// Of a CSV file.
    columns: Vec<String>,
    /// Where each row begins; it ends before the next one or with the file.
    offsets: Box<[u32]>,
    source: DataSource,
}

impl DataSet {
    /// Checks a file and finds its rows.
    ///
    /// # Errors
    /// [`DataError`] saying what is wrong with it, and where.
    pub fn load(path: &Path) -> Result<DataSet, DataError> {
        let format = DataFormat::of(path).ok_or(DataError::Format)?;
        let source = DataSource::open(path)?;
        let Index { columns, offsets } = index(format, &mut source.input())?;
        if offsets.is_empty() {
            return Err(DataError::Empty);
        }
        Ok(DataSet {
            format,
            columns,
            offsets: offsets.into_boxed_slice(),
            source,
        })
    }

    /// How many rows there are; at least one.
    pub fn count(&self) -> u64 {
        self.offsets.len() as u64
    }

    /// SHA-256 of the file, in hexadecimal: what is read again is what was checked.
    ///
    /// # Errors
    /// The file has changed since it was loaded, or can't be read any more.
    pub fn sha256(&self) -> Result<String, DataError> {
        self.source.sha256()
    }

    /// The number of the row at this turn, from 0, in the order of the file.
    pub fn in_order(&self, turn: u64, at_end: AtEnd) -> Option<u64> {
        let over = at_end == AtEnd::Stop && turn >= self.count();
        (!over).then(|| turn % self.count())
    }

    /// The same in an order that this seed shuffles, anew for each round through the file.
    pub fn shuffled(&self, turn: u64, at_end: AtEnd, seed: u64) -> Option<u64> {
        let index = self.in_order(turn, at_end)?;
        let round = turn / self.count();
        let key = seed ^ permutation::mix(round);
        Some(permutation::permute(index, self.count(), key))
    }

    /// The row of this number, from 0. None if there is no such row.
    ///
    /// # Errors
    /// The file has changed since it was loaded, or can't be read any more.
    pub fn row(&self, index: u64) -> Result<Option<Row>, DataError> {
        let Some(index) = usize::try_from(index).ok().filter(|&i| i < self.offsets.len()) else {
            return Ok(None);
        };
        let offset = |i: usize| self.offsets.get(i).map(|&o| u64::from(o));
        let begin = offset(index).unwrap_or(0);
        let end = offset(index + 1).unwrap_or(self.source.bytes());
        let bytes = self.source.read(begin, end)?;
        let row = match self.format {
            DataFormat::Csv => csv::row(&bytes, &self.columns),
            DataFormat::Json | DataFormat::JsonLines => json::row(&bytes),
        };
        row.map(Some).ok_or(DataError::Changed)
    }
}

fn index(format: DataFormat, input: &mut Input<'_>) -> Result<Index, DataError> {
    match format {
        DataFormat::Csv => csv::index(input),
        DataFormat::Json => json::index_array(input),
        DataFormat::JsonLines => json::index_lines(input),
    }
}

#[cfg(test)]
mod tests;
