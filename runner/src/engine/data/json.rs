//! JSON: an array of objects, or one object per line. An object is a row; its values are
//! text, or the text as it is written of what isn't.

use super::limits::ROW_BYTES;
use super::source::{Index, Input};
use super::{DataError, Place, Row};
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use serde_json::value::RawValue;

/// Finds and checks the rows of an array.
pub(super) fn index_array(input: &mut Input<'_>) -> Result<Index, DataError> {
    let mut index = Index::default();
    let mut object = Vec::new();
    input.skip_mark()?;
    expect(input, b'[', "a JSON file is an array of objects: [{…}, {…}]")?;
    if space(input)? == Some(b']') {
        return Ok(index);
    }
    loop {
        let first = space(input)?;
        let (offset, place) = (input.offset, input.place);
        if first != Some(b'{') {
            return Err(DataError::at(
                place,
                "each row is an object, such as {\"user\": \"ann\"}",
            ));
        }
        read_object(input, &mut object, place)?;
        parse(&object).map_err(|e| located(&e, place))?;
        index.push(offset)?;
        space(input)?;
        let place = input.place;
        match input.byte()? {
            Some(b',') => {}
            Some(b']') => break,
            _ => return Err(DataError::at(place, "a row is followed by `,` or `]`")),
        }
    }
    match space(input)? {
        None => Ok(index),
        Some(_) => Err(DataError::at(input.place, "nothing follows the array")),
    }
}

/// Finds and checks the rows of a file with an object per line.
pub(super) fn index_lines(input: &mut Input<'_>) -> Result<Index, DataError> {
    let mut index = Index::default();
    let mut line = Vec::new();
    input.skip_mark()?;
    loop {
        let (offset, place) = (input.offset, input.place);
        line.clear();
        if input.line(&mut line)? == 0 {
            return Ok(index);
        }
        if line.len() > ROW_BYTES {
            return Err(DataError::RowTooLarge(place));
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        parse(&line).map_err(|e| located(&e, place))?;
        index.push(offset)?;
    }
}

/// The row that these bytes begin with. None if they aren't one.
pub(super) fn row(bytes: &[u8]) -> Option<Row> {
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    Pairs::deserialize(&mut deserializer).ok().map(|pairs| pairs.0)
}

fn parse(bytes: &[u8]) -> Result<Pairs, serde_json::Error> {
    serde_json::from_slice(bytes)
}

/// Where serde's place within the row is in the file; its text without that place.
fn located(error: &serde_json::Error, row: Place) -> DataError {
    let (line, column) = (error.line() as u64, error.column() as u64);
    let place = match line {
        0 | 1 => Place {
            column: row.column + column.saturating_sub(1),
            ..row
        },
        _ => Place {
            line: row.line + line - 1,
            column: column.max(1),
        },
    };
    let text = error.to_string();
    let what = text.rfind(" at line ").and_then(|end| text.get(..end));
    DataError::at(place, what.unwrap_or(&text))
}

/// Passes over white space; what comes next.
fn space(input: &mut Input<'_>) -> Result<Option<u8>, DataError> {
    loop {
        match input.peek()? {
            Some(b' ' | b'\t' | b'\r' | b'\n') => input.byte()?,
            other => return Ok(other),
        };
    }
}

fn expect(input: &mut Input<'_>, wanted: u8, what: &str) -> Result<(), DataError> {
    space(input)?;
    let place = input.place;
    match input.byte()? {
        Some(byte) if byte == wanted => Ok(()),
        _ => Err(DataError::at(place, what)),
    }
}

/// Reads up to the brace that closes the one that comes next. Only strings can hold others
/// that don't count.
fn read_object(input: &mut Input<'_>, object: &mut Vec<u8>, begin: Place) -> Result<(), DataError> {
    let (mut depth, mut in_string, mut escaped) = (0_u32, false, false);
    object.clear();
    while let Some(byte) = input.byte()? {
        object.push(byte);
        if object.len() > ROW_BYTES {
            return Err(DataError::RowTooLarge(begin));
        }
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = in_string,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Ok(());
        }
    }
    Err(DataError::at(begin, "this row is never closed"))
}

/// An object's keys and values, in order.
struct Pairs(Row);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Pairs, D::Error> {
        deserializer.deserialize_map(PairsVisitor)
    }
}

struct PairsVisitor;

impl<'de> Visitor<'de> for PairsVisitor {
    type Value = Pairs;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Pairs, M::Error> {
        let mut pairs = Vec::new();
        while let Some((key, value)) = map.next_entry::<String, &RawValue>()? {
            pairs.push((key, text_of(value).map_err(M::Error::custom)?));
        }
        Ok(Pairs(pairs))
    }
}

/// What isn't a string stays as it is written: a number keeps all its digits.
fn text_of(value: &RawValue) -> serde_json::Result<String> {
    let text = value.get();
    if text.starts_with('"') {
        serde_json::from_str(text)
    } else {
        Ok(text.to_owned())
    }
}
