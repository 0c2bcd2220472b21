//! `--out json=FILE`: k6's lines of JSON. Before the first value of a metric a line says what it is (`Metric`); each sample
//! is a line (`Point`). Counters have one `Point` a second with what was added in it, so that sums are right and files
//! smaller. A `Point` has the time of the end of its second; what else differs from k6's own is said in [`k6`].

use super::clock::Clock;
use super::k6::{Measurement, Seconds, TagPairs, Values};
use super::stream_file::StreamFile;
use crate::metrics::MetricKind;
use crate::plan::Plan;
use crate::results::tally::{Output, Update};
use crate::secret;
use serde::Serialize;
use serde::ser::{SerializeMap as _, Serializer};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::PathBuf;

/// Writes k6's lines of JSON.
pub(super) struct Json {
    path: PathBuf,
    file: Option<StreamFile>,
    seconds: Seconds,
    /// Rules by metric, which its line lists.
    thresholds: BTreeMap<String, Vec<String>>,
    /// Metrics that have had their line.
    said: BTreeSet<String>,
    clock: Clock,
}

impl Json {
    pub(super) fn new(path: &str) -> Json {
        Json {
            path: PathBuf::from(path),
            file: None,
            seconds: Seconds::default(),
            thresholds: BTreeMap::new(),
            said: BTreeSet::new(),
            clock: Clock::default(),
        }
    }

    fn write(&mut self, update: &Update) -> Result<(), String> {
        let Some(file) = &mut self.file else {
            return Ok(());
        };
        let time = humantime::format_rfc3339_micros(self.clock.at(update.snapshot.elapsed)).to_string();
        let (said, thresholds, seconds) = (&mut self.said, &self.thresholds, &mut self.seconds);
        file.write(|out| {
            seconds.tell(update, &mut |measurement| {
                if !said.contains(measurement.metric) {
                    said.insert(measurement.metric.to_owned());
                    metric_line(out, measurement, thresholds)?;
                }
                points(out, measurement, &time)
            })
        })?;
        file.flush()
    }
}

impl Output for Json {
    fn name(&self) -> String {
        format!("json={}", self.path.display())
    }

    fn begin(&mut self, plan: &Plan) -> Result<(), String> {
        for threshold in &plan.thresholds {
            let rules = self.thresholds.entry(threshold.metric.clone()).or_default();
            rules.push(secret::redact(&threshold.rule).into_owned());
        }
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

/// The line that says what a metric is.
#[derive(Serialize)]
struct MetricLine<'a> {
    r#type: &'static str,
    data: MetricData<'a>,
    metric: &'a str,
}

#[derive(Serialize)]
struct MetricData<'a> {
    name: &'a str,
    r#type: MetricKind,
    contains: &'static str,
    thresholds: &'a [String],
    submetrics: Option<()>,
}

fn metric_line(
    out: &mut dyn Write,
    measurement: &Measurement<'_>,
    thresholds: &BTreeMap<String, Vec<String>>,
) -> io::Result<()> {
    let name = measurement.metric;
    let line = MetricLine {
        r#type: "Metric",
        data: MetricData {
            name,
            r#type: measurement.values.kind(),
            contains: match (&measurement.values, name) {
                (Values::Times(_), _) => "time",
                (_, "data_sent" | "data_received") => "data",
                _ => "default",
            },
            thresholds: thresholds.get(name).map_or(&[], Vec::as_slice),
            submetrics: None,
        },
        metric: name,
    };
    serde_json::to_writer(&mut *out, &line)?;
    out.write_all(b"\n")
}

/// Tags as an object.
struct TagObject<'a>(&'a TagPairs);

impl Serialize for TagObject<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        let mut map = out.serialize_map(Some(self.0.len()))?;
        for (name, value) in self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

/// A line for each sample. They differ in their value only, so the rest of the line is written once.
fn points(out: &mut dyn Write, measurement: &Measurement<'_>, time: &str) -> io::Result<()> {
    let metric = serde_json::to_string(measurement.metric)?;
    let tags = serde_json::to_string(&TagObject(measurement.tags))?;
    let before =
        format!("{{\"metric\":{metric},\"type\":\"Point\",\"data\":{{\"time\":\"{time}\",\"value\":");
    let after = format!(",\"tags\":{tags}}}}}\n");
    for (value, count) in measurement.values.samples() {
        // No value is infinite or no number at all: metrics drop those.
        let line = format!("{before}{value}{after}");
        for _ in 0..count {
            out.write_all(line.as_bytes())?;
        }
    }
    Ok(())
}
