//! What results tell of a run besides its measurements.

use crate::metrics::Snapshot;
use serde::{Deserialize, Serialize};
use std::time::SystemTime;

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndFacts {
    /// One word, such as `finished`, `interrupted` or `aborted`.
    pub reason: String,
    /// Exit code of the process.
    pub code: u8,
    /// A sentence for people.
    pub text: String,
}

/// Which run it was.
#[derive(Debug, Clone)]
pub struct RunFacts<'a> {
    /// What was run, as the operator named it.
    pub plugin: &'a str,
    /// The resolved plan.
    pub plan: &'a serde_json::Value,
    /// Whether iterations start when the plan says so, whoever is free for them: only then do response times tell
    /// something that service times don't.
    pub is_open: bool,
    /// The plan's hash: runs with the same one did the same.
    pub plan_hash: &'a str,
    /// What only warmed up, measured apart.
    pub warm_up: Option<&'a Snapshot>,
    /// When the run began.
    pub started: SystemTime,
    /// When it had ended.
    pub ended: SystemTime,
    /// How it ended.
    pub end: &'a EndFacts,
    /// What [`Snapshot::reconcile`] found.
    pub wrong: &'a [String],
}
