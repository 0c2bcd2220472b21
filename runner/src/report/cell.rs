//! A text as a cell of a table that spreadsheets read.

use crate::terminal::escape;
use std::borrow::Cow;

/// What makes a formula of a cell that begins with it; the last four are wide forms of the first.
const FORMULA: [char; 8] = ['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'];

/// The text without control characters, and with `'` before what a spreadsheet would compute: the text may be a guest's.
pub fn inert_cell(text: &str) -> Cow<'_, str> {
    let escaped = escape(text);
    if escaped.starts_with(FORMULA) {
        Cow::Owned(format!("'{escaped}"))
    } else {
        escaped
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_texts() {
        for formula in ["=cmd()", "+1", "-1", "@SUM(A1)", "\u{ff1d}1"] {
            assert_eq!(inert_cell(formula), format!("'{formula}"));
        }
        for text in ["/items", "a=b", " =1", "", "é"] {
            assert_eq!(inert_cell(text), text);
        }
    }

    #[test]
    fn no_control_character_is_left() {
        let cell = inert_cell("\t=1\r\n\u{1b}[31m\u{0}\u{202e}");
        assert!(!cell.chars().any(char::is_control), "{cell:?}");
    }
}
