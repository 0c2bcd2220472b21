//! The list itself: secrets in the forms in which they turn up, and taking them out of texts.

use super::HIDDEN;
use super::view::SearchedText;
use aho_corasick::{AhoCorasick, MatchKind};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// Shorter texts would be found everywhere; they are hidden only where a URL shows what they are.
pub(super) const SHORTEST: usize = 4;

/// Characters of base64 that aren't there by chance.
const SHORTEST_BASE64: usize = 7;

/// How much of a secret that was cut off is hidden all the same.
const SHORTEST_CUT: usize = 6;

/// Known secrets.
#[derive(Debug)]
pub(super) struct List {
    known: BTreeSet<String>,
    finder: Option<AhoCorasick>,
}

impl List {
    pub(super) const fn new() -> List {
        List {
            known: BTreeSet::new(),
            finder: None,
        }
    }

    /// Adds secrets; what is too short to be told from other text is left out.
    pub(super) fn extend(&mut self, found: impl IntoIterator<Item = String>) {
        let before = self.known.len();
        let long = found.into_iter().filter(|text| text.len() >= SHORTEST);
        self.known.extend(long);
        if self.known.len() > before {
            let forms: BTreeSet<_> = self.known.iter().flat_map(|text| forms(text)).collect();
            let mut builder = AhoCorasick::builder();
            // It fails for gigabytes of patterns only; a command line has no room for them.
            self.finder = builder.match_kind(MatchKind::LeftmostLongest).build(forms).ok();
        }
    }

    pub(super) fn redact<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut ranges = passwords(text);
        if let Some(finder) = &self.finder {
            ranges.extend(finder.find_iter(text).map(|found| (found.start(), found.end())));
            decoded(text, |view| {
                let found = finder.find_iter(&view.bytes);
                ranges.extend(found.filter_map(|found| view.place(found.start(), found.end())));
            });
            ranges.extend(self.cut_off(text));
        }
        without(text, ranges)
    }

    /// Walks from string to string; everything between them is copied.
    pub(super) fn redact_json<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let (mut out, mut copied, mut at) = (String::new(), 0, 0);
        while let Some(quote) = text.get(at..).and_then(|rest| rest.find('"')) {
            let begin = at + quote + 1;
            let tail = text.get(begin..).unwrap_or_default();
            let (inside, after) = tail.split_at(end_of_string(tail));
            if !is_own_key(inside, after)
                && let Cow::Owned(shown) = self.redact(inside)
            {
                out.push_str(text.get(copied..begin).unwrap_or_default());
                out.push_str(&shown);
                copied = begin + inside.len();
            }
            at = (begin + inside.len() + 1).min(text.len());
        }
        if copied == 0 {
            return Cow::Borrowed(text);
        }
        out.push_str(text.get(copied..).unwrap_or_default());
        Cow::Owned(out)
    }

    /// Beginnings of secrets where the text was cut: at its end, and before a `…`.
    fn cut_off(&self, text: &str) -> Vec<(usize, usize)> {
        let dots = text.match_indices('…').map(|(at, _)| at);
        let ends: Vec<usize> = dots.chain([text.trim_end().len()]).collect();
        let mut found = Vec::new();
        for secret in &self.known {
            let Some(first) = secret.get(..SHORTEST_CUT) else {
                continue;
            };
            for &end in &ends {
                let before = text.get(..end).unwrap_or_default();
                let begin = before.rfind(first);
                let is_cut =
                    |begin: &usize| before.get(*begin..).is_some_and(|rest| secret.starts_with(rest));
                found.extend(begin.filter(is_cut).map(|begin| (begin, end)));
            }
        }
        found
    }
}

/// The text with the passwords of its URLs hidden.
pub(super) fn without_passwords(text: &str) -> Cow<'_, str> {
    without(text, passwords(text))
}

/// The text as its readers would decode it.
fn decoded(text: &str, mut look: impl FnMut(&SearchedText)) {
    if !text.contains(['%', '+', '\\']) {
        return;
    }
    let plain = SearchedText::plain(text);
    let unescaped = plain.unescaped();
    unescaped.iter().for_each(&mut look);
    for view in [Some(plain), unescaped].into_iter().flatten() {
        let once = view.percent(false);
        let twice = once.as_ref().and_then(|once| once.percent(false));
        let form = view.percent(true);
        [once, twice, form].iter().flatten().for_each(&mut look);
    }
}

/// A secret as it is, and in base64 wherever in the encoded bytes it lies.
fn forms(secret: &str) -> Vec<String> {
    let mut forms = vec![secret.to_owned()];
    for engine in [STANDARD, URL_SAFE] {
        forms.push(engine.encode(secret));
        for before in 0..3 {
            let mut bytes = vec![0; before];
            bytes.extend(secret.bytes());
            let text = engine.encode(&bytes);
            // Only what no neighbour has a part in: whole groups of six bits.
            let inside = text.get((before * 8).div_ceil(6)..bytes.len() * 8 / 6);
            let inside = inside.filter(|inside| inside.len() >= SHORTEST_BASE64);
            forms.extend(inside.map(str::to_owned));
        }
    }
    forms
}

/// Passwords of all URLs in a text: between the user's name and the last `@` of the authority.
fn passwords(text: &str) -> Vec<(usize, usize)> {
    let ends =
        |c: char| c.is_whitespace() || matches!(c, '/' | '?' | '#' | '"' | '\'' | '<' | '>' | '\\' | '`');
    let starts = text.match_indices("://").map(|(at, mark)| at + mark.len());
    let password = |start: usize| {
        let rest = text.get(start..)?;
        let authority = rest.get(..rest.find(ends).unwrap_or(rest.len()))?;
        let user = authority.get(..authority.rfind('@')?)?;
        let name = user.find(':')?;
        (name + 1 < user.len()).then_some((start + name + 1, start + user.len()))
    };
    starts.filter_map(password).collect()
}

/// The text with these parts hidden, which may overlap.
fn without(text: &str, mut ranges: Vec<(usize, usize)>) -> Cow<'_, str> {
    ranges.retain(|&(begin, end)| begin < end && text.get(begin..end).is_some_and(|part| part != HIDDEN));
    if ranges.is_empty() {
        return Cow::Borrowed(text);
    }
    ranges.sort_unstable();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for (begin, end) in ranges {
        if begin >= at {
            out.push_str(text.get(at..begin).unwrap_or_default());
            out.push_str(HIDDEN);
        }
        at = at.max(end);
    }
    out.push_str(text.get(at..).unwrap_or_default());
    Cow::Owned(out)
}

/// Where the string that begins here ends.
fn end_of_string(text: &str) -> usize {
    let mut escaped = false;
    let end = text.bytes().position(|byte| {
        let is_end = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        is_end
    });
    end.unwrap_or(text.len())
}

/// Whether a string is a key, and looks like one of the program's own.
fn is_own_key(inside: &str, after: &str) -> bool {
    let is_key = || {
        after
            .get(1..)
            .is_some_and(|rest| rest.trim_start().starts_with(':'))
    };
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    inside.len() <= 40 && inside.bytes().all(is_plain) && is_key()
}
