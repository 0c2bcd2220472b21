//! A place in a text, and what is read from there. Knows characters, not what they mean.

use super::error::ThresholdError;

/// A place in a text.
pub(super) struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// The byte that comes next.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn is_done(&self) -> bool {
        self.rest().is_empty()
    }

    pub(super) fn skip_blanks(&mut self) {
        self.take_while(char::is_whitespace);
    }

    /// Takes this text if it comes next.
    pub(super) fn take(&mut self, text: &str) -> bool {
        let comes = self.rest().starts_with(text);
        if comes {
            self.at += text.len();
        }
        comes
    }

    pub(super) fn take_while(&mut self, belongs: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|c| !belongs(c)).unwrap_or(rest.len());
        self.at += end;
        rest.get(..end).unwrap_or_default()
    }

    /// A text in quotes, if there is one; in it, a backslash makes the next character stand
    /// for itself.
    pub(super) fn quoted(&mut self) -> Result<Option<String>, ThresholdError> {
        let Some(quote @ ('"' | '\'')) = self.peek() else {
            return Ok(None);
        };
        let mut out = String::new();
        let mut escaped = false;
        for (at, character) in self.rest().char_indices().skip(1) {
            match character {
                _ if escaped => {
                    out.push(character);
                    escaped = false;
                }
                '\\' => escaped = true,
                c if c == quote => {
                    self.at += at + c.len_utf8();
                    return Ok(Some(out));
                }
                c => out.push(c),
            }
        }
        Err(self.error(format!("the quote {quote} is never closed")))
    }

    /// An error at the next character.
    pub(super) fn error(&self, what: impl Into<String>) -> ThresholdError {
        ThresholdError::at(self.text, self.at, what)
    }

    /// An error at a place passed before.
    pub(super) fn error_at(&self, at: usize, what: impl Into<String>) -> ThresholdError {
        ThresholdError::at(self.text, at, what)
    }

    /// What comes next, for messages.
    pub(super) fn found(&self) -> String {
        match self.peek() {
            Some(character) => format!("`{}`", character.escape_debug()),
            None => "the end".to_owned(),
        }
    }
}
