//! How often requests failed, by message and the words that explain it. Only so many explanations are kept apart,
//! so that a text that is another one each time, such as one with an id in it, can't crowd out the messages.

use super::cells::Cells;
use super::keys::{FailureKey, FailureRef};
use super::saturating::Saturating as _;

/// Explanations that are kept apart to the letter.
const EXACT: usize = 50;
/// Explanations in all. Those beyond [`EXACT`] are told apart without their numbers; those beyond this aren't kept.
const EXPLAINED: usize = 100;

/// Counts of failures.
#[derive(Debug)]
pub(super) struct Failures {
    cells: Cells<FailureKey, i64>,
    explained: usize,
    /// The last explanation counted was a new one.
    news: bool,
}

impl Failures {
    /// For at most so many kinds of failures.
    pub(super) fn new(limit: usize) -> Failures {
        Failures {
            cells: Cells::new(limit),
            explained: 0,
            news: false,
        }
    }

    /// Adds to the count of failures of this form, whose explanation may become a shorter one.
    pub(super) fn add(&mut self, form: FailureRef<'_>, change: i64) {
        self.news = false;
        let explanation = form.3;
        if explanation.is_empty() || self.cells.has(form) {
            self.cells.at(form).raise(change);
            return;
        }
        if self.explained < EXACT {
            return self.explain(form, change);
        }
        let general = without_numbers(explanation);
        let form = (form.0, form.1, form.2, general.as_str());
        if self.explained < EXPLAINED || self.cells.has(form) {
            return self.explain(form, change);
        }
        self.cells.at((form.0, form.1, form.2, "")).raise(change);
    }

    fn explain(&mut self, form: FailureRef<'_>, change: i64) {
        if !self.cells.has(form) {
            self.explained += 1;
            self.news = true;
        }
        self.cells.at(form).raise(change);
    }

    /// Whether the last one counted had an explanation that wasn't met before.
    pub(super) fn had_news(&self) -> bool {
        self.news
    }

    /// The counts themselves.
    pub(super) fn cells(&self) -> &Cells<FailureKey, i64> {
        &self.cells
    }

    /// The counts themselves, to be emptied.
    pub(super) fn cells_mut(&mut self) -> &mut Cells<FailureKey, i64> {
        &mut self.cells
    }
}

/// The text with `#` for each number in it.
fn without_numbers(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character.is_ascii_digit() {
            false => out.push(character),
            true if out.ends_with('#') => {}
            true => out.push('#'),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(failures: &Failures) -> Vec<(String, i64)> {
        let rows = failures.cells.iter();
        rows.map(|(key, count)| (key.detail.clone(), *count)).collect()
    }

    #[test]
    fn explanations_are_counted_one_by_one() {
        let mut failures = Failures::new(500);
        for (text, news) in [
            ("no route to a", true),
            ("no route to b", true),
            ("no route to a", false),
            ("", false),
        ] {
            failures.add(("GET", "/", "connect", text), 1);
            assert_eq!(failures.had_news(), news, "{text}");
        }
        let expected = [("no route to a", 2), ("no route to b", 1), ("", 1)];
        assert_eq!(
            counted(&failures),
            expected.map(|(text, count)| (text.to_owned(), count))
        );
    }

    #[test]
    fn a_text_that_is_new_each_time_is_told_once_without_its_numbers() {
        let mut failures = Failures::new(500);
        (0..1000).for_each(|id| failures.add(("GET", "/", "invalid-url", &format!("no URL: {id}")), 1));
        let counted = counted(&failures);
        assert_eq!(counted.len(), EXACT + 1);
        assert_eq!(counted.last(), Some(&("no URL: #".to_owned(), 950)));
    }

    #[test]
    fn texts_without_end_leave_the_count_of_their_message() {
        let mut failures = Failures::new(500);
        for id in 0..2600_usize {
            let letters: String = [id / 676, id / 26 % 26, id % 26]
                .iter()
                .map(|&at| char::from(b'a' + at as u8))
                .collect();
            failures.add(("GET", "/", "invalid-url", &letters), 1);
        }
        let counted = counted(&failures);
        assert_eq!(counted.len(), EXPLAINED + 1);
        assert_eq!(counted.last(), Some(&(String::new(), 2500)));
    }
}
