//! How much load, for how long: of a scenario in a file, and in short of a whole run.

use super::row::{LOAD, OPERATOR, PLUGIN, Shown, options};
use super::{stage, values};
use crate::plan::{AskedRate, OnStop, Spacing, SpawnRate, Stage};
use std::time::Duration;

options! {
    /// What decides the load of one workload. What is left out, the plugin may suggest.
    #[command(next_help_heading = "Load")]
    pub struct ShapeOptions {
        /// Virtual users [default: what the plugin suggests, or 1]
        #[arg(
            short, long, visible_alias = "vus", value_name = "N", value_parser = values::vus,
            allow_hyphen_values = true
        )]
        pub users: Option<u32> = LOAD,

        /// Virtual users started per second [default: what the plugin suggests, or all at once]
        #[arg(short = 'r', long, value_name = "RATE", value_parser = values::spawn_rate, allow_hyphen_values = true)]
        pub spawn_rate: Option<SpawnRate> = LOAD,

        /// How long to run, start-up included: 10s, 1m30s. With neither this nor a number of iterations,
        /// and no suggestion of the plugin, each virtual user runs one iteration
        #[arg(
            short = 't', long, visible_alias = "duration", visible_short_alias = 'd', value_name = "TIME",
            value_parser = values::time, allow_hyphen_values = true
        )]
        pub run_time: Option<Duration> = LOAD.limits(),

        /// Iterations in all, shared by the virtual users
        #[arg(short, long, value_name = "N", value_parser = values::count, allow_hyphen_values = true)]
        pub iterations: Option<u64> = LOAD.decides(),

        /// Go to a number of virtual users (with --rate: to a rate) within a time: 30s:100. Repeat for one stage after
        /// another; a curve may follow: 30s:100:exponential, step, spike, or sine:AMPLITUDE:PERIOD
        #[arg(
            long = "stage", value_name = "TIME:TARGET", value_parser = stage::stage,
            allow_hyphen_values = true, value_delimiter = ','
        )]
        pub stages: Vec<Stage> = LOAD.decides().shown(Shown::Always),

        /// Virtual users before the first stage [default: 1]
        #[arg(long, value_name = "N", value_parser = values::vus_or_none, allow_hyphen_values = true)]
        pub start_vus: Option<u32> = LOAD,

        /// How long an iteration may go on when a stage no longer wants its virtual user [default: 30s]
        #[arg(long, value_name = "TIME", value_parser = values::time_or_zero, allow_hyphen_values = true)]
        pub graceful_ramp_down: Option<Duration> = LOAD,

        /// Start iterations at this rate, whatever the server does: 500/s, 300/m, '500 requests/s'
        #[arg(long, value_name = "N/UNIT", value_parser = values::rate_per, allow_hyphen_values = true)]
        pub rate: Option<AskedRate> = LOAD.decides(),

        /// How the iterations of a rate are spaced: even, or as independent users come: poisson [default: even]
        #[arg(long, value_name = "SPACING", value_parser = values::spacing)]
        pub arrivals: Option<Spacing> = LOAD,

        /// Requests of one iteration, for rates given in requests [default: 1]
        #[arg(long, value_name = "N", value_parser = values::per_iteration, allow_hyphen_values = true)]
        pub requests_per_iteration: Option<f64> = LOAD,

        /// Virtual users made before a rate begins [default: --users, or enough for iterations of 100 ms]
        #[arg(long, value_name = "N", value_parser = values::vus, allow_hyphen_values = true)]
        pub pre_allocated_vus: Option<u32> = LOAD,

        /// Most virtual users of a rate; iterations that find none free are dropped and counted
        /// [default: enough for iterations of 1 s, at most 10000]
        #[arg(long, value_name = "N", value_parser = values::vus, allow_hyphen_values = true)]
        pub max_vus: Option<u32> = LOAD.limits(),

        /// How long running iterations may go on after the end [default: 30s]
        #[arg(
            short = 's', long, visible_alias = "stop-timeout", value_name = "TIME",
            value_parser = values::time_or_zero, allow_hyphen_values = true
        )]
        pub graceful_stop: Option<Duration> = PLUGIN,

        /// What a running iteration does after the end, and when a ramp no longer wants its virtual user: finish
        /// (it goes on with its pauses, as in k6) or at-pause (its next `sleep` ends it) [default: finish; of a
        /// locustfile at-pause]
        #[arg(long, value_name = "WHAT", value_parser = values::on_stop)]
        pub on_stop: Option<OnStop> = PLUGIN,

        /// Run only tasks with one of these tags
        #[arg(
            short = 'T', long = "tags", value_name = "TAG", num_args = 1..,
            value_delimiter = ',', value_parser = values::word
        )]
        pub task_tags: Vec<String> = PLUGIN,

        /// Don't run tasks with one of these tags, whatever --tags says
        #[arg(
            short = 'E', long = "exclude-tags", value_name = "TAG", num_args = 1..,
            value_delimiter = ',', value_parser = values::word
        )]
        pub exclude_tags: Vec<String> = PLUGIN,

        /// Give all scenarios and all tasks the same weight, whatever the plugin says
        #[arg(long)]
        pub equal_weights: bool = PLUGIN,
    }
}

options! {
    /// The load of the whole run.
    #[command(next_help_heading = "Load")]
    pub struct LoadOptions {
        /// The load in short: one workload.
        #[command(flatten)]
        pub shape: ShapeOptions,

        /// Iterations of each virtual user
        #[arg(
            long, value_name = "N", value_parser = values::count, allow_hyphen_values = true,
            conflicts_with = "iterations"
        )]
        pub iterations_per_vu: Option<u64> = LOAD.decides(),

        /// Never send more requests per second than this, all workloads together: 200/s
        #[arg(
            long, visible_alias = "rps", value_name = "N/UNIT", value_parser = values::max_rate,
            allow_hyphen_values = true
        )]
        pub max_rate: Option<f64> = PLUGIN,

        /// Decides every random choice; the same seed gives the same tasks and pauses [default: a new one, kept
        /// in the results file]
        #[arg(long, value_name = "N")]
        pub seed: Option<u64> = OPERATOR,

        /// Load threads [default: one per core]
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
        pub threads: Option<u16> = OPERATOR,
    }
}
