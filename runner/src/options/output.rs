//! What the operator gets to see.

use std::path::PathBuf;

/// What the operator gets to see.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Output")]
pub struct OutputOptions {
    /// No live view: a line every 5 seconds
    #[arg(long)]
    pub headless: bool,

    /// Nothing but the summary and errors
    #[arg(short, long, conflicts_with = "verbose")]
    pub quiet: bool,

    /// Also say what was prepared, and how long that took
    #[arg(short, long)]
    pub verbose: bool,

    /// Write all results to this file
    #[arg(long, value_name = "FILE")]
    pub summary_json: Option<PathBuf>,

    /// An earlier results file, for thresholds such as 'http_req_duration: p(95) < baseline * 1.1'
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,

    /// Ignore all thresholds
    #[arg(long)]
    pub no_thresholds: bool,

    /// Exit with this code if any request or iteration failed
    #[arg(long, value_name = "CODE", value_parser = clap::value_parser!(u8).range(1..))]
    pub exit_code_on_error: Option<u8>,
}
