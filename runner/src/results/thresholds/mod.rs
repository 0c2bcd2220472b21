//! Thresholds: rules over metrics that a run passes or fails. `parse` reads them, `resolve`
//! checks them against what a run has before it starts, `evaluator` judges while it goes on.
//! They only look at measurements: what a verdict leads to is decided elsewhere.
//!
//! A threshold is `METRIC[{selector}]: RULE`, in k6's grammar with additions:
//!
//! ```text
//! http_req_duration{name:/cart}: p(99)<200
//! http_req_failed: rate<1% each 10s
//! http_req_duration: p(95)<200ms over 30s
//! http_req_duration: p(95) < baseline * 1.1
//! http_req_failed: rate<50% abort after 10s
//! ```

mod baseline;
mod catalogue;
mod cursor;
mod error;
mod evaluator;
mod measured;
mod parse;
mod resolve;
mod rule;
mod stretch;
mod suggest;
mod urls;

#[cfg(test)]
mod tests;

pub use baseline::Baseline;
pub use error::ThresholdError;
pub use evaluator::Evaluator;
pub use parse::split;
pub use resolve::{Known, check};
pub use rule::{
    Aggregation, BaselineChange, Limit, Mark, Metric, Operator, Pair, Quantity, Rule, Span, Threshold,
};
pub use suggest::closest;
pub use urls::watched_urls;
