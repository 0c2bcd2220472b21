//! The real binary against real servers. Each file is one promise of the README; `support`
//! starts processes and builds guests.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a panic is how a test reports"
)]

mod architecture;
mod bad_input;
mod data;
mod determinism;
mod failing_servers;
mod hostile;
mod interrupts;
mod languages;
mod reconcile;
mod shared;
mod support;
mod tool;
mod truth;
