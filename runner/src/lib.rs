//! Load testing with WebAssembly scenarios. The `wasmswarm` binary is this library's only
//! user: its public items are no stable interface.
//!
//! From the outside in: `cli` reads commands, `options` what they ask for, `session` turns
//! that into a run; `load` runs it with `plugin`, `host`, `data` and `http` on `net`; `tally` adds up its `metrics`
//! and lets `thresholds` judge them; `report` and `terminal` show it, `api` serves it.

pub mod api;
pub mod bounded;
pub mod build;
pub mod cli;
pub mod confine;
pub mod data;
pub mod error;
pub mod exit_code;
pub mod host;
pub mod http;
pub mod load;
pub mod memory;
pub mod metrics;
pub mod net;
pub mod options;
pub mod panics;
pub mod plan;
pub mod plugin;
pub mod private;
pub mod report;
pub mod run_queue;
pub mod scaffold;
pub mod secret;
pub mod session;
pub mod tally;
pub mod target;
pub mod terminal;
pub mod thresholds;
pub mod timer;

#[cfg(test)]
mod tests;
