//! What can be asked for, from the structs that define it: each field is a flag, an environment variable and a key of the
//! configuration file, its comment is the help of all three, and the row behind it says what else holds for it.
//!
//! Every value, whoever says it, is parsed once, by the field's own parser.

use super::names::folded;
use super::row::{Group, LoadRole, Merge, OptionRow, Rules, Shown};
use super::setting::TypedValue;
use super::{
    HttpOptions, LimitOptions, LoadOptions, MeasureOptions, OutputOptions, PluginOptions, ScenarioOptions,
};
use crate::plan::{AskedRate, Stage};
use clap::builder::ValueParser;
use clap::{Arg, ArgAction, ArgMatches, Args as _, Command};
use std::any::TypeId;
use std::error::Error as _;
use std::sync::LazyLock;
use std::time::Duration;

/// What kind of value an option takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Flag,
    Integer,
    Number,
    Time,
    Rate,
    Stage,
    Text,
}

/// All that is known of one option.
#[derive(Debug, Clone)]
pub(super) struct Definition {
    /// The field's name, which is also that of the key in files.
    pub(super) id: &'static str,
    pub(super) rules: Rules,
    /// The flag, without its dashes.
    pub(super) flag: &'static str,
    pub(super) kind: Kind,
    pub(super) is_list: bool,
    /// Whether one text may hold several values, with commas between them.
    pub(super) is_split: bool,
    pub(super) help: String,
    /// Other names that are shown: k6's or Locust's.
    pub(super) aliases: Vec<String>,
    /// Options that it can't be given with.
    pub(super) excludes: Vec<&'static str>,
    /// All names, folded.
    names: Vec<String>,
    values: fn(&ArgMatches, &str) -> Vec<TypedValue>,
    /// A command line that has this option only.
    parser: Command,
}

impl Definition {
    fn new(row: OptionRow, arg: &Arg, excludes: Vec<&'static str>) -> Option<Definition> {
        // The parser wants a name that lives as long as the process; so do the definitions.
        let flag: &'static str = arg.get_long()?.to_owned().leak();
        let owned = |names: Option<Vec<&str>>| -> Vec<String> {
            names.into_iter().flatten().map(str::to_owned).collect()
        };
        let others = owned(arg.get_all_aliases());
        let names = [row.id, flag]
            .into_iter()
            .chain(others.iter().map(String::as_str));
        Some(Definition {
            id: row.id,
            rules: row.rules,
            names: names.map(folded).collect(),
            kind: kind(arg),
            is_list: matches!(arg.get_action(), ArgAction::Append),
            is_split: arg.get_value_delimiter().is_some(),
            help: help(arg),
            aliases: owned(arg.get_visible_aliases()),
            excludes,
            parser: alone(row.id, flag, arg),
            flag,
            values: row.values,
        })
    }

    /// The value that a text means.
    ///
    /// # Errors
    /// Why it can't be one.
    pub(super) fn parse(&self, text: &str) -> Result<TypedValue, String> {
        if self.kind == Kind::Flag {
            return match text {
                "true" => Ok(TypedValue::new(true)),
                "false" => Ok(TypedValue::new(false)),
                _ => Err("it must be true or false".to_owned()),
            };
        }
        let line = [format!("--{}={text}", self.flag)];
        let matches = self.parser.clone().try_get_matches_from(line);
        let matches = matches.map_err(|error| why(&error))?;
        let values = self.parsed(&matches);
        values
            .into_iter()
            .next()
            .ok_or_else(|| "it has no value".to_owned())
    }

    /// Its values on a command line.
    pub(super) fn parsed(&self, matches: &ArgMatches) -> Vec<TypedValue> {
        (self.values)(matches, self.id)
    }

    /// Its environment variable.
    pub(super) fn variable(&self) -> String {
        format!("WASMSWARM_{}", self.id.to_ascii_uppercase())
    }

    /// Other names that are shown, as keys of files.
    pub(super) fn other_keys(&self) -> impl Iterator<Item = String> {
        self.aliases.iter().map(|alias| alias.replace('-', "_"))
    }

    /// Its key in k6's options, if k6 calls it otherwise.
    pub(super) fn k6_key(&self) -> String {
        self.other_keys().next().unwrap_or_else(|| self.id.to_owned())
    }

    /// What stands between a name and its value, if that is what its values are.
    pub(super) fn separator(&self) -> Option<char> {
        match self.rules.merge {
            Merge::ByName(separator) => Some(separator),
            Merge::Replace | Merge::ByMetric => None,
        }
    }
}

/// A command line with this option only, so that nothing is said about others that it needs or excludes.
fn alone(id: &'static str, flag: &'static str, arg: &Arg) -> Command {
    let names = arg.get_value_names().unwrap_or_default().to_vec();
    let arg = Arg::new(id)
        .long(flag)
        .action(arg.get_action().clone())
        .value_parser(arg.get_value_parser().clone())
        .value_names(names);
    Command::new("option")
        .no_binary_name(true)
        .disable_help_flag(true)
        .arg(arg)
}

fn why(error: &clap::Error) -> String {
    match error.source() {
        Some(source) => source.to_string(),
        None => {
            let text = error.to_string();
            let line = text.lines().next().unwrap_or_default();
            line.trim_start_matches("error: ").to_owned()
        }
    }
}

fn help(arg: &Arg) -> String {
    let text = arg.get_long_help().or(arg.get_help());
    text.map(ToString::to_string)
        .unwrap_or_default()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

fn kind(arg: &Arg) -> Kind {
    if matches!(arg.get_action(), ArgAction::SetTrue) {
        return Kind::Flag;
    }
    let parser = arg.get_value_parser();
    if is::<Duration>(parser) {
        Kind::Time
    } else if is::<AskedRate>(parser) {
        Kind::Rate
    } else if is::<Stage>(parser) {
        Kind::Stage
    } else if is::<u8>(parser) || is::<u16>(parser) || is::<u32>(parser) || is::<u64>(parser) {
        Kind::Integer
    } else if is::<f64>(parser) {
        Kind::Number
    } else {
        Kind::Text
    }
}

fn is<T: 'static>(parser: &ValueParser) -> bool {
    parser.type_id() == TypeId::of::<T>()
}

/// A set of options.
#[derive(Debug)]
pub(super) struct Definitions(Vec<Definition>);

impl Definitions {
    /// Of a command line's flags and the rows of their fields.
    fn new(command: &Command, rows: &[OptionRow]) -> Definitions {
        let row = |arg: &Arg| rows.iter().find(|row| arg.get_id() == row.id).copied();
        let definition = |arg| {
            let excluded = command.get_arg_conflicts_with(arg).into_iter();
            let excluded = excluded.filter_map(|other| Some(row(other)?.id));
            Definition::new(row(arg)?, arg, excluded.collect())
        };
        Definitions(command.get_arguments().filter_map(definition).collect())
    }

    /// All, in the order of their fields.
    pub(super) fn iter(&self) -> std::slice::Iter<'_, Definition> {
        self.0.iter()
    }

    /// The option of this field.
    pub(super) fn get(&self, id: &str) -> Option<&Definition> {
        self.iter().find(|option| option.id == id)
    }

    /// The option of this name, in whatever form it is written. Fields go before flags: `tags` in a file are k6's,
    /// `--tags` Locust's.
    pub(super) fn find(&self, name: &str) -> Option<&Definition> {
        let name = folded(name);
        let by_id = self.iter().find(|option| folded(option.id) == name);
        by_id.or_else(|| self.iter().find(|option| option.names.contains(&name)))
    }

    /// The options that have to do with the load.
    pub(super) fn load(&self) -> impl Iterator<Item = &Definition> {
        self.iter().filter(|option| option.rules.role != LoadRole::None)
    }

    /// The options that say which executor is meant.
    pub(super) fn deciding(&self) -> impl Iterator<Item = &Definition> {
        self.iter()
            .filter(|option| option.rules.role == LoadRole::Decides)
    }

    /// Pairs of options of which only one may be given.
    pub(super) fn exclusive(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let excluded = |option: &Definition| {
            option
                .excludes
                .iter()
                .map(|other| (*other, option.id))
                .collect::<Vec<_>>()
        };
        self.iter().flat_map(excluded)
    }
}

fn command() -> Command {
    Command::new("options").disable_help_flag(true)
}

/// Everything that a run can be asked for: flags, variables and the file's own keys.
static RUN: LazyLock<Definitions> = LazyLock::new(|| Definitions::new(&run_command(), &run_rows()));

fn run_command() -> Command {
    let command = LoadOptions::augment_args(command());
    let command = MeasureOptions::augment_args(command);
    let command = HttpOptions::augment_args(command);
    let command = PluginOptions::augment_args(command);
    let command = OutputOptions::augment_args(command);
    LimitOptions::augment_args(command)
}

fn run_rows() -> Vec<OptionRow> {
    let groups = [
        LoadOptions::rows(),
        MeasureOptions::rows(),
        HttpOptions::rows(),
        PluginOptions::rows(),
        OutputOptions::rows(),
        LimitOptions::rows(),
    ];
    groups.concat()
}

/// The keys of a scenario in a file.
static SCENARIO: LazyLock<Definitions> =
    LazyLock::new(|| Definitions::new(&scenario_command(), &ScenarioOptions::rows()));

fn scenario_command() -> Command {
    ScenarioOptions::augment_args(command())
}

/// The options of a run.
pub(super) fn run() -> &'static Definitions {
    &RUN
}

/// The options of a scenario in a file.
pub(super) fn scenario() -> &'static Definitions {
    &SCENARIO
}

/// The variables of all options of a run.
pub fn variables() -> impl Iterator<Item = String> {
    run().iter().map(Definition::variable)
}

/// Whether the values of the option of this name are shown as they are, in whatever form the name is written.
pub fn is_shown(name: &str) -> bool {
    let found = run().find(name).or_else(|| scenario().find(name));
    // The file's own name stands in no row: it is of no layer.
    folded(name) == "config" || found.is_some_and(|option| option.rules.shown == Shown::Always)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Flags that have no row behind their field.
    fn without_row(options: &Definitions, command: &Command) -> Vec<String> {
        let ids = command.get_arguments().map(|arg| arg.get_id().to_string());
        ids.filter(|id| options.get(id).is_none()).collect()
    }

    #[test]
    fn every_flag_has_a_row_and_every_row_a_flag() {
        assert_eq!(without_row(run(), &run_command()), [] as [&str; 0]);
        assert_eq!(without_row(scenario(), &scenario_command()), [] as [&str; 0]);
        assert_eq!(run().iter().count(), run_rows().len());
        assert_eq!(scenario().iter().count(), ScenarioOptions::rows().len());
    }

    #[test]
    fn no_name_means_two_options() {
        for options in [run(), scenario()] {
            let all: Vec<&str> = options.iter().map(|option| option.id).collect();
            assert!(
                options
                    .iter()
                    .all(|option| options.find(option.id).unwrap().id == option.id)
            );
            let needed = options.iter().filter_map(|option| option.rules.needs);
            assert!(needed.into_iter().all(|id| all.contains(&id)));
        }
    }

    #[test]
    fn names_of_files_and_rules_are_shown_in_whatever_form_they_are_written() {
        let shown = [
            "key",
            "ca-file",
            "CA_FILE",
            "caFile",
            "threshold",
            "hosts",
            "config",
            "TAGS",
        ];
        assert!(shown.iter().all(|name| is_shown(name)));
        let hidden = ["param", "header", "host", "token", "api-token"];
        assert!(hidden.iter().all(|name| !is_shown(name)));
    }

    #[test]
    fn exclusions_come_from_the_flags() {
        let pairs: Vec<_> = run().exclusive().collect();
        let expected = [
            ("iterations", "iterations_per_vu"),
            ("http1", "http2_prior_knowledge"),
            ("quiet", "verbose"),
        ];
        assert_eq!(pairs, expected);
    }
}
