//! k6 scripts and locustfiles, unmodified: each says at its top what is to come of it, and the page
//! `docs/compatibility.md` is made of what came.
//!
//! `WASMSWARM_WRITE_DOCS=1` writes the page instead of comparing it.

use crate::support::cli::{Ran, run, run_plugin};
use crate::support::summary::Summary;
use crate::support::target::Shop;
use crate::support::{root, together};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// What is written above the tables.
const INTRODUCTION: &str = "# What of k6 and Locust runs here

Made by the tests, of the scripts in [tests/compat](../tests/compat): each is of a kind that the documentation of k6 or
Locust teaches, and was run as it is, its requests, checks and iterations counted. \"No\" means that the build, or the run
before its first request, is refused with that text.
";

/// One script, and what it says of itself.
struct Script {
    path: PathBuf,
    text: String,
}

impl Script {
    /// All in a folder, by name.
    fn all(folder: &str) -> Vec<Script> {
        let entries = std::fs::read_dir(root().join("tests/compat").join(folder)).unwrap();
        let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        paths.retain(|path| {
            matches!(
                path.extension().and_then(|e| e.to_str()),
                Some("js" | "ts" | "py")
            )
        });
        paths.sort();
        let read = |path: PathBuf| Script {
            text: std::fs::read_to_string(&path).unwrap(),
            path,
        };
        paths.into_iter().map(read).collect()
    }

    /// What follows `key:` in a comment before the first line of code.
    fn says(&self, key: &str) -> Option<&str> {
        let comments = self
            .text
            .lines()
            .map_while(|line| line.strip_prefix("//").or_else(|| line.strip_prefix('#')));
        comments
            .filter_map(|line| line.trim().strip_prefix(key)?.strip_prefix(':'))
            .map(str::trim)
            .next()
    }

    fn number(&self, key: &str) -> Option<u64> {
        self.says(key).map(|text| text.parse().expect("a number"))
    }

    #[track_caller]
    fn expected(&self) -> (&str, &str) {
        let expect = self
            .says("expect")
            .unwrap_or_else(|| panic!("{} expects nothing", self.name()));
        expect.split_once(": ").unwrap_or((expect, ""))
    }

    fn name(&self) -> String {
        self.path.file_name().unwrap().to_string_lossy().into_owned()
    }

    /// Runs it, and asserts all that it says.
    #[track_caller]
    fn try_out(&self) {
        let (kind, text) = self.expected();
        let shop = Shop::start(&[]);
        let arguments: Vec<_> = self.says("args").unwrap_or_default().split_whitespace().collect();
        let arguments = [&["--host", &shop.url, "--yes", "--seed", "7"], &arguments[..]].concat();
        if kind == "refused" {
            let ran = refused(&self.path, &arguments);
            let said = format!("{}: {}\n{}", self.name(), ran.code, ran.err);
            assert!(matches!(ran.code, 104 | 107), "{said}");
            assert!(ran.err.contains(text), "no {text:?} in\n{said}");
            assert_eq!(shop.counters()["total"], 0, "{said}");
            return;
        }
        let (ran, summary) = run_plugin(&self.path, &arguments);
        let said = format!("{}\n{}\n{}", self.name(), ran.out, ran.err);
        let code = match kind {
            "runs" | "fails" => self.code_of_failures(&summary),
            "aborts" => 108,
            other => panic!("{}: what is {other:?}?", self.name()),
        };
        assert_eq!(ran.code, code, "{said}");
        assert!(said.contains(text), "no {text:?} in\n{said}");
        assert!(said.contains(self.says("log").unwrap_or_default()), "{said}");
        if kind == "runs" {
            let failed = self.number("failed iterations").unwrap_or(0);
            assert_eq!(summary.number("/totals/iterations/failed"), failed, "{said}");
            assert_eq!(summary.number("/totals/iterations/trapped"), 0, "{said}");
        }
        summary.adds_up();
        let requests = summary.number("/totals/requests");
        let answered = requests - summary.with_status(0) + self.number("requests of setup").unwrap_or(0);
        assert_eq!(answered, shop.counters()["total"].as_u64().unwrap(), "{said}");
        for (key, found) in [
            ("requests", requests),
            ("failed requests", summary.number("/totals/failures")),
            ("iterations", summary.number("/totals/iterations_started")),
            ("checks", summary.checks().0 + summary.checks().1),
        ] {
            if let Some(wanted) = self.number(key) {
                assert_eq!(found, wanted, "{key} of {}\n{said}", self.name());
            }
        }
        let failed = self.number("failed checks").unwrap_or(0);
        assert!(kind == "fails" || summary.checks().1 == failed, "{said}");
    }

    /// Failures are an exit code of locustfiles only, as Locust has it.
    fn code_of_failures(&self, summary: &Summary) -> i32 {
        if let Some(code) = self.number("exit code") {
            return i32::try_from(code).expect("an exit code");
        }
        let failed = ["failures", "iterations/failed", "iterations/trapped"];
        let any = failed
            .iter()
            .any(|key| summary.number(&format!("/totals/{key}")) > 0);
        i32::from(any && self.path.extension().is_some_and(|ending| ending == "py"))
    }

    fn row(&self) -> String {
        let (kind, text) = self.expected();
        let title = self
            .says("title")
            .unwrap_or_else(|| panic!("{} has no title", self.name()));
        let folder = self.path.parent().unwrap().file_name().unwrap().to_string_lossy();
        let name = self.name();
        let verdict = match kind {
            "runs" => "yes".to_owned(),
            "refused" => format!("no: `{text}`"),
            other => format!("yes, and {other}: `{text}`"),
        };
        format!("| {title} | {verdict} | [{name}](../tests/compat/{folder}/{name}) |\n")
    }
}

/// A run that is to be refused.
fn refused(script: &Path, arguments: &[&str]) -> Ran {
    let head = ["run".as_ref(), script.as_os_str(), "--headless".as_ref()];
    run(head.into_iter().chain(arguments.iter().map(AsRef::as_ref)))
}

#[track_caller]
fn try_all(folder: &str, least: usize) {
    let scripts = Script::all(folder);
    assert!(scripts.len() >= least, "only {} scripts", scripts.len());
    for script in scripts {
        // Tests that need the machine alone needn't wait for all of them.
        let _machine = together();
        script.try_out();
    }
}

#[test]
fn k6_scripts_do_what_they_say() {
    try_all("k6", 30);
}

#[test]
fn locustfiles_do_what_they_say() {
    try_all("locust", 15);
}

#[test]
fn the_page_shows_what_the_scripts_say() {
    let mut page = INTRODUCTION.to_owned();
    for (heading, folder) in [("k6", "k6"), ("Locust", "locust")] {
        let scripts = Script::all(folder);
        write!(
            page,
            "\n## {heading}\n\n| | runs unmodified | script |\n|---|---|---|\n"
        )
        .unwrap();
        page.extend(scripts.iter().map(Script::row));
    }
    let path = root().join("docs/compatibility.md");
    if std::env::var_os("WASMSWARM_WRITE_DOCS").is_some() {
        std::fs::write(path, page).unwrap();
    } else {
        let there = std::fs::read_to_string(path).unwrap_or_default();
        assert_eq!(there, page, "`WASMSWARM_WRITE_DOCS=1 tests/run` writes the page");
    }
}
