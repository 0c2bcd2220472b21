//! Where a value came from, and what is wrong with it.

use super::tree::Position;
use std::fmt;
use std::sync::Arc;

/// Who said a value, from the least to the most important.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The plugin, in the options of its description.
    Plugin(Position),
    /// A file of `--config`.
    File(Arc<str>, Position),
    /// An environment variable.
    Environment,
    /// A flag.
    CommandLine,
}

impl Origin {
    /// Values of a higher rank replace those of a lower one.
    pub(super) fn rank(&self) -> u8 {
        match self {
            Origin::Plugin(_) => 0,
            Origin::File(..) => 1,
            Origin::Environment => 2,
            Origin::CommandLine => 3,
        }
    }

    /// The layer's name, for people.
    pub fn layer(&self) -> &str {
        match self {
            Origin::Plugin(_) => "plugin",
            Origin::File(name, _) => name,
            Origin::Environment => "environment",
            Origin::CommandLine => "command line",
        }
    }
}

/// Something that can't be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Who said it.
    pub origin: Origin,
    /// What it is about, in that one's own words: `scenarios.main.rate`, `WASMSWARM_RATE`, `--rate`.
    /// Empty: the text as a whole.
    pub key: String,
    /// What is wrong, and how to write it.
    pub what: String,
}

impl Problem {
    pub(super) fn new(origin: Origin, key: impl Into<String>, what: impl Into<String>) -> Problem {
        Problem {
            origin,
            key: key.into(),
            what: what.into(),
        }
    }

    /// In the order in which people read: layer by layer, line by line.
    pub(super) fn order(&self) -> (u8, Option<(Arc<str>, Position)>) {
        let place = match &self.origin {
            Origin::Plugin(at) => Some((Arc::from(""), *at)),
            Origin::File(name, at) => Some((Arc::clone(name), *at)),
            Origin::Environment | Origin::CommandLine => None,
        };
        (self.origin.rank(), place)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.origin {
            Origin::Plugin(at) => write!(f, "the plugin's options:{at}: ")?,
            Origin::File(name, at) => write!(f, "{name}:{at}: ")?,
            Origin::Environment | Origin::CommandLine => {}
        }
        if self.key.is_empty() {
            f.write_str(&self.what)
        } else {
            write!(f, "{}: {}", self.key, self.what)
        }
    }
}

/// Problems as lines, in the order in which people read, without repetitions.
pub(super) fn lines(mut problems: Vec<Problem>) -> Vec<String> {
    problems.sort_by_key(Problem::order);
    problems.dedup();
    problems.iter().map(ToString::to_string).collect()
}
