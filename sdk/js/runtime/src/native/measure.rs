//! Checks, metrics and the log.

use super::nothing;
use crate::bindings::wasmswarm::scenario::{checks, log as host_log, metrics};
use crate::value::{Answer, Call, bool};

pub(super) fn check(call: &Call<'_>) -> Answer {
    let tags = call.pairs(2)?;
    let passed = checks::check(&call.text(0)?, call.is_true(1), &tags.borrowed());
    Ok(bool(passed))
}

pub(super) fn metric(call: &Call<'_>) -> Answer {
    let kind = match call.count(0)? {
        0 => metrics::MetricType::Counter,
        1 => metrics::MetricType::Gauge,
        2 => metrics::MetricType::Rate,
        _ => metrics::MetricType::Trend,
    };
    let tags = call.pairs(3)?;
    metrics::add(&call.text(1)?, kind, call.number(2)?, &tags.borrowed());
    nothing()
}

pub(super) fn record_request(call: &Call<'_>) -> Answer {
    let (protocol, name, error) = (call.text(0)?, call.text(1)?, call.text(4)?);
    metrics::record_request(&protocol, &name, call.count(2)?, call.count(3)?, &error);
    nothing()
}

pub(super) fn log(call: &Call<'_>) -> Answer {
    let level = match call.count(0)? {
        0 => host_log::Level::Debug,
        1 => host_log::Level::Info,
        2 => host_log::Level::Warn,
        _ => host_log::Level::Error,
    };
    host_log::write(level, &call.text(1)?);
    nothing()
}
