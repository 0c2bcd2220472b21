//! What one source asks for, before it is weighed against the others.

use super::definition::{self, Definition};
use super::problem::{Origin, Problem};
use super::setting::{Setting, Settings};
use clap::ArgMatches;
use clap::parser::ValueSource;
use std::ffi::OsString;

/// A scenario of a file.
#[derive(Debug, Clone)]
pub(super) struct ScenarioText {
    pub(super) name: String,
    pub(super) origin: Origin,
    pub(super) settings: Settings,
    /// Whether keys of it were refused, so that what is missing may have been there.
    pub(super) is_broken: bool,
}

/// All that one source asks for.
#[derive(Debug, Clone, Default)]
pub struct Layer {
    pub(super) settings: Settings,
    pub(super) scenarios: Vec<ScenarioText>,
}

impl Layer {
    /// All options and texts, those of scenarios included.
    pub(super) fn texts(&self) -> impl Iterator<Item = (&'static Definition, &str)> {
        let run = self
            .settings
            .iter()
            .map(|(id, setting)| (definition::run().get(id), setting));
        let scenarios = self
            .scenarios
            .iter()
            .flat_map(|scenario| scenario.settings.iter());
        let scenarios = scenarios.map(|(id, setting)| (definition::scenario().get(id), setting));
        run.chain(scenarios)
            .filter_map(|(option, setting)| Some((option?, setting.text.as_str())))
    }

    /// What a layer says that contradicts itself.
    pub(super) fn contradictions(&self) -> Vec<Problem> {
        let settings = &self.settings;
        let mut problems = Vec::new();
        if !self.scenarios.is_empty() {
            let beside = definition::run()
                .load()
                .filter_map(|option| settings.first(option.id));
            problems.extend(beside.map(|setting| {
                setting.problem("there are `scenarios` as well: give the load in one of the two places")
            }));
        }
        for (one, other) in definition::run().exclusive() {
            if let (true, Some(setting)) = (
                settings.has(one),
                settings.first(other).filter(|_| settings.has(other)),
            ) {
                problems
                    .push(setting.problem(format!("`{one}` is given as well: only one of the two can be")));
            }
        }
        problems
    }

    /// The flags of a command line, which its parser has read.
    pub(super) fn of_command_line(matches: &ArgMatches) -> (Layer, Vec<Problem>) {
        let mut layer = Layer::default();
        let mut problems = Vec::new();
        let is_given = |option: &&Definition| {
            matches.try_contains_id(option.id).is_ok()
                && matches.value_source(option.id) == Some(ValueSource::CommandLine)
        };
        for option in definition::run().iter().filter(is_given) {
            let raw = matches.try_get_raw(option.id).ok().flatten();
            for (text, value) in raw.into_iter().flatten().zip(option.parsed(matches)) {
                let setting = |text: &str| Setting {
                    text: text.to_owned(),
                    value: value.clone(),
                    origin: Origin::CommandLine,
                    key: format!("--{}", option.flag),
                };
                match text.to_str() {
                    Some(text) => layer.settings.push(option.id, setting(text)),
                    None => problems.push(setting("").problem("it isn't UTF-8")),
                }
            }
        }
        (layer, problems)
    }

    /// The variables `WASMSWARM_…`. Others of that beginning are no error: Kubernetes makes some.
    pub(super) fn of_environment(variable: &dyn Fn(&str) -> Option<OsString>) -> (Layer, Vec<Problem>) {
        let mut layer = Layer::default();
        let mut problems = Vec::new();
        for option in definition::run().iter() {
            let name = option.variable();
            let Some(value) = variable(&name).filter(|value| !value.is_empty()) else {
                continue;
            };
            let problem = |what: String| Problem::new(Origin::Environment, name.clone(), what);
            let Some(value) = value.to_str() else {
                problems.push(problem("it isn't UTF-8".to_owned()));
                continue;
            };
            for text in parts(option, value) {
                match option.parse(text) {
                    Ok(value) => {
                        let setting = Setting {
                            text: text.to_owned(),
                            value,
                            origin: Origin::Environment,
                            key: name.clone(),
                        };
                        layer.settings.push(option.id, setting);
                    }
                    Err(why) => problems.push(problem(shown(text, &why))),
                }
            }
        }
        (layer, problems)
    }
}

/// A wrong value with the reason.
pub(super) fn shown(text: &str, why: &str) -> String {
    let short: String = text.chars().take(60).collect();
    let dots = if short.len() < text.len() { "…" } else { "" };
    format!("{short:?}{dots}: {why}")
}

/// The values in one text: split at commas where the flag does, else a list has one a line.
pub(super) fn parts<'a>(option: &Definition, text: &'a str) -> Vec<&'a str> {
    match (option.is_split, option.is_list) {
        (true, _) => text.split(',').map(str::trim).collect(),
        (_, true) => text.lines().filter(|line| !line.is_empty()).collect(),
        _ => vec![text],
    }
}
