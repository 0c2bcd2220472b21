//! JSON as RFC 8259 has it: no comments, no trailing commas.

use super::lines::Lines;
use super::{Fault, Key, Node, Position, Value, too_deep};
use jsonc_parser::ast::{self, ObjectProp};
use jsonc_parser::common::Ranged;
use jsonc_parser::errors::ParseErrorKind;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

const STRICT: ParseOptions = ParseOptions {
    allow_comments: false,
    allow_loose_object_property_names: false,
    allow_trailing_commas: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

pub(super) fn parse(text: &str) -> Result<Node, Fault> {
    let lines = &Lines::of(text);
    let parsed = parse_to_ast(text, &CollectOptions::default(), &STRICT).map_err(|error| {
        let what = match error.kind() {
            ParseErrorKind::NestingDepthExceeded => too_deep(),
            kind => kind.to_string().to_lowercase(),
        };
        (lines.at(error.range().start), what)
    })?;
    let value = parsed.value.ok_or((Position::START, "it is empty".to_owned()))?;
    Ok(node(lines, value))
}

fn node(lines: &Lines<'_>, value: ast::Value<'_>) -> Node {
    Node {
        at: lines.at(value.range().start),
        value: match value {
            ast::Value::StringLit(text) => Value::Text(text.value.into_owned()),
            ast::Value::NumberLit(number) => Value::Number(number.value.to_owned()),
            ast::Value::BooleanLit(is) => Value::Bool(is.value),
            ast::Value::NullKeyword(_) => Value::Null,
            ast::Value::Array(list) => {
                Value::List(list.elements.into_iter().map(|v| node(lines, v)).collect())
            }
            ast::Value::Object(table) => {
                Value::Table(table.properties.into_iter().map(|p| entry(lines, p)).collect())
            }
        },
    }
}

fn entry(lines: &Lines<'_>, property: ObjectProp<'_>) -> (Key, Node) {
    let key = Key {
        at: lines.at(property.range.start),
        name: property.name.into_string(),
    };
    (key, node(lines, property.value))
}
