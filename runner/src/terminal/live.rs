//! The live view: keeps some lines at the bottom of a terminal up to date, below whatever is
//! logged. Draws on standard error, so that results on standard output can be piped away.

use super::progress::Progress;
use super::screen;
use super::style::Paint;
use super::trace;
use crate::metrics::Snapshot;
use crate::secret;
use crossterm::{QueueableCommand, cursor, terminal};
use std::io::{IsTerminal, Result, Write};
use std::time::{Duration, Instant};
use unicode_width::UnicodeWidthStr;

/// Redrawing more often than this costs CPU time and shows nothing new.
const EVERY: Duration = Duration::from_millis(250);

/// Lines at the bottom of the terminal. Removes them when dropped.
pub struct LiveView {
    out: Box<dyn Write + Send>,
    size: fn() -> (usize, usize),
    paint: Paint,
    /// What is on the screen now.
    lines: Vec<String>,
    drawn: Option<Instant>,
    is_cursor_hidden: bool,
}

impl LiveView {
    /// A live view on standard error; None if that isn't a terminal that can do it.
    pub fn on_stderr() -> Option<Self> {
        if !Self::is_possible() {
            return None;
        }
        Some(Self::new(
            Box::new(std::io::stderr()),
            terminal_size,
            Paint::for_stderr(),
        ))
    }

    /// Whether standard error is a terminal that can do it.
    pub fn is_possible() -> bool {
        let dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
        !dumb && std::io::stderr().is_terminal()
    }

    /// Shows this, unless the view was drawn just now.
    pub fn draw(&mut self, snapshot: &Snapshot, progress: &Progress) {
        if self.drawn.is_some_and(|drawn| drawn.elapsed() < EVERY) {
            return;
        }
        self.drawn = Some(Instant::now());
        let (columns, rows) = (self.size)();
        let lines = screen::render(snapshot, progress, columns, rows, self.paint);
        let told: String = trace::hold().into_iter().map(|line| line + "\n").collect();
        self.replace(&told, lines);
    }

    /// Prints a line above the view.
    pub fn log_line(&mut self, text: &str) {
        let lines = std::mem::take(&mut self.lines);
        self.lines.clone_from(&lines);
        self.replace(&format!("{text}\n"), lines);
    }

    /// Removes the view, so that something else can be printed. [`draw`](Self::draw) brings
    /// it back.
    pub fn clear(&mut self) {
        self.replace("", Vec::new());
        self.drawn = None;
        trace::release();
    }

    fn new(out: Box<dyn Write + Send>, size: fn() -> (usize, usize), paint: Paint) -> Self {
        Self {
            out,
            size,
            paint,
            lines: Vec::new(),
            drawn: None,
            is_cursor_hidden: false,
        }
    }

    /// A terminal that can't be written to is no reason to end a run.
    fn replace(&mut self, above: &str, lines: Vec<String>) {
        let mut frame = Vec::new();
        if self.compose(&mut frame, above, &lines).is_ok() {
            let _ = self.out.write_all(&frame).and_then(|()| self.out.flush());
        }
        self.lines = lines;
    }

    /// One write for the whole change, so that no half of it is ever seen.
    fn compose(&mut self, frame: &mut Vec<u8>, above: &str, lines: &[String]) -> Result<()> {
        frame.queue(terminal::BeginSynchronizedUpdate)?;
        self.erase(frame)?;
        frame.write_all(secret::redact(above).as_bytes())?;
        frame.write_all(secret::redact(&lines.join("\r\n")).as_bytes())?;
        if self.is_cursor_hidden == lines.is_empty() {
            self.is_cursor_hidden = !lines.is_empty();
            if self.is_cursor_hidden {
                frame.queue(cursor::Hide)?
            } else {
                frame.queue(cursor::Show)?
            };
        }
        frame.queue(terminal::EndSynchronizedUpdate)?;
        Ok(())
    }

    /// Goes back to where the first line began. A terminal that became narrower has wrapped
    /// the lines meanwhile, so that they take more rows than they had.
    fn erase(&self, frame: &mut Vec<u8>) -> Result<()> {
        let (columns, _) = (self.size)();
        let rows_of = |line: &String| visible_width(line).div_ceil(columns.max(1)).max(1);
        let rows: usize = self.lines.iter().map(rows_of).sum();
        frame.write_all(b"\r")?;
        frame.queue(terminal::Clear(terminal::ClearType::CurrentLine))?;
        // Row by row: some terminals keep what is cleared at once in their history.
        for _ in 1..rows {
            frame
                .queue(cursor::MoveUp(1))?
                .queue(terminal::Clear(terminal::ClearType::CurrentLine))?;
        }
        Ok(())
    }
}

impl Drop for LiveView {
    fn drop(&mut self) {
        self.clear();
    }
}

impl std::fmt::Debug for LiveView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LiveView")
            .field("lines", &self.lines.len())
            .finish_non_exhaustive()
    }
}

/// Columns and rows. One column is left free: some terminals wrap when the last is written.
fn terminal_size() -> (usize, usize) {
    let (columns, rows) = terminal::size().unwrap_or((80, 24));
    (usize::from(columns).saturating_sub(1), usize::from(rows))
}

/// Columns that a line takes, its colours not counted.
fn visible_width(line: &str) -> usize {
    let parts = line.split('\u{1b}').enumerate();
    let texts = parts.map(|(at, part)| match part.split_once('m') {
        Some((_, text)) if at > 0 => text,
        _ => part,
    });
    texts.map(UnicodeWidthStr::width).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};

    #[derive(Clone, Default)]
    struct Shared(Arc<Mutex<Vec<u8>>>);

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> Result<()> {
            Ok(())
        }
    }

    impl Shared {
        fn text(&self) -> String {
            String::from_utf8(std::mem::take(&mut *self.0.lock().unwrap())).unwrap()
        }
    }

    fn live() -> (LiveView, Shared) {
        let out = Shared::default();
        (
            LiveView::new(Box::new(out.clone()), || (80, 24), Paint::Plain),
            out,
        )
    }

    #[test]
    fn hides_the_cursor_only_while_it_shows_something() {
        let (mut live, out) = live();
        live.draw(&Snapshot::default(), &Progress::default());
        assert!(out.text().contains("\u{1b}[?25l"));
        drop(live);
        assert!(out.text().contains("\u{1b}[?25h"));
    }

    #[test]
    fn redraws_at_a_bounded_rate() {
        let (mut live, out) = live();
        live.draw(&Snapshot::default(), &Progress::default());
        assert!(!out.text().is_empty());
        live.draw(&Snapshot::default(), &Progress::default());
        assert_eq!(out.text(), "");
    }

    #[test]
    fn logs_go_above_the_view() {
        let (mut live, out) = live();
        live.draw(&Snapshot::default(), &Progress::default());
        out.text();
        live.log_line("hello");
        let text = out.text();
        let (erased, rest) = text.split_once("hello\n").unwrap();
        assert!(
            erased.contains("\u{1b}[1A") && erased.contains("\u{1b}[2K"),
            "{erased:?}"
        );
        assert!(rest.starts_with("0s\r\n0 VUs"), "{rest:?}");
    }

    #[test]
    fn colours_take_no_room() {
        assert_eq!(visible_width("\u{1b}[1mab\u{1b}[0m m\u{1b}[31mc\u{1b}[0m"), 5);
    }
}
