//! What is wrong with a threshold, and where.

/// A threshold that can't be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}, in {text:?} at column {column}{}", hint.as_deref().map(|hint| format!("; {hint}")).unwrap_or_default())]
pub struct ThresholdError {
    /// What was read: the metric with its selector, or the rule.
    pub text: String,
    /// Where in it, in characters from 1.
    pub column: usize,
    /// What is wrong.
    pub what: String,
    /// What may have been meant.
    pub hint: Option<String>,
}

impl ThresholdError {
    /// Something is wrong at this byte of a text.
    pub(super) fn at(text: &str, byte: usize, what: impl Into<String>) -> Self {
        let before = text.get(..byte).unwrap_or(text);
        Self {
            text: text.to_owned(),
            column: before.chars().count() + 1,
            what: what.into(),
            hint: None,
        }
    }

    /// Adds what may have been meant.
    #[must_use]
    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds the closest of these names, if there is one that is close.
    #[must_use]
    pub(super) fn suggest<'a>(self, word: &str, names: impl IntoIterator<Item = &'a str>) -> Self {
        match super::closest(word, names) {
            Some(name) => self.hint(format!("did you mean `{name}`?")),
            None => self,
        }
    }
}
