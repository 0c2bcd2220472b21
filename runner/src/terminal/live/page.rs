//! The page of the live view: what is where, in a terminal of any size.

use super::panes::{self, Content};
use super::view_state::{Pane, ViewState};
use super::{charts, head};
use crate::metrics::Snapshot;
use crate::terminal::progress::Progress;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Style, Stylize as _};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders, Clear, Paragraph};

/// Charts need so many rows beside everything else.
const ROWS_WITH_CHARTS: u16 = 18;
/// From this width and height on, several panes are shown at once.
const WIDE: u16 = 140;
const HIGH: u16 = 24;
/// A pane needs so many rows.
const LEAST_PANE: u16 = 4;

const HELP: [(&str, &str); 9] = [
    ("w s", "one user more, one less (of a rate: per second)"),
    ("W S", "ten users more, ten less"),
    ("p", "pause and resume"),
    ("Tab 1-4", "next pane, or that of the number"),
    ("↑ ↓ j k", "scroll; also page up and page down"),
    ("o O", "sort requests by the next column, the other way round"),
    ("c", "next chart, where there is no room for all"),
    ("Ctrl-C", "end the run in order; once more: at once"),
    ("?", "this help; any key closes it"),
];

/// Draws all of it.
pub(super) fn draw(frame: &mut Frame<'_>, snapshot: &Snapshot, progress: &Progress, shown: &mut ViewState) {
    let area = frame.area();
    let is_wide = area.width >= WIDE && area.height >= HIGH;
    let width = usize::from(area.width);
    let mut lines = head::lines(snapshot, progress, width);
    // Where there is no pane for them, or another one is shown.
    if !is_wide && shown.pane != Pane::Errors {
        lines.extend(head::failures(snapshot, width));
    }
    let head = u16::try_from(lines.len()).unwrap_or(area.height).min(area.height);
    let left = area.height - head;
    let chart = match area.height >= ROWS_WITH_CHARTS {
        true => (left / 3).clamp(6, 14),
        false => 0,
    };
    let rows = [
        Constraint::Length(head),
        Constraint::Length(chart),
        Constraint::Fill(1),
    ];
    let [head, chart, rest] = Layout::vertical(rows).areas(area);
    frame.render_widget(Paragraph::new(lines), head);
    if chart.height > 0 {
        charts::draw(frame, chart, snapshot, shown.chart);
    }
    if rest.height >= LEAST_PANE {
        panes(frame, rest, snapshot, shown, is_wide);
    }
    if shown.helps {
        help(frame, area);
    }
}

fn panes(frame: &mut Frame<'_>, area: Rect, snapshot: &Snapshot, shown: &mut ViewState, is_wide: bool) {
    if !is_wide {
        return pane(frame, area, snapshot, shown);
    }
    let columns = [Constraint::Percentage(60), Constraint::Fill(1)];
    let [left, right] = Layout::horizontal(columns).spacing(1).areas(area);
    pane(frame, left, snapshot, shown);
    let beside: Vec<_> = Pane::ALL
        .into_iter()
        .filter(|pane| *pane != shown.pane && *pane != Pane::Requests)
        .collect();
    let rows = Layout::vertical(vec![Constraint::Fill(1); beside.len()]).split(right);
    for (pane, area) in beside.into_iter().zip(rows.iter()) {
        let title = format!(" {} ", panes::title(pane, snapshot, shown));
        let content = panes::content(pane, snapshot, shown, usize::from(area.width));
        let from_end = pane == Pane::Log;
        fill(frame, *area, Line::from(title).bold(), content, &mut 0, from_end);
    }
}

/// The pane that is chosen, with the names of all above it.
fn pane(frame: &mut Frame<'_>, area: Rect, snapshot: &Snapshot, shown: &mut ViewState) {
    let mut title = Vec::new();
    for (at, pane) in Pane::ALL.into_iter().enumerate() {
        let text = format!(" {} {} ", at + 1, panes::title(pane, snapshot, shown));
        let style = if pane == shown.pane {
            Style::new().bold().reversed()
        } else {
            Style::new()
        };
        title.push(Span::styled(text, style));
    }
    let content = panes::content(shown.pane, snapshot, shown, usize::from(area.width));
    let from_end = shown.pane == Pane::Log;
    fill(
        frame,
        area,
        Line::from(title),
        content,
        &mut shown.scroll,
        from_end,
    );
}

/// Shows as much as there is room for, `scroll` lines further; `scroll` becomes what there is to scroll at most.
fn fill(
    frame: &mut Frame<'_>,
    area: Rect,
    title: Line<'static>,
    content: Content,
    scroll: &mut usize,
    from_end: bool,
) {
    let block = Block::new()
        .borders(Borders::TOP)
        .border_style(Style::new().dim())
        .title(title);
    let room = usize::from(block.inner(area).height).saturating_sub(usize::from(content.heading.is_some()));
    let most = content.lines.len().saturating_sub(room);
    *scroll = (*scroll).min(most);
    let first = if from_end { most - *scroll } else { *scroll };
    let lines = content.lines.into_iter().skip(first).take(room);
    let lines: Vec<_> = content.heading.into_iter().chain(lines).collect();
    frame.render_widget(Paragraph::new(lines).block(block), area);
}

fn help(frame: &mut Frame<'_>, area: Rect) {
    let lines: Vec<_> = HELP
        .iter()
        .map(|(keys, what)| {
            Line::from(vec![
                Span::from(format!(" {keys:<8}  ")).bold(),
                Span::from(*what),
            ])
        })
        .collect();
    let width = lines.iter().map(Line::width).max().unwrap_or(0) + 3;
    let width = u16::try_from(width).unwrap_or(area.width).min(area.width);
    let height = (HELP.len() as u16 + 2).min(area.height);
    let place = Rect::new(
        (area.width - width) / 2,
        (area.height - height) / 2,
        width,
        height,
    );
    frame.render_widget(Clear, place);
    let block = Block::bordered().title(" keys ");
    frame.render_widget(Paragraph::new(lines).block(block), place);
}
