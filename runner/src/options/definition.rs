//! What can be asked for, from the structs that define it: each field is a flag, an environment
//! variable and a key of the configuration file, and its comment is the help of all three.
//!
//! Every value, whoever says it, goes through the field's own parser.

use super::names::folded;
use super::{
    HttpOptions, LimitOptions, LoadOptions, MeasureOptions, OutputOptions, PluginOptions, ScenarioOptions,
};
use clap::builder::ValueParser;
use clap::error::ErrorKind;
use clap::{Arg, ArgAction, ArgMatches, Args as _, Command};
use std::any::TypeId;
use std::error::Error as _;
use std::time::Duration;

/// What kind of value a key takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Flag,
    Integer,
    Number,
    Time,
    Text,
}

/// A key, as its field defines it.
#[derive(Debug, Clone)]
pub(super) struct Defined {
    /// The field, which is also the key's name in files.
    pub(super) id: String,
    /// The flag, without its dashes.
    pub(super) flag: String,
    pub(super) kind: Kind,
    pub(super) is_list: bool,
    /// Whether one text may hold several values, with commas between them.
    pub(super) is_split: bool,
    pub(super) help: String,
    /// Other names that are shown.
    pub(super) aliases: Vec<String>,
    /// All names, folded.
    names: Vec<String>,
}

/// A set of fields.
#[derive(Debug)]
pub(super) struct Definition {
    command: Command,
    keys: Vec<Defined>,
}

impl Definition {
    /// Of the fields that `augment` adds.
    pub(super) fn new(augment: impl FnOnce(Command) -> Command) -> Definition {
        let base = Command::new("options")
            .no_binary_name(true)
            .disable_help_flag(true);
        let command = augment(base);
        let keys = command.get_arguments().filter_map(defined).collect();
        Definition { command, keys }
    }

    /// All keys, in the order of their fields.
    pub(super) fn keys(&self) -> &[Defined] {
        &self.keys
    }

    /// The key of this name, in whatever form it is written. Names go before flags: `tags` in a file
    /// are k6's, `--tags` Locust's.
    pub(super) fn find(&self, name: &str) -> Option<&Defined> {
        let name = folded(name);
        let by_id = self.keys.iter().find(|key| folded(&key.id) == name);
        by_id.or_else(|| self.keys.iter().find(|key| key.names.contains(&name)))
    }

    /// Whether the field accepts this text, and why not.
    pub(super) fn check(&mut self, key: &Defined, text: &str) -> Result<(), String> {
        if key.kind == Kind::Flag {
            return match text {
                "true" | "false" => Ok(()),
                _ => Err("it must be true or false".to_owned()),
            };
        }
        let line = [format!("--{}={text}", key.flag)];
        match self.command.try_get_matches_from_mut(line) {
            Err(error) if is_about_the_value(&error) => Err(why(&error)),
            _ => Ok(()),
        }
    }

    /// All fields from these values, which must have been checked.
    ///
    /// # Errors
    /// Values that exclude each other.
    pub(super) fn parse<'a>(
        &self,
        values: impl Iterator<Item = (&'a str, &'a str)>,
    ) -> Result<ArgMatches, String> {
        let line = values.filter_map(|(id, text)| {
            let key = self.keys.iter().find(|key| key.id == id)?;
            match (key.kind, text) {
                (Kind::Flag, "true") => Some(format!("--{}", key.flag)),
                (Kind::Flag, _) => None,
                _ => Some(format!("--{}={text}", key.flag)),
            }
        });
        let matches = self.command.clone().try_get_matches_from(line);
        matches.map_err(|error| why(&error))
    }
}

fn is_about_the_value(error: &clap::Error) -> bool {
    use ErrorKind::{InvalidUtf8, InvalidValue, ValueValidation};
    matches!(error.kind(), ValueValidation | InvalidValue | InvalidUtf8)
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

fn defined(arg: &Arg) -> Option<Defined> {
    let flag = arg.get_long()?.to_owned();
    let id = arg.get_id().to_string();
    let owned = |names: Option<Vec<&str>>| -> Vec<String> {
        names.into_iter().flatten().map(str::to_owned).collect()
    };
    let aliases = owned(arg.get_visible_aliases());
    let others = owned(arg.get_all_aliases());
    let names = [&id, &flag].into_iter().chain(&others);
    Some(Defined {
        names: names.map(|name| folded(name)).collect(),
        kind: kind(arg),
        is_split: arg.get_value_delimiter().is_some(),
        is_list: matches!(arg.get_action(), ArgAction::Append),
        help: help(arg),
        id,
        flag,
        aliases,
    })
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

/// Everything that a run can be asked for: flags, variables and the file's own keys.
pub(super) fn run() -> Definition {
    Definition::new(|command| {
        let command = LoadOptions::augment_args(command);
        let command = MeasureOptions::augment_args(command);
        let command = HttpOptions::augment_args(command);
        let command = PluginOptions::augment_args(command);
        let command = OutputOptions::augment_args(command);
        LimitOptions::augment_args(command)
    })
}

/// The keys of a scenario in a file.
pub(super) fn scenario() -> Definition {
    Definition::new(ScenarioOptions::augment_args)
}
