//! `--out csv=FILE`: k6's table of samples, a line for each. They are the same as those of `json`.

use super::clock::Clock;
use super::k6::{Measurement, Seconds, TagPairs};
use super::stream_file::StreamFile;
use crate::plan::Plan;
use crate::report::inert_cell;
use crate::results::tally::{Output, Update};
use std::io::{self, Write};
use std::path::PathBuf;

/// k6's columns between the value and those that hold what is left.
const TAGS: [&str; 14] = [
    "check",
    "error",
    "error_code",
    "expected_response",
    "group",
    "method",
    "name",
    "proto",
    "scenario",
    "service",
    "status",
    "subproto",
    "tls_version",
    "url",
];

/// Writes k6's table.
pub(super) struct Csv {
    path: PathBuf,
    file: Option<StreamFile>,
    seconds: Seconds,
    clock: Clock,
}

impl Csv {
    pub(super) fn new(path: &str) -> Csv {
        Csv {
            path: PathBuf::from(path),
            file: None,
            seconds: Seconds::default(),
            clock: Clock::default(),
        }
    }

    fn write(&mut self, update: &Update) -> Result<(), String> {
        let Some(file) = &mut self.file else {
            return Ok(());
        };
        // Whole seconds, as k6's.
        let time = format!("{:.0}", self.clock.unix(update.snapshot.elapsed).floor());
        let seconds = &mut self.seconds;
        file.write(|out| seconds.tell(update, &mut |measurement| rows(out, measurement, &time)))?;
        file.flush()
    }
}

impl Output for Csv {
    fn name(&self) -> String {
        format!("csv={}", self.path.display())
    }

    fn begin(&mut self, _: &Plan) -> Result<(), String> {
        let mut file = StreamFile::create(&self.path)?;
        file.write(|out| {
            let columns = ["metric_name", "timestamp", "metric_value"].into_iter();
            out.write_all(&line(columns.chain(TAGS).chain(["extra_tags", "metadata"]))?)
        })?;
        self.file = Some(file);
        Ok(())
    }

    fn second(&mut self, update: &Update) -> Result<(), String> {
        self.write(update)
    }

    fn end(&mut self, last: &Update) -> Result<(), String> {
        self.write(last)?;
        self.file.take().map_or(Ok(()), StreamFile::finish)
    }
}

/// A line for each sample. They differ in their value only, so the rest of the line is written once.
fn rows(out: &mut dyn Write, measurement: &Measurement<'_>, time: &str) -> io::Result<()> {
    let metric = inert_cell(measurement.metric);
    let before = line([metric.as_ref(), time])?;
    let before = before.strip_suffix(b"\n").unwrap_or(&before);
    let after = line(tag_cells(measurement.tags).iter().map(String::as_str))?;
    for (value, count) in measurement.values.samples() {
        let value = format!(",{value},");
        for _ in 0..count {
            out.write_all(before)?;
            out.write_all(value.as_bytes())?;
            out.write_all(&after)?;
        }
    }
    Ok(())
}

/// The cells behind the value.
fn tag_cells(tags: &TagPairs) -> Vec<String> {
    let of = |name: &str| tags.iter().find(|(known, _)| known == name);
    let known = TAGS.iter().map(|name| of(name).map_or("", |(_, value)| value));
    let mut cells: Vec<_> = known.map(|cell| inert_cell(cell).into_owned()).collect();
    let rest = tags.iter().filter(|(name, _)| !TAGS.contains(&name.as_str()));
    let rest: Vec<_> = rest.map(|(name, value)| format!("{name}={value}")).collect();
    cells.push(inert_cell(&rest.join("&")).into_owned());
    cells.push(String::new());
    cells
}

/// One line of a table, with quotes where they are needed.
pub(super) fn line<'a>(cells: impl IntoIterator<Item = &'a str>) -> io::Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(cells).map_err(io::Error::other)?;
    writer.into_inner().map_err(|error| error.into_error())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::output::k6::Values;

    #[test]
    fn each_sample_is_a_row_whatever_is_in_its_tags() {
        let tags: TagPairs = [("check", "=a,\"b\"\n"), ("scenario", "s"), ("zone", "1")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into();
        let share = Measurement {
            metric: "checks",
            tags: &tags,
            values: Values::Share { nonzero: 2, zero: 1 },
        };
        let mut out = Vec::new();
        rows(&mut out, &share, "7").unwrap();
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(&out[..]);
        let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
        assert_eq!(rows.len(), 3);
        assert!(
            rows.iter()
                .all(|row| row.len() == 19 && row[3].starts_with("'=a,\"b\""))
        );
        let values: Vec<_> = rows.iter().map(|row| &row[2]).collect();
        assert_eq!(
            (values, &rows[0][11], &rows[0][17]),
            (vec!["1", "1", "0"], "s", "zone=1")
        );
    }
}
