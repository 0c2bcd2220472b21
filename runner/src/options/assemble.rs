//! Gathers what was asked for from its sources: the file, the environment, the command line.

use super::groups::Groups;
use super::layer::Layer;
use super::merge::merge;
use super::problem::lines;
use super::row::Shown;
use super::tree::Format;
use super::{HttpOptions, Origin, OutputOptions, PluginOptions, Problem, RunOptions, read, resolve};
use crate::secret;
use crate::system::bounded;
use clap::ArgMatches;
use std::ffi::OsString;
use std::path::Path;
use std::sync::Arc;

/// Larger files are no configuration.
const MAX_FILE: u64 = 1 << 20;

impl RunOptions {
    /// Adds what the environment and the file of `--config` say to the flags of the command line,
    /// from which `matches` come.
    ///
    /// # Errors
    /// All problems that show without the plugin, one line each.
    pub fn assemble(
        mut self,
        matches: &ArgMatches,
        variable: &dyn Fn(&str) -> Option<OsString>,
    ) -> Result<RunOptions, Vec<String>> {
        let mut problems = Vec::new();
        let config = self.config.clone().or_else(|| {
            variable("WASMSWARM_CONFIG")
                .filter(|v| !v.is_empty())
                .map(Into::into)
        });
        let mut layers = Vec::new();
        if let Some(path) = config {
            let (layer, more) = file(&path);
            layers.push(layer);
            problems.extend(more);
        }
        let environment = Layer::of_environment(variable);
        let line = Layer::of_command_line(matches);
        for (layer, more) in [environment, line] {
            problems.extend(more);
            problems.extend(layer.contradictions());
            layers.push(layer);
        }
        if let Err(problem) = self.take_requests(&mut layers) {
            problems.push(problem);
        }
        layers.extend(self.imposed.take());
        learn(&layers, variable);
        self.settle(layers);
        problems.extend(self.merged.incomplete());
        // What is missing from a load in short may have been there, and refused.
        if problems.is_empty() || !self.merged.scenarios.is_empty() {
            problems.extend(resolve::faults(&self.merged));
        }
        if problems.is_empty() {
            Ok(self)
        } else {
            Err(lines(problems))
        }
    }

    /// Takes in the requests that were typed in place of a plugin, and what they say of the run.
    fn take_requests(&mut self, layers: &mut Vec<Layer>) -> Result<(), Problem> {
        if let Some(file) = self.file.take() {
            let first = std::mem::replace(&mut self.plugin, file);
            self.scenarios
                .splice(0..0, Some(first).filter(|name| !name.is_empty()));
        }
        let names = std::iter::once(&self.plugin).chain(&self.scenarios);
        let names: Vec<_> = names
            .map(String::as_str)
            .filter(|name| !name.is_empty())
            .collect();
        let has_digest = layers
            .iter()
            .any(|layer| layer.settings.has(PluginOptions::digest));
        let Some(typed) = self.request.typed(&names, has_digest)? else {
            return Ok(());
        };
        let host = layers
            .iter()
            .find_map(|layer| layer.settings.first(HttpOptions::host));
        if let Some(host) = host.filter(|host| host.origin == Origin::CommandLine) {
            return Err(host.problem("the URL says which host is tested: leave it out"));
        }
        layers.insert(0, typed.suggestions()?);
        layers.push(typed.grants(layers));
        self.plugin = typed.name();
        self.scenarios.clear();
        self.requests = typed.requests;
        Ok(())
    }

    /// Takes what these layers come to, from the least to the most important, in place of what the command line alone
    /// gave.
    pub(super) fn settle(&mut self, layers: Vec<Layer>) {
        self.merged = merge(&layers);
        self.layers = layers;
        let groups = Groups::of(&self.merged);
        groups.fill(self);
    }

    /// What one layer took away from another, where that may surprise.
    pub fn notes(&self) -> &[String] {
        &self.merged.notes
    }
}

/// Tells which of the values must not be shown: those whose options, names or places say so, and those that the operator
/// named.
fn learn(layers: &[Layer], variable: &dyn Fn(&str) -> Option<OsString>) {
    let all = || layers.iter().flat_map(Layer::texts);
    let secret = all().filter(|(option, _)| matches!(option.rules.shown, Shown::Never | Shown::ButSecrets));
    for (option, text) in secret {
        secret::learn_text(text);
        // Of a header, what its name says is looked at as well.
        if option.separator() == Some(':')
            && let Some((name, value)) = text.split_once(':')
        {
            secret::learn_named(name, value);
        }
    }
    for (_, name) in all().filter(|(option, _)| option.id == OutputOptions::secret) {
        all().for_each(|(_, text)| secret::learn(name, text));
        let value = variable(name).map(|value| value.to_string_lossy().into_owned());
        value
            .iter()
            .for_each(|value| secret::learn(name, &format!("{name}={value}")));
    }
}

fn file(path: &Path) -> (Layer, Vec<Problem>) {
    let name: Arc<str> = path.to_string_lossy().into();
    let refuse = |what: String| {
        let key = format!("--config {name}");
        (
            Layer::default(),
            vec![Problem::new(Origin::CommandLine, key, what)],
        )
    };
    let Some(format) = Format::of(path) else {
        return refuse("its name must end in .toml, .json, .yaml or .yml".to_owned());
    };
    match bounded::text(path, MAX_FILE).map_err(|error| error.to_string()) {
        Ok(text) => read::layer(format, &text, &|at| Origin::File(Arc::clone(&name), at)),
        Err(why) => refuse(why),
    }
}
