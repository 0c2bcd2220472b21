//! What of a run the operator looks at: which pane, sorted and scrolled how, and the log so far. Changed by keys.

use crate::metrics::RequestRow;
use crate::terminal::keys::KeyPress;
use std::cmp::Ordering;
use std::collections::VecDeque;

/// Lines of the log that are kept, however many there are.
const MOST_LINES: usize = 500;

/// How far a page key scrolls.
const PAGE: usize = 10;

/// What the large part of the view shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Pane {
    /// The table of requests.
    #[default]
    Requests,
    /// Why requests and iterations failed.
    Errors,
    /// Thresholds and checks.
    Rules,
    /// What guests said.
    Log,
}

impl Pane {
    /// All of them, in the order in which they are shown.
    pub(super) const ALL: [Pane; 4] = [Pane::Requests, Pane::Errors, Pane::Rules, Pane::Log];

    /// The pane that is so many places further, around the end.
    fn further(self, by: usize) -> Pane {
        let at = Pane::ALL.iter().position(|pane| *pane == self).unwrap_or(0);
        Pane::ALL
            .get((at + by) % Pane::ALL.len())
            .copied()
            .unwrap_or_default()
    }
}

/// By which column requests are sorted, the largest first; names ascending.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum SortBy {
    /// How many there were.
    #[default]
    Requests,
    /// How many failed.
    Failed,
    /// The median.
    P50,
    /// The 95th percentile.
    P95,
    /// The 99th percentile.
    P99,
    /// The slowest.
    Max,
    /// The name.
    Name,
}

impl SortBy {
    const ALL: [SortBy; 7] = [
        SortBy::Requests,
        SortBy::Failed,
        SortBy::P50,
        SortBy::P95,
        SortBy::P99,
        SortBy::Max,
        SortBy::Name,
    ];

    fn next(self) -> SortBy {
        let at = SortBy::ALL.iter().position(|by| *by == self).unwrap_or(0);
        SortBy::ALL
            .get((at + 1) % SortBy::ALL.len())
            .copied()
            .unwrap_or_default()
    }

    /// How two rows follow each other.
    pub(super) fn order(self, a: &RequestRow, b: &RequestRow) -> Ordering {
        let figure = |row: &RequestRow| match self {
            SortBy::Requests => row.requests,
            SortBy::Failed => row.failures,
            SortBy::P50 => row.duration.p50,
            SortBy::P95 => row.duration.p95,
            SortBy::P99 => row.duration.p99,
            SortBy::Max => row.duration.max,
            SortBy::Name => 0,
        };
        let by_name = || (&a.name, &a.method, &a.scenario).cmp(&(&b.name, &b.method, &b.scenario));
        figure(b).cmp(&figure(a)).then_with(by_name)
    }
}

/// The last lines of the log.
#[derive(Debug, Default)]
pub(super) struct LogTail {
    lines: VecDeque<String>,
    dropped: u64,
}

impl LogTail {
    /// Adds a line; the oldest gives way.
    pub(super) fn push(&mut self, line: String) {
        if self.lines.len() >= MOST_LINES {
            self.lines.pop_front();
            self.dropped += 1;
        }
        self.lines.push_back(line);
    }

    /// How many lines it has had.
    pub(super) fn count(&self) -> u64 {
        self.dropped + self.lines.len() as u64
    }

    /// The last `most` lines, and how many came before them.
    pub(super) fn last(&self, most: usize) -> (u64, impl DoubleEndedIterator<Item = &str>) {
        let skipped = self.lines.len().saturating_sub(most);
        let lines = self.lines.iter().skip(skipped).map(String::as_str);
        (self.dropped + skipped as u64, lines)
    }
}

/// What the operator looks at.
#[derive(Debug, Default)]
pub(super) struct ViewState {
    pub(super) pane: Pane,
    pub(super) sort: SortBy,
    pub(super) is_reversed: bool,
    /// Lines above the first one that is shown; of the log, below the last.
    pub(super) scroll: usize,
    /// By how many places the charts are moved on, where there is no room for all.
    pub(super) chart: usize,
    pub(super) helps: bool,
    pub(super) log: LogTail,
}

impl ViewState {
    /// Does what a key asks. Answers whether it asks anything.
    pub(super) fn press(&mut self, key: KeyPress) -> bool {
        let was_helping = std::mem::take(&mut self.helps);
        match key {
            KeyPress::Tab => self.go_to(self.pane.further(1)),
            KeyPress::BackTab => self.go_to(self.pane.further(Pane::ALL.len() - 1)),
            KeyPress::Up => self.scroll(-1),
            KeyPress::Down => self.scroll(1),
            KeyPress::PageUp => self.scroll(-(PAGE as isize)),
            KeyPress::PageDown => self.scroll(PAGE as isize),
            KeyPress::Char(character) => return self.press_character(character, was_helping),
        }
        true
    }

    fn press_character(&mut self, character: char, was_helping: bool) -> bool {
        match character {
            '1'..='4' => self.go_to(Pane::ALL[character as usize - '1' as usize]),
            'k' => self.scroll(-1),
            'j' => self.scroll(1),
            'o' => (self.sort, self.scroll) = (self.sort.next(), 0),
            'O' => self.is_reversed = !self.is_reversed,
            'c' => self.chart += 1,
            '?' => self.helps = !was_helping,
            // The first key after it closes the help, whatever else it does.
            _ => return false,
        }
        true
    }

    fn go_to(&mut self, pane: Pane) {
        (self.pane, self.scroll) = (pane, 0);
    }

    /// Goes so many lines down; the log is read from its end.
    fn scroll(&mut self, lines: isize) {
        let lines = if self.pane == Pane::Log { -lines } else { lines };
        self.scroll = self.scroll.saturating_add_signed(lines);
    }
}
