//! All groups of options, filled from what holds after all layers.

use super::merge::Merged;
use super::row::Group;
use super::{
    HttpOptions, LimitOptions, LoadOptions, MeasureOptions, OutputOptions, PluginOptions, RunOptions,
};

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
    pub(super) fn of(merged: &Merged) -> Groups {
        let settings = &merged.settings;
        Groups {
            load: Group::of(settings),
            measure: Group::of(settings),
            http: Group::of(settings),
            given: Group::of(settings),
            output: Group::of(settings),
            limits: Group::of(settings),
        }
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
