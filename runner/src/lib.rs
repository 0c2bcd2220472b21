//! Load testing with WebAssembly scenarios. The `wasmswarm` binary is this library's only
//! user: its public items are no stable interface.
//!
//! From the outside in: `cli` reads commands, `options` what they ask for, `session` turns that into a run; `engine` makes
//! the load with `http` on `net`; `results` adds up and judges its `metrics`; `report` and `terminal` show them, `api` serves
//! them. `plan` is what all of them are about, `build` makes plugins of sources, `shop` is the built-in target, and `system`
//! is what the operating system lends.

pub mod api;
pub mod build;
pub mod cli;
pub mod engine;
pub mod error;
pub mod exit_code;
pub mod http;
pub mod metrics;
pub mod net;
pub mod options;
pub mod plan;
pub mod report;
pub mod results;
pub mod secret;
pub mod session;
pub mod shop;
pub mod system;
pub mod terminal;

#[cfg(test)]
mod tests;
