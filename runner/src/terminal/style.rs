//! Colours, and whether there are any.

use std::io::IsTerminal;

/// What a piece of text means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// A heading.
    Strong,
    /// Less important than what is around it.
    Faint,
    /// As it should be.
    Good,
    /// Not as it should be.
    Bad,
    /// To be looked at.
    Warning,
}

/// Colours text, or leaves it as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paint {
    /// With ANSI colours.
    Colour,
    /// Plain text.
    Plain,
}

impl Paint {
    /// How to paint on standard output.
    pub fn for_stdout() -> Self {
        Self::decide(std::io::stdout().is_terminal())
    }

    /// How to paint on standard error.
    pub fn for_stderr() -> Self {
        Self::decide(std::io::stderr().is_terminal())
    }

    /// `text` in this style.
    pub fn paint(self, style: Style, text: &str) -> String {
        match self {
            Self::Plain => text.to_owned(),
            Self::Colour => format!("\u{1b}[{}m{text}\u{1b}[0m", style.code()),
        }
    }

    /// Colours need a terminal that knows them and a user who wants them
    /// (<https://no-color.org>).
    fn decide(is_terminal: bool) -> Self {
        let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        if is_terminal && !refused && !dumb {
            Self::Colour
        } else {
            Self::Plain
        }
    }
}

impl Style {
    fn code(self) -> &'static str {
        match self {
            Self::Strong => "1",
            Self::Faint => "2",
            Self::Good => "32",
            Self::Bad => "31",
            Self::Warning => "33",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_paint_changes_nothing() {
        assert_eq!(Paint::Plain.paint(Style::Bad, "x"), "x");
        assert_eq!(Paint::Colour.paint(Style::Bad, "x"), "\u{1b}[31mx\u{1b}[0m");
    }

    #[test]
    fn a_pipe_has_no_colours() {
        assert_eq!(Paint::decide(false), Paint::Plain);
    }
}
