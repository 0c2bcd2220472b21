//! What `duet` can be asked for, beside what `run` can.

use super::layer::Layer;
use super::setting::{Setting, TypedValue};
use super::values;
use super::{HttpOptions, LoadOptions, Origin, RunOptions, ShapeOptions};
use crate::results::compare::{RegressionLimit, parse_limit};
use std::time::Duration;

/// Shorter blocks would mostly be beginnings and ends.
const LEAST_BLOCK: Duration = Duration::from_secs(1);

/// Two hosts under the same load.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct DuetOptions {
    /// Against whom, and for how long.
    #[command(flatten)]
    pub how: AgainstOptions,

    /// What each block runs.
    #[command(flatten)]
    pub run: RunOptions,
}

/// Against whom, and for how long.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Duet")]
pub struct AgainstOptions {
    /// The host that is compared with --host; it is granted as that is
    #[arg(long, value_name = "URL")]
    pub against: String,

    /// Length of a block [default: 1s]
    #[arg(long, value_name = "TIME", value_parser = values::time)]
    pub block_time: Option<Duration>,

    /// Rounds of four blocks, besides a first one that only warms up [default: 24]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(8..=10_000))]
    pub rounds: Option<u64>,

    /// Exit with 99 if this is worse by more than so much: FIGURE=PERCENT, such as p95=5%, or REQUEST:FIGURE=PERCENT; may
    /// be repeated [default: if anything is surely worse by more than 1 %]
    #[arg(long, value_name = "LIMIT", value_parser = parse_limit)]
    pub max_regression: Vec<RegressionLimit>,
}

impl DuetOptions {
    /// The length of a block.
    pub fn block(&self) -> Duration {
        self.how.block_time.unwrap_or(LEAST_BLOCK).max(LEAST_BLOCK)
    }

    /// How many rounds count.
    pub fn rounds(&self) -> u64 {
        self.how.rounds.unwrap_or(24)
    }

    /// What the hosts are called, as they may be shown.
    pub fn names(&self) -> [String; 2] {
        let base = self.run.http.host.clone().unwrap_or_default();
        [base, self.how.against.clone()].map(|host| match url::Url::parse(&host) {
            Ok(url) => crate::secret::shown_url(&url),
            Err(_) => host,
        })
    }

    /// Makes each block a run of its length: the duet outranks every other source.
    pub fn impose(&mut self) {
        let time = self.block();
        let mut layer = Layer::default();
        let text = format!("{}ms", time.as_millis());
        layer.settings.push(
            ShapeOptions::run_time,
            setting("--block-time", text, TypedValue::new(time)),
        );
        self.run.imposed = Some(layer);
    }

    /// The same run against the other host, with this seed.
    pub fn against(&self, seed: u64) -> RunOptions {
        let mut run = self.run.clone();
        let mut layer = Layer::default();
        let host = self.how.against.clone();
        layer.settings.push(
            HttpOptions::host,
            setting("--against", host.clone(), TypedValue::new(host)),
        );
        layer.settings.push(
            LoadOptions::seed,
            setting("--seed", seed.to_string(), TypedValue::new(seed)),
        );
        let mut layers = std::mem::take(&mut run.layers);
        layers.push(layer);
        run.settle(layers);
        run
    }
}

fn setting(key: &str, text: String, value: TypedValue) -> Setting {
    Setting {
        text,
        value,
        origin: Origin::CommandLine,
        key: key.to_owned(),
    }
}
