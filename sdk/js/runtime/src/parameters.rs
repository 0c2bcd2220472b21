//! The run's parameters while the script is built: its top level may read those that the builder
//! knows, and the builder is told which ones it asked for.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

/// Stands for all names in what is told.
const ALL: &str = "";

thread_local! {
    static KNOWN: RefCell<BTreeMap<String, String>> = const { RefCell::new(BTreeMap::new()) };
    static ASKED: RefCell<BTreeSet<String>> = const { RefCell::new(BTreeSet::new()) };
}

/// Takes what the builder knows.
pub(crate) fn know(parameters: Vec<(String, String)>) {
    KNOWN.with_borrow_mut(|known| known.extend(parameters));
}

/// The value of one.
pub(crate) fn get(name: &str) -> Option<String> {
    ASKED.with_borrow_mut(|asked| asked.insert(name.to_owned()));
    KNOWN.with_borrow(|known| known.get(name).cloned())
}

/// All of them, by name.
pub(crate) fn all() -> Vec<(String, String)> {
    ASKED.with_borrow_mut(|asked| asked.insert(ALL.to_owned()));
    KNOWN.with_borrow(|known| known.clone().into_iter().collect())
}

/// Forgets the values, and returns which were asked for.
pub(crate) fn finish() -> Vec<String> {
    KNOWN.take();
    ASKED.take().into_iter().collect()
}
