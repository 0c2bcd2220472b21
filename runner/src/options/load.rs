//! How much load, for how long.

use super::values;
use std::time::Duration;

/// How much load, for how long. What is left out, the plugin may suggest.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Load")]
pub struct LoadOptions {
    /// Virtual users [default: what the plugin suggests, or 1]
    #[arg(short, long, visible_alias = "vus", value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub users: Option<u32>,

    /// Virtual users started per second [default: what the plugin suggests, or all at once]
    #[arg(short = 'r', long, value_name = "RATE", value_parser = values::rate, allow_hyphen_values = true)]
    pub spawn_rate: Option<f64>,

    /// How long to run, start-up included: 10s, 1m30s. With neither this nor a number of iterations,
    /// and no suggestion of the plugin, each virtual user runs one iteration
    #[arg(short = 't', long, visible_alias = "duration", value_name = "TIME", value_parser = values::time, allow_hyphen_values = true)]
    pub run_time: Option<Duration>,

    /// Iterations in all, shared by the virtual users
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..), conflicts_with = "iterations_per_vu")]
    pub iterations: Option<u64>,

    /// Iterations of each virtual user
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub iterations_per_vu: Option<u64>,

    /// Decides every random choice; the same seed gives the same tasks and pauses [default: a new one, kept
    /// in the results file]
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,

    /// How long running iterations may go on after the end [default: 30s]
    #[arg(long, visible_alias = "stop-timeout", value_name = "TIME", value_parser = values::time_or_zero, allow_hyphen_values = true)]
    pub graceful_stop: Option<Duration>,

    /// A rule that the run passes or fails, with exit code 99: 'METRIC[{tag:value}]: RULE', such as
    /// 'http_req_duration{name:/cart}: p(99)<200' or 'http_req_failed: rate<1% each 10s'; may be repeated
    #[arg(long = "threshold", value_name = "RULE")]
    pub thresholds: Vec<String>,

    /// Load threads [default: one per core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
}
