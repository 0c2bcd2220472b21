//! One series of requests: what a thread records in a second, and what the run adds up.

use super::burst::{Burst, Counted};
use super::distribution::{Distribution, MAX_TIME_US};
use super::sample::RequestSample;
use super::saturating::Saturating as _;

/// What one thread recorded of a series in one second.
#[derive(Debug, Default)]
pub(super) struct SeriesPart {
    pub(super) requests: u64,
    /// Negative when the guest declared earlier failures to be successes.
    pub(super) failures: i64,
    pub(super) statuses: Statuses,
    pub(super) bytes_sent: u64,
    pub(super) bytes_received: u64,
    pub(super) reused: u64,
    /// Service and response time where they are the same, so that it is recorded once.
    same: Burst,
    /// Service time where response time differs.
    service: Burst,
    /// Response time where it differs.
    response: Burst,
}

impl SeriesPart {
    #[inline]
    pub(super) fn record(&mut self, status: u16, sample: &RequestSample<'_>) {
        self.requests += 1;
        self.failures.raise(i64::from(sample.failed));
        self.statuses.add(status, 1);
        self.bytes_sent.raise(sample.bytes_sent);
        self.bytes_received.raise(sample.bytes_received);
        self.reused.raise(u64::from(sample.reused));
        let (service, response) = (
            sample.duration_us.min(MAX_TIME_US),
            sample.response_us.min(MAX_TIME_US),
        );
        if sample.never_sent {
            // Refused at once, it has no time at all.
            if response > 0 {
                self.response.record(response);
            }
        } else if service == response {
            self.same.record(service);
        } else {
            self.service.record(service);
            self.response.record(response);
        }
    }

    /// All times as counters.
    pub(super) fn times(&self) -> PartTimes {
        PartTimes {
            same: self.same.counted(),
            service: self.service.counted(),
            response: self.response.counted(),
        }
    }

    /// Adds the service times.
    pub(super) fn add_durations(&self, all: &mut Distribution<u64>) {
        self.same.pour_into(all);
        self.service.pour_into(all);
    }

    /// Adds the response times.
    pub(super) fn add_responses(&self, all: &mut Distribution<u64>) {
        self.same.pour_into(all);
        self.response.pour_into(all);
    }
}

/// The times of a part as counters, to be added to several distributions.
#[derive(Debug)]
pub(super) struct PartTimes {
    same: Counted,
    service: Counted,
    response: Counted,
}

impl PartTimes {
    /// Adds the service times to `duration` and the response times to `response`.
    fn add_to(&self, duration: &mut Distribution<u64>, response: &mut Distribution<u64>) {
        self.same.pour_into(duration);
        self.service.pour_into(duration);
        self.same.pour_into(response);
        self.response.pour_into(response);
    }

    /// Adds the times that are alike, and the others.
    pub(super) fn add_apart(
        &self,
        same: &mut Distribution<u64>,
        service: &mut Distribution<u64>,
        response: &mut Distribution<u64>,
    ) {
        self.same.pour_into(same);
        self.service.pour_into(service);
        self.response.pour_into(response);
    }
}

/// A series of requests over the whole run, or several of them together.
#[derive(Debug, Clone, Default)]
pub struct SeriesTotals {
    /// Completed requests.
    pub requests: u64,
    /// Those that count as failed.
    pub failures: i64,
    /// How often each status code came; 0 stands for no response.
    pub statuses: Statuses,
    /// Bytes written.
    pub bytes_sent: u64,
    /// Bytes read.
    pub bytes_received: u64,
    /// Requests on a connection that had served one before.
    pub reused: u64,
    /// Service times, in microseconds.
    pub duration: Distribution<u64>,
    /// Response times, in microseconds.
    pub response: Distribution<u64>,
}

impl SeriesTotals {
    /// Bytes of memory that its times take.
    pub(super) fn bytes(&self) -> usize {
        self.duration.bytes() + self.response.bytes()
    }

    /// By how many bytes it grows at most when these times are added.
    pub(super) fn growth(&self, times: &PartTimes) -> usize {
        let (duration, response) = (&self.duration, &self.response);
        duration.growth(&times.same.counts)
            + duration.growth(&times.service.counts)
            + response.growth(&times.same.counts)
            + response.growth(&times.response.counts)
    }

    /// Adds a thread's part with its times.
    pub(super) fn absorb(&mut self, part: &SeriesPart, times: &PartTimes) {
        times.add_to(&mut self.duration, &mut self.response);
        self.requests.raise(part.requests);
        self.failures.raise(part.failures);
        self.statuses.merge(&part.statuses);
        self.bytes_sent.raise(part.bytes_sent);
        self.bytes_received.raise(part.bytes_received);
        self.reused.raise(part.reused);
    }

    /// Adds other requests.
    pub fn merge(&mut self, other: &Self) {
        self.duration.merge(&other.duration);
        self.response.merge(&other.response);
        self.requests.raise(other.requests);
        self.failures.raise(other.failures);
        self.statuses.merge(&other.statuses);
        self.bytes_sent.raise(other.bytes_sent);
        self.bytes_received.raise(other.bytes_received);
        self.reused.raise(other.reused);
    }

    /// Failed requests; never negative once all verdicts are in.
    pub fn failed(&self) -> u64 {
        u64::try_from(self.failures).unwrap_or(0)
    }
}

/// Counts by exact status code, sorted. Bounded, as there are at most 1,000 codes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Statuses(Vec<(u16, u64)>);

impl Statuses {
    /// Status codes and how often each came, ascending.
    pub fn iter(&self) -> impl Iterator<Item = (u16, u64)> {
        self.0.iter().copied()
    }

    fn add(&mut self, status: u16, times: u64) {
        let status = status.min(999);
        match self.0.binary_search_by_key(&status, |&(status, _)| status) {
            Ok(at) => self.0[at].1.raise(times),
            Err(at) => self.0.insert(at, (status, times)),
        }
    }

    fn merge(&mut self, other: &Self) {
        other.iter().for_each(|(status, times)| self.add(status, times));
    }
}

impl serde::Serialize for Statuses {
    fn serialize<S: serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.collect_map(self.iter())
    }
}

/// The keys of JSON are texts; within a row they aren't taken for numbers by themselves.
impl<'de> serde::Deserialize<'de> for Statuses {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let mut own = Self::default();
        for (status, times) in std::collections::BTreeMap::<String, u64>::deserialize(from)? {
            let status = status.parse();
            own.add(status.map_err(serde::de::Error::custom)?, times);
        }
        Ok(own)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_sorted_and_bounded() {
        let mut statuses = Statuses::default();
        for status in [404, 400, 404, 1_234, u16::MAX] {
            statuses.add(status, 1);
        }
        assert_eq!(
            statuses.iter().collect::<Vec<_>>(),
            [(400, 1), (404, 2), (999, 2)]
        );
    }

    #[test]
    fn what_was_never_sent_is_counted_and_has_no_service_time() {
        let mut part = SeriesPart::default();
        let refused = RequestSample {
            never_sent: true,
            failed: true,
            ..Default::default()
        };
        let unconnected = RequestSample {
            response_us: 700,
            ..refused
        };
        part.record(0, &refused);
        part.record(0, &unconnected);
        let mut totals = SeriesTotals::default();
        totals.absorb(&part, &part.times());
        assert_eq!((totals.requests, totals.failures), (2, 2));
        assert_eq!(totals.duration.count(), 0);
        assert_eq!((totals.response.count(), totals.response.sum()), (1, 700));
    }

    #[test]
    fn equal_and_different_times_land_in_both_distributions() {
        let mut part = SeriesPart::default();
        let sample = RequestSample {
            duration_us: 10,
            response_us: 10,
            ..Default::default()
        };
        part.record(200, &sample);
        part.record(
            200,
            &RequestSample {
                response_us: 30,
                ..sample
            },
        );
        let mut totals = SeriesTotals::default();
        totals.absorb(&part, &part.times());
        assert_eq!((totals.duration.count(), totals.duration.sum()), (2, 20));
        assert_eq!((totals.response.count(), totals.response.sum()), (2, 40));
    }
}
