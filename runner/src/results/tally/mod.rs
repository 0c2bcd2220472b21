//! Adds up what a run measures, judges it each second, and tells whoever listens: the latest view of the run for live
//! displays, which may skip one, and each second for [`Output`]s.
//!
//! It is given deltas and the ends of seconds, and doesn't know where they come from: from the load threads of this
//! process, or from workers on other machines. It makes and stops no load.

mod output;
mod run_info;
mod run_tally;
#[cfg(test)]
mod tests;

pub use output::{EndingOutputs, Output, Update};
pub use run_info::run_info;
pub use run_tally::{Results, Tally};
