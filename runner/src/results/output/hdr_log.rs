//! `--hdr-log FILE`: the interval log of HdrHistogram (version 1.3), which its own tools read and merge. For each second
//! a line with the service times of all requests; with the tag `response-time`, their response times; and with the tag
//! `METHOD_NAME`, the service times of one request. Values are microseconds.

use super::clock::Clock;
use super::stream_file::StreamFile;
use crate::metrics::{Distribution, RecordedRequests};
use crate::plan::Plan;
use crate::results::tally::{Output, Update};
use base64::Engine as _;
use hdrhistogram::serialization::{Serializer as _, V2DeflateSerializer};
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Duration;

/// The tag of all response times.
const RESPONSE: &str = "response-time";

/// Writes an interval log.
pub(super) struct HdrLog {
    path: PathBuf,
    file: Option<StreamFile>,
    /// When the last second ended.
    until: Duration,
    clock: Clock,
}

impl HdrLog {
    pub(super) fn new(path: &str) -> HdrLog {
        HdrLog {
            path: PathBuf::from(path),
            file: None,
            until: Duration::ZERO,
            clock: Clock::default(),
        }
    }

    fn write(&mut self, update: &Update) -> Result<(), String> {
        let Some(file) = &mut self.file else {
            return Ok(());
        };
        let elapsed = update.snapshot.elapsed;
        if elapsed <= self.until && update.recorded().requests.is_empty() {
            return Ok(());
        }
        if self.until.is_zero() {
            let began = self.clock.unix(elapsed) - elapsed.as_secs_f64();
            file.write(|out| head(out, began))?;
        }
        let span = (self.until, elapsed.saturating_sub(self.until));
        self.until = elapsed;
        let times = intervals(&update.recorded().requests);
        file.write(|out| {
            let mut intervals = times
                .iter()
                .filter(|(tag, times)| tag.is_empty() || !times.is_empty());
            intervals.try_for_each(|(tag, times)| interval(out, tag, span, times))
        })?;
        file.flush()
    }
}

impl Output for HdrLog {
    fn name(&self) -> String {
        format!("hdr-log={}", self.path.display())
    }

    fn begin(&mut self, _: &Plan) -> Result<(), String> {
        self.file = Some(StreamFile::create(&self.path)?);
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

fn head(out: &mut dyn Write, began: f64) -> io::Result<()> {
    writeln!(out, "#[Logged by wasmswarm {}]", env!("CARGO_PKG_VERSION"))?;
    writeln!(out, "#[Histogram log format version 1.3]")?;
    writeln!(out, "#[StartTime: {began:.3} (seconds since epoch)]")?;
    writeln!(out, "#[Values are in microseconds, Interval_Max in milliseconds]")?;
    writeln!(
        out,
        "\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\",\"Interval_Compressed_Histogram\""
    )
}

/// The distributions of a second by their tags.
fn intervals(requests: &[RecordedRequests]) -> BTreeMap<String, Distribution<u64>> {
    // A second without requests is an interval too.
    let mut all = BTreeMap::from([(String::new(), Distribution::default())]);
    for row in requests {
        let mut add = |tag: String, times| all.entry(tag).or_default().merge(times);
        add(String::new(), &row.totals.duration);
        add(RESPONSE.to_owned(), &row.totals.response);
        add(tag(row), &row.totals.duration);
    }
    all
}

/// Tags end at a comma or a blank, and lines at a line break.
fn tag(row: &RecordedRequests) -> String {
    let text = format!("{}_{}", row.method, row.name);
    text.replace(|c: char| c == ',' || c.is_whitespace() || c.is_control(), "_")
}

fn interval(
    out: &mut dyn Write,
    tag: &str,
    (from, length): (Duration, Duration),
    times: &Distribution<u64>,
) -> io::Result<()> {
    let mut bytes = Vec::new();
    let written = V2DeflateSerializer::new().serialize(&times.to_histogram(), &mut bytes);
    written.map_err(|error| io::Error::other(error.to_string()))?;
    if !tag.is_empty() {
        write!(out, "Tag={tag},")?;
    }
    writeln!(
        out,
        "{:.3},{:.3},{:.3},{}",
        from.as_secs_f64(),
        length.as_secs_f64(),
        times.max() as f64 / 1_000.0,
        base64::engine::general_purpose::STANDARD.encode(bytes)
    )
}
