//! What Prometheus reads when it scrapes: in protobuf with native histograms where it asks for that, as it does with
//! `--enable-feature=native-histograms`, else as text with buckets that double from 0.5 ms to 64 s.

use super::names::{Exposed, ExposedValue, PrometheusType, expose};
use super::wire::{MetricFamily, Number, ScrapedHistogram, ScrapedMetric, labels};
use crate::results::output::registry::{Histogram, Registry};
use prost::Message as _;
use std::fmt::Write as _;

/// Powers of two at which buckets of the text end: they are ends of the finer buckets as well.
const ENDS: std::ops::RangeInclusive<i32> = -11..=6;

const PROTOBUF: &str =
    "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited";
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// An answer: what it is, and all metrics.
pub(super) fn answer(registry: &Registry, accepts: &str) -> (&'static str, Vec<u8>) {
    let all = expose(registry);
    // Whoever takes it at all prefers it.
    if accepts.contains("io.prometheus.client.MetricFamily") {
        let mut body = Vec::new();
        for family in all.iter().map(family) {
            body.extend(family.encode_length_delimited_to_vec());
        }
        (PROTOBUF, body)
    } else {
        let mut text = String::new();
        all.iter().for_each(|exposed| write(exposed, &mut text));
        (TEXT, text.into_bytes())
    }
}

fn family(exposed: &Exposed<'_>) -> MetricFamily {
    let number = |value| Some(Number { value: Some(value) });
    let metric = |(pairs, value): &(Vec<(String, String)>, ExposedValue<'_>)| {
        let label = labels(pairs);
        let mut metric = ScrapedMetric {
            label,
            ..ScrapedMetric::default()
        };
        match (*value, exposed.kind) {
            (ExposedValue::Histogram(histogram), _) => {
                metric.histogram = Some(ScrapedHistogram::new(histogram))
            }
            (ExposedValue::Number(value), PrometheusType::Counter) => metric.counter = number(value),
            (ExposedValue::Number(value), _) => metric.gauge = number(value),
        }
        metric
    };
    MetricFamily {
        name: Some(exposed.name.clone()),
        kind: Some(match exposed.kind {
            PrometheusType::Counter => 0,
            PrometheusType::Gauge => 1,
            PrometheusType::Histogram => 4,
        }),
        metric: exposed.series.iter().map(metric).collect(),
    }
}

fn write(exposed: &Exposed<'_>, text: &mut String) {
    let kind = match exposed.kind {
        PrometheusType::Counter => "counter",
        PrometheusType::Gauge => "gauge",
        PrometheusType::Histogram => "histogram",
    };
    let name = &exposed.name;
    // Writing to a string doesn't fail.
    let _ = writeln!(text, "# TYPE {name} {kind}");
    for (pairs, value) in &exposed.series {
        match value {
            ExposedValue::Number(value) => line(text, name, pairs, None, *value),
            ExposedValue::Histogram(histogram) => buckets(text, name, pairs, histogram),
        }
    }
}

fn buckets(text: &mut String, name: &str, pairs: &[(String, String)], histogram: &Histogram) {
    let bucket = format!("{name}_bucket");
    for end in ENDS.map(|power| f64::from(power).exp2()) {
        let count = histogram.at_most(end) as f64;
        line(text, &bucket, pairs, Some(&end.to_string()), count);
    }
    let count = histogram.count() as f64;
    line(text, &bucket, pairs, Some("+Inf"), count);
    line(text, &format!("{name}_sum"), pairs, None, histogram.sum);
    line(text, &format!("{name}_count"), pairs, None, count);
}

fn line(text: &mut String, name: &str, pairs: &[(String, String)], end: Option<&str>, value: f64) {
    text.push_str(name);
    let pairs = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let mut before = '{';
    for (name, value) in pairs.chain(end.map(|end| ("le", end))) {
        text.push(before);
        before = ',';
        let _ = write!(text, "{name}=\"{}\"", escaped(value));
    }
    if before == ',' {
        text.push('}');
    }
    let _ = writeln!(text, " {value}");
}

/// As the format has it within quotes.
fn escaped(value: &str) -> String {
    value
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::output::registry::{Keep, TimeUnit};

    fn registry() -> Registry {
        let mut registry = Registry::new(Keep::Totals(TimeUnit::Seconds));
        registry.requests(&[("/\"quoted\"\\\n", 900), ("/\"quoted\"\\\n", 30_000)]);
        registry
    }

    #[test]
    fn text_has_escaped_labels_and_buckets_that_add_up() {
        let (kind, body) = answer(&registry(), "text/plain");
        let text = String::from_utf8(body).unwrap();
        assert_eq!(kind, TEXT);
        let labels = "method=\"GET\",name=\"/\\\"quoted\\\"\\\\\\n\",status=\"200\"";
        for line in [
            format!("k6_http_reqs_total{{{labels}}} 2"),
            format!("k6_http_req_duration_seconds_bucket{{{labels},le=\"0.0009765625\"}} 1"),
            format!("k6_http_req_duration_seconds_bucket{{{labels},le=\"0.03125\"}} 2"),
            format!("k6_http_req_duration_seconds_bucket{{{labels},le=\"+Inf\"}} 2"),
            format!("k6_http_req_duration_seconds_count{{{labels}}} 2"),
            "k6_vus 7".to_owned(),
        ] {
            assert!(text.lines().any(|own| own == line), "no {line} in\n{text}");
        }
    }

    #[test]
    fn protobuf_has_native_histograms() {
        let accepts = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.8,text/plain;q=0.3";
        let (kind, body) = answer(&registry(), accepts);
        assert_eq!(kind, PROTOBUF);
        let mut rest = body.as_slice();
        let mut counts = Vec::new();
        while !rest.is_empty() {
            let family = MetricFamily::decode_length_delimited(&mut rest).unwrap();
            let histograms = family
                .metric
                .iter()
                .filter_map(|metric| metric.histogram.as_ref());
            counts.extend(histograms.map(|own| (family.name.clone().unwrap(), own.sample_count.unwrap())));
        }
        assert!(
            counts.contains(&("k6_http_req_duration_seconds".to_owned(), 2)),
            "{counts:?}"
        );
    }
}
