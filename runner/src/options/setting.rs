//! Single values of options, each parsed and with its place, and what they are kept in.

use super::problem::{Origin, Problem};
use std::any::Any;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// What a field's parser made of a text: a value of the field's own type.
#[derive(Clone)]
pub(super) struct TypedValue(Arc<dyn Any + Send + Sync>);

impl TypedValue {
    pub(super) fn new<T: Any + Send + Sync>(value: T) -> TypedValue {
        TypedValue(Arc::new(value))
    }

    /// The value, if it is of this type.
    pub(super) fn get<T: Any>(&self) -> Option<&T> {
        self.0.downcast_ref()
    }
}

impl fmt::Debug for TypedValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The text beside it says what it is.
        f.write_str("…")
    }
}

/// One value, and where it was said.
#[derive(Debug, Clone)]
pub(super) struct Setting {
    /// As it was written.
    pub(super) text: String,
    /// What that means.
    pub(super) value: TypedValue,
    pub(super) origin: Origin,
    /// In the words of who said it: `scenarios.main.rate`, `WASMSWARM_RATE`, `--rate`.
    pub(super) key: String,
}

impl Setting {
    /// What is wrong with this value.
    pub(super) fn problem(&self, what: impl Into<String>) -> Problem {
        Problem::new(self.origin.clone(), self.key.clone(), what)
    }
}

/// Values by the fields that they are for.
#[derive(Debug, Clone, Default)]
pub(super) struct Settings(pub(super) BTreeMap<&'static str, Vec<Setting>>);

impl Settings {
    /// The first value of a field.
    pub(super) fn first(&self, id: &str) -> Option<&Setting> {
        self.0.get(id)?.first()
    }

    /// All values of a field.
    pub(super) fn all(&self, id: &str) -> &[Setting] {
        self.0.get(id).map_or(&[], Vec::as_slice)
    }

    /// Whether a field has a value; a flag: whether it is set.
    pub(super) fn has(&self, id: &str) -> bool {
        self.first(id)
            .is_some_and(|setting| setting.value.get() != Some(&false))
    }

    pub(super) fn push(&mut self, id: &'static str, setting: Setting) {
        self.0.entry(id).or_default().push(setting);
    }

    /// All values, each with its field.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&'static str, &Setting)> {
        self.0
            .iter()
            .flat_map(|(id, list)| list.iter().map(move |setting| (*id, setting)))
    }
}
