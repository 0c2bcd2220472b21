//! What a run must keep to, as it was written. How that is read and judged is in `thresholds`.

use super::{read_seconds, seconds};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A rule over a metric.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ThresholdPlan {
    /// The metric, with its selector in braces if it has one.
    pub metric: String,
    /// The rule, such as `p(95)<200`.
    pub rule: String,
    /// Whether breaking it ends the run.
    pub abort_on_fail: bool,
    /// How long into the run that is first asked, in seconds when serialized.
    #[serde(serialize_with = "seconds", deserialize_with = "read_seconds")]
    pub delay_abort_eval: Duration,
}
