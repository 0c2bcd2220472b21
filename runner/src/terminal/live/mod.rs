//! The live view: a run on a terminal's second screen, with charts, tables and the log, as long as it lasts. Draws on
//! standard error, so that results on standard output can be piped away. What is drawn is made of a snapshot by the files
//! beside; how to come onto the screen and off it again is `screen`'s.

mod charts;
mod head;
mod page;
mod panes;
mod screen;
#[cfg(test)]
mod tests;
mod view_state;

pub use screen::suspend;

pub(super) use screen::leave_for_good;

use super::keys::KeyPress;
use super::progress::Progress;
use super::style::Paint;
use super::{print_error, trace};
use crate::metrics::Snapshot;
use crate::secret;
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::buffer::Buffer;
use ratatui::style::Style;
use std::borrow::Cow;
use std::io::{BufWriter, IsTerminal, Stderr};
use std::time::{Duration, Instant};
use view_state::ViewState;

/// Redrawing more often than this costs CPU time and shows nothing new.
const EVERY: Duration = Duration::from_millis(250);

/// A frame is collected up to this size, in bytes, so that it is written at once.
const FRAME: usize = 1 << 16;

/// Lines of the log that are left on the terminal when the view is gone.
const LEFT: usize = 100;

/// A run on the terminal's second screen. Goes back to the first one when dropped.
pub struct LiveView {
    terminal: Terminal<CrosstermBackend<BufWriter<Stderr>>>,
    paint: Paint,
    shown: ViewState,
    drawn: Option<Instant>,
}

impl LiveView {
    /// A live view on standard error; None if that isn't a terminal that can do it.
    pub fn on_stderr() -> Option<Self> {
        if !Self::is_possible() {
            return None;
        }
        let out = BufWriter::with_capacity(FRAME, std::io::stderr());
        let terminal = Terminal::new(CrosstermBackend::new(out)).ok()?;
        Some(Self {
            terminal,
            paint: Paint::for_stderr(),
            shown: ViewState::default(),
            drawn: None,
        })
    }

    /// Whether standard error is a terminal that can do it.
    pub fn is_possible() -> bool {
        let dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
        !dumb && std::io::stderr().is_terminal()
    }

    /// Shows this, unless the view was drawn just now. A terminal that can't be written to is no reason to end a run.
    pub fn draw(&mut self, snapshot: &Snapshot, progress: &Progress) {
        if self.drawn.is_some_and(|drawn| drawn.elapsed() < EVERY) {
            return;
        }
        self.drawn = Some(Instant::now());
        trace::hold().into_iter().for_each(|line| self.log_line(&line));
        let (terminal, shown, paint) = (&mut self.terminal, &mut self.shown, self.paint);
        screen::while_on(|is_new| {
            if is_new {
                // Whatever was drawn before isn't there any more. Its `clear` would ask the terminal for the cursor's place, and
                // take the answer away from the keys.
                let _ = terminal.size().and_then(|size| terminal.resize(size.into()));
            }
            let _ = terminal.draw(|frame| {
                page::draw(frame, snapshot, progress, shown);
                gate(frame.buffer_mut(), paint);
            });
        });
    }

    /// Does what a key asks of the view, and draws it at the next opportunity. Answers whether it asks anything.
    pub fn press(&mut self, key: KeyPress) -> bool {
        let is_known = self.shown.press(key);
        if is_known {
            self.drawn = None;
        }
        is_known
    }

    /// Adds a line to the log.
    pub fn log_line(&mut self, text: &str) {
        self.shown.log.push(secret::redact(text).into_owned());
    }
}

impl Drop for LiveView {
    fn drop(&mut self) {
        screen::leave();
        // The second screen takes everything with it; what was said last shall stay.
        let (earlier, lines) = self.shown.log.last(LEFT);
        if earlier > 0 {
            print_error(&format!("… {earlier} earlier lines (--headless keeps all)"));
        }
        lines.for_each(print_error);
        trace::release();
    }
}

impl std::fmt::Debug for LiveView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LiveView").finish_non_exhaustive()
    }
}

/// What every frame passes on its way to the terminal: no secret gets out, and no colour that isn't wanted.
fn gate(buffer: &mut Buffer, paint: Paint) {
    let area = buffer.area;
    for y in area.top()..area.bottom() {
        let cells = (area.left()..area.right()).filter_map(|x| buffer.cell((x, y)));
        let text: String = cells.map(|cell| cell.symbol()).collect();
        if let Cow::Owned(hidden) = secret::redact(&text)
            && hidden != text
        {
            let row = ratatui::layout::Rect::new(area.left(), y, area.width, 1);
            row.positions().for_each(|at| {
                buffer.cell_mut(at).into_iter().for_each(|cell| cell.reset());
            });
            buffer.set_string(area.left(), y, hidden, Style::new());
        }
    }
    if paint == Paint::Plain {
        buffer.set_style(area, Style::reset());
    }
}
