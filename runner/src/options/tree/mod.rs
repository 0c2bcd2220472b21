//! A configuration text as a tree in which everything has its place: the same for TOML, JSON and
//! YAML. Syntax only; what the keys mean is read in `read`.

mod json;
mod lines;
mod toml;
mod yaml;

use std::fmt;

/// Levels of lists and tables that a text may have.
const MAX_DEPTH: usize = 16;

/// Values that a text may have, those that YAML's aliases repeat included.
const MAX_NODES: usize = 50_000;

/// A place in a text, both from 1; columns are counted in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column in it.
    pub column: usize,
}

impl Position {
    /// Where a text begins.
    pub const START: Position = Position { line: 1, column: 1 };
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// A value in its place.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    pub(super) at: Position,
    pub(super) value: Value,
}

/// What a value is. Numbers stay as they were written.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    List(Vec<Node>),
    /// In the order of the text.
    Table(Vec<(Key, Node)>),
}

/// A key of a table in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) at: Position,
    pub(super) name: String,
}

/// What a text can't be read for.
pub(super) type Fault = (Position, String);

/// The languages of configuration files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Toml,
    Json,
    Yaml,
}

impl Format {
    /// By the name's extension.
    pub(super) fn of(path: &std::path::Path) -> Option<Format> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "toml" => Some(Format::Toml),
            "json" => Some(Format::Json),
            "yaml" | "yml" => Some(Format::Yaml),
            _ => None,
        }
    }
}

/// Reads a text.
///
/// # Errors
/// All faults that its parser can tell apart.
pub(super) fn parse(format: Format, text: &str) -> Result<Node, Vec<Fault>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let node = match format {
        Format::Toml => toml::parse(text)?,
        Format::Json => json::parse(text).map_err(|fault| vec![fault])?,
        Format::Yaml => yaml::parse(text).map_err(|fault| vec![fault])?,
    };
    let mut count = 0;
    bounded(&node, 1, &mut count).map_err(|fault| vec![fault])?;
    Ok(node)
}

/// Gives each text with the key under which it stands, but for what is under a key whose values are shown by design.
pub(super) fn each_text(
    node: &Node,
    key: &str,
    is_shown: &dyn Fn(&str) -> bool,
    see: &mut dyn FnMut(&str, &str),
) {
    match &node.value {
        Value::Text(text) | Value::Number(text) => see(key, text),
        Value::List(items) => items.iter().for_each(|item| each_text(item, key, is_shown, see)),
        Value::Table(entries) => {
            let entries = entries.iter().filter(|(key, _)| !is_shown(&key.name));
            entries.for_each(|(key, node)| each_text(node, &key.name, is_shown, see));
        }
        Value::Null | Value::Bool(_) => {}
    }
}

fn bounded(node: &Node, depth: usize, count: &mut usize) -> Result<(), Fault> {
    *count += 1;
    if depth > MAX_DEPTH {
        return Err((node.at, too_deep()));
    }
    if *count > MAX_NODES {
        return Err((node.at, too_many()));
    }
    match &node.value {
        Value::List(items) => items.iter().try_for_each(|n| bounded(n, depth + 1, count)),
        Value::Table(entries) => {
            if let Some(key) = repeated(entries) {
                return Err((key.at, format!("the key {:?} is there twice", key.name)));
            }
            entries.iter().try_for_each(|(_, n)| bounded(n, depth + 1, count))
        }
        _ => Ok(()),
    }
}

fn repeated(entries: &[(Key, Node)]) -> Option<&Key> {
    let mut seen = std::collections::HashSet::new();
    entries
        .iter()
        .map(|(key, _)| key)
        .find(|key| !seen.insert(&key.name))
}

fn too_deep() -> String {
    format!("it is nested more than {MAX_DEPTH} levels deep")
}

fn too_many() -> String {
    format!("it has more than {MAX_NODES} values")
}

#[cfg(test)]
mod tests;
