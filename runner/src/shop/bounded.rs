//! A map that can't grow without end: beyond its limit the oldest entry makes room.
//!
//! Sharded by key, so that threads seldom wait for each other. "Oldest" is by insertion
//! and within the key's shard; using an entry doesn't make it younger.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

const SHARDS: usize = 16;

/// Values under numbers, at most `SHARDS * per_shard` of them.
#[derive(Debug)]
pub(super) struct Bounded<V> {
    per_shard: usize,
    shards: [Mutex<Shard<V>>; SHARDS],
}

#[derive(Debug)]
struct Shard<V> {
    entries: HashMap<u64, V>,
    /// Keys by age. May name entries that have been removed since.
    ages: VecDeque<u64>,
}

impl<V> Bounded<V> {
    pub(super) fn new(per_shard: usize) -> Self {
        let shards = std::array::from_fn(|_| {
            Mutex::new(Shard {
                entries: HashMap::new(),
                ages: VecDeque::new(),
            })
        });
        Self { per_shard, shards }
    }

    pub(super) fn insert(&self, key: u64, value: V) {
        let mut shard = self.shard(key);
        if shard.entries.insert(key, value).is_none() {
            shard.ages.push_back(key);
        }
        while shard.entries.len() > self.per_shard {
            let Some(oldest) = shard.ages.pop_front() else {
                break;
            };
            shard.entries.remove(&oldest);
        }
        if shard.ages.len() > 2 * self.per_shard {
            let Shard { entries, ages } = &mut *shard;
            ages.retain(|key| entries.contains_key(key));
        }
    }

    /// Runs `change` on an entry, if there is one.
    pub(super) fn with<R>(&self, key: u64, change: impl FnOnce(&mut V) -> R) -> Option<R> {
        self.shard(key).entries.get_mut(&key).map(change)
    }

    pub(super) fn remove(&self, key: u64) -> Option<V> {
        self.shard(key).entries.remove(&key)
    }

    fn shard(&self, key: u64) -> MutexGuard<'_, Shard<V>> {
        #[expect(
            clippy::indexing_slicing,
            reason = "the remainder is below the array's length"
        )]
        let shard = &self.shards[(key % SHARDS as u64) as usize];
        shard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drops_the_oldest_entry_beyond_the_limit() {
        let map = Bounded::new(2);
        for key in [0, 16, 32] {
            map.insert(key, key);
        }
        assert_eq!(
            [0, 16, 32].map(|key| map.with(key, |v| *v)),
            [None, Some(16), Some(32)]
        );
    }

    #[test]
    fn forgets_the_ages_of_removed_entries() {
        let map = Bounded::new(4);
        map.insert(0, ());
        for key in 1..10_000 {
            map.insert(16 * key, ());
            map.remove(16 * key);
        }
        assert_eq!(map.with(0, |()| ()), Some(()));
        assert!(map.shard(0).ages.len() <= 9);
    }
}
