//! `wasmswarm report`, `compare` and `merge`: what can be done with results files.

use crate::error::Failure;
use crate::exit_code::ExitCode;
use crate::options::ReportOptions;
use crate::results::compare::{RegressionLimit, parse_limit};
use crate::session;
use std::path::PathBuf;

/// Which run to show.
#[derive(Debug, clap::Args)]
pub(super) struct SavedRun {
    /// The results file of a run, as --summary-json wrote it
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Files that are written of it.
    #[command(flatten)]
    reports: ReportOptions,
}

/// Which runs to compare.
#[derive(Debug, clap::Args)]
pub(super) struct CompareOptions {
    /// The results file of the run to compare with
    #[arg(value_name = "BASE")]
    base: PathBuf,

    /// The results file of the run that is judged
    #[arg(value_name = "NEW")]
    new: PathBuf,

    /// Exit with 99 if this is worse by more than so much: [REQUEST:]FIGURE=PERCENT, such as p95=10% or
    /// /cart:failures=1%; figures are rate, failures, p50, p90, p95, p99; may be repeated [default: if anything is surely
    /// worse by more than 5 %]
    #[arg(long, value_name = "LIMIT", value_parser = parse_limit)]
    max_regression: Vec<RegressionLimit>,

    /// Write the comparison to this file as JSON; - is standard output
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
}

/// Which runs to add up.
#[derive(Debug, clap::Args)]
pub(super) struct MergeOptions {
    /// Results files of runs
    #[arg(value_name = "FILE", required = true, num_args = 2..)]
    files: Vec<PathBuf>,

    /// Write the sum to this file; - is standard output
    #[arg(long, value_name = "FILE", default_value = "-")]
    summary_json: PathBuf,
}

pub(super) fn report(options: &SavedRun) -> Result<ExitCode, Failure> {
    session::show_saved(&options.file, &options.reports)
}

pub(super) fn compare(options: &CompareOptions) -> Result<ExitCode, Failure> {
    session::compare(
        [&options.base, &options.new],
        &options.max_regression,
        options.json.as_deref(),
    )
}

pub(super) fn merge(options: &MergeOptions) -> Result<ExitCode, Failure> {
    session::merge(&options.files, &options.summary_json)
}
