//! Errors and warnings as they are shown.

use super::escape::escape;
use super::style::{Paint, Style};

/// An error with what caused it, outermost first, and what to do about it.
pub fn error_text<'a>(chain: impl IntoIterator<Item = &'a str>, hint: Option<&str>, paint: Paint) -> String {
    let mut lines = Vec::new();
    for (depth, message) in chain.into_iter().enumerate() {
        let (label, style) = if depth == 0 {
            ("error:", Style::Bad)
        } else {
            ("caused by:", Style::Faint)
        };
        lines.push(labelled(label, style, message, paint));
    }
    lines.extend(hint.map(|hint| labelled("hint:", Style::Good, hint, paint)));
    lines.join("\n")
}

/// A warning in one line.
pub fn warning_text(message: &str, paint: Paint) -> String {
    labelled("warning:", Style::Warning, message, paint)
}

/// Line breaks of our own messages stay; everything else dangerous is written out.
fn labelled(label: &str, style: Style, message: &str, paint: Paint) -> String {
    let lines: Vec<_> = message.trim_end().split('\n').map(escape).collect();
    format!("{} {}", paint.paint(style, label), lines.join("\n  "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_its_causes_and_a_way_out() {
        let text = error_text(
            ["failed to load plugin \"a.wasm\"", "no such \u{1b}[31mfile"],
            Some("check the path"),
            Paint::Plain,
        );
        assert_eq!(
            text,
            "error: failed to load plugin \"a.wasm\"\ncaused by: no such \\u{1b}[31mfile\nhint: check the path"
        );
    }

    #[test]
    fn further_lines_are_indented() {
        assert_eq!(warning_text("a\nb\n", Paint::Plain), "warning: a\n  b");
    }
}
