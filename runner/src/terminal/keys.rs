//! Single keys from standard input, as they are typed. Only two modes of the terminal are changed
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
    pub fn typed(&mut self) -> String {
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
        plain_keys(bytes.get(..read.unwrap_or(0)).unwrap_or_default())
    }
}

impl Drop for Keys {
    fn drop(&mut self) {
        restore();
    }
}

/// Gives the terminal the modes back that it had before keys were read, if they were.
pub fn restore() {
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

/// The keys that are characters. Others come as sequences that begin with an escape, and may well
/// end with a letter.
fn plain_keys(bytes: &[u8]) -> String {
    let mut keys = String::new();
    let mut rest = bytes.iter().copied();
    while let Some(byte) = rest.next() {
        match byte {
            b'\x1b' => match rest.next() {
                Some(b'[') => drop(rest.find(|byte| (0x40..=0x7e).contains(byte))),
                Some(b'O') => drop(rest.next()),
                _ => {}
            },
            byte if byte.is_ascii_graphic() => keys.push(char::from(byte)),
            _ => {}
        }
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequences_are_no_letters() {
        assert_eq!(plain_keys(b"wWsSp"), "wWsSp");
        assert_eq!(plain_keys(b"w\x1b[A\x1b[1;2SW\x1bOSs\x1bw\r\n"), "wWs");
        assert_eq!(plain_keys(b"\x1b"), "");
        assert_eq!(plain_keys("wäs".as_bytes()), "ws");
    }
}
