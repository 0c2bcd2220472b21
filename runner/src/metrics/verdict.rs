//! How a threshold stands: plain data that reports show. What a threshold is, and when it
//! fails, is none of this module's business.

use serde::{Deserialize, Serialize};

/// One threshold at one moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// The metric with its selector, as it was written.
    pub metric: String,
    /// The rule, as it was written.
    pub rule: String,
    /// Whether it holds; none while that can't be said yet, which never lasts to the end.
    pub ok: Option<bool>,
    /// What was measured, in `unit`; none without data. Of a rule about stretches of time,
    /// the value that came closest to breaking it, or broke it furthest.
    pub observed: Option<f64>,
    /// What it was compared with, in `unit`.
    pub limit: f64,
    /// Unit of `observed` and `limit`.
    pub unit: Unit,
    /// Why it can't be said, or where it was broken; empty if there is nothing to add.
    pub reason: String,
    /// Whether it is to end the run.
    pub abort: bool,
}

/// What a number is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// Milliseconds.
    Milliseconds,
    /// Something per second.
    PerSecond,
    /// From 0 to 1.
    Share,
    /// Bytes.
    Bytes,
    /// A plain number, or a guest's own unit.
    Number,
}

impl Verdict {
    /// Whether it is broken, now or, in the last snapshot, for good.
    pub fn has_failed(&self) -> bool {
        self.ok == Some(false)
    }
}
