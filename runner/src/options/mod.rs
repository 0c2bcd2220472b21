//! What the operator asks for, before the plugin's suggestions and the defaults are filled in.
//!
//! One struct per group of options; each field's text is its help. A field without a value is
//! `None` or empty, so that [`resolve`] can tell what was asked for from what wasn't.

mod control;
mod http;
mod limits;
mod load;
mod output;
mod plugin;
mod resolve;
mod settings;
mod values;

pub use self::http::HttpOptions;
pub use control::ControlOptions;
pub use limits::LimitOptions;
pub use load::LoadOptions;
pub use output::OutputOptions;
pub use plugin::PluginOptions;
pub use resolve::{Given, resolve, thresholds};

/// Everything that `run` can be asked for.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct RunOptions {
    /// A component (.wasm), its http(s) URL, or the folder of a Rust plugin, which is built first
    #[arg(value_name = "PLUGIN")]
    pub plugin: String,

    /// Scenarios to run [default: all, by the plugin's weights]
    #[arg(value_name = "SCENARIO")]
    pub scenarios: Vec<String>,

    /// How much load.
    #[command(flatten)]
    pub load: LoadOptions,

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
}
