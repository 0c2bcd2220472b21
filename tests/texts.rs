//! What people read, as they read it: help, plans, summaries and errors, whole, beside what they were when somebody last
//! looked at them. `INSTA_UPDATE=always cargo xtask quick --test wasmswarm texts::` takes over what they are now; the
//! change to `tests/snapshots/` is then read like any other. Times, rates and sizes are shown as `…`.

use crate::support::cli::{Background, Ran, wasmswarm};
use crate::support::{root, together};
use std::path::Path;

const SCRIPT: &str = "
import http from 'k6/http';
import { check } from 'k6';

export const options = {
  scenarios: {
    browse: { executor: 'per-vu-iterations', vus: 2, iterations: 5, exec: 'browse' },
    buy: {
      executor: 'ramping-arrival-rate', startRate: 2, timeUnit: '1s', preAllocatedVUs: 2, maxVUs: 4,
      stages: [{ target: 10, duration: '2s' }], exec: 'buy', startTime: '5s',
    },
  },
  thresholds: { http_req_failed: ['rate<1'], checks: ['rate==1'] },
};

export function browse() {
  check(http.get('/'), { 'is there': (r) => r.status === 200, 'is a teapot': (r) => r.status === 418 });
}

export function buy() {
  http.get('/nowhere');
}
";

/// Runs it in that folder, as wide as terminals are, so that lines break in the same places everywhere.
fn run(folder: &Path, arguments: &[&str]) -> Ran {
    let mut command = wasmswarm();
    command.args(arguments).current_dir(folder).env("COLUMNS", "100");
    Background::start(command).finish()
}

/// The text beside its snapshot, which is a file of that name.
#[track_caller]
fn assert_text(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

fn with_script() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("shop.js"), SCRIPT).unwrap();
    folder
}

/// What differs from run to run is shown as `…`: numbers with a unit, fractions, and large ones, which are rates here. Columns
/// are as wide as their numbers, so two blanks stand for any space between them.
fn without_measurements(text: &str) -> String {
    let lines = without_chance(text).into_iter().map(|line| {
        let columns = line.split("  ").filter(|column| !column.is_empty());
        let columns = columns.map(|column| {
            column
                .trim()
                .split(' ')
                .map(without_measurement)
                .collect::<Vec<_>>()
                .join(" ")
        });
        let indent = if line.starts_with(' ') { "  " } else { "" };
        format!("{indent}{}", columns.collect::<Vec<_>>().join("  "))
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn without_measurement(word: &str) -> &str {
    let number = word.starts_with(|first: char| first.is_ascii_digit());
    let plain = word.len() < 3 && word.bytes().all(|byte| byte.is_ascii_digit());
    let share = word.ends_with('%');
    if !number || plain || share { word } else { "…" }
}

/// Leaves out what a busy machine adds: the warning of seconds in which it was too slow.
fn without_chance(text: &str) -> Vec<&str> {
    let mut is_added = false;
    let lines = text.lines().filter(|line| {
        // What belongs to it is indented.
        let goes_on = is_added && line.starts_with(' ');
        is_added = goes_on || line.starts_with("warning: this machine was too slow");
        !is_added
    });
    lines.collect()
}

fn without_hash(text: &str) -> String {
    let lines = text.lines().map(|line| {
        if line.starts_with("hash ") {
            "hash        …"
        } else {
            line
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn help_of_each_command() {
    let _machine = together();
    let here = Path::new(".");
    assert_text("help", &run(here, &["--help"]).exits(0).out);
    for command in [
        "run",
        "find",
        "build",
        "inspect",
        "target",
        "new",
        "cache",
        "schema",
        "completions",
        "man",
    ] {
        let help = run(here, &[command, "--help"]).exits(0).out;
        // Help says what the variables are now: the tests' cache is elsewhere in each checkout.
        let help = help.replace(&root().display().to_string(), "…");
        assert_text(&format!("help-{command}"), &help);
    }
}

#[test]
fn a_plan() {
    let _machine = together();
    let folder = with_script();
    let ran = run(
        folder.path(),
        &["run", "shop.js", "--seed", "1", "--threads", "2", "--dry-run"],
    )
    .exits(0);
    assert_text("dry-run", &without_hash(&ran.out));
}

#[test]
fn a_summary_with_a_threshold_that_failed() {
    let _machine = together();
    let folder = with_script();
    let arguments = [
        "run",
        "shop.js",
        "browse",
        "--host",
        "demo",
        "--seed",
        "1",
        "--threads",
        "1",
        "--headless",
    ];
    let ran = run(folder.path(), &arguments).exits(99);
    assert_text("summary", &without_measurements(&ran.out));
}

#[test]
fn typical_errors() {
    let _machine = together();
    let folder = with_script();
    std::fs::write(folder.path().join("text.wasm"), "hello").unwrap();
    std::fs::write(folder.path().join("load.json"), "{\"userz\": 3}").unwrap();
    std::fs::write(
        folder.path().join("broken.js"),
        "import './gone.js';\nexport default () => {};",
    )
    .unwrap();
    let errors: [(&str, i32, &[&str]); 7] = [
        ("no-file", 104, &["run", "nothing.wasm"]),
        ("not-wasm", 104, &["run", "text.wasm"]),
        ("bad-value", 2, &["run", "shop.js", "--users", "many"]),
        (
            "bad-threshold",
            2,
            &["run", "shop.js", "--threshold", "http_req_duration: p(95<3"],
        ),
        ("unknown-key", 104, &["run", "shop.js", "--config", "load.json"]),
        ("bad-host", 104, &["run", "shop.js", "--host", "shop"]),
        ("no-module", 104, &["run", "broken.js"]),
    ];
    for (name, code, arguments) in errors {
        let said = run(folder.path(), arguments).exits(code).err;
        // Before it may stand that an engine is prepared, which happens once per machine.
        let error = said.find("error: ").map(|at| &said[at..]);
        assert_text(&format!("error-{name}"), error.unwrap());
    }
}

#[test]
fn phases_are_told_where_that_is_asked_for() {
    let _machine = together();
    let folder = with_script();
    let run = |arguments: &[&str], log: Option<&str>| {
        let mut command = wasmswarm();
        let load = [
            "run",
            "shop.js",
            "browse",
            "--host",
            "demo",
            "--threads",
            "1",
            "--headless",
        ];
        command.args(load).args(arguments).current_dir(folder.path());
        log.map(|log| command.env("WASMSWARM_LOG", log));
        Background::start(command).finish()
    };
    let phases = ["`setup` begins", "a load thread begins", "the run is to end"];
    let told = |ran: Ran| phases.map(|phase| ran.err.contains(phase));
    assert_eq!(told(run(&[], None).exits(99)), [false; 3]);
    assert_eq!(told(run(&["--verbose"], None).exits(99)), [true; 3]);
    assert_eq!(
        told(run(&[], Some("wasmswarm::engine::load=info")).exits(99)),
        [true; 3]
    );
    assert_eq!(told(run(&["--verbose"], Some("off")).exits(99)), [false; 3]);
    run(&[], Some("loud=very")).exits(104).complains("WASMSWARM_LOG");
}
