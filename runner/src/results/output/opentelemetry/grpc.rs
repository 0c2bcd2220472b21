//! OTLP's one call over gRPC, by tonic. The messages are `opentelemetry-proto`'s; that crate's own client would bring
//! server and code generation with it.

use crate::results::output::push::{PATIENCE, PushError, chain, runtime};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::uri::PathAndQuery;
use opentelemetry_proto::tonic::collector::metrics::v1::{
    ExportMetricsServiceRequest, ExportMetricsServiceResponse,
};
use prost::Message as _;
use reqwest::Url;
use std::time::Duration;
use tokio::runtime::Runtime;
use tonic::client::Grpc;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::metadata::{Ascii, MetadataKey, MetadataValue};
use tonic::transport::{Channel, ClientTlsConfig, Endpoint as TonicEndpoint};
use tonic::{Request, Status};

const METHOD: &str = "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export";

/// The largest answer, which says nothing but how many points were refused.
const ANSWER: usize = 64 * 1024;

/// A header of a call.
type MetadataPair = (MetadataKey<Ascii>, MetadataValue<Ascii>);

/// Calls a collector.
#[derive(Debug)]
pub(super) struct GrpcPusher {
    runtime: Runtime,
    channel: Channel,
    headers: Vec<MetadataPair>,
}

impl GrpcPusher {
    pub(super) fn new(url: &Url, headers: &[(String, String)]) -> Result<GrpcPusher, String> {
        let runtime = runtime()?;
        let mut plain = url.clone();
        // They go as a header.
        let _ = (plain.set_username(""), plain.set_password(None));
        let endpoint = TonicEndpoint::from_shared(plain.to_string())
            .map_err(|error| chain(&error))?
            .connect_timeout(PATIENCE)
            .timeout(PATIENCE);
        let endpoint = if url.scheme() == "https" {
            let anchors = webpki_roots::TLS_SERVER_ROOTS.iter().cloned();
            let tls = ClientTlsConfig::new().trust_anchors(anchors);
            endpoint.tls_config(tls).map_err(|error| chain(&error))?
        } else {
            endpoint
        };
        // Whatever drives the connection is spawned on this thread's runtime.
        let channel = runtime.block_on(async { endpoint.connect_lazy() });
        Ok(GrpcPusher {
            runtime,
            channel,
            headers: metadata(url, headers)?,
        })
    }

    pub(super) fn send(&self, message: ExportMetricsServiceRequest) -> Result<(), PushError> {
        let mut request = Request::new(message);
        for (name, value) in &self.headers {
            request.metadata_mut().insert(name.clone(), value.clone());
        }
        let call = async {
            let mut client = Grpc::new(self.channel.clone()).max_decoding_message_size(ANSWER);
            client
                .ready()
                .await
                .map_err(|error| PushError::passing(chain(&error)))?;
            let path = PathAndQuery::from_static(METHOD);
            let answer = client.unary(request, path, ExportCodec).await;
            refused(answer.map_err(|status| of_status(&status))?.into_inner())
        };
        self.runtime.block_on(async {
            let answer = tokio::time::timeout(PATIENCE + Duration::from_millis(100), call).await;
            answer.unwrap_or_else(|_| Err(PushError::late()))
        })
    }
}

fn of_status(status: &Status) -> PushError {
    let mut why = format!("gRPC status {:?}: {}", status.code(), status.message());
    if let Some(source) = std::error::Error::source(status) {
        why = format!("{why}: {}", chain(source));
    }
    PushError::passing(why)
}

/// Also a success may say that points were refused.
fn refused(answer: ExportMetricsServiceResponse) -> Result<(), PushError> {
    match answer.partial_success {
        Some(partial) if partial.rejected_data_points > 0 => Err(PushError {
            why: format!(
                "{} points were refused: {}",
                partial.rejected_data_points, partial.error_message
            ),
            may_pass: false,
        }),
        _ => Ok(()),
    }
}

fn metadata(url: &Url, headers: &[(String, String)]) -> Result<Vec<MetadataPair>, String> {
    let mut all = headers.to_vec();
    if !url.username().is_empty() {
        let pair = format!("{}:{}", url.username(), url.password().unwrap_or_default());
        all.push((
            "authorization".to_owned(),
            format!("Basic {}", STANDARD.encode(pair)),
        ));
    }
    let entry = |(name, value): (String, String)| {
        let pair = (name.parse(), value.parse());
        match pair {
            (Ok(name), Ok(value)) => Ok((name, value)),
            _ => Err("a header that the environment gives isn't one".to_owned()),
        }
    };
    all.into_iter().map(entry).collect()
}

/// How messages become bytes.
#[derive(Debug, Clone, Copy)]
struct ExportCodec;

impl Codec for ExportCodec {
    type Encode = ExportMetricsServiceRequest;
    type Decode = ExportMetricsServiceResponse;
    type Encoder = ExportCodec;
    type Decoder = ExportCodec;

    fn encoder(&mut self) -> ExportCodec {
        ExportCodec
    }

    fn decoder(&mut self) -> ExportCodec {
        ExportCodec
    }
}

impl Encoder for ExportCodec {
    type Item = ExportMetricsServiceRequest;
    type Error = Status;

    fn encode(&mut self, item: Self::Item, out: &mut EncodeBuf<'_>) -> Result<(), Status> {
        item.encode(out)
            .map_err(|error| Status::internal(error.to_string()))
    }
}

impl Decoder for ExportCodec {
    type Item = ExportMetricsServiceResponse;
    type Error = Status;

    fn decode(&mut self, bytes: &mut DecodeBuf<'_>) -> Result<Option<Self::Item>, Status> {
        let message = ExportMetricsServiceResponse::decode(bytes);
        message
            .map(Some)
            .map_err(|error| Status::internal(error.to_string()))
    }
}
