//! The files that are written of a run's results at its end.

use super::row::{OPERATOR, Shown, options};
use std::path::PathBuf;

options! {
    /// The files that are written of a run's results at its end.
    #[command(next_help_heading = "Output")]
    pub struct ReportOptions {
        /// Write Locust's four tables to PREFIX_stats.csv, PREFIX_stats_history.csv, PREFIX_failures.csv and
        /// PREFIX_exceptions.csv
        #[arg(long, value_name = "PREFIX")]
        pub csv: Option<PathBuf> = OPERATOR.shown(Shown::Always),

        /// Write a report to this file: one page that needs nothing else, for any browser
        #[arg(long, value_name = "FILE")]
        pub html: Option<PathBuf> = OPERATOR.shown(Shown::Always),

        /// Write thresholds and checks to this file as JUnit's test cases
        #[arg(long, value_name = "FILE")]
        pub junit: Option<PathBuf> = OPERATOR.shown(Shown::Always),

        /// Write the summary to this file in Markdown, for a pull request or a CI step's summary
        #[arg(long, value_name = "FILE")]
        pub markdown: Option<PathBuf> = OPERATOR.shown(Shown::Always),
    }
}

impl ReportOptions {
    /// Whether there is any file to write.
    pub fn is_asked(&self) -> bool {
        let files = [&self.csv, &self.html, &self.junit, &self.markdown];
        files.into_iter().any(Option::is_some)
    }
}
