//! What the target answered, counted exactly at the moment when an answer is handed to
//! its connection. Requests below `/-/`, which ask for these numbers, are left out.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// All counts at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counters {
    /// Requests answered.
    pub total: u64,
    /// Connections that are open now.
    pub open_connections: u64,
    /// Connections accepted so far.
    pub accepted: u64,
    /// The total, split; sorted by method, route and status.
    pub by: Vec<RouteCount>,
}

/// The answers of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RouteCount {
    /// `GET`, `POST`, …; methods that HTTP doesn't define are `OTHER`.
    pub method: String,
    /// The path with `{…}` for its variable parts, such as `/items/{id}`.
    pub route: String,
    /// Status code.
    pub status: u16,
    /// How many.
    pub count: u64,
    /// Bytes of the requests' bodies.
    pub bytes_in: u64,
    /// Bytes of the answers' bodies.
    pub bytes_out: u64,
}

/// What one answer is counted under.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct CounterKey {
    pub(super) method: &'static str,
    pub(super) route: &'static str,
    pub(super) status: u16,
}

#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    count: u64,
    bytes_in: u64,
    bytes_out: u64,
}

/// The counts of one serving thread. The lock is only ever contended by a reader.
#[derive(Debug, Default)]
pub(super) struct CounterShard {
    sums: Mutex<BTreeMap<CounterKey, Sums>>,
}

impl CounterShard {
    pub(super) fn add(&self, key: CounterKey, bytes_in: u64, bytes_out: u64) {
        let mut sums = self.sums.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = sums.entry(key).or_default();
        entry.count += 1;
        entry.bytes_in += bytes_in;
        entry.bytes_out += bytes_out;
    }
}

/// The counts of the whole target.
#[derive(Debug)]
pub(super) struct RequestCounters {
    pub(super) shards: Vec<CounterShard>,
    pub(super) open: AtomicU64,
    pub(super) accepted: AtomicU64,
}

impl RequestCounters {
    pub(super) fn new(threads: usize) -> Self {
        let shards = std::iter::repeat_with(CounterShard::default)
            .take(threads)
            .collect();
        Self {
            shards,
            open: AtomicU64::new(0),
            accepted: AtomicU64::new(0),
        }
    }

    pub(super) fn read(&self) -> Counters {
        let by = self
            .merged()
            .into_iter()
            .map(|(key, sums)| RouteCount::new(key, sums))
            .collect::<Vec<_>>();
        Counters {
            total: by.iter().map(|row| row.count).sum(),
            open_connections: self.open.load(Ordering::Relaxed),
            accepted: self.accepted.load(Ordering::Relaxed),
            by,
        }
    }

    pub(super) fn reset(&self) {
        for shard in &self.shards {
            shard.sums.lock().unwrap_or_else(PoisonError::into_inner).clear();
        }
        self.accepted.store(0, Ordering::Relaxed);
    }

    fn merged(&self) -> BTreeMap<CounterKey, Sums> {
        let mut merged = BTreeMap::<CounterKey, Sums>::new();
        for shard in &self.shards {
            for (key, sums) in &*shard.sums.lock().unwrap_or_else(PoisonError::into_inner) {
                let entry = merged.entry(*key).or_default();
                entry.count += sums.count;
                entry.bytes_in += sums.bytes_in;
                entry.bytes_out += sums.bytes_out;
            }
        }
        merged
    }
}

impl RouteCount {
    fn new(key: CounterKey, sums: Sums) -> Self {
        Self {
            method: key.method.to_owned(),
            route: key.route.to_owned(),
            status: key.status,
            count: sums.count,
            bytes_in: sums.bytes_in,
            bytes_out: sums.bytes_out,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOME: CounterKey = CounterKey {
        method: "GET",
        route: "/",
        status: 200,
    };

    #[test]
    fn adds_up_what_the_threads_counted() {
        let counters = RequestCounters::new(2);
        counters.shards[0].add(HOME, 1, 10);
        counters.shards[1].add(HOME, 2, 20);
        counters.shards[1].add(CounterKey { status: 500, ..HOME }, 0, 5);
        let counters = counters.read();
        assert_eq!(counters.total, 3);
        let first = &counters.by[0];
        assert_eq!(
            (first.status, first.count, first.bytes_in, first.bytes_out),
            (200, 2, 3, 30)
        );
    }

    #[test]
    fn starts_again_after_a_reset() {
        let counters = RequestCounters::new(1);
        counters.shards[0].add(HOME, 0, 0);
        counters.reset();
        assert_eq!(
            counters.read(),
            Counters {
                total: 0,
                open_connections: 0,
                accepted: 0,
                by: Vec::new()
            }
        );
    }
}
