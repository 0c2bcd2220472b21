//! What must never be shown: the process's one list of secrets, and the gate through which
//! everything passes that is printed, written to a file or answered by the API.
//!
//! The list is the process's own because texts that may hold a secret come from everywhere: a
//! parser's error, a panic, a guest. It is filled from the command line, the environment and
//! configuration files before anything of them can be shown, and read when text is shown, never
//! on the request path.

mod learn;
mod list;
mod view;

#[cfg(test)]
mod tests;

pub use learn::{learn, learn_environment, learn_line, learn_named, learn_text, may_be_secret};

use list::List;
use serde::{Serialize, Serializer};
use std::borrow::Cow;
use std::fmt;
use std::sync::{PoisonError, RwLock};

/// What is shown instead of a secret.
pub const HIDDEN: &str = "***";

static KNOWN: RwLock<List> = RwLock::new(List::new());

/// A text that is neither printed nor serialized in the clear.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a text that must not be shown.
    pub fn new(text: impl Into<String>) -> Secret {
        Secret(text.into())
    }

    /// The text, for whoever has to send or compare it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HIDDEN)
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HIDDEN)
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(HIDDEN)
    }
}

/// `text` without any known secret, and without the password of any URL.
pub fn redact(text: &str) -> Cow<'_, str> {
    KNOWN.read().unwrap_or_else(PoisonError::into_inner).redact(text)
}

/// The same for a JSON text: only inside of strings, so that it stays JSON, and not in keys
/// that look like the program's own.
pub fn redact_json(text: &str) -> Cow<'_, str> {
    KNOWN
        .read()
        .unwrap_or_else(PoisonError::into_inner)
        .redact_json(text)
}

/// Takes the secrets out of a text in place.
pub fn hide(text: &mut String) {
    if let Cow::Owned(shown) = redact(text) {
        *text = shown;
    }
}

/// A URL without its password.
pub fn shown_url(url: &url::Url) -> String {
    list::without_passwords(url.as_str()).into_owned()
}

/// Adds to the process's list.
fn keep(found: Vec<String>) {
    if !found.is_empty() {
        let mut known = KNOWN.write().unwrap_or_else(PoisonError::into_inner);
        known.extend(found);
    }
}
