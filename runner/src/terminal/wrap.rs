//! Breaks text into lines between words.

use super::table::fit;
use unicode_width::UnicodeWidthStr;

/// `text` in lines of at most `width` columns; all but the first are indented by two. A word
/// that is longer than a line is cut.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.width() + 1 + word.width() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            Some(_) => lines.push(format!("  {word}")),
            None => lines.push(word.to_owned()),
        }
    }
    lines.iter().map(|line| fit(line, width)).collect()
}

#[cfg(test)]
mod tests {
    use super::wrap;

    #[test]
    fn breaks_between_words_and_indents() {
        assert_eq!(wrap("one two three four", 9), ["one two", "  three", "  four"]);
        assert_eq!(wrap("one", 9), ["one"]);
    }

    #[test]
    fn a_long_word_is_cut() {
        assert_eq!(wrap("a verylongword", 8), ["a", "  veryl…"]);
    }
}
