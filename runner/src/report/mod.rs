//! Reports: renderings of a run's last snapshot. `summary` is for people; what machines
//! read is `results/model`. Nothing here prints; files are written whole or not at all.

mod cell;
mod comparison;
mod file;
mod find;
mod headline;
mod html;
mod junit;
pub mod locust;
mod markdown;
mod plan;
mod plan_chart;
mod successes;
mod summary;
mod tables;
mod tasks;
mod totals;
mod warnings;

pub use cell::inert_cell;
pub use comparison::{comparison, comparison_json};
pub use file::{check_writable, write_page, write_text, write_whole};
pub use find::{FindReport, Scalability, Step, broken, find_conclusion, find_head, find_json, find_row};
pub use html::Page;
pub use junit::junit;
pub use markdown::markdown;
pub use plan::{PlanFacts, plan_json, plan_text};
pub use summary::summary;
pub use tasks::{list, ratio};
