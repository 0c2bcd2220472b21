//! Which plugin, and what it is given.

use super::row::{OPERATOR, Shown, options};
use super::values;
use std::path::PathBuf;

options! {
    /// What the plugin is given.
    #[command(next_help_heading = "Plugin")]
    pub struct PluginOptions {
        /// Pass a parameter to the plugin
        #[arg(
            short = 'e', long = "param", visible_alias = "env", value_name = "NAME=VALUE",
            value_parser = values::pair
        )]
        pub params: Vec<(String, String)> = OPERATOR.by_name('=').shown(Shown::Never),

        /// Let the plugin read the rows of a .csv or .json file under this name
        #[arg(long, value_name = "NAME=FILE", value_parser = values::file)]
        pub data: Vec<(String, PathBuf)> = OPERATOR.by_name('=').shown(Shown::Always),

        /// Refuse the plugin unless its SHA-256 is this one
        #[arg(long, value_name = "SHA256")]
        pub digest: Option<String> = OPERATOR.shown(Shown::Always),

        /// Folder of compiled plugins; it must be writable for you alone [default: your cache folder]
        #[arg(long, value_name = "DIR")]
        pub cache_dir: Option<PathBuf> = OPERATOR.shown(Shown::Always).local(),
    }
}
