//! The outputs that `--out KIND[=TARGET]` names: each second of a run as a file or a stream. One file or folder for each.
//!
//! An output that is slow, or fails, costs the load nothing: `results/tally` gives each a thread and a bounded queue.
//!
//! To add one: its file with an [`Output`], and a row in [`KINDS`]. What there is to write, by the names of k6, is in
//! `k6.rs`; what was recorded, with whole distributions, in [`Update::recorded`](super::tally::Update::recorded).

mod clock;
mod csv;
mod hdr_log;
mod json;
mod k6;
mod locust_history;
mod stream_file;

use super::tally::Output;
use std::path::Path;

/// One kind of output.
#[derive(Debug)]
pub struct OutputKind {
    /// What it is called on the command line.
    pub name: &'static str,
    /// What stands behind `=`, such as `FILE`.
    pub target: &'static str,
    /// Whether there is a target to take where none is given.
    pub has_default: bool,
    /// Refuses what can't work, before the run, and touches nothing that is there.
    check: fn(target: &str) -> Result<(), String>,
    /// Makes the output. It may wait for others in its own calls, but not here.
    open: fn(target: &str) -> Result<Box<dyn Output>, String>,
}

/// All kinds, in alphabetical order.
pub const KINDS: &[OutputKind] = &[
    OutputKind {
        name: "csv",
        target: "FILE",
        has_default: false,
        check: check_file,
        open: |target| Ok(Box::new(csv::Csv::new(target))),
    },
    OutputKind {
        name: "json",
        target: "FILE",
        has_default: false,
        check: check_file,
        open: |target| Ok(Box::new(json::Json::new(target))),
    },
];

/// Files that have options of their own, as they have elsewhere.
const HDR_LOG: OutputKind = OutputKind {
    name: "hdr-log",
    target: "FILE",
    has_default: false,
    check: check_file,
    open: |target| Ok(Box::new(hdr_log::HdrLog::new(target))),
};

const LOCUST_HISTORY: OutputKind = OutputKind {
    name: "csv",
    target: "FILE",
    has_default: false,
    check: check_file,
    open: |target| Ok(Box::new(locust_history::LocustHistory::new(target, false))),
};

const LOCUST_FULL_HISTORY: OutputKind = OutputKind {
    open: |target| Ok(Box::new(locust_history::LocustHistory::new(target, true))),
    ..LOCUST_HISTORY
};

fn check_file(target: &str) -> Result<(), String> {
    stream_file::check(Path::new(target))
}

/// An output that was asked for.
#[derive(Debug, Clone)]
pub struct AskedOutput {
    kind: &'static OutputKind,
    /// What stands behind `=`; empty where nothing does.
    target: String,
}

/// Reads `KIND[=TARGET]`. The kind must be one of [`KINDS`].
///
/// # Errors
/// What is wrong with it, in words for the command line.
pub fn parse(text: &str) -> Result<AskedOutput, String> {
    let (name, target) = text.split_once('=').unwrap_or((text, ""));
    let kind = KINDS.iter().find(|kind| kind.name == name);
    let kind = kind.ok_or_else(|| format!("there is no output {name:?}"))?;
    if target.is_empty() && !kind.has_default {
        return Err(format!("write it as {name}={}", kind.target));
    }
    Ok(AskedOutput::to(kind, target))
}

impl AskedOutput {
    /// The interval log of HdrHistogram.
    pub fn hdr_log(path: &str) -> AskedOutput {
        AskedOutput::to(&HDR_LOG, path)
    }

    /// Locust's history: of all requests together, or in full of each of them too.
    pub fn locust_history(path: &str, is_full: bool) -> AskedOutput {
        let kind = if is_full {
            &LOCUST_FULL_HISTORY
        } else {
            &LOCUST_HISTORY
        };
        AskedOutput::to(kind, path)
    }

    fn to(kind: &'static OutputKind, target: &str) -> AskedOutput {
        AskedOutput {
            kind,
            target: target.to_owned(),
        }
    }

    /// Whether it could work, to be asked before a run.
    ///
    /// # Errors
    /// Why it can't.
    pub fn check(&self) -> Result<(), String> {
        (self.kind.check)(&self.target)
    }

    /// Makes the output.
    ///
    /// # Errors
    /// Why it can't be made.
    pub fn open(&self) -> Result<Box<dyn Output>, String> {
        (self.kind.open)(&self.target)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_sorted_so_that_a_reader_finds_them() {
        assert!(KINDS.is_sorted_by_key(|kind| kind.name));
    }

    #[test]
    fn a_target_that_is_needed_is_asked_for() {
        assert_eq!(parse("json").unwrap_err(), "write it as json=FILE");
        assert_eq!(parse("json=").unwrap_err(), "write it as json=FILE");
        assert_eq!(parse("json=a=b.json").unwrap().target, "a=b.json");
    }
}
