//! A pass-fail rule over a metric, as it was written. What it means is decided elsewhere.

use serde::Serialize;
use std::time::Duration;

/// A threshold of the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ThresholdPlan {
    /// The metric, with its selector if it has one.
    pub metric: String,
    /// The rule.
    pub rule: String,
    /// Whether to end the run when it fails.
    pub abort_on_fail: bool,
    /// How long after the start it may do so, in seconds.
    #[serde(serialize_with = "super::seconds")]
    pub delay_abort_eval: Duration,
}
