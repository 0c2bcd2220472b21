//! What was recorded in a second by k6's names and tags, so that what reads k6's outputs reads these.
//!
//! Threads hand over counts and distributions, not single samples. So of each series there is how many samples of which
//! value a second had: times to three significant digits, and no order among them. What can't be told apart in this way:
//! a time has the exact `status` where all requests of its series and second had the same, else the class, such as `4xx`;
//! the phases of requests, such as `http_req_waiting`, are kept for all requests together and have no tags.

use crate::metrics::{
    Distribution, MetricKind, Recorded, RecordedChecks, RecordedIterations, RecordedRequests, RecordedValues,
};
use crate::results::tally::Update;
use std::collections::BTreeMap;

/// Names and values of tags.
pub(super) type TagPairs = Vec<(String, String)>;

/// A second of one metric with the same tags.
pub(super) struct Measurement<'a> {
    /// Name of the metric.
    pub(super) metric: &'a str,
    /// What it is about.
    pub(super) tags: &'a TagPairs,
    /// What there was of it.
    pub(super) values: Values<'a>,
}

/// What there was of a metric in a second.
pub(super) enum Values<'a> {
    /// The sum of a counter's values.
    Sum(f64),
    /// The last value of a gauge.
    Last(f64),
    /// Values of a rate that count, and those that don't.
    Share {
        /// Those other than 0.
        nonzero: u64,
        /// Those of 0.
        zero: u64,
    },
    /// Times in microseconds.
    Times(&'a Distribution<u64>),
    /// A custom trend: values in thousandths of its unit, and how often each occurs.
    Trend(Vec<(f64, u64)>),
}

impl Values<'_> {
    /// The kind of metric that has such values.
    pub(super) fn kind(&self) -> MetricKind {
        match self {
            Values::Sum(_) => MetricKind::Counter,
            Values::Last(_) => MetricKind::Gauge,
            Values::Share { .. } => MetricKind::Rate,
            Values::Times(_) | Values::Trend(_) => MetricKind::Trend,
        }
    }

    /// Each sample's value and how many samples have it: times in milliseconds, as k6 has them.
    pub(super) fn samples(&self) -> Vec<(f64, u64)> {
        match self {
            Values::Sum(value) | Values::Last(value) => vec![(*value, 1)],
            Values::Share { nonzero, zero } => vec![(1.0, *nonzero), (0.0, *zero)],
            Values::Times(times) => {
                let in_ms = |(us, count): (u64, u64)| (us as f64 / 1_000.0, count);
                times.values().map(in_ms).collect()
            }
            Values::Trend(values) => {
                let in_unit = |&(value, count): &(f64, u64)| (value / 1_000.0, count);
                values.iter().map(in_unit).collect()
            }
        }
    }
}

/// Who is told of each measurement.
type Tell<'a, E> = &'a mut dyn FnMut(&Measurement<'_>) -> Result<(), E>;

/// Tells the seconds of a run, one after the other.
#[derive(Debug, Default)]
pub(super) struct Seconds {
    /// Failures that were told and that the guest then declared to be successes, by tags: so many fewer are told next.
    owed: BTreeMap<TagPairs, u64>,
}

impl Seconds {
    /// Tells all that a second had.
    pub(super) fn tell<E>(&mut self, update: &Update, tell: Tell<'_, E>) -> Result<(), E> {
        let recorded = update.recorded();
        for requests in &recorded.requests {
            self.requests(requests, tell)?;
        }
        recorded
            .iterations
            .iter()
            .try_for_each(|row| iterations(row, tell))?;
        recorded.checks.iter().try_for_each(|row| checks(row, tell))?;
        recorded.custom.iter().try_for_each(|row| custom(row, tell))?;
        run(recorded, update, tell)
    }

    fn requests<E>(&mut self, row: &RecordedRequests, tell: Tell<'_, E>) -> Result<(), E> {
        let totals = &row.totals;
        for (status, count) in totals.statuses.iter() {
            let tags = request_tags(row, &status.to_string());
            told(tell, "http_reqs", &tags, Values::Sum(count as f64))?;
        }
        let tags = request_tags(row, &status(row));
        told(tell, "http_req_duration", &tags, Values::Times(&totals.duration))?;
        told(tell, "http_response_time", &tags, Values::Times(&totals.response))?;
        let failed = self.failed(row, &tags);
        let share = Values::Share {
            nonzero: failed,
            zero: totals.requests.saturating_sub(failed),
        };
        told(tell, "http_req_failed", &tags, share)
    }

    /// How many of these requests to call failed, so that in the end as many were as are.
    fn failed(&mut self, row: &RecordedRequests, tags: &TagPairs) -> u64 {
        if row.totals.failures < 0 {
            *self.owed.entry(tags.clone()).or_default() += row.totals.failures.unsigned_abs();
        }
        let mut failed = row.totals.failed();
        if let Some(owed) = self.owed.get_mut(tags) {
            let taken = failed.min(*owed);
            *owed -= taken;
            failed -= taken;
        }
        // Some may be verdicts on requests of the second before.
        failed.min(row.totals.requests)
    }
}

fn told<E>(tell: Tell<'_, E>, metric: &str, tags: &TagPairs, values: Values<'_>) -> Result<(), E> {
    tell(&Measurement { metric, tags, values })
}

fn request_tags(row: &RecordedRequests, status: &str) -> TagPairs {
    let own = [
        ("expected_response", if row.expected { "true" } else { "false" }),
        ("method", &row.method),
        ("name", &row.name),
        ("scenario", &row.scenario),
        ("status", status),
        ("url", &row.name),
    ];
    tags(&own, &row.tags)
}

/// The status of all requests of a row, or its class if they had several.
fn status(row: &RecordedRequests) -> String {
    let mut statuses = row.totals.statuses.iter();
    match (statuses.next(), statuses.next()) {
        (Some((status, _)), None) => status.to_string(),
        _ => row.class.label().to_owned(),
    }
}

fn iterations<E>(row: &RecordedIterations, tell: Tell<'_, E>) -> Result<(), E> {
    let tags = tags(&[("scenario", &row.scenario), ("task", &row.task)], "");
    told(
        tell,
        "iterations",
        &tags,
        Values::Sum(row.outcomes.completed() as f64),
    )?;
    told(tell, "iteration_duration", &tags, Values::Times(&row.durations))
}

fn checks<E>(row: &RecordedChecks, tell: Tell<'_, E>) -> Result<(), E> {
    let tags = tags(&[("check", &row.name), ("scenario", &row.scenario)], &row.tags);
    let share = Values::Share {
        nonzero: row.passed,
        zero: row.failed,
    };
    told(tell, "checks", &tags, share)
}

fn custom<E>(row: &RecordedValues, tell: Tell<'_, E>) -> Result<(), E> {
    let (tags, amount) = (tags(&[("scenario", &row.scenario)], &row.tags), &row.amount);
    let values = match amount.kind() {
        Some(MetricKind::Counter) => Values::Sum(amount.sum()),
        Some(MetricKind::Rate) => Values::Share {
            nonzero: amount.nonzero(),
            zero: amount.samples().saturating_sub(amount.nonzero()),
        },
        Some(MetricKind::Gauge) => match amount.gauge() {
            Some([last, _, _]) => Values::Last(last),
            None => return Ok(()),
        },
        Some(MetricKind::Trend) => Values::Trend(amount.values().each().collect()),
        None => return Ok(()),
    };
    told(tell, &row.name, &tags, values)
}

/// What isn't told apart by tags.
fn run<E>(recorded: &Recorded, update: &Update, tell: Tell<'_, E>) -> Result<(), E> {
    let none = TagPairs::new();
    for (metric, times) in &recorded.phases {
        told(tell, metric, &none, Values::Times(times))?;
    }
    for (metric, count) in [
        ("data_received", recorded.bytes_received),
        ("data_sent", recorded.bytes_sent),
        ("dropped_iterations", recorded.dropped),
        ("late_starts", recorded.late_starts),
    ] {
        if count > 0 {
            told(tell, metric, &none, Values::Sum(count as f64))?;
        }
    }
    let vus = &update.snapshot.vus;
    told(tell, "vus", &none, Values::Last(vus.now as f64))?;
    told(tell, "vus_max", &none, Values::Last(vus.max as f64))
}

/// Our own tags, and those that the guest set (`key=value` pairs, joined by commas) unless they are called the same.
fn tags(own: &[(&str, &str)], text: &str) -> TagPairs {
    let set = text.split(',').filter_map(|pair| pair.split_once('='));
    let set = set.filter(|(name, _)| own.iter().all(|(known, _)| known != name));
    let mut tags: TagPairs = own
        .iter()
        .copied()
        .chain(set)
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    tags.sort();
    tags
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_of_ours_outranks_the_guests_of_the_same_name() {
        let tags = tags(&[("name", "/"), ("status", "200")], "name=mine,group=::a");
        let expected = [("group", "::a"), ("name", "/"), ("status", "200")];
        assert_eq!(tags, expected.map(|(n, v)| (n.to_owned(), v.to_owned())));
    }
}
