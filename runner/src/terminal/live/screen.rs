//! The terminal's second screen: onto it, and off it again on every way out. The state is the process's, because threads
//! that know nothing of the view may have to put the terminal in order before the process ends or is stopped.

use crate::terminal::keys;
use crossterm::{QueueableCommand, cursor, terminal};
use rustix::process::{Signal, getpgrp, getpid, kill_process};
use std::io::{Result, Write};
use std::sync::{Mutex, MutexGuard, TryLockError};
use std::time::Duration;

/// How often, and how long each time, the end of a frame is waited for. A terminal that takes none keeps nobody.
const LOOKS: u32 = 50;
const LOOK: Duration = Duration::from_millis(10);

#[derive(Clone, Copy, PartialEq, Eq)]
enum ScreenState {
    /// The first screen is shown.
    Off,
    /// The second one is.
    On,
    /// The first one is, and stays.
    Gone,
}

static STATE: Mutex<ScreenState> = Mutex::new(ScreenState::Off);

/// Draws on the second screen, unless that is over or the terminal is somebody else's. `draw` learns whether the screen
/// is empty.
pub(super) fn while_on(draw: impl FnOnce(bool)) {
    // In the background, the terminal is the shell's.
    if !is_ours() {
        return;
    }
    let Some(mut state) = locked() else { return };
    let is_new = *state == ScreenState::Off;
    if is_new && enter().is_ok() {
        *state = ScreenState::On;
    }
    if *state == ScreenState::On {
        draw(is_new);
    }
}

/// Goes back to the first screen.
pub(super) fn leave() {
    leave_as(ScreenState::Off);
}

/// Goes back to the first screen, because the process ends: nothing is drawn any more.
pub(crate) fn leave_for_good() {
    leave_as(ScreenState::Gone);
}

/// Stops the process as Ctrl-Z does, with the terminal in order. Returns when it goes on; the view then comes back by
/// itself, if the process is in the foreground.
pub fn suspend() {
    leave();
    keys::restore_modes();
    // Only a process that may not signal itself fails here; then nothing has happened.
    let _ = kill_process(getpid(), Signal::STOP);
}

fn leave_as(state: ScreenState) {
    let Some(mut now) = locked() else { return };
    if *now == ScreenState::On {
        let _ = exit();
    }
    if *now != ScreenState::Gone {
        *now = state;
    }
}

/// The state, once nobody draws. None: whoever draws hangs, so that nothing can be written anyway.
fn locked() -> Option<MutexGuard<'static, ScreenState>> {
    for _ in 0..LOOKS {
        match STATE.try_lock() {
            Ok(state) => return Some(state),
            Err(TryLockError::Poisoned(poisoned)) => return Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => std::thread::sleep(LOOK),
        }
    }
    None
}

fn enter() -> Result<()> {
    let mut sequence = Vec::new();
    sequence
        .queue(terminal::EnterAlternateScreen)?
        .queue(cursor::Hide)?;
    write(&sequence)
}

fn exit() -> Result<()> {
    let mut sequence = Vec::new();
    sequence
        .queue(terminal::LeaveAlternateScreen)?
        .queue(cursor::Show)?;
    write(&sequence)
}

fn write(sequence: &[u8]) -> Result<()> {
    let mut out = std::io::stderr().lock();
    out.write_all(sequence).and_then(|()| out.flush())
}

/// Whether this process is in the terminal's foreground, or has no terminal that would put it into the background.
fn is_ours() -> bool {
    rustix::termios::tcgetpgrp(rustix::stdio::stderr()).map_or(true, |group| group == getpgrp())
}
