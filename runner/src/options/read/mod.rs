//! From a configuration text to a layer. Every key is looked at, so that all problems come at once.

mod stages;
mod thresholds;

use super::definition::{self, Definition, Definitions, Kind};
use super::http::HttpOptions;
use super::layer::{Layer, ScenarioText, parts, shown};
use super::names::{did_you_mean, folded, instead_of_k6, is_always_so};
use super::problem::{Origin, Problem};
use super::row::Setter;
use super::setting::{Setting, Settings, TypedValue};
use super::tree;
use super::tree::{Format, Key, Node, Position, Value};
use crate::secret;

/// Scenarios that a file may have.
const MAX_SCENARIOS: usize = 1000;

/// Said of what would grant a plugin something, or change what it is given.
const OPERATORS: &str = "a plugin can't set this: it is the operator's to say";

/// Reads a text into a layer, as far as it can be read, with all problems. `origin` says whose it is.
pub(super) fn layer(
    format: Format,
    text: &str,
    origin: &dyn Fn(Position) -> Origin,
) -> (Layer, Vec<Problem>) {
    let root = match tree::parse(format, text) {
        Ok(root) => {
            tree::each_text(&root, "", &definition::is_shown, &mut secret::learn_named);
            root
        }
        Err(faults) => {
            // What a parser complains about may be in its words.
            text.lines().for_each(secret::learn_text);
            let problem = |(at, what): (Position, String)| Problem::new(origin(at), "", what);
            return (Layer::default(), faults.into_iter().map(problem).collect());
        }
    };
    let mut reader = Reader {
        origin,
        problems: Vec::new(),
    };
    let layer = reader.root(root);
    reader.problems.extend(layer.contradictions());
    (layer, reader.problems)
}

/// Where a key stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scope {
    Run,
    Scenario,
}

impl Scope {
    fn options(self) -> &'static Definitions {
        match self {
            Scope::Run => definition::run(),
            Scope::Scenario => definition::scenario(),
        }
    }
}

struct Reader<'a> {
    origin: &'a dyn Fn(Position) -> Origin,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn complain(&mut self, at: Position, key: &str, what: impl Into<String>) {
        self.problems.push(Problem::new((self.origin)(at), key, what));
    }

    fn is_plugin(&self) -> bool {
        matches!((self.origin)(Position::START), Origin::Plugin(_))
    }

    fn root(&mut self, root: Node) -> Layer {
        let mut layer = Layer::default();
        let Value::Table(entries) = root.value else {
            self.complain(root.at, "", "it must be a table of options");
            return layer;
        };
        for (key, node) in entries {
            match folded(&key.name).as_str() {
                "scenarios" => layer.scenarios = self.scenarios(node),
                "thresholds" => self.thresholds(node, &mut layer.settings),
                "useragent" => self.user_agent(&key, node, &mut layer.settings),
                _ => self.entry(Scope::Run, "", &key, node, &mut layer.settings),
            }
        }
        layer
    }

    fn scenarios(&mut self, node: Node) -> Vec<ScenarioText> {
        let Value::Table(entries) = node.value else {
            self.complain(
                node.at,
                "scenarios",
                "it must be a table with a table for each scenario",
            );
            return Vec::new();
        };
        if entries.is_empty() || entries.len() > MAX_SCENARIOS {
            let what = format!(
                "it must have 1 to {MAX_SCENARIOS} scenarios, not {}",
                entries.len()
            );
            self.complain(node.at, "scenarios", what);
            return Vec::new();
        }
        entries
            .into_iter()
            .map(|(key, node)| self.one_scenario(key, node))
            .collect()
    }

    fn one_scenario(&mut self, key: Key, node: Node) -> ScenarioText {
        let path = format!("scenarios.{}", key.name);
        let before = self.problems.len();
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if key.name.is_empty() || key.name.len() > 200 || !key.name.chars().all(plain) {
            self.complain(key.at, &path, "a name is made of letters, digits, `-` and `_`");
        }
        let mut settings = Settings::default();
        match node.value {
            Value::Table(entries) => {
                for (key, node) in entries {
                    self.entry(Scope::Scenario, &path, &key, node, &mut settings);
                }
            }
            _ => self.complain(node.at, &path, "it must be a table"),
        }
        ScenarioText {
            name: key.name,
            origin: (self.origin)(key.at),
            settings,
            is_broken: self.problems.len() > before,
        }
    }

    fn entry(&mut self, scope: Scope, path: &str, key: &Key, node: Node, out: &mut Settings) {
        let full = join(path, &key.name);
        let Some(option) = scope.options().find(&key.name) else {
            return self.unknown(scope, key);
        };
        if self.is_plugin() && option.rules.setter == Setter::Operator {
            return self.complain(key.at, &full, OPERATORS);
        }
        if let Some(earlier) = out.first(option.id) {
            let what = format!("it is given twice: the other time as {}", earlier.key);
            return self.complain(key.at, &full, what);
        }
        match (node.value, option.separator()) {
            (Value::List(items), _) if option.kind == Kind::Stage => self.stages(option, &full, items, out),
            (Value::List(items), _) if option.is_list => {
                for item in items {
                    self.scalar(option, &full, item, out);
                }
            }
            (Value::Table(entries), Some(separator)) => self.named(option, separator, &full, entries, out),
            (value, _) => self.scalar(option, &full, Node { at: node.at, value }, out),
        }
    }

    fn unknown(&mut self, scope: Scope, key: &Key) {
        let name = folded(&key.name);
        if scope == Scope::Run && is_always_so(&name) {
            return;
        }
        let what = match instead_of_k6(&name) {
            Some(instead) => format!("{:?} of k6 doesn't exist here: {instead}", key.name),
            None => {
                let mut known: Vec<String> = Vec::new();
                for option in scope.options().iter() {
                    known.push(option.id.to_owned());
                    known.extend(option.other_keys());
                }
                if scope == Scope::Run {
                    known.push("scenarios".to_owned());
                }
                let known: Vec<&str> = known.iter().map(String::as_str).collect();
                format!("unknown key {:?}{}", key.name, did_you_mean(&key.name, &known))
            }
        };
        self.complain(key.at, "", what);
    }

    /// One value that is a text, in whatever form it is written.
    fn scalar(&mut self, option: &Definition, full: &str, node: Node, out: &mut Settings) {
        let text = match text_of(option, node.value) {
            Ok(text) => text,
            Err(what) => return self.complain(node.at, full, what),
        };
        let values = if option.is_split {
            parts(option, &text)
        } else {
            vec![text.as_str()]
        };
        for text in values {
            match option.parse(text) {
                Ok(value) => out.push(option.id, self.setting(node.at, full, text, value)),
                Err(why) => self.complain(node.at, full, shown(text, &why)),
            }
        }
    }

    fn setting(&self, at: Position, full: &str, text: &str, value: TypedValue) -> Setting {
        Setting {
            text: text.to_owned(),
            value,
            origin: (self.origin)(at),
            key: full.to_owned(),
        }
    }

    /// `NAME = VALUE` in a table, for what a flag takes as `NAME=VALUE`.
    fn named(
        &mut self,
        option: &Definition,
        separator: char,
        full: &str,
        entries: Vec<(Key, Node)>,
        out: &mut Settings,
    ) {
        for (key, node) in entries {
            let full = join(full, &key.name);
            if key.name.contains(separator) {
                let separator = separator.to_string();
                self.complain(key.at, &full, format!("a name can't have a {separator:?} in it"));
                continue;
            }
            match plain_text(node.value) {
                Ok(text) => {
                    let value = Value::Text(format!("{}{separator}{text}", key.name));
                    self.scalar(option, &full, Node { at: node.at, value }, out);
                }
                Err(what) => self.complain(node.at, &full, what),
            }
        }
    }

    fn user_agent(&mut self, key: &Key, node: Node, out: &mut Settings) {
        let Some(headers) = definition::run().get(HttpOptions::headers) else {
            return;
        };
        if self.is_plugin() {
            return self.complain(key.at, &key.name, OPERATORS);
        }
        match node.value {
            Value::Text(text) => {
                let value = Value::Text(format!("user-agent: {text}"));
                self.scalar(headers, &key.name, Node { at: node.at, value }, out);
            }
            _ => self.complain(node.at, &key.name, "it must be a text"),
        }
    }
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}.{key}")
    }
}

fn text_of(option: &Definition, value: Value) -> Result<String, String> {
    match (option.kind, value) {
        (Kind::Time, Value::Number(number)) => time_of(&number),
        (_, Value::Table(_)) if option.is_list => Err("it must be a list".to_owned()),
        (_, value) => plain_text(value),
    }
}

/// In files a time has a unit: k6's bare numbers are milliseconds, Locust's seconds.
fn time_of(number: &str) -> Result<String, String> {
    match number.parse::<f64>() {
        Ok(0.0) => Ok("0s".to_owned()),
        _ => Err(format!("{number}: write it with its unit, such as \"10s\"")),
    }
}

fn plain_text(value: Value) -> Result<String, String> {
    match value {
        Value::Text(text) | Value::Number(text) => Ok(text),
        Value::Bool(is) => Ok(is.to_string()),
        Value::Null => Err("it has no value".to_owned()),
        Value::List(_) => Err("it must be one value, not a list".to_owned()),
        Value::Table(_) => Err("it must be one value, not a table".to_owned()),
    }
}
