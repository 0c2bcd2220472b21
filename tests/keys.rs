//! The live view: its keys change the load at once, it survives a terminal that changes, and every way out leaves the
//! terminal as it was.

use crate::support::guests;
use crate::support::pty::Terminal;
use crate::support::screen::Screen;
use crate::support::together;
use serde_json::Value;
use std::path::Path;

fn history(file: &Path) -> Vec<u64> {
    let text = std::fs::read_to_string(file).unwrap();
    let summary: Value = serde_json::from_str(&text).unwrap();
    let points = summary["history"].as_array().unwrap().iter();
    points.map(|point| point["vus"].as_u64().unwrap()).collect()
}

/// Whether lines are collected and keys are echoed.
fn is_ordinary(modes: &str) -> bool {
    [" icanon", " echo "].iter().all(|mode| modes.contains(mode))
}

fn start(file: &Path) -> Terminal {
    let file = file.to_str().unwrap();
    let arguments = ["--host", "demo", "-u", "5", "-t", "60s", "--summary-json", file];
    Terminal::run(&guests::plugin("quickstart"), &arguments)
}

/// Whether what was drawn left the terminal as it was: its first screen, the cursor, its modes.
#[track_caller]
fn assert_clean(drawn: &str, modes: &str) {
    let screen = Screen::of(drawn);
    assert!(drawn.contains("\u{1b}[?1049h"), "it was there:\n{drawn}");
    assert!(!screen.is_second && screen.has_cursor, "{drawn}");
    assert!(is_ordinary(modes), "{drawn}");
}

#[test]
fn w_and_s_change_the_users_and_p_pauses() {
    let _machine = together();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("out.json");
    let mut terminal = start(&file);
    terminal.wait_for("target: 5 users");
    terminal.wait_for("\n5 VUs");
    assert!(!is_ordinary(&terminal.modes()), "{}", terminal.modes());
    terminal.type_in("W");
    terminal.wait_for("target: 15 users");
    terminal.wait_for("15 VUs");
    terminal.type_in("ww\u{1b}OSs\u{1b}[A");
    terminal.wait_for("target: 16 users");
    terminal.type_in("SSS");
    terminal.wait_for("target: 0 users");
    terminal.wait_for("\n0 VUs");
    terminal.type_in("w");
    terminal.wait_for("\n1 VUs");
    terminal.type_in("p");
    terminal.wait_for("paused");
    terminal.type_in("p");
    terminal.wait_for("p pauses");
    // As the terminal's own signal.
    terminal.type_in("\u{3}");
    let (code, drawn, modes) = terminal.finish();
    assert_eq!(code, 105, "{drawn}");
    assert_clean(&drawn, &modes);
    let vus = history(&file);
    let order: Vec<_> = [5, 15, 0, 1]
        .iter()
        .map(|n| vus.iter().position(|vus| vus == n))
        .collect();
    assert!(order.iter().all(Option::is_some) && order.is_sorted(), "{vus:?}");
}

#[test]
fn the_terminal_is_as_before_even_after_a_forced_end() {
    let _machine = together();
    let folder = tempfile::tempdir().unwrap();
    for keys in ["\u{3}\u{3}\u{3}", "\u{1c}"] {
        let mut terminal = start(&folder.path().join("out.json"));
        terminal.wait_for("target: 5 users");
        terminal.type_in(keys);
        let (code, drawn, modes) = terminal.finish();
        assert_eq!(code, 105, "{drawn}");
        assert_clean(&drawn, &modes);
    }
}

#[test]
fn the_view_comes_back_after_a_stop_and_follows_the_terminals_size() {
    let _machine = together();
    let folder = tempfile::tempdir().unwrap();
    let mut terminal = start(&folder.path().join("out.json"));
    terminal.wait_for("target: 5 users");
    terminal.wait_for("service time");
    terminal.signal("TSTP");
    terminal.wait_until("first screen", |screen| !screen.is_second && screen.has_cursor);
    assert!(is_ordinary(&terminal.modes()), "{}", terminal.modes());
    terminal.signal("CONT");
    terminal.wait_for("target: 5 users");
    // Keys are read again, too.
    terminal.type_in("?");
    terminal.wait_for("this help");
    terminal.type_in("?");
    terminal.set(&["cols", "60", "rows", "20"]);
    // There is room for one chart only.
    terminal.wait_until("one chart", |screen| {
        let text = screen.text();
        text.contains("per second") && !text.contains("service time")
    });
    terminal.signal("TERM");
    let (code, drawn, modes) = terminal.finish();
    assert_eq!(code, 105, "{drawn}");
    assert_clean(&drawn, &modes);
}

#[test]
fn the_log_stays_on_the_terminal_and_the_summary_follows_it() {
    let _machine = together();
    let arguments = ["prints", "--host", "demo", "-u", "1", "--iterations-per-vu", "2"];
    let (code, drawn, modes) = Terminal::run(&guests::odd(), &arguments).finish();
    assert_eq!(code, 0, "{drawn}");
    let text = Screen::of(&drawn).text();
    let log = text.find("VU 1: to standard error").expect("a line of the log");
    assert!(text.find("finished after").is_some_and(|end| end > log), "{text}");
    assert!(is_ordinary(&modes), "{drawn}");
}

#[test]
fn without_the_live_view_no_key_is_read() {
    let _machine = together();
    for quiet in ["--headless", "--quiet"] {
        let arguments = ["--host", "demo", "-u", "2", "-t", "1s", quiet];
        let mut terminal = Terminal::run(&guests::plugin("quickstart"), &arguments);
        terminal.type_in("W");
        let (code, drawn, _) = terminal.finish();
        assert_eq!(code, 0, "{drawn}");
        assert!(!drawn.contains("target: "), "{drawn}");
        assert!(drawn.contains("2 at most"), "{drawn}");
    }
}
