//! Where requests spend their time, over the whole run.

use super::burst::Burst;
use super::distribution::{Distribution, MAX_TIME_US, Stats};
use super::sample::RequestSample;
use serde::Serialize;

/// One phase in one thread and second. Most are 0 on a kept-alive connection: counted only.
#[derive(Debug, Default)]
struct PhasePart {
    zeros: u64,
    times: Burst,
}

impl PhasePart {
    #[inline]
    fn record(&mut self, us: u64) {
        if us == 0 {
            self.zeros += 1;
        } else {
            self.times.record(us.min(MAX_TIME_US));
        }
    }
}

/// All phases in one thread and second, in the order of [`PHASES`].
#[derive(Debug, Default)]
pub(super) struct PhaseParts([PhasePart; 7]);

/// All phases of the run, in the order of [`PHASES`].
#[derive(Debug, Default)]
pub(super) struct PhaseTotals([Distribution<u64>; 7]);

/// Metric names of the phases.
pub const PHASES: [&str; 7] = [
    "http_req_blocked",
    "http_req_dns",
    "http_req_connecting",
    "http_req_tls_handshaking",
    "http_req_sending",
    "http_req_waiting",
    "http_req_receiving",
];

/// How many of them come before the request is sent.
const CONNECTING: usize = 4;

impl PhaseParts {
    #[inline]
    pub(super) fn record(&mut self, sample: &RequestSample<'_>) {
        let times = [
            sample.blocked_us,
            sample.dns_us,
            sample.connect_us,
            sample.tls_us,
            sample.sending_us,
            sample.waiting_us,
            sample.receiving_us,
        ];
        // What was never sent got no further than its connection.
        let phases = if sample.never_sent {
            CONNECTING
        } else {
            times.len()
        };
        for (phase, us) in self.0.iter_mut().zip(times).take(phases) {
            phase.record(us);
        }
    }
}

impl PhaseParts {
    /// Adds all times of one phase, by its index in [`PHASES`].
    pub(super) fn pour_into(&self, phase: usize, all: &mut Distribution<u64>) {
        if let Some(part) = self.0.get(phase) {
            all.record_times(0, part.zeros);
            part.times.pour_into(all);
        }
    }
}

impl PhaseTotals {
    pub(super) fn absorb(&mut self, parts: &PhaseParts) {
        for (phase, total) in self.0.iter_mut().enumerate() {
            parts.pour_into(phase, total);
        }
    }

    /// The times themselves, in the order of [`PHASES`].
    pub(super) fn into_times(self) -> [Distribution<u64>; 7] {
        self.0
    }

    pub(super) fn stats(&self) -> Vec<PhaseRow> {
        let rows = PHASES.iter().zip(&self.0);
        rows.map(|(&metric, times)| PhaseRow {
            metric,
            times: times.stats(),
        })
        .collect()
    }
}

/// The times of one phase of all requests.
#[derive(Debug, Clone, Serialize)]
pub struct PhaseRow {
    /// Name of the metric, one of [`PHASES`].
    pub metric: &'static str,
    /// In microseconds.
    pub times: Stats<u64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_never_sent_has_no_times_beyond_its_connection() {
        let mut parts = PhaseParts::default();
        parts.record(&RequestSample {
            connect_us: 100,
            never_sent: true,
            ..Default::default()
        });
        let mut totals = PhaseTotals::default();
        totals.absorb(&parts);
        let counts: Vec<_> = totals.stats().iter().map(|row| row.times.count).collect();
        assert_eq!(counts, [1, 1, 1, 1, 0, 0, 0]);
    }

    #[test]
    fn zeros_count_like_any_other_time() {
        let mut parts = PhaseParts::default();
        parts.record(&RequestSample {
            connect_us: 100,
            ..Default::default()
        });
        parts.record(&RequestSample::default());
        let mut totals = PhaseTotals::default();
        totals.absorb(&parts);
        let connecting = totals.stats()[2].times;
        assert_eq!((connecting.count, connecting.p50, connecting.max), (2, 0, 100));
        assert_eq!(connecting.mean, 50.0);
        assert!(totals.stats().iter().all(|row| row.times.count == 2));
    }
}
