//! Keys from standard input, as they are typed. Only two modes of the terminal are changed
//! for that: lines aren't collected, and nothing is echoed. Ctrl-C and the like stay signals.

use rustix::fd::BorrowedFd;
use rustix::io::Errno;
use rustix::process::getpgrp;
use rustix::stdio::stdin;
use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios};
use rustix::termios::{isatty, tcgetattr, tcgetpgrp, tcsetattr};
use std::sync::{Mutex, PoisonError};

/// The terminal's modes before they were changed. In a static, because the process may have to put
/// them back while the thread that changed them still reads keys.
static BEFORE: Mutex<Option<Termios>> = Mutex::new(None);

/// A key that means something here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyPress {
    /// A letter, digit or sign.
    Char(char),
    /// Up.
    Up,
    /// Down.
    Down,
    /// A page up.
    PageUp,
    /// A page down.
    PageDown,
    /// Tab.
    Tab,
    /// Shift and Tab.
    BackTab,
}

/// Keys as they are typed. The terminal is as before when this is dropped.
#[derive(Debug)]
pub struct Keys(());

impl Keys {
    /// Keys from standard input; None if that isn't a terminal.
    pub fn on_stdin() -> Option<Keys> {
        if !isatty(stdin()) {
            return None;
        }
        let keys = Keys(());
        change(stdin()).ok().map(|()| keys)
    }

    /// What was typed since the last time. Doesn't wait.
    pub fn typed(&mut self) -> Vec<KeyPress> {
        let mut bytes = [0; 64];
        // Also after the operator has sent the process to the background and back.
        let read = change(stdin()).and_then(|()| {
            if is_ours(stdin()) {
                rustix::io::read(stdin(), &mut bytes)
            } else {
                Ok(0)
            }
        });
        // A terminal that is gone has no keys.
        presses(bytes.get(..read.unwrap_or(0)).unwrap_or_default())
    }
}

impl Drop for Keys {
    fn drop(&mut self) {
        restore_modes();
    }
}

/// Gives the terminal the modes back that it had before keys were read, if they were.
pub(super) fn restore_modes() {
    let before = BEFORE.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(modes) = before
        && is_ours(stdin())
    {
        // What was typed too late to be read is no command for the shell.
        let _ = tcsetattr(stdin(), OptionalActions::Flush, &modes);
    }
}

/// Lets keys be read one by one, if the terminal is ours and that isn't so yet.
fn change(terminal: BorrowedFd<'_>) -> Result<(), Errno> {
    if !is_ours(terminal) {
        return Ok(());
    }
    let mut modes = tcgetattr(terminal)?;
    if !modes.local_modes.contains(LocalModes::ICANON) {
        return Ok(());
    }
    // Held until the modes are changed, so that nobody restores them in between.
    let mut before = BEFORE.lock().unwrap_or_else(PoisonError::into_inner);
    *before = Some(modes.clone());
    modes.local_modes.remove(LocalModes::ICANON | LocalModes::ECHO);
    // Reading returns at once, with nothing if nothing was typed.
    modes.special_codes[SpecialCodeIndex::VMIN] = 0;
    modes.special_codes[SpecialCodeIndex::VTIME] = 0;
    tcsetattr(terminal, OptionalActions::Now, &modes)
}

/// Whether the process may use the terminal. One in the background would be stopped for trying.
fn is_ours(terminal: BorrowedFd<'_>) -> bool {
    match tcgetpgrp(terminal) {
        Ok(group) => group == getpgrp(),
        // A terminal that doesn't control this process has no background.
        Err(error) => error == Errno::NOTTY,
    }
}

/// The keys in what was typed. Those that aren't characters come as sequences that begin with an escape, and may well
/// end with a letter.
fn presses(bytes: &[u8]) -> Vec<KeyPress> {
    let mut keys = Vec::new();
    let mut rest = bytes.iter().copied();
    while let Some(byte) = rest.next() {
        match byte {
            b'\x1b' => keys.extend(sequence(&mut rest)),
            b'\t' => keys.push(KeyPress::Tab),
            byte if byte.is_ascii_graphic() => keys.push(KeyPress::Char(char::from(byte))),
            _ => {}
        }
    }
    keys
}

/// The key of a sequence, after its escape, if it means something here.
fn sequence(rest: &mut impl Iterator<Item = u8>) -> Option<KeyPress> {
    let (first, last) = match rest.next()? {
        b'[' => {
            let first = rest.next()?;
            let is_last = |byte: &u8| (0x40..=0x7e).contains(byte);
            let last = if is_last(&first) {
                first
            } else {
                rest.find(is_last)?
            };
            (first, last)
        }
        b'O' => {
            let key = rest.next()?;
            (key, key)
        }
        _ => return None,
    };
    match (first, last) {
        (b'A', b'A') => Some(KeyPress::Up),
        (b'B', b'B') => Some(KeyPress::Down),
        (b'Z', b'Z') => Some(KeyPress::BackTab),
        (b'5', b'~') => Some(KeyPress::PageUp),
        (b'6', b'~') => Some(KeyPress::PageDown),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn characters(text: &str) -> Vec<KeyPress> {
        text.chars().map(KeyPress::Char).collect()
    }

    #[test]
    fn sequences_are_no_letters() {
        assert_eq!(presses(b"wWsSp"), characters("wWsSp"));
        assert_eq!(presses(b"w\x1b[1;2SW\x1bOSs\x1bw\x1b[15~\r\n"), characters("wWs"));
        assert_eq!(presses(b"\x1b"), []);
        assert_eq!(presses("w\u{e4}s".as_bytes()), characters("ws"));
    }

    #[test]
    fn arrows_and_pages_have_their_keys() {
        use KeyPress::{BackTab, Down, PageDown, PageUp, Tab, Up};
        let typed = b"\x1b[A\x1bOB\x1b[5~\x1b[6~\t\x1b[Z";
        assert_eq!(presses(typed), [Up, Down, PageUp, PageDown, Tab, BackTab]);
    }
}
