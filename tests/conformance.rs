//! One scenario, every language: the same requests, checks, metrics, iterations and failures, which follow from
//! `plugins/conformance/README.md`, the seed and nothing else, and which are the shop's own counters.

mod expected;
mod surroundings;

use crate::support::cli::{Ran, run_plugin, wasmswarm};
use crate::support::summary::Summary;
use crate::support::target::Shop;
use crate::support::{guests, root, together};
use expected::Expected;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

/// One implementation.
struct Language {
    /// As in `hello from LANGUAGE`.
    name: &'static str,
    /// Its folder in `plugins/conformance`.
    folder: &'static str,
    /// What its crash on purpose is to the host.
    crash: Crash,
    /// What it says to the operator then.
    words: &'static [&'static str],
}

/// What becomes of an error that nobody handles.
#[derive(Clone, Copy, PartialEq)]
enum Crash {
    /// The instance is thrown away.
    Trap,
    /// The language's runtime catches it: the iteration fails.
    Failure,
}

macro_rules! languages {
    ($($test:ident: $name:literal, $crash:ident, $words:expr;)*) => {
        /// All of them, by their folders.
        const FOLDERS: &[&str] = &[$(stringify!($test)),*];

        $(mod $test {
            use super::{Crash, Language};

            const LANGUAGE: Language = Language {
                name: $name,
                folder: stringify!($test),
                crash: Crash::$crash,
                words: &$words,
            };

            #[test]
            fn conforms() {
                LANGUAGE.conforms();
            }

            #[test]
            fn aborts_the_run() {
                LANGUAGE.aborts();
            }

            #[test]
            fn stands_on_what_the_host_gives() {
                LANGUAGE.looks_around();
            }

            #[test]
            fn crashes_in_its_own_words() {
                LANGUAGE.crashes();
            }
        })*
    };
}

languages! {
    rust: "Rust", Trap, ["panicked at", "src/lib.rs:", "crash on purpose"];
    c: "C", Trap, ["Assertion failed", "crash on purpose", "scenario.c"];
    cpp: "C++", Trap, ["Assertion failed", "crash on purpose", "scenario.cpp"];
    zig: "Zig", Trap, ["panic: crash on purpose"];
    go: "Go", Trap, ["panic: crash on purpose", "main.go:"];
    js: "JavaScript", Failure, ["Error: crash on purpose", "scenario.js:"];
    ts: "TypeScript", Failure, ["Error: crash on purpose", "scenario.ts:"];
    python: "Python", Failure, ["crash on purpose", ".py\", line "];
    assemblyscript: "AssemblyScript", Trap, ["crash on purpose", "assembly/index.ts"];
}

#[test]
fn every_language_is_in_the_table() {
    let folders = std::fs::read_dir(root().join("plugins/conformance")).unwrap();
    let folders = folders
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir());
    let folders: BTreeSet<_> = folders
        .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
        .collect();
    assert_eq!(folders, FOLDERS.iter().map(|&folder| folder.to_owned()).collect());
}

const SEED: &str = "7";

impl Language {
    /// Builds it, without the time limit of a run: toolchains may have to be started for the first time.
    fn build(&self) -> PathBuf {
        static BUILDING: Mutex<()> = Mutex::new(());
        let _one_at_a_time = BUILDING.lock().unwrap_or_else(PoisonError::into_inner);
        let source = root().join("plugins/conformance").join(self.folder);
        if self.folder == "assemblyscript" {
            guests::npm_install(&source);
        }
        let made = tempfile::NamedTempFile::new().unwrap();
        let mut command = wasmswarm();
        command
            .arg("build")
            .arg(&source)
            .args(["--yes", "--output"])
            .arg(made.path());
        let built = command.output().expect("the binary starts");
        let said = String::from_utf8_lossy(&built.stderr);
        assert!(built.status.success(), "{said}");
        source
    }

    /// The run that the README names, with more arguments.
    fn run(&self, shop: &Shop, more: &[&str]) -> (Ran, Summary) {
        let items = format!("items={}", root().join("plugins/conformance/items.csv").display());
        let mut arguments = vec!["--host", &shop.url, "--data", &items, "-e", "greeting=hello"];
        arguments.extend(["-u", "4", "--iterations-per-vu", "25", "--seed", SEED, "--yes"]);
        arguments.extend(more);
        run_plugin(&self.build(), &arguments)
    }

    #[track_caller]
    fn conforms(&self) {
        let _machine = together();
        let (shop, expected) = (Shop::start(&[]), Expected::new(SEED, 4, 25));
        let (ran, summary) = self.run(&shop, &[]);
        let ran = ran.exits(0).says_nothing_raw();
        summary.adds_up();
        let hello = format!("hello from {}", self.name);
        assert!(ran.err.contains(&hello), "no {hello:?} in\n{}", ran.err);
        assert_eq!(shop.counts(), expected.shop());
        assert_eq!(requests(&summary), expected.requests());
        assert_eq!(tags(&summary), expected.tags());
        assert_eq!(checks(&summary), expected.checks());
        assert_eq!(iterations(&summary), expected.iterations());
        assert_eq!(failures(&summary), expected.failures());
        assert_fails_on_purpose(&summary, expected.failing());
        expected.assert_metrics(&summary.0["custom"]);
    }

    #[track_caller]
    fn looks_around(&self) {
        let _machine = together();
        let server = surroundings::start();
        let host = format!("{}/base", server.url());
        let items = format!("items={}", root().join("plugins/conformance/items.csv").display());
        let mut arguments = vec!["--host", &host, "--data", &items, "-e", "surroundings=yes"];
        arguments.extend(["-u", "1", "--iterations-per-vu", "2", "--seed", SEED, "--yes"]);
        let (ran, summary) = run_plugin(&self.build(), &arguments);
        ran.exits(0).says_nothing_raw();
        summary.adds_up();
        surroundings::assert_checks(&checks(&summary), self.folder != "assemblyscript");
        surroundings::assert_seen(&server.heads());
    }

    /// The first `goodbye` ends the run for its reason.
    #[track_caller]
    fn aborts(&self) {
        let _machine = together();
        let shop = Shop::start(&[]);
        let (ran, summary) = self.run(&shop, &["-e", "abort=yes"]);
        let ran = ran.exits(108).says_nothing_raw();
        summary.adds_up();
        assert_eq!(
            summary.counts().values().sum::<u64>(),
            shop.counts().values().sum::<u64>()
        );
        assert!(
            summary.0["end"]["text"].to_string().contains("asked to"),
            "{}",
            summary.0["end"]
        );
        assert!(
            ran.out.contains("asked to") || ran.err.contains("asked to"),
            "{}\n{}",
            ran.out,
            ran.err
        );
    }

    /// Every `goodbye` says why it went wrong; nobody else notices.
    #[track_caller]
    fn crashes(&self) {
        let _machine = together();
        let (shop, expected) = (Shop::start(&[]), Expected::new(SEED, 4, 25));
        let (ran, summary) = self.run(&shop, &["-e", "abort=panic"]);
        let ran = ran.exits(0).says_nothing_raw();
        summary.adds_up();
        assert_eq!(shop.counts(), expected.shop());
        let trapped = self.crash == Crash::Trap;
        assert_eq!(iterations(&summary), expected.iterations_with_crashes(trapped));
        let replaced = if trapped { expected.goodbyes() } else { 0 };
        assert_eq!(summary.number("/totals/instances_replaced"), replaced);
        let [(message, count)] = &summary.errors("Once")[..] else {
            panic!("one message, please: {:?}", summary.errors("Once"));
        };
        assert_eq!(*count, expected.goodbyes());
        // The table cuts long messages.
        assert!(
            ran.out.contains(self.words[0]),
            "no {:?} in\n{}",
            self.words[0],
            ran.out
        );
        for part in self.words {
            assert!(message.contains(part), "no {part:?} in {message:?}");
            assert!(!trapped || ran.err.contains(part), "no {part:?} in\n{}", ran.err);
        }
    }
}

/// Requests and failures by method and name.
type Requests = BTreeMap<(String, String), (u64, u64)>;

fn requests(summary: &Summary) -> Requests {
    let rows = rows(summary, "requests").map(|row| {
        assert_eq!(row["scenario"], "Shopper");
        (
            (text(row, "method"), text(row, "name")),
            (count(row, "requests"), count(row, "failures")),
        )
    });
    rows.collect()
}

/// Tags by name.
fn tags(summary: &Summary) -> BTreeMap<String, String> {
    summary
        .tagged_requests()
        .into_iter()
        .map(|(name, tags, _)| (name, tags))
        .collect()
}

/// Passes and failures by scenario and name.
type Checks = BTreeMap<(String, String), (u64, u64)>;

fn checks(summary: &Summary) -> Checks {
    let rows = rows(summary, "checks").map(|row| {
        (
            (text(row, "scenario"), text(row, "name")),
            (count(row, "passed"), count(row, "failed")),
        )
    });
    rows.collect()
}

/// Ok, failed and trapped ones by scenario and task.
type Iterations = BTreeMap<(String, String), (u64, u64, u64)>;

fn iterations(summary: &Summary) -> Iterations {
    let rows = rows(summary, "iterations").map(|row| {
        let ended = (count(row, "ok"), count(row, "failed"), count(row, "trapped"));
        ((text(row, "scenario"), text(row, "task")), ended)
    });
    rows.collect()
}

/// Method, name, message and count.
type Failures = Vec<(String, String, String, u64)>;

fn failures(summary: &Summary) -> Failures {
    let rows = rows(summary, "failures");
    rows.map(|row| {
        (
            text(row, "method"),
            text(row, "name"),
            text(row, "message"),
            count(row, "count"),
        )
    })
    .collect()
}

/// The only message of a failed iteration; a language may put the error's type before it.
#[track_caller]
fn assert_fails_on_purpose(summary: &Summary, times: u64) {
    let errors: Vec<_> = rows(summary, "errors").collect();
    let [row] = errors[..] else {
        panic!("one message, please: {errors:?}")
    };
    assert_eq!(
        (text(row, "scenario"), text(row, "task")),
        ("Shopper".to_owned(), "fails".to_owned())
    );
    let message = text(row, "message");
    assert!(message.lines().next().unwrap().ends_with("on purpose"), "{row}");
    assert_eq!(count(row, "count"), times);
}

fn rows<'a>(summary: &'a Summary, list: &str) -> impl Iterator<Item = &'a Value> {
    summary.0[list].as_array().expect("a list").iter()
}

fn text(row: &Value, key: &str) -> String {
    row[key].as_str().expect("text").to_owned()
}

fn count(row: &Value, key: &str) -> u64 {
    row[key].as_u64().expect("a count")
}
