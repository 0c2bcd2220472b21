//! Reports: renderings of a run's last snapshot. `summary` is for people, `json` for machines.
//! Nothing here prints; files are written whole or not at all.

mod builtin;
mod end;
mod file;
mod find;
mod html;
mod json;
mod plan;
mod plan_chart;
mod summary;
mod tables;
mod tasks;
mod warnings;

#[cfg(test)]
mod sample;

pub use end::{EndFacts, RunFacts};
pub use file::{check_writable, write_page, write_whole};
pub use find::{FindReport, Scalability, Step, broken, find_conclusion, find_head, find_json, find_row};
pub use html::Page;
pub use json::{SCHEMA, summary_json};
pub use plan::{PlanFacts, plan_json, plan_text};
pub use summary::summary;
pub use tasks::{list, ratio};
