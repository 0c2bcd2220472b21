//! Reads a results file: one that this or an earlier version wrote, or anything else that somebody took for one.

use super::numbers::Believable;
use super::{RunResults, SCHEMA};
use crate::system::bounded;
use serde::Deserialize;
use std::path::Path;

/// A file of more bytes isn't read: no run of ours writes one.
pub const LARGEST: u64 = 256 << 20;

/// Longest run that is believed, in seconds: some thirty years.
const LONGEST: f64 = 1e9;

/// The results in a file.
///
/// # Errors
/// There are none that can be read, in words.
pub fn of_file(path: &Path) -> Result<RunResults, String> {
    let text = bounded::text(path, LARGEST).map_err(|error| error.to_string())?;
    RunResults::parse(&text)
}

impl RunResults {
    /// Reads a file's text. Fields that are unknown here are passed over.
    ///
    /// # Errors
    /// It holds no results, in words.
    pub fn parse(text: &str) -> Result<Self, String> {
        #[derive(Deserialize)]
        struct Head {
            schema: String,
        }
        if text.trim().is_empty() {
            return Err("it is empty".to_owned());
        }
        // The schema first: of another one, nothing else can be expected.
        let head: Head = serde_json::from_str(text).map_err(|error| refused(&error))?;
        if head.schema != SCHEMA {
            return Err(format!("its schema is {:?}, not {SCHEMA:?}", head.schema));
        }
        serde_json::from_str::<Believable>(text).map_err(|error| refused(&error))?;
        let results: Self = serde_json::from_str(text).map_err(|error| refused(&error))?;
        results.check()?;
        Ok(results)
    }

    fn check(&self) -> Result<(), String> {
        if !(0.0..=LONGEST).contains(&self.seconds) {
            return Err(format!("no run takes {} seconds", self.seconds));
        }
        for moment in [&self.started, &self.ended] {
            humantime::parse_rfc3339(moment).map_err(|error| format!("{moment:?} is no time: {error}"))?;
        }
        Ok(())
    }
}

fn refused(error: &serde_json::Error) -> String {
    match error.is_eof() {
        true => format!("it ends in the middle: {error}"),
        false => format!("it is no results file: {error}"),
    }
}
