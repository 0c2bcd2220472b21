//! CSV as RFC 4180 has it: a header line, fields apart by commas, quotes around those that
//! hold commas, quotes (doubled) or line breaks. Both kinds of line ends; empty lines are
//! passed over.
//!
//! By hand, because the rows' places are needed and mistakes are to be pointed at: general
//! readers take a stray quote for text, and an unclosed one for the rest of the file.

use super::limits::ROW_BYTES;
use super::source::{Index, Input};
use super::{DataError, Place, Row};
use std::borrow::Cow;
use std::collections::HashSet;

/// Finds and checks all rows.
pub(super) fn index(input: &mut Input<'_>) -> Result<Index, DataError> {
    let mut index = Index::default();
    let mut record = Vec::new();
    input.skip_mark()?;
    loop {
        let (offset, place) = (input.offset, input.place);
        record.clear();
        if !read_record(input, &mut record, place)? {
            return Ok(index);
        }
        if matches!(&*record, b"\n" | b"\r\n") {
            continue;
        }
        let text = std::str::from_utf8(&record).map_err(|e| not_text(&record, place, e))?;
        if index.columns.is_empty() {
            index.columns = header(text, place)?;
            continue;
        }
        check(text, index.columns.len(), place)?;
        index.push(offset)?;
    }
}

/// The row that these bytes begin with. None if they aren't one.
pub(super) fn row(bytes: &[u8], columns: &[String]) -> Option<Row> {
    let text = std::str::from_utf8(bytes).ok()?;
    let mut fields = Fields::of(text);
    let mut row = Vec::with_capacity(columns.len());
    for column in columns {
        row.push((column.clone(), fields.next()?.ok()?.into_owned()));
    }
    fields.next().is_none().then_some(row)
}

/// Reads lines until every quote is closed. False at the end of the file.
fn read_record(input: &mut Input<'_>, record: &mut Vec<u8>, place: Place) -> Result<bool, DataError> {
    let mut quotes = 0;
    loop {
        let read = input.line(record)?;
        let line = record.get(record.len() - read..).unwrap_or_default();
        quotes += memchr::memchr_iter(b'"', line).count();
        if record.len() > ROW_BYTES {
            // A quote that is one too many made it so long, if there is one.
            return Err(mistake(record, place).unwrap_or(DataError::RowTooLarge(place)));
        }
        if read == 0 || quotes % 2 == 0 {
            // Quotes left open at the end of the file are found when the record is split.
            return Ok(!record.is_empty());
        }
    }
}

fn header(text: &str, place: Place) -> Result<Vec<String>, DataError> {
    let mut columns: Vec<String> = Vec::new();
    let mut names = HashSet::new();
    for field in Fields::of(text) {
        let name = field.map_err(|m| m.located(text, place))?;
        if !names.insert(name.clone()) {
            return Err(DataError::at(place, format!("two columns are called {name:?}")));
        }
        columns.push(name.into_owned());
    }
    Ok(columns)
}

fn check(text: &str, columns: usize, place: Place) -> Result<(), DataError> {
    let mut count = 0;
    for field in Fields::of(text) {
        field.map_err(|m| m.located(text, place))?;
        count += 1;
    }
    if count == columns {
        return Ok(());
    }
    let what = format!("this row has {count} fields, and the header {columns}");
    Err(DataError::at(place, what))
}

fn mistake(record: &[u8], place: Place) -> Option<DataError> {
    let valid = record.utf8_chunks().next()?.valid();
    let stray = Fields::of(valid).find_map(Result::err)?;
    (stray.what != UNCLOSED).then(|| stray.located(valid, place))
}

fn not_text(record: &[u8], place: Place, error: std::str::Utf8Error) -> DataError {
    let valid = record.get(..error.valid_up_to()).unwrap_or_default();
    DataError::at(place.after(valid), "this byte isn't UTF-8")
}

/// What is wrong with a record, and at which of its bytes.
#[derive(Debug)]
struct Mistake {
    at: usize,
    what: &'static str,
}

const UNCLOSED: &str = "this quote is never closed";

impl Mistake {
    fn located(&self, text: &str, place: Place) -> DataError {
        let before = text.as_bytes().get(..self.at).unwrap_or_default();
        DataError::at(place.after(before), self.what)
    }
}

/// The fields of the record that a text begins with.
struct Fields<'a> {
    text: &'a str,
    /// Where the next one begins; none after the last.
    at: Option<usize>,
}

impl<'a> Fields<'a> {
    fn of(text: &'a str) -> Fields<'a> {
        Fields { text, at: Some(0) }
    }

    /// A field without quotes, and its length.
    fn plain(rest: &'a str) -> Result<(Cow<'a, str>, usize), Mistake> {
        let length = memchr::memchr2(b',', b'\n', rest.as_bytes()).unwrap_or(rest.len());
        let (value, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        if let Some(at) = memchr::memchr(b'"', value.as_bytes()) {
            let what = "a quote inside a field: put the field in quotes, and double this one";
            return Err(Mistake { at, what });
        }
        let value = match after.starts_with(',') {
            true => value,
            false => value.strip_suffix('\r').unwrap_or(value),
        };
        Ok((Cow::Borrowed(value), length))
    }

    /// A field whose quote is open, and its length without that quote.
    fn quoted(rest: &'a str) -> Result<(Cow<'a, str>, usize), Mistake> {
        let bytes = rest.as_bytes();
        let mut doubled = false;
        let mut from = 0;
        loop {
            let tail = bytes.get(from..).unwrap_or_default();
            let unclosed = Mistake {
                at: 0,
                what: UNCLOSED,
            };
            let end = from + memchr::memchr(b'"', tail).ok_or(unclosed)?;
            if bytes.get(end + 1) == Some(&b'"') {
                (doubled, from) = (true, end + 2);
                continue;
            }
            let (value, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
            let value = match doubled {
                true => Cow::Owned(value.replace("\"\"", "\"")),
                false => Cow::Borrowed(value),
            };
            return match after.as_bytes() {
                [b'"'] | [b'"', b',' | b'\n', ..] => Ok((value, end + 1)),
                [b'"', b'\r'] | [b'"', b'\r', b'\n', ..] => Ok((value, end + 2)),
                // Counted from the opening quote.
                _ => Err(Mistake {
                    at: end + 2,
                    what: "text after a closing quote",
                }),
            };
        }
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = Result<Cow<'a, str>, Mistake>;

    fn next(&mut self) -> Option<Self::Item> {
        let begin = self.at.take()?;
        let rest = self.text.get(begin..)?;
        let (field, inside) = match rest.strip_prefix('"') {
            Some(inside) => (Self::quoted(inside), 1),
            None => (Self::plain(rest), 0),
        };
        Some(match field {
            Ok((value, length)) => {
                let end = begin + inside + length;
                let comma = self.text.as_bytes().get(end) == Some(&b',');
                self.at = comma.then_some(end + 1);
                Ok(value)
            }
            Err(mistake) => Err(Mistake {
                at: begin + mistake.at,
                ..mistake
            }),
        })
    }
}
