//! Makes text of guests and servers harmless: what would move the cursor, change colours or
//! reorder characters becomes visible instead.

use std::borrow::Cow;
use std::fmt::Write as _;

/// `text` with every dangerous character written out, such as `\n` or `\u{202e}`. Text without
/// any is returned as it is.
pub fn escape(text: &str) -> Cow<'_, str> {
    if !text.contains(is_dangerous) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            c if !is_dangerous(c) => out.push(c),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            // Writing to a string can't fail.
            c => {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            }
        }
    }
    Cow::Owned(out)
}

/// Control characters, direction marks and overrides, line separators, tags and other
/// characters that are invisible by design.
fn is_dangerous(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::escape;
    use std::borrow::Cow;

    #[test]
    fn harmless_text_is_borrowed() {
        assert!(matches!(
            escape("naïve 🙂 GET /a?b=c\\d"),
            Cow::Borrowed("naïve 🙂 GET /a?b=c\\d")
        ));
    }

    #[test]
    fn terminal_sequences_become_visible() {
        assert_eq!(
            escape("\u{1b}[2Ja\u{9b}1m\u{7f}\u{7}"),
            "\\u{1b}[2Ja\\u{9b}1m\\u{7f}\\u{7}"
        );
        assert_eq!(escape("a\r\nb\tc\0"), "a\\r\\nb\\tc\\u{0}");
    }

    #[test]
    fn reordering_and_invisible_characters_become_visible() {
        assert_eq!(
            escape("a\u{202e}b\u{2066}c\u{200f}"),
            "a\\u{202e}b\\u{2066}c\\u{200f}"
        );
        assert_eq!(
            escape("\u{feff}\u{e0041}\u{2028}\u{200b}"),
            "\\u{feff}\\u{e0041}\\u{2028}\\u{200b}"
        );
    }
}
