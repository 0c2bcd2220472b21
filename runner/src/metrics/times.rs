//! Service and response times together, and a form of them that takes little room, in which histories keep them: the
//! counters of both, so that stretches of time can be merged without losing a thing.

use super::distribution::Distribution;
use super::series::PartTimes;
use serde::{Deserialize, Serialize};

/// The figures of one kind of time in a stretch of a run, in microseconds; zeros where there was none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Percentiles {
    /// Median.
    pub p50: u64,
    /// 90th percentile.
    pub p90: u64,
    /// 95th percentile.
    pub p95: u64,
    /// 99th percentile.
    pub p99: u64,
    /// 99.9th percentile.
    pub p999: u64,
    /// Largest value, exact.
    pub max: u64,
}

impl Percentiles {
    fn of(times: &Distribution<u64>) -> Self {
        let [p50, p90, p95, p99, p999] = times.quantiles([0.5, 0.9, 0.95, 0.99, 0.999]);
        Self {
            p50,
            p90,
            p95,
            p99,
            p999,
            max: times.max(),
        }
    }
}

/// Service and response times. Those that are alike, which without a plan of arrivals are all, are kept once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Times {
    same: Distribution<u64>,
    /// Service times where response times differ.
    service: Distribution<u64>,
    /// Response times where service times differ.
    response: Distribution<u64>,
}

impl Times {
    /// Adds what a thread recorded.
    pub(super) fn absorb(&mut self, part: &PartTimes) {
        part.add_apart(&mut self.same, &mut self.service, &mut self.response);
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.same.merge(&other.same);
        self.service.merge(&other.service);
        self.response.merge(&other.response);
    }

    /// Adds all service times to a distribution.
    pub(super) fn add_service(&self, all: &mut Distribution<u64>) {
        all.merge(&self.same);
        all.merge(&self.service);
    }

    /// Adds all response times to a distribution.
    pub(super) fn add_response(&self, all: &mut Distribution<u64>) {
        all.merge(&self.same);
        all.merge(&self.response);
    }

    /// The figures of service and of response times.
    pub(super) fn percentiles(&self) -> (Percentiles, Percentiles) {
        let (mut service, mut response) = (self.same.clone(), self.same.clone());
        service.merge(&self.service);
        response.merge(&self.response);
        (Percentiles::of(&service), Percentiles::of(&response))
    }

    /// The same in little room.
    pub(super) fn packed(&self) -> PackedTimes {
        let mut bytes = Vec::new();
        [&self.same, &self.service, &self.response]
            .into_iter()
            .for_each(|times| pack(times, &mut bytes));
        PackedTimes(bytes.into())
    }

    #[cfg(test)]
    pub(super) fn record(&mut self, service: u64, response: u64) {
        if service == response {
            self.same.record(service);
        } else {
            self.service.record(service);
            self.response.record(response);
        }
    }
}

/// Times as bytes: for each of the three distributions the number of its counters, its smallest and largest value, and for
/// each counter its distance from the one before and what it counts. Most count 1, which takes no byte of its own.
/// Numbers have seven bits a byte, the lowest first, as in LEB128.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct PackedTimes(Box<[u8]>);

impl PackedTimes {
    /// Bytes of memory that it takes besides itself.
    pub(super) fn bytes(&self) -> usize {
        self.0.len()
    }

    pub(super) fn unpacked(&self) -> Times {
        let mut bytes = &*self.0;
        let mut times = Times::default();
        for part in [&mut times.same, &mut times.service, &mut times.response] {
            // Only `packed` makes these bytes, so there is always one more distribution.
            unpack(&mut bytes, part);
        }
        times
    }

    /// Adds other times.
    pub(super) fn merge(&mut self, other: &Self) {
        let mut all = self.unpacked();
        all.merge(&other.unpacked());
        *self = all.packed();
    }
}

fn pack(times: &Distribution<u64>, out: &mut Vec<u8>) {
    write(times.counters() as u64, out);
    if times.is_empty() {
        return;
    }
    write(times.min(), out);
    write(times.max(), out);
    let mut before = 0;
    for (place, count) in times.counted() {
        let several = u64::from(count > 1);
        write(u64::from(place - before) << 1 | several, out);
        if several > 0 {
            write(count, out);
        }
        before = place;
    }
}

/// Reads one distribution; the sum of its values isn't kept.
fn unpack(bytes: &mut &[u8], into: &mut Distribution<u64>) -> Option<()> {
    let counters = read(bytes)?;
    if counters == 0 {
        return Some(());
    }
    let (min, max) = (read(bytes)?, read(bytes)?);
    let mut place = 0_u16;
    let mut counted = Vec::with_capacity(usize::try_from(counters).ok()?.min(bytes.len()));
    for _ in 0..counters {
        let step = read(bytes)?;
        place = place.checked_add(u16::try_from(step >> 1).ok()?)?;
        let count = if step & 1 == 1 { read(bytes)? } else { 1 };
        counted.push((place, count));
    }
    into.add(&counted, 0, min, max);
    Some(())
}

fn write(mut number: u64, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

fn read(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::place::MAX_VALUE;
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    fn of(values: &[(u64, u64)]) -> Times {
        let mut times = Times::default();
        values
            .iter()
            .for_each(|&(service, response)| times.record(service, response));
        times
    }

    #[test]
    fn nothing_is_lost_where_stretches_are_merged() {
        // Of two stretches, the larger 99th percentile would be 900.
        let quiet: Vec<_> = (0..9_900).map(|_| (10, 10)).collect();
        let slow: Vec<_> = (0..90).map(|_| (900, 1_000)).collect();
        let mut packed = of(&quiet).packed();
        packed.merge(&of(&slow).packed());
        let (service, response) = packed.unpacked().percentiles();
        assert_eq!((service.p99, service.p999, service.max), (10, 900, 900));
        assert_eq!((response.p99, response.p999, response.max), (10, 1_000, 1_000));
    }

    #[test]
    fn common_times_take_little_room() {
        // A hundred requests about a millisecond: two bytes each at most, and their extremes.
        let values: Vec<_> = (0..100_u64)
            .map(|n| 900 + n * n % 331)
            .map(|us| (us, us))
            .collect();
        let bytes = of(&values).packed().bytes();
        assert!(bytes <= 220, "{bytes} bytes");
        assert_eq!(Times::default().packed().bytes(), 3);
    }

    #[test]
    fn half_a_number_is_none() {
        assert_eq!(read(&mut &[0x80, 0x80][..]), None);
        assert_eq!(read(&mut &[0xff; 11][..]), None);
    }

    fn value() -> impl Strategy<Value = u64> {
        (any::<u64>(), 0..64_u32).prop_map(|(value, bits)| (value >> bits).min(MAX_VALUE))
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_is_packed_has_the_same_percentiles(values in vec((value(), value()), 0..200)) {
            let times = of(&values);
            let back = times.packed().unpacked();
            prop_assert_eq!(back.percentiles(), times.percentiles());
            prop_assert_eq!(back.packed(), times.packed());
        }

        #[test]
        fn packed_parts_merge_to_what_the_whole_would_be(
            values in vec((value(), value()), 1..200), at in any::<prop::sample::Index>(),
        ) {
            let (one, other) = values.split_at(at.index(values.len()));
            let mut merged = of(one).packed();
            merged.merge(&of(other).packed());
            prop_assert_eq!(merged, of(&values).packed());
        }
    }
}
