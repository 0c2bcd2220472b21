//! What is measured under which tags, and what the run must keep to.

use super::row::{OPERATOR, PLUGIN, Shown, options};
use super::{threshold, values};
use crate::plan::ThresholdPlan;

options! {
    /// What is measured under which tags, and what the run must keep to.
    #[command(next_help_heading = "Measuring")]
    pub struct MeasureOptions {
        /// Fail the run (exit code 99) unless this holds: 'http_req_duration{name:/cart}: p(99)<200' or
        /// 'http_req_failed: rate<1% each 10s'; ' abort' after it ends the run at once, ' abort after 30s' not before
        /// that
        #[arg(long = "threshold", value_name = "METRIC: RULE", value_parser = threshold::threshold)]
        pub thresholds: Vec<ThresholdPlan> = PLUGIN.by_metric().shown(Shown::Always),

        /// Judge no thresholds, wherever they come from
        #[arg(long)]
        pub no_thresholds: bool = OPERATOR,

        /// Tag everything that is measured
        #[arg(long = "tag", value_name = "NAME=VALUE", value_parser = values::pair)]
        pub tags: Vec<(String, String)> = PLUGIN.by_name('=').shown(Shown::Always),

        /// Replace ids in the paths of requests without a name, so that /users/1 and /users/2 are counted together
        #[arg(long)]
        pub group_urls: bool = PLUGIN,
    }
}
