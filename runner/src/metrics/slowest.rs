//! The slowest requests by the ids of their traces, so that somebody who looks at a slow one finds it in the server's own
//! tracing. There are ids only where the run sends some with its requests. A bounded list: what isn't slow enough for it
//! costs a comparison.

use super::aggregator::RunInfo;
use super::sample::{RequestKey, RequestSample};
use serde::{Deserialize, Serialize};

/// So many are kept.
const KEPT: usize = 20;

/// One of the slowest requests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlowRequest {
    /// Its trace's id, as `traceparent` has it.
    pub trace_id: String,
    /// Name of the scenario.
    pub scenario: String,
    /// Method or protocol.
    pub method: String,
    /// Name of the group.
    pub name: String,
    /// Status code; 0 if there was no response.
    pub status: u16,
    /// Service time, in microseconds.
    pub duration: u64,
    /// Response time, in microseconds.
    pub response: u64,
}

/// The slowest so far, slowest first, each with the index of its scenario.
#[derive(Debug, Clone, Default)]
pub(super) struct Slowest(Vec<(u16, SlowRequest)>);

impl Slowest {
    /// Adds a request, if it is slow enough.
    pub(super) fn add(&mut self, trace: u128, key: &RequestKey<'_>, sample: &RequestSample<'_>) {
        if self.takes(sample.response_us) {
            let slow = SlowRequest {
                trace_id: format!("{trace:032x}"),
                scenario: String::new(),
                method: key.method.to_owned(),
                name: key.name.to_owned(),
                status: key.status,
                duration: sample.duration_us,
                response: sample.response_us,
            };
            self.insert((key.scenario, slow));
        }
    }

    /// Adds those of another list.
    pub(super) fn merge(&mut self, other: &Self) {
        for entry in &other.0 {
            if self.takes(entry.1.response) {
                self.insert(entry.clone());
            }
        }
    }

    /// All of them, with the names of their scenarios.
    pub(super) fn rows(&self, info: &RunInfo) -> Vec<SlowRequest> {
        let row = |(scenario, slow): &(u16, SlowRequest)| SlowRequest {
            scenario: info.scenario(*scenario),
            ..slow.clone()
        };
        self.0.iter().map(row).collect()
    }

    fn takes(&self, response_us: u64) -> bool {
        self.0.len() < KEPT || self.0.last().is_some_and(|(_, last)| response_us > last.response)
    }

    fn insert(&mut self, entry: (u16, SlowRequest)) {
        let at = self
            .0
            .partition_point(|(_, own)| own.response >= entry.1.response);
        self.0.insert(at, entry);
        self.0.truncate(KEPT);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(times: impl IntoIterator<Item = u64>) -> Slowest {
        let mut slowest = Slowest::default();
        for response_us in times {
            let key = RequestKey {
                scenario: 0,
                method: "GET",
                name: "/",
                status: 200,
                expected: true,
                tags: "",
            };
            let sample = RequestSample {
                response_us,
                ..Default::default()
            };
            slowest.add(u128::from(response_us), &key, &sample);
        }
        slowest
    }

    fn times(slowest: &Slowest) -> Vec<u64> {
        slowest.0.iter().map(|(_, slow)| slow.response).collect()
    }

    #[test]
    fn the_slowest_stay_in_whatever_order_they_come() {
        let expected: Vec<u64> = (81..=100).rev().collect();
        assert_eq!(times(&of(1..=100)), expected);
        assert_eq!(times(&of((1..=100).rev())), expected);
        let mut merged = of((1..=100).filter(|n| n % 2 == 0));
        merged.merge(&of((1..=100).filter(|n| n % 2 == 1)));
        assert_eq!(times(&merged), expected);
        assert_eq!(merged.0[0].1.trace_id, "00000000000000000000000000000064");
    }
}
