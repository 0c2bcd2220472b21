//! The real binary against real servers. Each file is one promise of the README; `support`
//! starts processes and builds guests.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a panic is how a test reports"
)]

mod api;
mod as_typed;
mod bad_input;
mod bombs;
mod bounds;
mod cache;
mod comparisons;
mod compat;
mod conformance;
mod data;
mod determinism;
mod endings;
mod executors;
mod failing_servers;
mod fairness;
mod ground_truth;
mod guest_errors;
mod hostile;
mod interrupts;
mod keys;
mod languages;
mod limits;
mod memory;
mod option_sets;
mod options;
mod outputs;
mod projects;
mod reading;
mod reconcile;
mod report_page;
mod request_bodies;
mod requests;
mod scripts;
mod sdks;
mod secrets;
mod shared;
mod streams;
mod support;
mod texts;
mod thresholds;
mod tool;
mod truth;
mod wasi_http;
