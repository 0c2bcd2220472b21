//! Where metrics go and how: what the address says, then OpenTelemetry's own variables, then k6's.

use crate::results::output::push::{Variables, address, headers_of, interval};
use reqwest::Url;
use std::time::Duration;

/// How often metrics go out where nothing says it.
const EVERY: Duration = Duration::from_secs(5);

/// What collectors listen at for HTTP.
const HTTP_PORT: u16 = 4318;

/// By what metrics go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OtlpProtocol {
    Grpc,
    Http,
}

/// A collector.
#[derive(Debug)]
pub(super) struct Collector {
    pub(super) protocol: OtlpProtocol,
    pub(super) url: Url,
    pub(super) headers: Vec<(String, String)>,
    pub(super) every: Duration,
}

impl Collector {
    pub(super) fn read(target: Option<&str>, variables: Variables<'_>) -> Result<Collector, String> {
        let otel = |name: &str| {
            let of_metrics = variables(&format!("OTEL_EXPORTER_OTLP_METRICS_{name}"));
            of_metrics.or_else(|| variables(&format!("OTEL_EXPORTER_OTLP_{name}")))
        };
        let named = otel("PROTOCOL").or_else(|| variables("K6_OTEL_EXPORTER_PROTOCOL"));
        let named = named.as_deref().map(protocol).transpose()?;
        // An address for metrics alone is taken as it is; the one of all signals, and one without a path, lacks theirs.
        let whole = variables("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT").filter(|_| target.is_none());
        let is_whole = whole.is_some();
        let text = target.map(str::to_owned).or(whole);
        let text = text.or_else(|| variables("OTEL_EXPORTER_OTLP_ENDPOINT"));
        let text = text.or_else(|| of_k6(named, variables));
        let (text, asked) = split_scheme(text.as_deref().unwrap_or("http://localhost:4317"));
        let mut url = address(&text)?;
        let is_http = url.port() == Some(HTTP_PORT) || url.path() != "/";
        let protocol = asked.or(named).unwrap_or(if is_http {
            OtlpProtocol::Http
        } else {
            OtlpProtocol::Grpc
        });
        let lacks_path = !is_whole && !url.path().ends_with("/v1/metrics");
        if protocol == OtlpProtocol::Http && lacks_path {
            let path = format!("{}/v1/metrics", url.path().trim_end_matches('/'));
            url.set_path(&path);
        }
        let headers = otel("HEADERS").or_else(|| variables("K6_OTEL_HEADERS"));
        Ok(Collector {
            protocol,
            url,
            headers: headers.map_or_else(Vec::new, |text| headers_of(&text)),
            every: every(variables)?,
        })
    }
}

fn protocol(text: &str) -> Result<OtlpProtocol, String> {
    match text {
        "grpc" => Ok(OtlpProtocol::Grpc),
        "http/protobuf" | "http" => Ok(OtlpProtocol::Http),
        _ => Err(format!("OTLP goes by grpc or http/protobuf, not by {text:?}")),
    }
}

/// k6's variables have an address without a scheme, one for each protocol.
fn of_k6(protocol: Option<OtlpProtocol>, variables: Variables<'_>) -> Option<String> {
    let kind = match protocol {
        Some(OtlpProtocol::Http) => "HTTP",
        _ => "GRPC",
    };
    let place = variables(&format!("K6_OTEL_{kind}_EXPORTER_ENDPOINT"))?;
    let is_plain = variables(&format!("K6_OTEL_{kind}_EXPORTER_INSECURE")).is_some_and(|text| text == "true");
    let scheme = if is_plain { "http" } else { "https" };
    Some(format!("{scheme}://{place}"))
}

/// An address may say by its scheme that it is for gRPC.
fn split_scheme(text: &str) -> (String, Option<OtlpProtocol>) {
    if let Some(rest) = text.strip_prefix("grpc://") {
        return (format!("http://{rest}"), Some(OtlpProtocol::Grpc));
    }
    if let Some(rest) = text.strip_prefix("grpcs://") {
        return (format!("https://{rest}"), Some(OtlpProtocol::Grpc));
    }
    (text.to_owned(), None)
}

fn every(variables: Variables<'_>) -> Result<Duration, String> {
    let wrong = |name: &str, text: &str| format!("{name} is {text:?}, which is no length of time");
    if let Some(text) = variables("OTEL_METRIC_EXPORT_INTERVAL") {
        let milliseconds = text.trim().parse();
        return milliseconds
            .map(Duration::from_millis)
            .map_err(|_| wrong("OTEL_METRIC_EXPORT_INTERVAL", &text));
    }
    match variables("K6_OTEL_EXPORT_INTERVAL") {
        Some(text) => interval(&text).ok_or_else(|| wrong("K6_OTEL_EXPORT_INTERVAL", &text)),
        None => Ok(EVERY),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(target: Option<&str>, variables: &[(&str, &str)]) -> (OtlpProtocol, String) {
        let variables = |name: &str| {
            let found = variables.iter().find(|(own, _)| *own == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        let collector = Collector::read(target, &variables).unwrap();
        (collector.protocol, collector.url.to_string())
    }

    #[test]
    fn the_address_says_by_what_metrics_go_unless_a_variable_does() {
        let (grpc, http) = (OtlpProtocol::Grpc, OtlpProtocol::Http);
        let variable = [("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")];
        let at = |text: &str| text.to_owned();
        assert_eq!(read(None, &[]), (grpc, at("http://localhost:4317/")));
        assert_eq!(
            read(Some("http://c:4318"), &[]),
            (http, at("http://c:4318/v1/metrics"))
        );
        assert_eq!(read(Some("http://c:4317"), &[]), (grpc, at("http://c:4317/")));
        assert_eq!(
            read(Some("https://c/otlp"), &[]),
            (http, at("https://c/otlp/v1/metrics"))
        );
        assert_eq!(
            read(Some("http://c:9"), &variable),
            (http, at("http://c:9/v1/metrics"))
        );
        assert_eq!(read(Some("grpc://c:4318"), &[]), (grpc, at("http://c:4318/")));
    }

    #[test]
    fn variables_are_those_of_opentelemetry_and_then_k6s() {
        let (grpc, http) = (OtlpProtocol::Grpc, OtlpProtocol::Http);
        let all = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://all:4318");
        let own = ("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "http://own:4318/as/it/is");
        let k6 = ("K6_OTEL_GRPC_EXPORTER_ENDPOINT", "k6:4317");
        assert_eq!(
            read(None, &[all]),
            (http, "http://all:4318/v1/metrics".to_owned())
        );
        assert_eq!(
            read(None, &[all, own]),
            (http, "http://own:4318/as/it/is".to_owned())
        );
        assert_eq!(read(None, &[k6]), (grpc, "https://k6:4317/".to_owned()));
    }
}
