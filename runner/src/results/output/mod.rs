//! The outputs that `--out KIND[=TARGET]` names: each second of a run as a file or a stream. One file or folder for each.
//!
//! An output that is slow, or fails, costs the load nothing: `results/tally` gives each a thread and a bounded queue.
//!
//! To add one: its file with an [`Output`], and a row in [`KINDS`]. What there is to write, by the names of k6, is in
//! `k6.rs`; what was recorded, with whole distributions, in [`Update::recorded`](super::tally::Update::recorded).

mod clock;
mod csv;
mod hdr_log;
mod influxdb;
mod json;
mod k6;
mod locust_history;
mod opentelemetry;
mod prometheus;
mod push;
mod registry;
mod statsd;
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
    /// Refuses what can't work, before the run, and touches nothing that is there. None: making it does that.
    check: Option<Check>,
    /// Makes the output. It may wait for others in its own calls, but not here.
    open: Open,
}

/// All kinds, in alphabetical order.
pub const KINDS: &[OutputKind] = &[
    file("csv", |target| Ok(Box::new(csv::Csv::new(target)))),
    stream("datadog", "ADDRESS:PORT", statsd::open_with_tags),
    // As k6 calls it.
    stream("experimental-prometheus-rw", "URL", prometheus::open_remote_write),
    stream("influxdb", "URL", influxdb::open),
    file("json", |target| Ok(Box::new(json::Json::new(target)))),
    stream("opentelemetry", "URL", opentelemetry::open),
    stream("otlp", "URL", opentelemetry::open),
    stream("prometheus", "ADDRESS:PORT", prometheus::open_scraped),
    stream("prometheus-rw", "URL", prometheus::open_remote_write),
    stream("statsd", "ADDRESS:PORT", statsd::open),
];

/// Says what is wrong with what stands behind `=`.
type Check = fn(target: &str) -> Result<(), String>;

/// Makes an output of what stands behind `=`.
type Open = fn(target: &str) -> Result<Box<dyn Output>, String>;

/// A file, which can be refused before the run.
const fn file(name: &'static str, open: Open) -> OutputKind {
    OutputKind {
        name,
        target: "FILE",
        has_default: false,
        check: Some(|target| stream_file::check(Path::new(target))),
        open,
    }
}

/// Files that have options of their own, as they have elsewhere.
const HDR_LOG: OutputKind = file("hdr-log", |target| Ok(Box::new(hdr_log::HdrLog::new(target))));

const LOCUST_HISTORY: OutputKind = file("csv", |target| {
    Ok(Box::new(locust_history::LocustHistory::new(target, false)))
});

const LOCUST_FULL_HISTORY: OutputKind = file("csv", |target| {
    Ok(Box::new(locust_history::LocustHistory::new(target, true)))
});

/// A stream to a server, whose address the environment or a custom may say.
const fn stream(name: &'static str, target: &'static str, open: Open) -> OutputKind {
    OutputKind {
        name,
        target,
        has_default: true,
        check: None,
        open,
    }
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
        match self.kind.check {
            Some(check) => check(&self.target),
            None => self.open().map(drop),
        }
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
