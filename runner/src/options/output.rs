//! What the operator gets to see.

use super::ReportOptions;
use super::row::{OPERATOR, Shown, options};
use super::values;
use crate::results::output::AskedOutput;
use std::path::PathBuf;

/// Which of the plugin's log lines are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogLevel {
    /// All.
    Debug,
    /// All but those for debugging.
    Info,
    /// Warnings and errors.
    Warning,
    /// Errors.
    Error,
}

options! {
    /// What the operator gets to see.
    #[command(next_help_heading = "Output")]
    pub struct OutputOptions {
        /// No live view: a line every 5 seconds
        #[arg(long)]
        pub headless: bool = OPERATOR,

        /// Nothing but the summary and errors
        #[arg(short, long, visible_alias = "only-summary")]
        pub quiet: bool = OPERATOR,

        /// Also say what was prepared, and how long that took
        #[arg(short, long, conflicts_with = "quiet")]
        pub verbose: bool = OPERATOR,

        /// Least level of the plugin's log lines: debug, info, warning, error [default: info]
        #[arg(short = 'L', long, visible_alias = "loglevel", value_name = "LEVEL", value_parser = log_level)]
        pub log_level: Option<LogLevel> = OPERATOR,

        /// Hide the value of this parameter, header or variable wherever it turns up. Those whose names say what they
        /// are (token, password, key …) are hidden anyway
        #[arg(long, value_name = "NAME")]
        pub secret: Vec<String> = OPERATOR.shown(Shown::Always),

        /// Write each second of the run to KIND[=TARGET], such as json=samples.json.gz; may be repeated. Kinds:
        /// csv, datadog, experimental-prometheus-rw, influxdb, json, opentelemetry, otlp, prometheus, prometheus-rw, statsd
        #[arg(short, long, value_name = "KIND[=TARGET]", value_parser = values::output)]
        pub out: Vec<AskedOutput> = OPERATOR.shown(Shown::ButSecrets),

        /// Files that are written at the end.
        #[command(flatten)]
        pub reports: ReportOptions,

        /// Give each request its rows in PREFIX_stats_history.csv
        #[arg(long)]
        pub csv_full_history: bool = OPERATOR.needs(ReportOptions::csv),

        /// Write the interval log of HdrHistogram to this file: the times of each second, in microseconds
        #[arg(long, value_name = "FILE")]
        pub hdr_log: Option<PathBuf> = OPERATOR.shown(Shown::Always),

        /// Write all results to this file; - is standard output, and the summary then goes to standard error
        #[arg(long, value_name = "FILE")]
        pub summary_json: Option<PathBuf> = OPERATOR.shown(Shown::Always),

        /// An earlier results file, for thresholds such as 'http_req_duration: p(95) < baseline * 1.1'
        #[arg(long, value_name = "FILE")]
        pub baseline: Option<PathBuf> = OPERATOR.shown(Shown::Always),

        /// Exit with this code if any request or iteration failed
        #[arg(long, value_name = "CODE", value_parser = clap::value_parser!(u8).range(1..))]
        pub exit_code_on_error: Option<u8> = OPERATOR,

        /// Exit with 3 if the generator, not the server, was slow in more than 1 % of the seconds
        #[arg(long)]
        pub fail_on_saturation: bool = OPERATOR,
    }
}

/// By name, Python's names included: Locust users type them.
fn log_level(text: &str) -> Result<LogLevel, String> {
    let names = ["debug", "info", "warning", "warn", "error", "critical"];
    Ok(match values::one_of(text, &names)? {
        "debug" => LogLevel::Debug,
        "info" => LogLevel::Info,
        "warning" | "warn" => LogLevel::Warning,
        _ => LogLevel::Error,
    })
}
