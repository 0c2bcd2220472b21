//! The state that VUs share: counters, queues and keys, bounded in number and size.
//!
//! VUs run on several threads, so the state is split by name into stripes with a lock each.
//! A lock is held for one look-up and one copy of a value.

use super::bindings::shared::Error;
use super::limits;
use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks, a few for each thread that a machine is likely to run.
const STRIPES: usize = 32;

/// What each counter, queued value and key counts beside its name and value, so that many
/// empty ones are bounded too.
const OVERHEAD: usize = 64;

/// All of it.
#[derive(Debug)]
pub struct SharedStore {
    stripes: Box<[Mutex<Stripe>]>,
    hasher: RandomState,
    usage: Usage,
}

/// The names that hash to one lock.
#[derive(Debug, Default)]
struct Stripe {
    counters: HashMap<String, i64>,
    queues: HashMap<String, VecDeque<Vec<u8>>>,
    values: HashMap<String, Vec<u8>>,
}

/// How much is in use, all stripes together.
#[derive(Debug, Default)]
struct Usage {
    names: AtomicUsize,
    bytes: AtomicUsize,
}

impl Default for SharedStore {
    fn default() -> SharedStore {
        SharedStore {
            stripes: (0..STRIPES).map(|_| Mutex::default()).collect(),
            hasher: RandomState::new(),
            usage: Usage::default(),
        }
    }
}

impl SharedStore {
    /// Adds to a counter and returns its value. None: it is a new one, and there is no room.
    pub fn add(&self, name: &str, delta: i64) -> Option<i64> {
        let mut stripe = self.stripe(name)?;
        if let Some(sum) = stripe.counters.get_mut(name) {
            *sum = sum.saturating_add(delta);
            return Some(*sum);
        }
        self.usage.take(1, name.len() + OVERHEAD).ok()?;
        stripe.counters.insert(name.to_owned(), delta);
        Some(delta)
    }

    /// The value of a counter.
    pub fn total(&self, name: &str) -> i64 {
        let stripe = self.stripe(name);
        stripe
            .and_then(|stripe| stripe.counters.get(name).copied())
            .unwrap_or(0)
    }

    /// Puts a value at the end of a queue.
    ///
    /// # Errors
    /// It is too large, or there is no room.
    pub fn push(&self, name: &str, value: Vec<u8>) -> Result<(), Error> {
        let size = size_of(&value)?;
        let mut stripe = self.stripe(name).ok_or(Error::Full)?;
        if let Some(queue) = stripe.queues.get_mut(name) {
            self.usage.take(0, size)?;
            queue.push_back(value);
            return Ok(());
        }
        self.usage.take(1, size + name.len())?;
        stripe.queues.insert(name.to_owned(), VecDeque::from([value]));
        Ok(())
    }

    /// Takes the value at the front of a queue.
    pub fn pop(&self, name: &str) -> Option<Vec<u8>> {
        let mut stripe = self.stripe(name)?;
        let queue = stripe.queues.get_mut(name)?;
        let value = queue.pop_front()?;
        let empty = queue.is_empty();
        self.usage.give(0, value.len() + OVERHEAD);
        if empty {
            stripe.queues.remove(name);
            self.usage.give(1, name.len());
        }
        Some(value)
    }

    /// How many values a queue holds.
    pub fn length(&self, name: &str) -> u64 {
        let stripe = self.stripe(name);
        stripe
            .and_then(|stripe| stripe.queues.get(name).map(VecDeque::len))
            .unwrap_or(0) as u64
    }

    /// Sets the value of a key.
    ///
    /// # Errors
    /// It is too large, or there is no room.
    pub fn write(&self, key: &str, value: Vec<u8>) -> Result<(), Error> {
        size_of(&value)?;
        let mut stripe = self.stripe(key).ok_or(Error::Full)?;
        self.replace(&mut stripe, key, value)
    }

    /// The value of a key.
    pub fn read(&self, key: &str) -> Option<Vec<u8>> {
        self.stripe(key)?.values.get(key).cloned()
    }

    /// Removes a key.
    pub fn remove(&self, key: &str) -> bool {
        let removed = self.stripe(key).and_then(|mut stripe| stripe.values.remove(key));
        if let Some(value) = &removed {
            self.usage.give(1, value.len() + key.len() + OVERHEAD);
        }
        removed.is_some()
    }

    /// Sets the value of a key that has the expected one, or none.
    ///
    /// # Errors
    /// It is too large, or there is no room.
    pub fn compare_and_set(&self, key: &str, expected: Option<&[u8]>, value: Vec<u8>) -> Result<bool, Error> {
        size_of(&value)?;
        let mut stripe = self.stripe(key).ok_or(Error::Full)?;
        if stripe.values.get(key).map(Vec::as_slice) != expected {
            return Ok(false);
        }
        self.replace(&mut stripe, key, value)?;
        Ok(true)
    }

    fn replace(&self, stripe: &mut Stripe, key: &str, value: Vec<u8>) -> Result<(), Error> {
        let Some(held) = stripe.values.get_mut(key) else {
            self.usage.take(1, value.len() + key.len() + OVERHEAD)?;
            stripe.values.insert(key.to_owned(), value);
            return Ok(());
        };
        // What the old value leaves is there for the new one, and for nobody else meanwhile.
        match value.len().checked_sub(held.len()) {
            Some(more) => self.usage.take(0, more)?,
            None => self.usage.give(0, held.len() - value.len()),
        }
        *held = value;
        Ok(())
    }

    /// None never happens: the index is within bounds.
    fn stripe(&self, name: &str) -> Option<MutexGuard<'_, Stripe>> {
        let index = self.hasher.hash_one(name) as usize % STRIPES;
        let stripe = self.stripes.get(index)?;
        Some(stripe.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Usage {
    fn take(&self, names: usize, bytes: usize) -> Result<(), Error> {
        take(&self.names, names, limits::SHARED_NAMES)?;
        take(&self.bytes, bytes, limits::SHARED_BYTES).inspect_err(|_| self.give(names, 0))
    }

    fn give(&self, names: usize, bytes: usize) {
        self.names.fetch_sub(names, Ordering::Relaxed);
        self.bytes.fetch_sub(bytes, Ordering::Relaxed);
    }
}

fn take(used: &AtomicUsize, amount: usize, limit: usize) -> Result<(), Error> {
    let more = |now: usize| now.checked_add(amount).filter(|&then| then <= limit);
    let taken = used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more);
    taken.map(|_| ()).map_err(|_| Error::Full)
}

fn size_of(value: &[u8]) -> Result<usize, Error> {
    if value.len() > limits::SHARED_VALUE_BYTES {
        return Err(Error::TooLarge);
    }
    Ok(value.len() + OVERHEAD)
}

#[cfg(test)]
mod tests {
    use super::*;

    impl SharedStore {
        fn used(&self) -> (usize, usize) {
            let of = |n: &AtomicUsize| n.load(Ordering::Relaxed);
            (of(&self.usage.names), of(&self.usage.bytes))
        }
    }

    #[test]
    fn counters_add_up_and_stay_in_bounds() {
        let store = SharedStore::default();
        assert_eq!(store.total("a"), 0);
        assert_eq!(store.add("a", 5), Some(5));
        assert_eq!(store.add("a", -7), Some(-2));
        assert_eq!((store.total("a"), store.total("b")), (-2, 0));
        assert_eq!(store.add("a", i64::MIN), Some(i64::MIN));
        assert_eq!(store.add("a", -1), Some(i64::MIN));
    }

    #[test]
    fn queues_hand_out_in_order_and_leave_nothing() {
        let store = SharedStore::default();
        assert_eq!(store.pop("q"), None);
        store.push("q", b"1".to_vec()).unwrap();
        store.push("q", b"2".to_vec()).unwrap();
        assert_eq!(store.length("q"), 2);
        assert_eq!(store.pop("q"), Some(b"1".to_vec()));
        assert_eq!(store.pop("q"), Some(b"2".to_vec()));
        assert_eq!((store.pop("q"), store.length("q")), (None, 0));
        assert_eq!(store.used(), (0, 0));
    }

    #[test]
    fn keys_are_set_compared_and_removed() {
        let store = SharedStore::default();
        assert_eq!(store.compare_and_set("k", Some(b"x"), vec![1]), Ok(false));
        assert_eq!(store.compare_and_set("k", None, vec![1]), Ok(true));
        assert_eq!(store.compare_and_set("k", None, vec![2]), Ok(false));
        assert_eq!(store.compare_and_set("k", Some(&[1]), vec![2, 3]), Ok(true));
        store.write("k", vec![]).unwrap();
        assert_eq!(store.read("k"), Some(vec![]));
        assert!(store.remove("k") && !store.remove("k"));
        assert_eq!(store.used(), (0, 0));
    }

    #[test]
    fn one_name_is_a_counter_a_queue_and_a_key() {
        let store = SharedStore::default();
        store.add("n", 1);
        store.push("n", vec![2]).unwrap();
        store.write("n", vec![3]).unwrap();
        assert_eq!((store.total("n"), store.pop("n")), (1, Some(vec![2])));
        assert_eq!(store.read("n"), Some(vec![3]));
    }

    #[test]
    fn values_names_and_bytes_are_limited() {
        let store = SharedStore::default();
        let large = vec![0; limits::SHARED_VALUE_BYTES];
        assert_eq!(store.push("q", vec![0; large.len() + 1]), Err(Error::TooLarge));
        assert_eq!(store.write("k", vec![0; large.len() + 1]), Err(Error::TooLarge));
        let fits = (0..)
            .take_while(|_| store.push("q", large.clone()).is_ok())
            .count();
        assert_eq!(fits, 255);
        assert_eq!(store.write("k", large.clone()), Err(Error::Full));
        store.pop("q");
        store.write("k", large).unwrap();

        let store = SharedStore::default();
        let fits = (0..)
            .take_while(|n| store.add(&n.to_string(), 1).is_some())
            .count();
        assert_eq!(fits, limits::SHARED_NAMES);
        assert_eq!(store.push("q", vec![]), Err(Error::Full));
        assert_eq!(store.add("0", 1), Some(2));
        let empty = SharedStore::default();
        let fits = (0..).take_while(|_| empty.push("q", vec![]).is_ok()).count();
        assert_eq!(fits, (limits::SHARED_BYTES - 1) / OVERHEAD);
    }

    #[test]
    fn a_value_that_does_not_fit_leaves_the_old_one() {
        let store = SharedStore::default();
        store.write("k", vec![7]).unwrap();
        while store.push("q", vec![0; limits::SHARED_VALUE_BYTES]).is_ok() {}
        assert_eq!(
            store.write("k", vec![0; limits::SHARED_VALUE_BYTES]),
            Err(Error::Full)
        );
        assert_eq!(store.read("k"), Some(vec![7]));
    }

    #[test]
    fn threads_lose_nothing() {
        let store = SharedStore::default();
        std::thread::scope(|scope| {
            for thread in 0..4_u8 {
                let store = &store;
                scope.spawn(move || {
                    for n in 0..1000 {
                        store.add("sum", n);
                        store.push("q", vec![thread]).unwrap();
                    }
                });
            }
        });
        assert_eq!((store.total("sum"), store.length("q")), (4 * 499_500, 4000));
    }
}
