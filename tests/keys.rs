//! The keys of the live view: they change the load at once, and leave the terminal as it was.

use crate::support::guests;
use crate::support::pty::Terminal;
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
    assert!(is_ordinary(&modes), "{drawn}");
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
        assert!(is_ordinary(&modes), "{drawn}");
    }
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
