//! Two runs against each other: what changed in each request's rate, failures and percentiles, whether that is more than
//! chance, and whether it is more than was allowed. `docs/compare.md` says which tests and why. Nothing but arithmetic:
//! how it looks, and what follows from it, is not known here.

mod bootstrap;
mod judge;
mod limit;
mod paired;
mod runs;

#[cfg(test)]
mod tests;

pub use limit::{RegressionLimit, parse_limit};
pub use paired::{Half, compare_rounds};
pub use runs::compare_runs;

use serde::Serialize;

/// Name and version of the schema.
pub const SCHEMA: &str = "wasmswarm.comparison/1";

/// How sure all intervals of a comparison together are to hold the true change.
pub const CONFIDENCE: f64 = 0.95;

/// Two runs, or the two halves of one, compared.
#[derive(Debug, Clone, Serialize)]
pub struct Comparison {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// How chance was told from change.
    pub method: Method,
    /// What it is compared with.
    pub base: Side,
    /// What is judged.
    pub new: Side,
    /// How sure all intervals together are to hold the true change.
    pub confidence: f64,
    /// Among how many intervals that was shared.
    pub tests: usize,
    /// Smaller changes, as shares, are called none even where they are surely there.
    pub tolerance: f64,
    /// What it all comes to.
    pub verdict: Judgement,
    /// Limits that were broken, in words; they decide the exit code where limits were given.
    pub broken: Vec<String>,
    /// Request by request.
    pub requests: Vec<RequestChange>,
    /// What to know before trusting the rest.
    pub notes: Vec<String>,
}

/// How chance is told from change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// Of two runs: the points of their histories, drawn in blocks.
    MovingBlockBootstrap,
    /// Of interleaved blocks: the differences of rounds, drawn in blocks.
    PairedBlockBootstrap,
}

/// One of the two.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Side {
    /// The file, or the host.
    pub name: String,
    /// Its length.
    pub seconds: f64,
    /// Completed requests.
    pub requests: u64,
    /// Those that failed.
    pub failures: u64,
}

/// One request on both sides.
#[derive(Debug, Clone, Serialize)]
pub struct RequestChange {
    /// Name of the scenario.
    pub scenario: String,
    /// Method or protocol.
    pub method: String,
    /// Name of the group.
    pub name: String,
    /// Requests on both sides, first of the base; 0 where it has none.
    pub requests: [u64; 2],
    /// What became of it.
    pub verdict: Judgement,
    /// Figure by figure; empty where one side has none.
    pub changes: Vec<FigureChange>,
}

/// One figure on both sides.
#[derive(Debug, Clone, Serialize)]
pub struct FigureChange {
    /// Which.
    pub figure: Figure,
    /// In the base: microseconds, requests per second, or a share.
    pub base: f64,
    /// In what is judged.
    pub new: f64,
    /// By how much it is more, as a share of the base; of failures, the difference of the shares.
    pub change: f64,
    /// What surely holds the true change; none where there is too little to say.
    pub interval: Option<[f64; 2]>,
    /// Whether that is a change.
    pub verdict: Judgement,
}

/// Whether something changed for the worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Judgement {
    /// There is too little data to say.
    Unknown,
    /// Nothing that is surely there and larger than what is tolerated.
    Same,
    /// For the better.
    Better,
    /// For the worse.
    Worse,
}

/// What is compared of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Figure {
    /// Requests per second: less is worse.
    Rate,
    /// Share of failed requests.
    Failures,
    /// Median of the service time.
    P50,
    /// 90th percentile.
    P90,
    /// 95th percentile.
    P95,
    /// 99th percentile.
    P99,
}

impl Figure {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Figure; 6] = [
        Figure::Rate,
        Figure::Failures,
        Figure::P50,
        Figure::P90,
        Figure::P95,
        Figure::P99,
    ];

    /// As it is written.
    pub fn label(self) -> &'static str {
        match self {
            Figure::Rate => "rate",
            Figure::Failures => "failures",
            Figure::P50 => "p50",
            Figure::P90 => "p90",
            Figure::P95 => "p95",
            Figure::P99 => "p99",
        }
    }

    /// The part of all values that lies below; none of what is no percentile.
    fn quantile(self) -> Option<f64> {
        match self {
            Figure::P50 => Some(0.5),
            Figure::P90 => Some(0.9),
            Figure::P95 => Some(0.95),
            Figure::P99 => Some(0.99),
            Figure::Rate | Figure::Failures => None,
        }
    }
}

impl Comparison {
    /// Whether the exit code says that it got worse: by the limits, where there are some.
    pub fn has_failed(&self, has_limits: bool) -> bool {
        match has_limits {
            true => !self.broken.is_empty(),
            false => self.verdict == Judgement::Worse,
        }
    }
}
