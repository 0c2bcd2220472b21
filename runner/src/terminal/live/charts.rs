//! The charts of the live view: rate and failures, percentiles, virtual users, each over the whole run.

use crate::metrics::{HistoryPoint, Snapshot};
use crate::terminal::units;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Style, Stylize as _};
use ratatui::symbols::Marker;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Axis, Block, Borders, Chart, Dataset, GraphType};
use std::time::Duration;

/// A chart that is narrower than this says nothing.
const NARROWEST: u16 = 40;

/// One line of a chart.
struct Curve {
    name: &'static str,
    colour: Color,
    of: fn(&HistoryPoint) -> f64,
}

/// What a chart shows.
struct Picture {
    title: &'static str,
    curves: &'static [Curve],
    label: fn(f64) -> String,
}

/// The colours are the terminal's own, so that they suit dark and light ones; none of them is black or white.
const PICTURES: [Picture; 3] = [
    Picture {
        title: "per second",
        curves: &[
            Curve {
                name: "requests",
                colour: Color::Green,
                of: |point| point.rps,
            },
            Curve {
                name: "failures",
                colour: Color::Red,
                of: |point| point.failures as f64 / point.seconds.max(1e-3),
            },
        ],
        label: units::rate,
    },
    Picture {
        title: "service time",
        curves: &[
            Curve {
                name: "p99",
                colour: Color::Magenta,
                of: |point| point.p99 as f64,
            },
            Curve {
                name: "p95",
                colour: Color::Cyan,
                of: |point| point.p95 as f64,
            },
            Curve {
                name: "p50",
                colour: Color::Green,
                of: |point| point.p50 as f64,
            },
        ],
        label: |us| units::time(us.round() as u64),
    },
    Picture {
        title: "virtual users",
        curves: &[Curve {
            name: "running",
            colour: Color::Blue,
            of: |point| point.vus as f64,
        }],
        label: |vus| units::count(vus.round() as u64),
    },
];

/// As many charts side by side as there is room for, beginning with the `first`.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, snapshot: &Snapshot, first: usize) {
    let count = usize::from(area.width / NARROWEST).clamp(1, PICTURES.len());
    let columns = Layout::horizontal(vec![Constraint::Fill(1); count])
        .spacing(1)
        .split(area);
    let pictures = PICTURES.iter().cycle().skip(first % PICTURES.len());
    for (picture, area) in pictures.zip(columns.iter()) {
        chart(frame, *area, snapshot, picture);
    }
}

fn chart(frame: &mut Frame<'_>, area: Rect, snapshot: &Snapshot, picture: &Picture) {
    let history = &snapshot.history;
    let lines: Vec<Vec<(f64, f64)>> = picture
        .curves
        .iter()
        .map(|curve| {
            history
                .iter()
                .map(|point| (point.at, (curve.of)(point)))
                .collect()
        })
        .collect();
    let most = lines.iter().flatten().map(|(_, y)| *y).fold(0.0, f64::max);
    let most = if most > 0.0 { most * 1.05 } else { 1.0 };
    let seconds = history.last().map_or(1.0, |point| point.at);
    let datasets = picture.curves.iter().zip(&lines).map(|(curve, points)| {
        Dataset::default()
            .marker(Marker::Braille)
            .graph_type(GraphType::Line)
            .style(Style::new().fg(curve.colour))
            .data(points)
    });
    let faint = Style::new().dim();
    let clock = |seconds| units::clock(Duration::from_secs_f64(seconds));
    let x = Axis::default()
        .bounds([0.0, seconds.max(1.0)])
        .labels([clock(0.0), clock(seconds)])
        .style(faint);
    let y = Axis::default()
        .bounds([0.0, most])
        .labels([
            (picture.label)(0.0),
            (picture.label)(most / 2.0),
            (picture.label)(most),
        ])
        .style(faint);
    let block = Block::new()
        .borders(Borders::TOP)
        .border_style(faint)
        .title(title(snapshot, picture));
    let chart = Chart::new(datasets.collect())
        .block(block)
        .legend_position(None)
        .x_axis(x)
        .y_axis(y);
    frame.render_widget(chart, area);
}

/// The name of a chart and of its lines, each in its colour with its latest figure.
fn title(snapshot: &Snapshot, picture: &Picture) -> Line<'static> {
    let mut spans = vec![Span::from(format!(" {} ", picture.title)).bold()];
    for curve in picture.curves {
        let now = snapshot.history.last().map(curve.of).map(picture.label);
        let text = format!("{} {} ", curve.name, now.unwrap_or_default());
        spans.push(Span::styled(text, Style::new().fg(curve.colour)));
    }
    Line::from(spans)
}
