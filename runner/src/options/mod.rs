//! What the operator asks for, and what the plugin suggests, from flags, variables and files to
//! the plan.
//!
//! One struct per group of options; each field is a flag, an environment variable and a key of the
//! configuration file, and its text is the help of all three. A field without a value is `None` or
//! empty, so that [`resolve`] can tell what was asked for from what wasn't.

mod assemble;
mod control;
mod definition;
mod find;
mod groups;
mod http;
mod layer;
mod limits;
mod load;
mod measure;
mod merge;
mod names;
mod origins;
mod output;
mod plugin;
mod problem;
mod read;
mod report;
mod requests;
mod resolve;
mod row;
mod scenario;
mod schema;
mod setting;
mod stage;
mod threshold;
mod tree;
mod values;

pub use self::http::HttpOptions;
pub use control::ControlOptions;
pub use definition::is_shown;
pub use find::{FindOptions, SearchOptions};
pub use layer::Layer;
pub use limits::LimitOptions;
pub use load::{LoadOptions, ShapeOptions};
pub use measure::MeasureOptions;
pub use merge::Merged;
pub use output::{LogLevel, OutputOptions};
pub use plugin::PluginOptions;
pub use problem::{Origin, Problem};
pub use report::ReportOptions;
pub use requests::RequestOptions;
pub use resolve::{Given, Machine, NotGranted, Params, Refused, ResolvedPlan, RoomFor, Secrets, resolve};
pub use scenario::ScenarioOptions;
pub use schema::schema;
pub use values::pair;

use crate::build::{Engine, PlainRequest};
use std::path::PathBuf;

/// Everything that `run` can be asked for.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct RunOptions {
    /// A component (.wasm) or its http(s) URL; sources that are built first: a script (- for standard input), a source
    /// file, or a project's folder; or the http(s) URL of what is to be requested, without any plugin. A URL is a
    /// component's if it ends in .wasm, or with --digest
    #[arg(
        value_name = "PLUGIN|URL", default_value = "", hide_default_value = true,
        required_unless_present_any = ["file", "urls", "curl"]
    )]
    pub plugin: String,

    /// Scenarios to run: the plugin's, or those of the file [default: all, by the plugin's weights]; after a URL, more
    /// URLs to request in turn
    #[arg(value_name = "SCENARIO|URL")]
    pub scenarios: Vec<String>,

    /// The plugin, as Locust takes it; what stands in its place are scenarios
    #[arg(short, long = "locustfile", value_name = "FILE")]
    pub file: Option<String>,

    /// Take what flags and variables leave open from this file (.toml, .json, .yaml); no file is read unasked
    #[arg(short, long, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// Build and run again whenever a source changes, until Ctrl-C
    #[arg(long)]
    pub watch: bool,

    /// What is requested without a plugin.
    #[command(flatten)]
    pub request: RequestOptions,

    /// What to show instead of running.
    #[command(flatten)]
    pub show: ShowOptions,

    /// How sources become a plugin.
    #[command(flatten)]
    pub build: BuildOptions,

    /// How much load.
    #[command(flatten)]
    pub load: LoadOptions,

    /// What is measured and judged.
    #[command(flatten)]
    pub measure: MeasureOptions,

    /// What is tested.
    #[command(flatten)]
    pub http: HttpOptions,

    /// What the plugin is given.
    #[command(flatten)]
    pub given: PluginOptions,

    /// What is shown.
    #[command(flatten)]
    pub output: OutputOptions,

    /// How it may be watched and steered.
    #[command(flatten)]
    pub control: ControlOptions,

    /// What the plugin may use.
    #[command(flatten)]
    pub limits: LimitOptions,

    /// Who asked for what: the file, the environment and the command line, in this order.
    #[arg(skip)]
    pub layers: Vec<Layer>,

    /// What they come to without the plugin, which is below them.
    #[arg(skip)]
    pub merged: Merged,

    /// What is sent where there is no plugin.
    #[arg(skip)]
    pub requests: Vec<PlainRequest>,

    /// What outranks everybody: the rates of a search.
    #[arg(skip)]
    pub imposed: Option<Layer>,
}

/// How sources become a plugin. No file decides what is installed, or what a script may read.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Building")]
pub struct BuildOptions {
    /// Install what a language's builder needs into the cache folder without asking
    #[arg(long, env = "WASMSWARM_YES")]
    pub yes: bool,

    /// What runs JavaScript and TypeScript
    #[arg(long, value_name = "ENGINE", value_enum, default_value_t)]
    pub engine: Engine,

    /// Let a script read this folder or file while it is built, beside its own folder and the one in which the
    /// command is typed
    #[arg(long, value_name = "DIR")]
    pub allow_read: Vec<PathBuf>,
}

/// What to show instead of running. Flags only: no file decides that nothing is run.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Show, and don't run")]
pub struct ShowOptions {
    /// Print the plan: workloads, users over time, planned iterations, thresholds; =json prints it as JSON
    #[arg(long, value_name = "FORMAT", num_args = 0..=1, require_equals = true, default_missing_value = "text")]
    pub dry_run: Option<PlanFormat>,

    /// List the plugin's scenarios and tasks
    #[arg(short, long)]
    pub list: bool,

    /// Print the share of each scenario and task
    #[arg(long, visible_alias = "show-task-ratio")]
    pub task_ratio: bool,
}

impl ShowOptions {
    /// Whether nothing is to be run.
    pub fn is_asked(&self) -> bool {
        self.dry_run.is_some() || self.list || self.task_ratio
    }
}

/// The forms of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum PlanFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
}
