//! What `find` can be asked for, beside what `run` can.

use super::layer::Layer;
use super::setting::{Setting, TypedValue};
use super::values;
use super::{Origin, RunOptions, ShapeOptions};
use crate::plan::AskedRate;
use crate::plan::{Climb, SearchPlan};
use std::time::Duration;

/// A search for the highest rate that holds.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct FindOptions {
    /// How to search.
    #[command(flatten)]
    pub how: SearchOptions,

    /// What each step runs.
    #[command(flatten)]
    pub run: RunOptions,
}

/// How to search.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Search")]
pub struct SearchOptions {
    /// First rate to try [default: 10/s]
    #[arg(long, value_name = "N/UNIT", value_parser = above_zero)]
    pub from: Option<AskedRate>,

    /// Highest rate to try [default: 100000/s]
    #[arg(long, value_name = "N/UNIT", value_parser = above_zero)]
    pub to: Option<AskedRate>,

    /// Go up by so much each time [default: to twice the rate]
    #[arg(long, value_name = "N/UNIT", value_parser = above_zero)]
    pub step: Option<AskedRate>,

    /// How long to try each rate, besides the time that its first iterations take; again until it is statistically clear
    /// what came of it, at most five times; 4s at least [default: 10s]
    #[arg(long, value_name = "TIME", value_parser = values::time)]
    pub step_time: Option<Duration>,

    /// Longest time for the whole search [default: 15m]
    #[arg(long, value_name = "TIME", value_parser = values::time)]
    pub search_time: Option<Duration>,

    /// Pause between two trials, in which the server recovers [default: 1s]
    #[arg(long, value_name = "TIME", value_parser = values::time_or_zero)]
    pub settle_time: Option<Duration>,

    /// How close the rate that holds and the one that doesn't must come, in percent [default: 5]
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    pub precision: Option<f64>,
}

/// A rate that a search can go up from.
fn above_zero(text: &str) -> Result<AskedRate, String> {
    match values::rate_per(text)? {
        rate if rate.amount > 0.0 => Ok(rate),
        _ => Err("it must be above 0".to_owned()),
    }
}

/// From 0.1 to 100.
fn percent(text: &str) -> Result<f64, String> {
    match text.trim_end_matches('%').parse::<f64>() {
        Ok(percent) if (0.1..=100.0).contains(&percent) => Ok(percent),
        _ => Err("it must be from 0.1 to 100".to_owned()),
    }
}

impl FindOptions {
    /// The search, in iterations per second.
    pub fn search(&self) -> SearchPlan {
        let how = &self.how;
        SearchPlan {
            from: how.from.map_or(10.0, per_second),
            to: how.to.map_or(100_000.0, per_second),
            climb: how.step.map_or(Climb::Double, |step| Climb::By(per_second(step))),
            precision: how.precision.unwrap_or(5.0) / 100.0,
        }
    }

    /// The longest that the search may take.
    pub fn longest(&self) -> Duration {
        self.how.search_time.unwrap_or(Duration::from_secs(900))
    }

    /// The pause between two trials.
    pub fn settle(&self) -> Duration {
        self.how.settle_time.unwrap_or(Duration::from_secs(1))
    }

    /// Makes each step a run at a rate: the search outranks every other source.
    pub fn impose(&mut self) {
        let time = self.how.step_time.unwrap_or(Duration::from_secs(10));
        let time = time.max(LEAST_STEP);
        let mut layer = Layer::default();
        let mut say = |id: &'static str, key: &str, text: String, value: TypedValue| {
            let setting = Setting {
                text,
                value,
                origin: Origin::CommandLine,
                key: key.to_owned(),
            };
            layer.settings.push(id, setting);
        };
        let rate = AskedRate {
            amount: self.search().from,
            per: Some(Duration::from_secs(1)),
            of_requests: false,
        };
        let text = format!("{}/s", rate.amount);
        say(ShapeOptions::rate, "--from", text, TypedValue::new(rate));
        let text = format!("{}ms", time.as_millis());
        say(ShapeOptions::run_time, "--step-time", text, TypedValue::new(time));
        self.run.imposed = Some(layer);
    }
}

/// A line through the iterations in flight at the ends of seconds needs three of them, after the one in which the
/// first iterations are still on their way.
const LEAST_STEP: Duration = Duration::from_secs(4);

fn per_second(rate: AskedRate) -> f64 {
    rate.amount / rate.per.unwrap_or(Duration::from_secs(1)).as_secs_f64()
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        find: FindOptions,
    }

    fn search(line: &str) -> SearchPlan {
        Line::try_parse_from(line.split(' ')).unwrap().find.search()
    }

    #[test]
    fn rates_are_per_second_whatever_their_unit() {
        let plan = search("find p --from 600/m --to 2000/s --step 50/s --precision 2%");
        assert_eq!((plan.from, plan.to, plan.climb), (10.0, 2000.0, Climb::By(50.0)));
        assert_eq!(plan.precision, 0.02);
        assert_eq!(search("find p").climb, Climb::Double);
    }

    #[test]
    fn rates_and_precisions_of_nothing_are_refused() {
        assert!(Line::try_parse_from(["find", "p", "--from", "0/s"]).is_err());
        assert!(Line::try_parse_from(["find", "p", "--precision", "0"]).is_err());
    }
}
