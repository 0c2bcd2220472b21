//! `wasmswarm:scenario/metrics`.

use crate::engine::host::bindings::metrics::{self, MetricType};
use crate::engine::host::state::VuState;
use crate::engine::host::{labels, limits};
use crate::metrics::{MetricKind, RequestKey, RequestSample, with_shard};

impl metrics::Host for VuState {
    fn add(
        &mut self,
        name: String,
        kind: MetricType,
        value: f64,
        tags: Vec<(String, String)>,
    ) -> wasmtime::Result<()> {
        self.require_run()?;
        let (name, tags) = (labels::name(&name), self.tags.over(&tags));
        let tags = tags.as_deref().unwrap_or_default();
        let scenario = self.identity.scenario;
        match with_shard(|shard| shard.custom(scenario, &name, kind_of(kind), value, tags)) {
            Some(Err(mismatch)) => Err(wasmtime::Error::msg(mismatch.to_string())),
            _ => Ok(()),
        }
    }

    fn record_request(
        &mut self,
        protocol: String,
        name: String,
        duration: u64,
        bytes_received: u64,
        error: String,
    ) -> wasmtime::Result<()> {
        self.require_run()?;
        let (protocol, name) = (labels::name(&protocol), labels::name(&name));
        let tags = self.tags.own();
        let failure = (!error.is_empty()).then(|| limits::cut(&error, limits::MESSAGE_BYTES));
        let key = RequestKey {
            scenario: self.identity.scenario,
            method: &protocol,
            name: &name,
            status: 0,
            expected: failure.is_none(),
            tags: tags.as_deref().unwrap_or_default(),
        };
        let sample = RequestSample {
            duration_us: duration,
            response_us: duration,
            bytes_received,
            failed: failure.is_some(),
            failure,
            ..RequestSample::default()
        };
        with_shard(|shard| {
            shard.request_started();
            shard.request(&key, &sample);
        });
        Ok(())
    }
}

fn kind_of(kind: MetricType) -> MetricKind {
    match kind {
        MetricType::Counter => MetricKind::Counter,
        MetricType::Gauge => MetricKind::Gauge,
        MetricType::Rate => MetricKind::Rate,
        MetricType::Trend => MetricKind::Trend,
    }
}
