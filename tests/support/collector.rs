//! An OpenTelemetry collector that keeps the last metrics it was sent, over gRPC or HTTP.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::metrics::v1::{Metric, metric::Data, number_data_point::Value};
use prost::Message;
use std::convert::Infallible;
use std::net::TcpListener;
use std::sync::{Arc, Mutex, PoisonError};

/// What the last request held, and with which headers it came.
type Last = Arc<Mutex<Option<(HeaderMap, ExportMetricsServiceRequest)>>>;

/// A running collector. Its thread ends with the process.
pub(crate) struct Collector {
    /// `127.0.0.1:PORT`.
    pub(crate) address: String,
    last: Last,
}

impl Collector {
    pub(crate) fn start(is_grpc: bool) -> Collector {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.set_nonblocking(true).expect("a socket");
        let address = listener.local_addr().expect("an address").to_string();
        let last = Last::default();
        let kept = Arc::clone(&last);
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime
                .expect("a runtime")
                .block_on(serve(listener, is_grpc, kept));
        });
        Collector { address, last }
    }

    /// The last metrics of this name.
    #[track_caller]
    pub(crate) fn metric(&self, name: &str) -> Metric {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let (_, request) = last.as_ref().expect("metrics came");
        let scope = &request.resource_metrics[0].scope_metrics[0];
        let found = scope.metrics.iter().find(|metric| metric.name == name);
        found.unwrap_or_else(|| panic!("no {name}")).clone()
    }

    /// The sum over all points of a counter, or the count over all points of a histogram.
    #[track_caller]
    pub(crate) fn total(&self, name: &str) -> f64 {
        match self.metric(name).data.expect("data") {
            Data::Sum(sum) => sum
                .data_points
                .iter()
                .map(|point| match point.value {
                    Some(Value::AsDouble(value)) => value,
                    _ => f64::NAN,
                })
                .sum(),
            Data::ExponentialHistogram(histogram) => {
                histogram.data_points.iter().map(|point| point.count as f64).sum()
            }
            other => panic!("{other:?}"),
        }
    }

    /// A header of the last request.
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let (headers, _) = last.as_ref()?;
        Some(headers.get(name)?.to_str().ok()?.to_owned())
    }
}

async fn serve(listener: TcpListener, is_grpc: bool, last: Last) {
    let listener = tokio::net::TcpListener::from_std(listener).expect("a socket");
    while let Ok((stream, _)) = listener.accept().await {
        let last = Arc::clone(&last);
        let service = service_fn(move |request| answer(request, is_grpc, Arc::clone(&last)));
        tokio::spawn(async move {
            let io = TokioIo::new(stream);
            // A connection that breaks is the other side's affair.
            if is_grpc {
                let builder = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
                let _ = builder.serve_connection(io, service).await;
            } else {
                let _ = hyper::server::conn::http1::Builder::new()
                    .serve_connection(io, service)
                    .await;
            }
        });
    }
}

async fn answer(
    request: Request<Incoming>,
    is_grpc: bool,
    last: Last,
) -> Result<Response<http_body_util::combinators::BoxBody<Bytes, Infallible>>, Infallible> {
    let (head, body) = request.into_parts();
    let wanted = if is_grpc {
        "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export"
    } else {
        "/v1/metrics"
    };
    assert_eq!(head.uri.path(), wanted);
    let bytes = body.collect().await.expect("a whole body").to_bytes();
    // A frame of gRPC begins with a flag and its length.
    let message = if is_grpc { bytes.slice(5..) } else { bytes };
    let request = ExportMetricsServiceRequest::decode(message).expect("metrics");
    *last.lock().unwrap_or_else(PoisonError::into_inner) = Some((head.headers, request));
    let mut trailers = HeaderMap::new();
    trailers.insert("grpc-status", HeaderValue::from_static("0"));
    // An empty message, which is the answer that all was taken.
    let body = if is_grpc { &[0_u8; 5][..] } else { &[][..] };
    let body =
        Full::new(Bytes::from_static(body)).with_trailers(async move { is_grpc.then_some(Ok(trailers)) });
    let mut response = Response::new(body.boxed());
    let kind = if is_grpc {
        "application/grpc"
    } else {
        "application/x-protobuf"
    };
    response
        .headers_mut()
        .insert("content-type", HeaderValue::from_static(kind));
    Ok(response)
}
