//! A bounded table of values by key, made for a hot path: a look-up hashes a borrowed key and
//! allocates nothing, keys keep their slot for ever, values are taken out each second.

use foldhash::fast::RandomState;
use hashbrown::HashTable;
use std::hash::{BuildHasher, Hash};
use std::sync::Arc;

/// A key that is looked up by a borrowed form of itself.
pub(super) trait Key: Sized {
    /// The borrowed form; equal forms hash alike.
    type Ref<'a>: Hash + Copy;
    /// Whether this is the key that `form` stands for.
    fn is(&self, form: Self::Ref<'_>) -> bool;
    /// The key that `form` stands for.
    fn own(form: Self::Ref<'_>) -> Self;
    /// The key of everything that finds no room.
    fn other() -> Self;
}

/// The slot of everything beyond the limit.
pub(super) const OTHER_SLOT: usize = 0;

/// Values by key. Slot 0 holds what went beyond the limit.
#[derive(Debug)]
pub(super) struct Cells<K, V> {
    hasher: RandomState,
    slots: HashTable<(u64, usize)>,
    keys: Vec<Arc<K>>,
    values: Vec<Option<V>>,
    limit: usize,
}

impl<K: Key, V: Default> Cells<K, V> {
    /// An empty table for at most `limit` keys.
    pub(super) fn new(limit: usize) -> Self {
        Self {
            hasher: RandomState::default(),
            slots: HashTable::new(),
            keys: vec![Arc::new(K::other())],
            values: vec![None],
            limit,
        }
    }

    /// The slot of this key, which is made if there is room.
    #[inline]
    pub(super) fn slot(&mut self, form: K::Ref<'_>) -> usize {
        let hash = self.hasher.hash_one(form);
        let keys = &self.keys;
        let same = |&(_, slot): &(u64, usize)| keys.get(slot).is_some_and(|key| key.is(form));
        match self.slots.find(hash, same) {
            Some(&(_, slot)) => slot,
            None => self.insert(hash, form),
        }
    }

    /// Whether this key has a slot.
    pub(super) fn has(&self, form: K::Ref<'_>) -> bool {
        self.find(form).is_some()
    }

    /// The value of this key, if it has one.
    pub(super) fn get(&self, form: K::Ref<'_>) -> Option<&V> {
        let other = K::other().is(form).then_some(OTHER_SLOT);
        self.values.get(other.or_else(|| self.find(form))?)?.as_ref()
    }

    fn find(&self, form: K::Ref<'_>) -> Option<usize> {
        let same = |&(_, slot): &(u64, usize)| self.keys.get(slot).is_some_and(|key| key.is(form));
        let found = self.slots.find(self.hasher.hash_one(form), same);
        found.map(|&(_, slot)| slot)
    }

    /// The value of this key.
    #[inline]
    pub(super) fn at(&mut self, form: K::Ref<'_>) -> &mut V {
        let slot = self.slot(form);
        self.value(slot)
    }

    /// The value in a slot that this table gave.
    #[inline]
    // Indexing is safe: slots come from `slot` and are never removed.
    pub(super) fn value(&mut self, slot: usize) -> &mut V {
        self.values[slot].get_or_insert_default()
    }

    /// The key of a slot that this table gave.
    // Indexing is safe: slots come from `slot` and are never removed.
    pub(super) fn key(&self, slot: usize) -> &Arc<K> {
        &self.keys[slot]
    }

    /// Whether a key other than the known ones would still find a slot.
    pub(super) fn has_room(&self) -> bool {
        self.keys.len() <= self.limit
    }

    /// Takes out all values that were used since the last time.
    pub(super) fn drain(&mut self) -> Vec<(Arc<K>, V)> {
        let used = self.values.iter().filter(|value| value.is_some()).count();
        let mut out = Vec::with_capacity(used);
        let entries = self.keys.iter().zip(&mut self.values);
        out.extend(entries.filter_map(|(key, value)| Some((Arc::clone(key), value.take()?))));
        out
    }

    /// All keys and values in use.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        let entries = self.keys.iter().zip(&self.values);
        entries.filter_map(|(key, value)| Some((key.as_ref(), value.as_ref()?)))
    }

    /// All values in use, to be changed.
    pub(super) fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.values.iter_mut().flatten()
    }

    /// What went beyond the limit, if anything did.
    pub(super) fn other(&self) -> Option<&V> {
        self.values.first()?.as_ref()
    }

    #[cold]
    fn insert(&mut self, hash: u64, form: K::Ref<'_>) -> usize {
        let key = K::own(form);
        if !self.has_room() || K::other().is(form) {
            return OTHER_SLOT;
        }
        let slot = self.keys.len();
        self.keys.push(Arc::new(key));
        self.values.push(None);
        self.slots.insert_unique(hash, (hash, slot), |&(hash, _)| hash);
        slot
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Name(String);

    impl Key for Name {
        type Ref<'a> = &'a str;
        fn is(&self, form: &str) -> bool {
            self.0 == form
        }
        fn own(form: &str) -> Self {
            Self(form.to_owned())
        }
        fn other() -> Self {
            Self("__other__".to_owned())
        }
    }

    fn drained(cells: &mut Cells<Name, u64>) -> Vec<(String, u64)> {
        let mut all: Vec<_> = cells.drain().into_iter().map(|(k, v)| (k.0.clone(), v)).collect();
        all.sort();
        all
    }

    #[test]
    fn folds_keys_beyond_the_limit() {
        let mut cells = Cells::<Name, u64>::new(2);
        for name in ["a", "b", "c", "a", "d"] {
            *cells.at(name) += 1;
        }
        assert_eq!(cells.other(), Some(&2));
        let expected = [("__other__", 2), ("a", 2), ("b", 1)].map(|(k, v)| (k.to_owned(), v));
        assert_eq!(drained(&mut cells), expected);
    }

    #[test]
    fn a_key_keeps_its_slot_after_draining() {
        let mut cells = Cells::<Name, u64>::new(10);
        let slot = cells.slot("a");
        *cells.value(slot) += 1;
        assert_eq!(drained(&mut cells), [("a".to_owned(), 1)]);
        assert_eq!(drained(&mut cells), []);
        assert_eq!(cells.slot("a"), slot);
        assert_eq!(cells.key(slot).0, "a");
    }

    #[test]
    fn the_folded_key_itself_lands_in_the_folded_slot() {
        let mut cells = Cells::<Name, u64>::new(10);
        assert_eq!(cells.slot("__other__"), OTHER_SLOT);
    }
}
