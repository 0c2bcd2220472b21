//! What a run must keep to, as it was written. How that is read and judged is in `thresholds`.

use super::seconds;
use serde::Serialize;
use std::time::Duration;

/// A rule over a metric.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ThresholdPlan {
    /// The metric, with its selector in braces if it has one.
    pub metric: String,
    /// The rule, such as `p(95)<200`.
    pub rule: String,
    /// Whether breaking it ends the run.
    pub abort_on_fail: bool,
    /// How long into the run that is first asked, in seconds when serialized.
    #[serde(serialize_with = "seconds")]
    pub delay_abort_eval: Duration,
}
