//! Cases that spend as much of one resource as they get, for ever: log, metrics, connections, decompression.

use crate::cases::request;
use crate::wasmswarm::scenario::http::{self, Request};
use crate::wasmswarm::scenario::log;
use crate::wasmswarm::scenario::metrics::{self, MetricType};

/// Lines of a kilobyte, most of which the host has to drop.
pub fn log() -> ! {
    let line = "x".repeat(1000);
    loop {
        log::write(log::Level::Info, &line);
    }
}

/// Thousands of metrics, with values all over the range.
pub fn metrics() -> ! {
    let mut value = 1_u64;
    loop {
        value = value.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let name = format!("greedy {}", value >> 52);
        metrics::add(&name, MetricType::Trend, (value >> 30) as f64, &[]);
    }
}

/// As many connections at once as there may be, none of which is used again.
pub fn connections() -> ! {
    let mut once = request("/greedy", "greedy");
    once.headers.push(("connection".into(), "close".into()));
    let all: Vec<Request> = vec![once; 64];
    loop {
        let _ = http::send_all(&all);
    }
}

/// Bodies that are small on the wire only.
pub fn decompression() -> ! {
    let bomb = request("/greedy", "greedy");
    loop {
        let _ = http::send(&bomb);
    }
}
