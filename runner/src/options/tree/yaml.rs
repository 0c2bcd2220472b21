//! YAML 1.2 with its core schema. Aliases are copied, and copies count, so that a few lines can't
//! grow into gigabytes; tags other than the core schema's are refused.

use super::{Fault, Key, MAX_DEPTH, MAX_NODES, Node, Position, Value, too_deep, too_many};
use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Tag};
use std::borrow::Cow;
use std::collections::HashMap;

pub(super) fn parse(text: &str) -> Result<Node, Fault> {
    let mut reader = Reader::default();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|e| (position(e.marker()), e.info().to_owned()))?;
        reader.take(event, position(&span.start))?;
    }
    reader.root.ok_or((Position::START, "it is empty".to_owned()))
}

fn position(marker: &Marker) -> Position {
    Position {
        line: marker.line(),
        column: marker.col() + 1,
    }
}

/// A list or table under way.
struct Open {
    at: Position,
    anchor: usize,
    is_table: bool,
    items: Vec<Node>,
}

#[derive(Default)]
struct Reader {
    open: Vec<Open>,
    anchors: HashMap<usize, (Node, usize)>,
    /// Values so far, copies included.
    count: usize,
    root: Option<Node>,
}

impl Reader {
    fn take(&mut self, event: Event<'_>, at: Position) -> Result<(), Fault> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let value = scalar(&text, style, tag.as_deref()).map_err(|what| (at, what))?;
                self.add(Node { at, value }, anchor, 1)
            }
            Event::SequenceStart(anchor, tag) => self.begin(at, anchor, false, tag.as_deref()),
            Event::MappingStart(anchor, tag) => self.begin(at, anchor, true, tag.as_deref()),
            Event::SequenceEnd | Event::MappingEnd => self.end(at),
            Event::Alias(anchor) => {
                let copy = self.anchors.get(&anchor).cloned();
                let (node, size) = copy.ok_or((at, "the alias is inside of what it names".to_owned()))?;
                self.add(Node { at, ..node }, 0, size)
            }
            Event::DocumentStart(_) if self.root.is_some() => {
                Err((at, "there is a second document in the file".to_owned()))
            }
            _ => Ok(()),
        }
    }

    fn begin(&mut self, at: Position, anchor: usize, is_table: bool, tag: Option<&Tag>) -> Result<(), Fault> {
        if self.open.len() >= MAX_DEPTH {
            return Err((at, too_deep()));
        }
        core_only(tag).map_err(|what| (at, what))?;
        self.open.push(Open {
            at,
            anchor,
            is_table,
            items: Vec::new(),
        });
        Ok(())
    }

    fn end(&mut self, at: Position) -> Result<(), Fault> {
        let Some(open) = self.open.pop() else {
            return Err((at, "an end without its beginning".to_owned()));
        };
        let value = if open.is_table {
            Value::Table(pairs(open.items)?)
        } else {
            Value::List(open.items)
        };
        self.add(Node { at: open.at, value }, open.anchor, 1)
    }

    /// `size`: values that are new in it.
    fn add(&mut self, node: Node, anchor: usize, size: usize) -> Result<(), Fault> {
        self.count += size;
        if self.count > MAX_NODES {
            return Err((node.at, too_many()));
        }
        if anchor > 0 {
            self.anchors.insert(anchor, (node.clone(), total(&node)));
        }
        match self.open.last_mut() {
            Some(open) => open.items.push(node),
            None => self.root = Some(node),
        }
        Ok(())
    }
}

fn total(node: &Node) -> usize {
    1 + match &node.value {
        Value::List(items) => items.iter().map(total).sum::<usize>(),
        Value::Table(entries) => entries.iter().map(|(_, node)| total(node)).sum(),
        _ => 0,
    }
}

fn pairs(items: Vec<Node>) -> Result<Vec<(Key, Node)>, Fault> {
    let mut pairs = Vec::with_capacity(items.len() / 2);
    let mut items = items.into_iter();
    while let (Some(key), Some(node)) = (items.next(), items.next()) {
        let name = match key.value {
            Value::Text(name) | Value::Number(name) => name,
            Value::Bool(is) => is.to_string(),
            _ => return Err((key.at, "a key must be a text".to_owned())),
        };
        pairs.push((Key { at: key.at, name }, node));
    }
    Ok(pairs)
}

fn core_only(tag: Option<&Tag>) -> Result<(), String> {
    match tag {
        Some(tag) if !tag.is_yaml_core_schema() => Err(format!("the tag {tag} means nothing here")),
        _ => Ok(()),
    }
}

/// By YAML's core schema: only plain scalars can be anything but text.
fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Result<Value, String> {
    core_only(tag)?;
    if style != ScalarStyle::Plain || tag.is_some_and(|tag| tag.suffix == "str") {
        return Ok(Value::Text(text.to_owned()));
    }
    Ok(match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ => match number(text) {
            Some(number) => Value::Number(number.into_owned()),
            None => Value::Text(text.to_owned()),
        },
    })
}

fn number(text: &str) -> Option<Cow<'_, str>> {
    let unsigned = text.trim_start_matches(['-', '+']);
    let special = matches!(unsigned, ".inf" | ".Inf" | ".INF" | ".nan" | ".NaN" | ".NAN");
    if special {
        return Some(Cow::Owned(text.replacen('.', "", 1)));
    }
    let is_number = unsigned.starts_with(|c: char| c.is_ascii_digit()) && text.parse::<f64>().is_ok();
    is_number.then_some(Cow::Borrowed(text))
}
