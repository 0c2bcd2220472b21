//! All groups of options, filled from what holds after all layers.

use super::definition;
use super::merge::Merged;
use super::{
    HttpOptions, LimitOptions, LoadOptions, MeasureOptions, OutputOptions, PluginOptions, RunOptions,
};
use clap::{ArgMatches, FromArgMatches};

/// All groups, from merged settings.
pub(super) struct Groups {
    pub(super) load: LoadOptions,
    pub(super) measure: MeasureOptions,
    pub(super) http: HttpOptions,
    given: PluginOptions,
    output: OutputOptions,
    pub(super) limits: LimitOptions,
}

impl Groups {
    pub(super) fn of(merged: &Merged) -> Result<Groups, String> {
        let matches = definition::run().parse(merged.settings.texts())?;
        Ok(Groups {
            load: group(&matches)?,
            measure: group(&matches)?,
            http: group(&matches)?,
            given: group(&matches)?,
            output: group(&matches)?,
            limits: group(&matches)?,
        })
    }

    /// Puts them in the place of those that the command line alone gave.
    pub(super) fn fill(self, options: &mut RunOptions) {
        options.load = self.load;
        options.measure = self.measure;
        options.http = self.http;
        options.given = self.given;
        options.output = self.output;
        options.limits = self.limits;
    }
}

fn group<T: FromArgMatches>(matches: &ArgMatches) -> Result<T, String> {
    T::from_arg_matches(matches).map_err(|error| error.to_string())
}
