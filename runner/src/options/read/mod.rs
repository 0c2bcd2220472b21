//! From a configuration text to a layer. Every key is looked at, so that all problems come at once.

mod stages;
mod thresholds;

use super::definition::{Defined, Definition, Kind};
use super::layer::{LOAD, Layer, ScenarioText, Setting, Settings, parts, shown};
use super::names::{did_you_mean, folded, instead_of_k6, is_always_so};
use super::problem::{Origin, Problem};
use super::tree::{Format, Key, Node, Position, Value};
use super::{definition, tree};
use crate::secret;

/// Scenarios that a file may have.
const MAX_SCENARIOS: usize = 1000;

/// Keys that a plugin may suggest, besides those of the load and of scenarios. All else belongs
/// to the operator: it would grant the plugin something, or change what it is given.
const OF_PLUGINS: [&str; 16] = [
    "host",
    "max_rate",
    "tags",
    "group_urls",
    "setup_timeout",
    "teardown_timeout",
    "reset_cookies",
    "reset_connections",
    "no_keep_alive",
    "max_redirects",
    "parallel_per_host",
    "tls_version",
    "dns_ttl",
    "dns_policy",
    "block_ip",
    "block_host",
];

/// Keys by which a plugin asks the operator for something. Nothing comes of them by themselves.
pub(super) const ASKED: [&str; 5] = ["resolve", "insecure", "cert", "key", "source_address"];

/// Reads a text into a layer, as far as it can be read, with all problems. `origin` says whose it is.
pub(super) fn layer(
    format: Format,
    text: &str,
    origin: &dyn Fn(Position) -> Origin,
) -> (Layer, Vec<Problem>) {
    let root = match tree::parse(format, text) {
        Ok(root) => {
            tree::each_text(&root, "", &mut secret::learn_named);
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
        run: definition::run(),
        scenario: definition::scenario(),
        origin,
        problems: Vec::new(),
    };
    let layer = reader.root(root);
    reader.problems.extend(layer.contradictions());
    (layer, reader.problems)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Scope {
    Run,
    Scenario,
}

struct Reader<'a> {
    run: Definition,
    scenario: Definition,
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

    fn definition(&mut self, scope: Scope) -> &mut Definition {
        match scope {
            Scope::Run => &mut self.run,
            Scope::Scenario => &mut self.scenario,
        }
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
        let Some(defined) = self.definition(scope).find(&key.name).cloned() else {
            return self.unknown(scope, key);
        };
        if self.is_plugin() && !may_suggest(scope, &defined.id) {
            return self.complain(
                key.at,
                &full,
                "a plugin can't set this: it is the operator's to say",
            );
        }
        if let Some(earlier) = out.first(&defined.id) {
            let what = format!("it is given twice: the other time as {}", earlier.key);
            return self.complain(key.at, &full, what);
        }
        match node.value {
            Value::List(items) if defined.id == "stages" => self.stages(&full, items, out),
            Value::List(items) if defined.is_list => {
                for item in items {
                    self.scalar(scope, &defined, &full, item, out);
                }
            }
            Value::Table(entries) if is_by_name(&defined.id) => {
                self.named(scope, &defined, &full, entries, out);
            }
            _ => self.scalar(scope, &defined, &full, node, out),
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
                for defined in self.definition(scope).keys() {
                    known.push(defined.id.clone());
                    known.extend(defined.aliases.iter().map(|alias| alias.replace('-', "_")));
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
    fn scalar(&mut self, scope: Scope, defined: &Defined, full: &str, node: Node, out: &mut Settings) {
        let text = match text_of(defined, node.value) {
            Ok(text) => text,
            Err(what) => return self.complain(node.at, full, what),
        };
        let values = if defined.is_split {
            parts(defined, &text)
        } else {
            vec![text.as_str()]
        };
        for text in values {
            match self.definition(scope).check(defined, text) {
                Ok(()) => out.push(&defined.id, self.setting(node.at, full, text)),
                Err(why) => self.complain(node.at, full, shown(text, &why)),
            }
        }
    }

    fn setting(&self, at: Position, full: &str, text: &str) -> Setting {
        Setting {
            text: text.to_owned(),
            origin: (self.origin)(at),
            key: full.to_owned(),
        }
    }

    /// `NAME = VALUE` in a table, for what a flag takes as `NAME=VALUE`.
    fn named(
        &mut self,
        scope: Scope,
        defined: &Defined,
        full: &str,
        entries: Vec<(Key, Node)>,
        out: &mut Settings,
    ) {
        let separator = if defined.id == "headers" { ":" } else { "=" };
        for (key, node) in entries {
            let full = join(full, &key.name);
            if key.name.contains(separator) {
                self.complain(key.at, &full, format!("a name can't have a {separator:?} in it"));
                continue;
            }
            match plain_text(node.value) {
                Ok(text) => {
                    let text = Value::Text(format!("{}{separator}{text}", key.name));
                    let node = Node {
                        at: node.at,
                        value: text,
                    };
                    self.scalar(scope, defined, &full, node, out);
                }
                Err(what) => self.complain(node.at, &full, what),
            }
        }
    }

    fn user_agent(&mut self, key: &Key, node: Node, out: &mut Settings) {
        let Some(headers) = self.run.find("headers").cloned() else {
            return;
        };
        if self.is_plugin() {
            return self.complain(
                key.at,
                &key.name,
                "a plugin can't set this: it is the operator's to say",
            );
        }
        match node.value {
            Value::Text(text) => {
                let value = Value::Text(format!("user-agent: {text}"));
                self.scalar(Scope::Run, &headers, &key.name, Node { at: node.at, value }, out);
            }
            _ => self.complain(node.at, &key.name, "it must be a text"),
        }
    }
}

fn may_suggest(scope: Scope, id: &str) -> bool {
    let is_shape =
        LOAD.contains(&id) || ["graceful_stop", "on_stop", "task_tags", "exclude_tags"].contains(&id);
    match scope {
        Scope::Run => is_shape || OF_PLUGINS.contains(&id) || ASKED.contains(&id),
        Scope::Scenario => true,
    }
}

fn is_by_name(id: &str) -> bool {
    ["params", "tags", "headers", "data", "resolve"].contains(&id)
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}.{key}")
    }
}

fn text_of(defined: &Defined, value: Value) -> Result<String, String> {
    match (defined.kind, value) {
        (Kind::Time, Value::Number(number)) => time_of(&number),
        (_, Value::Table(_)) if defined.is_list => Err("it must be a list".to_owned()),
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
