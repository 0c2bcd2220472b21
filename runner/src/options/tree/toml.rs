//! TOML, with every fault that the parser recovers from.

use super::lines::Lines;
use super::{Fault, Key, Node, Position, Value, too_deep};
use toml::de::{DeTable, DeValue};

pub(super) fn parse(text: &str) -> Result<Node, Vec<Fault>> {
    let lines = &Lines::of(text);
    // The parser itself stops at 80 levels, far from the end of the stack.
    let (table, errors) = DeTable::parse_recoverable(text);
    if errors.is_empty() {
        return Ok(Node {
            at: Position::START,
            value: Value::Table(entries(lines, table.get_ref())),
        });
    }
    let mut faults: Vec<_> = errors.iter().map(|error| fault(lines, error)).collect();
    faults.sort();
    faults.dedup();
    Err(faults)
}

fn fault(lines: &Lines<'_>, error: &toml::de::Error) -> Fault {
    let at = error.span().map_or(Position::START, |span| lines.at(span.start));
    let what = match error.message() {
        "recursion limit" => too_deep(),
        message => message.replace('\n', ", "),
    };
    (at, what)
}

fn entries(lines: &Lines<'_>, table: &DeTable<'_>) -> Vec<(Key, Node)> {
    let mut entries: Vec<_> = table
        .iter()
        .map(|(key, value)| {
            let key = Key {
                at: lines.at(key.span().start),
                name: key.get_ref().clone().into_owned(),
            };
            (key, node(lines, value.span().start, value.get_ref()))
        })
        .collect();
    entries.sort_by_key(|(key, _)| key.at);
    entries
}

fn node(lines: &Lines<'_>, start: usize, value: &DeValue<'_>) -> Node {
    let value = match value {
        DeValue::String(text) => Value::Text(text.clone().into_owned()),
        DeValue::Integer(number) => Value::Number(integer(number.as_str(), number.radix())),
        DeValue::Float(number) => Value::Number(number.as_str().to_owned()),
        DeValue::Boolean(is) => Value::Bool(*is),
        DeValue::Datetime(time) => Value::Text(time.to_string()),
        DeValue::Array(items) => {
            let item = |item: &toml::Spanned<DeValue<'_>>| node(lines, item.span().start, item.get_ref());
            Value::List(items.iter().map(item).collect())
        }
        DeValue::Table(table) => Value::Table(entries(lines, table)),
    };
    Node {
        at: lines.at(start),
        value,
    }
}

/// In decimal, as the other formats write it; what is too large stays, and is refused as a number.
fn integer(digits: &str, radix: u32) -> String {
    i128::from_str_radix(digits, radix).map_or_else(|_| digits.to_owned(), |n| n.to_string())
}
