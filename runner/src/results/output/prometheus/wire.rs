//! The messages of Prometheus' two protocols, as far as they are used: remote write 1.0 (`prometheus/prompb`) and the
//! exposition in protobuf (`io.prometheus.client`), which is the only one that has native histograms. Names and numbers of
//! fields are theirs.

use crate::results::output::registry::{Buckets, Histogram, SCHEMA};

/// Below this a value is 0, as in Prometheus' own clients.
const ZERO_THRESHOLD: f64 = 2.938_735_877_055_719e-39;

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct WriteRequest {
    #[prost(message, repeated, tag = "1")]
    pub(super) timeseries: Vec<TimeSeries>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct TimeSeries {
    #[prost(message, repeated, tag = "1")]
    pub(super) labels: Vec<LabelPair>,
    #[prost(message, repeated, tag = "2")]
    pub(super) samples: Vec<WireSample>,
    #[prost(message, repeated, tag = "4")]
    pub(super) histograms: Vec<WireHistogram>,
}

/// Of both protocols.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct LabelPair {
    #[prost(string, tag = "1")]
    pub(super) name: String,
    #[prost(string, tag = "2")]
    pub(super) value: String,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct WireSample {
    #[prost(double, tag = "1")]
    pub(super) value: f64,
    #[prost(int64, tag = "2")]
    pub(super) timestamp: i64,
}

/// A histogram of remote write.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct WireHistogram {
    #[prost(uint64, optional, tag = "1")]
    pub(super) count_int: Option<u64>,
    #[prost(double, tag = "3")]
    pub(super) sum: f64,
    #[prost(sint32, tag = "4")]
    pub(super) schema: i32,
    #[prost(double, tag = "5")]
    pub(super) zero_threshold: f64,
    #[prost(uint64, optional, tag = "6")]
    pub(super) zero_count_int: Option<u64>,
    #[prost(message, repeated, tag = "8")]
    pub(super) negative_spans: Vec<BucketSpan>,
    #[prost(sint64, repeated, tag = "9")]
    pub(super) negative_deltas: Vec<i64>,
    #[prost(message, repeated, tag = "11")]
    pub(super) positive_spans: Vec<BucketSpan>,
    #[prost(sint64, repeated, tag = "12")]
    pub(super) positive_deltas: Vec<i64>,
    #[prost(int64, tag = "15")]
    pub(super) timestamp: i64,
}

/// So many buckets in a row, so far after the last one.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct BucketSpan {
    #[prost(sint32, optional, tag = "1")]
    pub(super) offset: Option<i32>,
    #[prost(uint32, optional, tag = "2")]
    pub(super) length: Option<u32>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct MetricFamily {
    #[prost(string, optional, tag = "1")]
    pub(super) name: Option<String>,
    /// 0 counter, 1 gauge, 4 histogram.
    #[prost(int32, optional, tag = "3")]
    pub(super) kind: Option<i32>,
    #[prost(message, repeated, tag = "4")]
    pub(super) metric: Vec<ScrapedMetric>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct ScrapedMetric {
    #[prost(message, repeated, tag = "1")]
    pub(super) label: Vec<LabelPair>,
    #[prost(message, optional, tag = "2")]
    pub(super) gauge: Option<Number>,
    #[prost(message, optional, tag = "3")]
    pub(super) counter: Option<Number>,
    #[prost(message, optional, tag = "7")]
    pub(super) histogram: Option<ScrapedHistogram>,
}

#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct Number {
    #[prost(double, optional, tag = "1")]
    pub(super) value: Option<f64>,
}

/// A histogram of the exposition.
#[derive(Clone, PartialEq, prost::Message)]
pub(super) struct ScrapedHistogram {
    #[prost(uint64, optional, tag = "1")]
    pub(super) sample_count: Option<u64>,
    #[prost(double, optional, tag = "2")]
    pub(super) sample_sum: Option<f64>,
    #[prost(sint32, optional, tag = "5")]
    pub(super) schema: Option<i32>,
    #[prost(double, optional, tag = "6")]
    pub(super) zero_threshold: Option<f64>,
    #[prost(uint64, optional, tag = "7")]
    pub(super) zero_count: Option<u64>,
    #[prost(message, repeated, tag = "9")]
    pub(super) negative_span: Vec<BucketSpan>,
    #[prost(sint64, repeated, tag = "10")]
    pub(super) negative_delta: Vec<i64>,
    #[prost(message, repeated, tag = "12")]
    pub(super) positive_span: Vec<BucketSpan>,
    #[prost(sint64, repeated, tag = "13")]
    pub(super) positive_delta: Vec<i64>,
}

pub(super) fn labels(pairs: &[(String, String)]) -> Vec<LabelPair> {
    let label = |(name, value): &(String, String)| LabelPair {
        name: name.clone(),
        value: value.clone(),
    };
    pairs.iter().map(label).collect()
}

impl WireHistogram {
    pub(super) fn new(histogram: &Histogram, timestamp: i64) -> WireHistogram {
        let (negative_spans, negative_deltas) = spans(&histogram.negative);
        let (positive_spans, positive_deltas) = spans(&histogram.positive);
        WireHistogram {
            count_int: Some(histogram.count()),
            sum: histogram.sum,
            schema: SCHEMA,
            zero_threshold: ZERO_THRESHOLD,
            zero_count_int: Some(histogram.zero),
            negative_spans,
            negative_deltas,
            positive_spans,
            positive_deltas,
            timestamp,
        }
    }
}

impl ScrapedHistogram {
    pub(super) fn new(histogram: &Histogram) -> ScrapedHistogram {
        let (negative_span, negative_delta) = spans(&histogram.negative);
        let (positive_span, positive_delta) = spans(&histogram.positive);
        ScrapedHistogram {
            sample_count: Some(histogram.count()),
            sample_sum: Some(histogram.sum),
            schema: Some(SCHEMA),
            zero_threshold: Some(ZERO_THRESHOLD),
            zero_count: Some(histogram.zero),
            negative_span,
            negative_delta,
            positive_span,
            positive_delta,
        }
    }
}

/// Buckets as both protocols have them: runs of them, and by how much each count differs from the one before.
fn spans(buckets: &Buckets) -> (Vec<BucketSpan>, Vec<i64>) {
    let (mut spans, mut deltas): (Vec<(i32, u32)>, Vec<i64>) = (Vec::new(), Vec::new());
    let (mut next, mut before) = (0, 0);
    for (at, times) in buckets.iter() {
        match spans.last_mut() {
            Some((_, length)) if at == next => *length += 1,
            _ => spans.push((at - next, 1)),
        }
        next = at + 1;
        let times = i64::try_from(times).unwrap_or(i64::MAX);
        deltas.push(times - before);
        before = times;
    }
    let span = |(offset, length)| BucketSpan {
        offset: Some(offset),
        length: Some(length),
    };
    (spans.into_iter().map(span).collect(), deltas)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_buckets_and_their_differences_give_the_counts_back() {
        let mut histogram = Histogram::default();
        histogram.add(&[(1.0, 3), (1.001, 2), (1.03, 7), (4_000.0, 1)], 1e-3);
        let (spans, deltas) = spans(&histogram.positive);
        let (mut at, mut count, mut deltas) = (0, 0, deltas.into_iter());
        let mut back = Vec::new();
        for span in spans {
            at += span.offset.unwrap();
            for _ in 0..span.length.unwrap() {
                count += deltas.next().unwrap();
                back.push((at, count as u64));
                at += 1;
            }
        }
        assert_eq!(back, histogram.positive.iter().collect::<Vec<_>>());
        assert_eq!(deltas.next(), None);
    }
}
