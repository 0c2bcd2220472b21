//! What the live view looks like in terminals of three sizes, beside what it looked like when somebody last looked at it,
//! and that it fits any other.

use super::page;
use super::view_state::{Pane, SortBy, ViewState};
use crate::metrics::{
    CheckRow, ErrorRow, FailureKey, FailureRow, HistoryPoint, RequestRow, Snapshot, Stats, Unit, Verdict,
};
use crate::terminal::keys::KeyPress;
use crate::terminal::{Paint, Progress};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::style::Color;
use std::time::Duration;

fn stats(p50: u64) -> Stats<u64> {
    Stats {
        count: 100,
        p50,
        p95: p50 * 2,
        p99: p50 * 3,
        max: p50 * 5,
        ..Stats::default()
    }
}

fn row(name: &str, requests: u64, failures: u64, p50: u64) -> RequestRow {
    RequestRow {
        scenario: "shop".to_owned(),
        method: "GET".to_owned(),
        name: name.to_owned(),
        requests,
        failures,
        rate: requests as f64 / 15.0,
        duration: stats(p50),
        response: stats(p50),
        history: Vec::new(),
    }
}

fn point(second: u32) -> HistoryPoint {
    let height = u64::from(second % 7);
    HistoryPoint {
        at: f64::from(second),
        seconds: 1.0,
        requests: 1_000 + 50 * height,
        failures: height,
        rps: (1_000 + 50 * height) as f64,
        vus: u64::from(second) * 3,
        p50: 1_000 + 100 * height,
        p95: 2_000 + 300 * height,
        p99: 4_000 + 900 * height,
        ..HistoryPoint::default()
    }
}

fn snapshot() -> Snapshot {
    let mut snapshot = Snapshot {
        elapsed: Duration::from_secs(15),
        history: (1..=15).map(point).collect(),
        requests: vec![
            row("/", 9_000, 0, 900),
            row("/items/{id}", 6_000, 37, 2_100),
            row("/\u{1b}[2J", 10, 0, 400),
        ],
        failures: vec![FailureRow {
            key: FailureKey {
                method: "GET".to_owned(),
                name: "/items/{id}".to_owned(),
                message: "status 500".to_owned(),
                detail: String::new(),
            },
            count: 37,
        }],
        errors: vec![ErrorRow {
            scenario: "shop".to_owned(),
            task: "buy".to_owned(),
            message: "no stock".to_owned(),
            count: 4,
        }],
        checks: vec![CheckRow {
            scenario: "shop".to_owned(),
            name: "has items".to_owned(),
            passed: 90,
            failed: 10,
        }],
        thresholds: vec![Verdict {
            metric: "http_req_duration".to_owned(),
            rule: "p(95)<2ms".to_owned(),
            ok: Some(false),
            observed: Some(4.2),
            limit: 2.0,
            unit: Unit::Milliseconds,
            reason: String::new(),
            abort: false,
        }],
        ..Snapshot::default()
    };
    snapshot.vus.now = 45;
    snapshot.recent.rps = 1_234.0;
    (snapshot.recent.p50, snapshot.recent.p95, snapshot.recent.p99) = (1_200, 2_300, 3_400);
    (snapshot.totals.requests, snapshot.totals.failures) = (15_010, 37);
    (snapshot.totals.iterations.failed, snapshot.totals.checks_failed) = (4, 10);
    snapshot
}

fn progress() -> Progress {
    Progress {
        run_time: Some(Duration::from_secs(30)),
        keys: "target: 45 users  w/W +1/+10  s/S -1/-10  p pauses".to_owned(),
        ..Progress::default()
    }
}

fn drawn(snapshot: &Snapshot, shown: &mut ViewState, (width, height): (u16, u16)) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    let frame = terminal.draw(|frame| page::draw(frame, snapshot, &progress(), shown));
    frame.unwrap().buffer.clone()
}

fn text(buffer: &Buffer) -> String {
    let rows = buffer.content().chunks(usize::from(buffer.area.width));
    let rows = rows.map(|row| {
        let row: String = row.iter().map(|cell| cell.symbol()).collect();
        row.trim_end().to_owned()
    });
    rows.collect::<Vec<_>>().join("\n")
}

fn with_log() -> ViewState {
    let mut shown = ViewState::default();
    (1..=30).for_each(|line| shown.log.push(format!("info  VU 1: line {line}")));
    shown
}

#[test]
fn the_view_in_terminals_of_three_sizes() {
    for size in [(60, 20), (80, 24), (160, 45)] {
        let picture = text(&drawn(&snapshot(), &mut with_log(), size));
        insta::assert_snapshot!(format!("live-{}x{}", size.0, size.1), picture);
    }
}

#[test]
fn any_size_is_drawn_with_any_pane() {
    for size in [(1, 1), (8, 2), (20, 5), (50, 10), (79, 23), (300, 100)] {
        for pane in Pane::ALL {
            let mut shown = ViewState {
                pane,
                scroll: usize::MAX,
                helps: true,
                ..with_log()
            };
            drawn(&snapshot(), &mut shown, size);
            drawn(&Snapshot::default(), &mut shown, size);
        }
    }
}

#[test]
fn names_from_guests_are_escaped() {
    let picture = text(&drawn(&snapshot(), &mut ViewState::default(), (100, 30)));
    assert!(picture.contains("/\\u{1b}[2J"), "{picture}");
    assert!(!picture.contains('\u{1b}'));
}

#[test]
fn keys_sort_and_scroll_and_turn_pages() {
    let mut shown = with_log();
    let size = (100, 14);
    let first_row = |shown: &mut ViewState| {
        let picture = text(&drawn(&snapshot(), shown, size));
        let heading = picture.lines().position(|line| line.contains("▾")).unwrap();
        picture.lines().nth(heading + 1).unwrap().to_owned()
    };
    assert!(first_row(&mut shown).starts_with("GET  /  "));
    assert!(shown.press(KeyPress::Char('o')));
    assert!(first_row(&mut shown).contains("/items/{id}"), "most failures");
    assert!(shown.press(KeyPress::Char('O')));
    assert!(!first_row(&mut shown).contains("/items/{id}"), "fewest failures");
    assert_eq!(shown.sort, SortBy::Failed);
    shown.press(KeyPress::Char('4'));
    let last = |shown: &mut ViewState| {
        text(&drawn(&snapshot(), shown, size))
            .lines()
            .last()
            .unwrap()
            .to_owned()
    };
    assert!(last(&mut shown).ends_with("line 30"));
    shown.press(KeyPress::Up);
    assert!(last(&mut shown).ends_with("line 29"));
    shown.press(KeyPress::Tab);
    assert_eq!(shown.pane, Pane::Requests);
    assert!(!shown.press(KeyPress::Char('w')), "it is the run's");
}

#[test]
fn help_is_shown_until_the_next_key() {
    let mut shown = ViewState::default();
    shown.press(KeyPress::Char('?'));
    assert!(text(&drawn(&snapshot(), &mut shown, (80, 24))).contains("this help"));
    shown.press(KeyPress::Char('?'));
    assert!(!shown.helps);
}

#[test]
fn the_log_is_bounded() {
    let mut shown = ViewState::default();
    (0..10_000).for_each(|line| shown.log.push(line.to_string()));
    let (earlier, lines) = shown.log.last(2);
    assert_eq!(
        (earlier, lines.collect::<Vec<_>>()),
        (9_998, vec!["9998", "9999"])
    );
    assert_eq!(shown.log.last(usize::MAX).1.count(), 500);
}

#[test]
fn colours_are_the_terminals_own_and_can_be_refused() {
    let mut buffer = drawn(&snapshot(), &mut with_log(), (160, 45));
    let has_colour = |buffer: &Buffer| {
        let colours = buffer.content().iter().flat_map(|cell| [cell.fg, cell.bg]);
        colours
            .filter(|colour| *colour != Color::Reset)
            .collect::<Vec<_>>()
    };
    let used = has_colour(&buffer);
    // Either is invisible in light or in dark terminals.
    assert!(!used.is_empty() && !used.contains(&Color::White) && !used.contains(&Color::Black));
    assert!(!used.iter().any(|colour| matches!(colour, Color::Rgb(..))));
    super::gate(&mut buffer, Paint::Plain);
    assert_eq!(has_colour(&buffer), []);
}
