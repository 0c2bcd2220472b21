//! Reports: renderings of a run's last snapshot. `summary` is for people, `json` for machines.
//! Nothing here prints; files are written whole or not at all.

mod builtin;
mod end;
mod file;
mod json;
mod summary;
mod tables;
mod warnings;

#[cfg(test)]
mod sample;

pub use end::{End, RunFacts};
pub use file::{check_writable, write_whole};
pub use json::{SCHEMA, summary_json};
pub use summary::summary;
