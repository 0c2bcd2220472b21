//! What one source asks for, before it is weighed against the others: texts that were checked one
//! by one, each with its place.

use super::definition::{Defined, Definition};
use super::problem::{Origin, Problem};
use super::threshold;
use clap::ArgMatches;
use clap::parser::ValueSource;
use std::collections::BTreeMap;
use std::ffi::OsString;

/// One value, and where it was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Setting {
    /// As it was written.
    pub(super) text: String,
    pub(super) origin: Origin,
    /// In the words of who said it: `scenarios.main.rate`, `WASMSWARM_RATE`, `--rate`.
    pub(super) key: String,
}

impl Setting {
    /// What is wrong with this value.
    pub(super) fn problem(&self, what: impl Into<String>) -> Problem {
        Problem::new(self.origin.clone(), self.key.clone(), what)
    }
}

/// Values by the fields that they are for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Settings(pub(super) BTreeMap<String, Vec<Setting>>);

impl Settings {
    /// The first value of a field.
    pub(super) fn first(&self, id: &str) -> Option<&Setting> {
        self.0.get(id)?.first()
    }

    /// All values of a field.
    pub(super) fn all(&self, id: &str) -> &[Setting] {
        self.0.get(id).map_or(&[], Vec::as_slice)
    }

    /// Whether a field has a value; a flag: whether it is set.
    pub(super) fn has(&self, id: &str) -> bool {
        self.first(id).is_some_and(|setting| setting.text != "false")
    }

    pub(super) fn push(&mut self, id: &str, setting: Setting) {
        self.0.entry(id.to_owned()).or_default().push(setting);
    }

    /// Fields and texts, in the form that definitions parse.
    pub(super) fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        let values = self.0.iter();
        values.flat_map(|(id, list)| list.iter().map(|setting| (id.as_str(), setting.text.as_str())))
    }
}

/// A scenario of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
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

/// Fields that make up one load in short, and that scenarios replace.
pub(super) const LOAD: [&str; 13] = [
    "users",
    "spawn_rate",
    "run_time",
    "iterations",
    "iterations_per_vu",
    "stages",
    "start_vus",
    "graceful_ramp_down",
    "rate",
    "arrivals",
    "requests_per_iteration",
    "pre_allocated_vus",
    "max_vus",
];

/// Of two of these, only one may be asked for.
pub(super) const EXCLUSIVE: [(&str, &str); 3] = [
    ("iterations", "iterations_per_vu"),
    ("http1", "http2_prior_knowledge"),
    ("quiet", "verbose"),
];

impl Layer {
    /// All fields and values, those of scenarios included.
    pub(super) fn values(&self) -> impl Iterator<Item = (&str, &str)> {
        let scenarios = self
            .scenarios
            .iter()
            .flat_map(|scenario| scenario.settings.texts());
        self.settings.texts().chain(scenarios)
    }

    /// What a layer says that contradicts itself.
    pub(super) fn contradictions(&self) -> Vec<Problem> {
        let settings = &self.settings;
        let mut problems = Vec::new();
        if !self.scenarios.is_empty() {
            let beside = LOAD.iter().filter_map(|id| settings.first(id));
            problems.extend(beside.map(|setting| {
                setting.problem("there are `scenarios` as well: give the load in one of the two places")
            }));
        }
        for (one, other) in EXCLUSIVE {
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

    /// The flags of a command line, which its parser has checked.
    pub(super) fn of_command_line(definition: &Definition, matches: &ArgMatches) -> (Layer, Vec<Problem>) {
        let mut layer = Layer::default();
        let mut problems = Vec::new();
        for key in definition.keys() {
            let given = matches.try_contains_id(&key.id).is_ok()
                && matches.value_source(&key.id) == Some(ValueSource::CommandLine);
            let raw = matches.try_get_raw(&key.id).ok().flatten().filter(|_| given);
            for text in raw.into_iter().flatten() {
                match text.to_str() {
                    Some(text) => layer.settings.push(&key.id, flag_setting(key, text)),
                    None => problems.push(flag_setting(key, "").problem("it isn't UTF-8")),
                }
            }
        }
        (layer, problems)
    }

    /// The variables `WASMSWARM_…`. Others of that beginning are no error: Kubernetes makes some.
    pub(super) fn of_environment(
        definition: &mut Definition,
        variable: &dyn Fn(&str) -> Option<OsString>,
    ) -> (Layer, Vec<Problem>) {
        let mut layer = Layer::default();
        let mut problems = Vec::new();
        for key in definition.keys().to_vec() {
            let name = variable_name(&key.id);
            let Some(value) = variable(&name).filter(|value| !value.is_empty()) else {
                continue;
            };
            let setting = |text: &str| Setting {
                text: text.to_owned(),
                origin: Origin::Environment,
                key: name.clone(),
            };
            let Some(value) = value.to_str() else {
                problems.push(setting("").problem("it isn't UTF-8"));
                continue;
            };
            for text in parts(&key, value) {
                match definition.check(&key, text) {
                    Ok(()) => layer.settings.push(&key.id, setting(text)),
                    Err(why) => problems.push(setting(text).problem(shown(text, &why))),
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

/// The name of a field's environment variable.
pub(super) fn variable_name(id: &str) -> String {
    format!("WASMSWARM_{}", id.to_ascii_uppercase())
}

fn flag_setting(key: &Defined, text: &str) -> Setting {
    Setting {
        text: text.to_owned(),
        origin: Origin::CommandLine,
        key: format!("--{}", key.flag),
    }
}

/// The values in one text: split at commas where the flag does, else a list has one a line.
pub(super) fn parts<'a>(key: &Defined, text: &'a str) -> Vec<&'a str> {
    match (key.is_split, key.is_list) {
        (true, _) => text.split(',').map(str::trim).collect(),
        (_, true) => text.lines().filter(|line| !line.is_empty()).collect(),
        _ => vec![text],
    }
}

/// The name that decides whether a value of a higher layer replaces one of a list.
pub(super) fn name_in(id: &str, text: &str) -> Option<String> {
    match id {
        "params" | "tags" | "data" | "resolve" => text.split_once('=').map(|(name, _)| name.to_owned()),
        "headers" => text
            .split_once(':')
            .map(|(name, _)| name.trim().to_ascii_lowercase()),
        "thresholds" => threshold::threshold(text).ok().map(|t| t.metric),
        _ => None,
    }
}
