//! A registry as OTLP's messages: counters as sums since the beginning, trends as exponential histograms (whose scale and
//! error are the registry's), rates as two counters told apart by `condition`, as k6 has them; times in milliseconds.

use crate::metrics::MetricKind;
use crate::results::output::k6::TagPairs;
use crate::results::output::push::Variables;
use crate::results::output::registry::{Buckets, Family, Histogram, Registry, SCHEMA, SeriesValue};
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Text;
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue};
use opentelemetry_proto::tonic::metrics::v1::exponential_histogram_data_point::Buckets as WireBuckets;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::{
    AggregationTemporality, ExponentialHistogram, ExponentialHistogramDataPoint, Gauge, Metric,
    NumberDataPoint, ResourceMetrics, ScopeMetrics, Sum, number_data_point,
};
use opentelemetry_proto::tonic::resource::v1::Resource as WireResource;
use std::time::{SystemTime, UNIX_EPOCH};

/// Who says all this, and what its metrics begin with.
#[derive(Debug)]
pub(super) struct Resource {
    attributes: Vec<(String, String)>,
    prefix: String,
}

impl Resource {
    /// What OpenTelemetry's variables say of it, and k6's.
    pub(super) fn read(variables: Variables<'_>) -> Resource {
        let listed = variables("OTEL_RESOURCE_ATTRIBUTES").unwrap_or_default();
        let pairs = listed.split(',').filter_map(|pair| pair.split_once('='));
        let mut attributes: Vec<_> = pairs
            .map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
            .collect();
        let name = variables("OTEL_SERVICE_NAME").or_else(|| variables("K6_OTEL_SERVICE_NAME"));
        let has_name = attributes.iter().any(|(own, _)| own == "service.name");
        if name.is_some() || !has_name {
            attributes.retain(|(own, _)| own != "service.name");
            let name = name.unwrap_or_else(|| "wasmswarm".to_owned());
            attributes.push(("service.name".to_owned(), name));
        }
        if attributes.iter().all(|(own, _)| own != "service.version") {
            let version = env!("CARGO_PKG_VERSION").to_owned();
            attributes.push(("service.version".to_owned(), version));
        }
        Resource {
            attributes,
            prefix: variables("K6_OTEL_METRIC_PREFIX").unwrap_or_default(),
        }
    }
}

/// From when to when something was counted, in nanoseconds since 1970.
#[derive(Clone, Copy)]
struct Span {
    begin: u64,
    end: u64,
}

/// Everything since the beginning.
pub(super) fn request(
    registry: &Registry,
    resource: &Resource,
    begun: SystemTime,
) -> ExportMetricsServiceRequest {
    let span = Span {
        begin: nanoseconds(begun),
        end: nanoseconds(SystemTime::now()),
    };
    let metrics = registry
        .families()
        .filter_map(|family| metric(family, &resource.prefix, span));
    let attributes = resource.attributes.iter();
    let scope = InstrumentationScope {
        name: "wasmswarm".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        ..InstrumentationScope::default()
    };
    ExportMetricsServiceRequest {
        resource_metrics: vec![ResourceMetrics {
            resource: Some(WireResource {
                attributes: attributes.map(|(name, value)| attribute(name, value)).collect(),
                ..WireResource::default()
            }),
            scope_metrics: vec![ScopeMetrics {
                scope: Some(scope),
                metrics: metrics.collect(),
                schema_url: String::new(),
            }],
            schema_url: String::new(),
        }],
    }
}

fn metric(family: &Family, prefix: &str, span: Span) -> Option<Metric> {
    let series = family.series();
    let data = match family.kind {
        MetricKind::Counter => sums(series.filter_map(|(labels, value)| match value {
            SeriesValue::Sum(sum) => Some(point(attributes(labels), *sum, span)),
            _ => None,
        })),
        MetricKind::Rate => sums(series.flat_map(|(labels, value)| of_rate(labels, value, span))),
        MetricKind::Gauge => Data::Gauge(Gauge {
            data_points: series
                .filter_map(|(labels, value)| of_gauge(labels, value, span))
                .collect(),
        }),
        MetricKind::Trend => Data::ExponentialHistogram(ExponentialHistogram {
            data_points: series
                .filter_map(|(labels, value)| match value {
                    SeriesValue::Histogram(histogram) => Some(of_histogram(labels, histogram, span)),
                    _ => None,
                })
                .collect(),
            aggregation_temporality: AggregationTemporality::Cumulative as i32,
        }),
    };
    let unit = match family.name.as_str() {
        "data_sent" | "data_received" => "By",
        _ if family.is_time => "ms",
        _ => "",
    };
    family.series().next().map(|_| Metric {
        name: format!("{prefix}{}", family.name),
        unit: unit.to_owned(),
        data: Some(data),
        ..Metric::default()
    })
}

fn sums(points: impl Iterator<Item = NumberDataPoint>) -> Data {
    Data::Sum(Sum {
        data_points: points.collect(),
        aggregation_temporality: AggregationTemporality::Cumulative as i32,
        is_monotonic: true,
    })
}

fn of_rate(labels: &TagPairs, value: &SeriesValue, span: Span) -> Vec<NumberDataPoint> {
    let SeriesValue::Share(nonzero, count) = value else {
        return Vec::new();
    };
    let of = |condition: &str, times: u64| {
        let mut attributes = attributes(labels);
        attributes.push(attribute("condition", condition));
        point(attributes, times as f64, span)
    };
    vec![of("nonzero", *nonzero), of("zero", count - nonzero)]
}

fn of_gauge(labels: &TagPairs, value: &SeriesValue, span: Span) -> Option<NumberDataPoint> {
    match value {
        SeriesValue::Level(level) => Some(point(attributes(labels), *level, span)),
        _ => None,
    }
}

fn of_histogram(labels: &TagPairs, histogram: &Histogram, span: Span) -> ExponentialHistogramDataPoint {
    ExponentialHistogramDataPoint {
        attributes: attributes(labels),
        start_time_unix_nano: span.begin,
        time_unix_nano: span.end,
        count: histogram.count(),
        // Of negative values there is none, as the format has it.
        sum: (histogram.min >= 0.0).then_some(histogram.sum),
        scale: SCHEMA,
        zero_count: histogram.zero,
        positive: Some(buckets(&histogram.positive)),
        negative: Some(buckets(&histogram.negative)),
        min: Some(histogram.min),
        max: Some(histogram.max),
        ..ExponentialHistogramDataPoint::default()
    }
}

/// All buckets from the first to the last. What the registry, as Prometheus, numbers by their ends, OTLP numbers by their
/// beginnings.
fn buckets(buckets: &Buckets) -> WireBuckets {
    let Some((first, _)) = buckets.iter().next() else {
        return WireBuckets::default();
    };
    let mut counts: Vec<u64> = Vec::new();
    for (at, times) in buckets.iter() {
        // Not negative, as they are in ascending order.
        counts.resize((at - first) as usize, 0);
        counts.push(times);
    }
    WireBuckets {
        offset: first - 1,
        bucket_counts: counts,
    }
}

fn point(attributes: Vec<KeyValue>, value: f64, span: Span) -> NumberDataPoint {
    NumberDataPoint {
        attributes,
        start_time_unix_nano: span.begin,
        time_unix_nano: span.end,
        value: Some(number_data_point::Value::AsDouble(value)),
        ..NumberDataPoint::default()
    }
}

fn attributes(labels: &TagPairs) -> Vec<KeyValue> {
    let filled = labels.iter().filter(|(_, value)| !value.is_empty());
    filled.map(|(name, value)| attribute(name, value)).collect()
}

fn attribute(name: &str, value: &str) -> KeyValue {
    KeyValue {
        key: name.to_owned(),
        value: Some(AnyValue {
            value: Some(Text::StringValue(value.to_owned())),
        }),
        ..KeyValue::default()
    }
}

fn nanoseconds(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::output::registry::{Keep, TimeUnit};
    use prost::Message as _;

    #[test]
    fn the_protocols_own_decoder_reads_it() {
        let mut registry = Registry::new(Keep::Totals(TimeUnit::Milliseconds));
        registry.requests(&[("/a", 1_000), ("/a", 5_000), ("/b", 2_000)]);
        let resource = Resource::read(&|_| None);
        let bytes = request(&registry, &resource, SystemTime::now()).encode_to_vec();
        let back = ExportMetricsServiceRequest::decode(bytes.as_slice()).unwrap();
        let metrics = &back.resource_metrics[0].scope_metrics[0].metrics;
        let data = |name: &str| {
            metrics
                .iter()
                .find(|own| own.name == name)
                .unwrap()
                .data
                .clone()
                .unwrap()
        };
        let Data::Sum(sum) = data("http_reqs") else {
            panic!("no sum")
        };
        let values = sum.data_points.iter().map(|point| match point.value {
            Some(number_data_point::Value::AsDouble(value)) => value,
            _ => f64::NAN,
        });
        assert_eq!((values.sum::<f64>(), sum.is_monotonic), (3.0, true));
        let Data::ExponentialHistogram(histogram) = data("http_req_duration") else {
            panic!("no histogram")
        };
        for point in &histogram.data_points {
            let positive = point.positive.as_ref().unwrap();
            assert_eq!(positive.bucket_counts.iter().sum::<u64>(), point.count);
            let begin = |index: usize| (f64::from(positive.offset + index as i32) / 32.0).exp2();
            let (min, last) = (point.min.unwrap(), positive.bucket_counts.len() - 1);
            assert!(begin(0) < min && min <= begin(1), "{min} in {}", begin(0));
            assert!(begin(last) < point.max.unwrap() * 1.001);
        }
    }

    #[test]
    fn the_variables_name_the_service() {
        let variables = |name: &str| match name {
            "OTEL_RESOURCE_ATTRIBUTES" => Some("service.name=shop-load, team=web".to_owned()),
            _ => None,
        };
        let resource = Resource::read(&variables);
        let has =
            |name: &str, value: &str| resource.attributes.contains(&(name.to_owned(), value.to_owned()));
        assert!(has("service.name", "shop-load") && has("team", "web"));
        assert!(has("service.version", env!("CARGO_PKG_VERSION")));
    }
}
