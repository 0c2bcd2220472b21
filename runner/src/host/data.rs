//! `wasmswarm:scenario/data`: rows of files that the operator granted.

use super::bindings::data::{self, Error, Pick};
use super::state::VuState;
use rand::Rng;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

/// Largest data file.
const MAX_BYTES: u64 = 256 << 20;

/// One file's rows, shared by all VUs.
#[derive(Debug)]
pub struct DataSet {
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
    sequential: AtomicU64,
    unique: AtomicU64,
}

/// All granted files by name.
pub type DataSets = BTreeMap<String, DataSet>;

/// Why a data file can't be used.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// It can't be read.
    #[error("it can't be read: {0}")]
    Unreadable(#[from] std::io::Error),
    /// Larger than allowed.
    #[error("it has {0} bytes, more than the {MAX_BYTES} allowed")]
    TooLarge(u64),
    /// Neither of the two formats.
    #[error("its name must end in .csv or .json")]
    Format,
    /// Not valid CSV.
    #[error("it isn't valid CSV: {0}")]
    Csv(#[from] csv::Error),
    /// Not valid JSON.
    #[error("it isn't valid JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// Valid JSON of another shape.
    #[error("it must be a JSON array of objects")]
    Shape,
    /// Nothing in it.
    #[error("it has no rows")]
    Empty,
}

impl DataSet {
    /// Reads a file whole.
    ///
    /// # Errors
    /// [`DataError`] saying what is wrong with it.
    pub fn load(path: &Path) -> Result<DataSet, DataError> {
        let bytes = std::fs::metadata(path)?.len();
        if bytes > MAX_BYTES {
            return Err(DataError::TooLarge(bytes));
        }
        let text = std::fs::read(path)?;
        let (columns, rows) = match path.extension().and_then(|e| e.to_str()) {
            Some("csv") => read_csv(&text)?,
            Some("json") => read_json(&text)?,
            _ => return Err(DataError::Format),
        };
        if rows.is_empty() {
            return Err(DataError::Empty);
        }
        Ok(DataSet {
            columns,
            rows,
            sequential: AtomicU64::new(0),
            unique: AtomicU64::new(0),
        })
    }

    fn pick(&self, pick: Pick, random: &mut impl Rng) -> Option<Vec<(String, String)>> {
        let count = self.rows.len() as u64;
        let index = match pick {
            Pick::Sequential => self.sequential.fetch_add(1, Ordering::Relaxed) % count,
            // The bias of a 64-bit remainder is below 1 in 10^10 here.
            Pick::Random => random.next_u64() % count,
            Pick::Unique => self.unique.fetch_add(1, Ordering::Relaxed),
        };
        let row = self.rows.get(usize::try_from(index).ok()?)?;
        let pairs = self.columns.iter().zip(row).filter(|(_, v)| *v != ABSENT);
        Some(pairs.map(|(c, v)| (c.clone(), v.clone())).collect())
    }
}

/// Stands for a key that a JSON row doesn't have. Can't occur in JSON text or be read as a string.
const ABSENT: &str = "\u{0}absent";

type Table = (Vec<String>, Vec<Vec<String>>);

fn read_csv(text: &[u8]) -> Result<Table, DataError> {
    let mut reader = csv::Reader::from_reader(text);
    let columns = reader.headers()?.iter().map(str::to_owned).collect();
    let rows: Result<Vec<_>, _> = reader
        .records()
        .map(|r| r.map(|r| r.iter().map(str::to_owned).collect()))
        .collect();
    Ok((columns, rows?))
}

fn read_json(text: &[u8]) -> Result<Table, DataError> {
    use serde_json::Value;
    let Value::Array(items) = serde_json::from_slice(text)? else {
        return Err(DataError::Shape);
    };
    let mut columns: Vec<String> = Vec::new();
    for item in &items {
        let keys = item.as_object().ok_or(DataError::Shape)?.keys();
        for key in keys {
            if !columns.contains(key) {
                columns.push(key.clone());
            }
        }
    }
    let cell = |value: Option<&Value>| match value {
        None => ABSENT.to_owned(),
        Some(Value::String(s)) => s.clone(),
        Some(other) => other.to_string(),
    };
    let rows = items
        .iter()
        .map(|item| columns.iter().map(|c| cell(item.get(c))).collect())
        .collect();
    Ok((columns, rows))
}

impl data::Host for VuState {
    fn row(&mut self, name: String, pick: Pick) -> wasmtime::Result<Result<Vec<(String, String)>, Error>> {
        self.require_run()?;
        let Some(set) = self.run.data.get(&name) else {
            return Ok(Err(Error::NotGranted));
        };
        Ok(set.pick(pick, &mut self.data_random).ok_or(Error::Exhausted))
    }

    fn count(&mut self, name: String) -> wasmtime::Result<Result<u64, Error>> {
        self.require_run()?;
        Ok(self
            .run
            .data
            .get(&name)
            .map(|s| s.rows.len() as u64)
            .ok_or(Error::NotGranted))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    fn set(name: &str, text: &str) -> Result<DataSet, DataError> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        DataSet::load(&path)
    }

    fn first(set: &DataSet, pick: Pick) -> Option<String> {
        let mut random = rand_pcg::Pcg32::seed_from_u64(1);
        set.pick(pick, &mut random).map(|row| row[0].1.clone())
    }

    #[test]
    fn sequential_begins_again_and_unique_ends() {
        let set = set("u.csv", "user\nann\nbob\n").unwrap();
        let names: Vec<_> = (0..3).map(|_| first(&set, Pick::Sequential).unwrap()).collect();
        assert_eq!(names, ["ann", "bob", "ann"]);
        let unique: Vec<_> = (0..3).map(|_| first(&set, Pick::Unique)).collect();
        assert_eq!(unique, [Some("ann".to_owned()), Some("bob".to_owned()), None]);
    }

    #[test]
    fn json_rows_may_have_different_keys() {
        let set = set("u.json", r#"[{"a": "x"}, {"b": [1]}]"#).unwrap();
        let mut random = rand_pcg::Pcg32::seed_from_u64(1);
        let row = |random: &mut _| set.pick(Pick::Sequential, random).unwrap();
        assert_eq!(row(&mut random), [("a".to_owned(), "x".to_owned())]);
        assert_eq!(row(&mut random), [("b".to_owned(), "[1]".to_owned())]);
    }

    #[test]
    fn says_what_is_wrong_with_a_file() {
        assert_eq!(
            set("u.txt", "x").unwrap_err().to_string(),
            "its name must end in .csv or .json"
        );
        assert_eq!(
            set("u.json", "{}").unwrap_err().to_string(),
            "it must be a JSON array of objects"
        );
        assert_eq!(set("u.csv", "a\n").unwrap_err().to_string(), "it has no rows");
    }
}
