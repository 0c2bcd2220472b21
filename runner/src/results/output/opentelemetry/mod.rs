//! `--out opentelemetry=URL`: pushes everything since the beginning as OpenTelemetry's metrics, by OTLP over gRPC or HTTP,
//! every few seconds, under k6's names.

mod collector;
mod grpc;
mod messages;

use crate::plan::Plan;
use crate::results::output::push::{Losses, PushError, Pusher, Rhythm, Variables, target, variables};
use crate::results::output::registry::{Keep, Registry, TimeUnit};
use crate::results::tally::{Output, Update};
use collector::{Collector, OtlpProtocol};
use grpc::GrpcPusher;
use messages::Resource;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use prost::Message as _;
use std::time::SystemTime;

/// Pushes to a collector.
#[derive(Debug)]
struct OpenTelemetry {
    registry: Registry,
    channel: Channel,
    resource: Resource,
    rhythm: Rhythm,
    losses: Losses,
    begun: SystemTime,
}

/// How it gets there.
#[derive(Debug)]
enum Channel {
    Http(Pusher),
    Grpc(GrpcPusher),
}

impl OpenTelemetry {
    /// Pushes there, or where OpenTelemetry's variables or k6's say.
    ///
    /// # Errors
    /// What is wrong with the address or a variable.
    fn open(target: Option<&str>, variables: Variables<'_>) -> Result<OpenTelemetry, String> {
        let collector = Collector::read(target, variables)?;
        let channel = match collector.protocol {
            OtlpProtocol::Http => Channel::Http(Pusher::new(collector.url, &collector.headers)?),
            OtlpProtocol::Grpc => Channel::Grpc(GrpcPusher::new(&collector.url, &collector.headers)?),
        };
        Ok(OpenTelemetry {
            registry: Registry::new(Keep::Totals(TimeUnit::Milliseconds)),
            channel,
            resource: Resource::read(variables),
            rhythm: Rhythm::new(collector.every),
            losses: Losses::default(),
            begun: SystemTime::now(),
        })
    }

    fn push(&mut self) {
        let request = messages::request(&self.registry, &self.resource, self.begun);
        let result = self.channel.send(request);
        self.rhythm.sent(&result, &mut self.losses);
        self.losses.note(&result);
    }
}

impl Channel {
    fn send(&self, request: ExportMetricsServiceRequest) -> Result<(), PushError> {
        match self {
            Channel::Http(pusher) => {
                let kind = [("content-type", "application/x-protobuf")];
                pusher.post(&kind, request.encode_to_vec())
            }
            Channel::Grpc(pusher) => pusher.send(request),
        }
    }
}

/// `--out opentelemetry[=URL]`.
pub(super) fn open(text: &str) -> Result<Box<dyn Output>, String> {
    Ok(Box::new(OpenTelemetry::open(target(text), &variables)?))
}

impl Output for OpenTelemetry {
    fn name(&self) -> String {
        "opentelemetry".to_owned()
    }

    fn begin(&mut self, plan: &Plan) -> Result<(), String> {
        self.registry.begin(plan);
        self.begun = SystemTime::now();
        Ok(())
    }

    fn second(&mut self, update: &Update) -> Result<(), String> {
        self.registry.absorb(update);
        if self.rhythm.is_due() {
            self.push();
        }
        Ok(())
    }

    fn lost(&self) -> u64 {
        self.losses.seconds
    }

    fn end(&mut self, last: &Update) -> Result<(), String> {
        self.registry.absorb(last);
        self.push();
        self.losses.verdict()
    }
}
