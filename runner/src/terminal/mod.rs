//! The terminal: the only module that prints. What is printed is made by pure functions here
//! and in `report`; text of guests and servers goes through [`escape`] first. No known secret gets
//! out: everything passes `secret::redact`.

mod escape;
mod keys;
mod live;
mod message;
pub mod plain;
mod progress;
mod style;
mod table;
mod trace;
pub mod units;
mod wrap;

pub use escape::escape;
pub use keys::{KeyPress, Keys};
pub use live::{LiveView, suspend};
pub use message::{error_text, warning_text};
pub use progress::Progress;
pub use style::{Paint, Style};
pub use table::{Cell, Column, Table, fit, pad};
pub use trace::{VARIABLE as LOG_VARIABLE, start as start_log};
pub use wrap::wrap;

use crate::secret;
use std::io::{ErrorKind, Result, Write};

/// Width to assume where there is no terminal.
const DEFAULT_WIDTH: usize = 120;

/// Prints text and a line break on standard output.
///
/// # Errors
/// It can't be written. A reader that went away is no error: nobody wants the rest.
pub fn print(text: &str) -> Result<()> {
    write_line(&mut std::io::stdout().lock(), text)
}

/// As [`print()`], for a JSON text, which stays one.
///
/// # Errors
/// As of [`print()`].
pub fn print_json(text: &str) -> Result<()> {
    write_all(&mut std::io::stdout().lock(), &secret::redact_json(text))
}

/// Prints text and a line break on standard error. Failures are ignored: there is no other
/// place to report them.
pub fn print_error(text: &str) {
    let _ = write_line(&mut std::io::stderr().lock(), text);
}

/// Writes bytes that are no text on standard output.
///
/// # Errors
/// They can't be written.
pub fn print_bytes(bytes: &[u8]) -> Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(bytes).and_then(|()| out.flush())
}

/// All of standard input.
///
/// # Errors
/// It can't be read.
pub fn read_all() -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut std::io::stdin().lock(), &mut bytes)?;
    Ok(bytes)
}

/// Asks a question that yes or no answers; nobody at a terminal means no.
pub fn agrees(question: &str) -> bool {
    use std::io::{BufRead as _, IsTerminal as _, Write as _};
    let (stdin, mut stderr) = (std::io::stdin(), std::io::stderr());
    if !stdin.is_terminal() || !stderr.is_terminal() {
        return false;
    }
    let asked = write!(stderr, "{} [y/N] ", secret::redact(&escape(question))).and_then(|()| stderr.flush());
    let mut answer = String::new();
    let answered = asked.and_then(|()| stdin.lock().read_line(&mut answer));
    answered.is_ok() && matches!(answer.trim(), "y" | "Y" | "yes")
}

/// Columns of the terminal that standard output is, or a usual width if it is none.
pub fn stdout_width() -> usize {
    use std::io::IsTerminal;
    let size = std::io::stdout().is_terminal().then(crossterm::terminal::size);
    match size {
        Some(Ok((columns, _))) if columns > 0 => usize::from(columns),
        _ => DEFAULT_WIDTH,
    }
}

/// Puts the terminal in order, because the process ends: it shows the first screen, and has the modes that it had before
/// keys were read.
pub fn restore() {
    live::leave_for_good();
    keys::restore_modes();
}

fn write_line(out: &mut dyn Write, text: &str) -> Result<()> {
    write_all(out, &secret::redact(text))
}

fn write_all(out: &mut dyn Write, text: &str) -> Result<()> {
    let written = out
        .write_all(text.as_bytes())
        .and_then(|()| out.write_all(b"\n"))
        .and_then(|()| out.flush());
    match written {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Gone(ErrorKind);

    impl Write for Gone {
        fn write(&mut self, _: &[u8]) -> Result<usize> {
            Err(self.0.into())
        }
        fn flush(&mut self) -> Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_closed_pipe_is_no_error() {
        assert!(write_line(&mut Gone(ErrorKind::BrokenPipe), "x").is_ok());
        assert!(write_line(&mut Gone(ErrorKind::StorageFull), "x").is_err());
    }
}
