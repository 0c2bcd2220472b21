//! Which plugin, and what it is given.

use super::values;
use std::path::PathBuf;

/// What the plugin is given.
#[derive(Debug, Clone, Default, clap::Args)]
#[command(next_help_heading = "Plugin")]
pub struct PluginOptions {
    /// Pass a parameter to the plugin
    #[arg(short = 'e', id = "params", long = "param", visible_alias = "env", value_name = "NAME=VALUE", value_parser = values::pair)]
    pub params: Vec<(String, String)>,

    /// Let the plugin read the rows of a .csv or .json file under this name
    #[arg(long, value_name = "NAME=FILE", value_parser = values::file)]
    pub data: Vec<(String, PathBuf)>,

    /// Refuse the plugin unless its SHA-256 is this one
    #[arg(long, value_name = "SHA256")]
    pub digest: Option<String>,

    /// Folder of compiled plugins; it must be writable for you alone [default: your cache folder]
    #[arg(long, value_name = "DIR")]
    pub cache_dir: Option<PathBuf>,
}
