//! Rows of data files: every iteration and every VU gets its own, however many threads share
//! the run.

use crate::support::cli::{Ran, run, run_plugin};
use crate::support::guests::odd;
use crate::support::summary::Summary;
use crate::support::target::Shop;
use crate::support::together;
use std::collections::BTreeMap;
use std::path::Path;
use tempfile::TempDir;

/// Runs a scenario with this many rows; how often each was taken.
fn taken(scenario: &str, rows: u64, arguments: &[&str]) -> (Ran, Summary, BTreeMap<u64, u64>) {
    let (shop, folder) = (Shop::start(&[]), tempfile::tempdir().unwrap());
    let data = format!("rows={}", write_rows(&folder, rows).display());
    let mut all = vec![scenario, "--host", &shop.url, "--data", &data, "--seed", "7"];
    all.extend(arguments);
    let (ran, summary) = run_plugin(&odd(), &all);
    let taken = summary.counters("taken", "row");
    (ran, summary, taken)
}

fn write_rows(folder: &TempDir, rows: u64) -> std::path::PathBuf {
    let path = folder.path().join("rows.csv");
    let text: String = (0..rows).map(|n| format!("{n}\n")).collect();
    std::fs::write(&path, format!("n\n{text}")).unwrap();
    path
}

/// Each of `0..rows` this often.
fn each(rows: u64, times: u64) -> BTreeMap<u64, u64> {
    (0..rows).map(|row| (row, times)).collect()
}

#[test]
fn every_iteration_gets_a_row_of_its_own() {
    let _machine = together();
    let arguments = ["-u", "20", "--iterations", "400", "--threads", "2"];
    let (ran, summary, taken) = taken("rows", 400, &arguments);
    ran.exits(0);
    assert_eq!(
        summary.iterations("rows"),
        (400, 0, 0),
        "{:?}",
        summary.errors("rows")
    );
    assert_eq!(taken, each(400, 1));
    for check in [
        "one row per iteration",
        "the row of the iteration",
        "random ends never",
    ] {
        assert_eq!(summary.check(check), (400, 0), "{check}");
    }
}

#[test]
fn iterations_without_a_row_fail_and_say_so() {
    let _machine = together();
    let arguments = ["-u", "10", "--iterations", "150", "--threads", "2"];
    let (ran, summary, taken) = taken("rows", 100, &arguments);
    ran.exits(0);
    assert_eq!(summary.iterations("rows"), (100, 50, 0));
    assert_eq!(summary.errors("rows"), [("exhausted".to_owned(), 50)]);
    assert_eq!(taken, each(100, 1));
}

#[test]
fn each_round_of_a_shuffle_holds_every_row_once() {
    let _machine = together();
    let arguments = ["-u", "7", "--iterations", "300", "--threads", "2"];
    let (ran, _, taken) = taken("rows-shuffled", 100, &arguments);
    ran.exits(0);
    assert_eq!(taken, each(100, 3));
}

#[test]
fn every_vu_keeps_its_own_row() {
    let _machine = together();
    let arguments = ["-u", "12", "--iterations-per-vu", "5", "--threads", "2"];
    let (ran, summary, taken) = taken("rows-per-vu", 10, &arguments);
    ran.exits(0);
    assert_eq!(taken, each(10, 5));
    // Two VUs too many, five iterations each.
    assert_eq!(summary.iterations("rows-per-vu"), (50, 10, 0));
    assert_eq!(summary.check("the row of the VU"), (50, 0));
}

#[test]
fn random_rows_follow_the_seed_and_not_the_threads() {
    let _machine = together();
    let rows = |threads| {
        let arguments = ["-u", "6", "--iterations-per-vu", "20", "--threads", threads];
        let (ran, _, taken) = taken("rows-random", 30, &arguments);
        ran.exits(0);
        taken
    };
    let first = rows("2");
    assert_eq!(first.values().sum::<u64>(), 120);
    assert_eq!(first, rows("1"));
}

#[test]
fn what_was_not_granted_is_an_error_that_a_guest_can_handle() {
    let _machine = together();
    let (ran, summary, _) = taken("rows-missing", 1, &["--iterations", "1"]);
    ran.exits(0);
    assert_eq!(summary.check("not granted"), (2, 0));
    assert_eq!(summary.check("no such row"), (1, 0));
}

#[test]
fn a_broken_row_is_refused_with_its_place_before_the_run() {
    let _machine = together();
    let folder = tempfile::tempdir().unwrap();
    let refused = |name: &str, text: &str, says: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        let data = format!("rows={}", path.display());
        let plugin = odd();
        let plugin: &Path = &plugin;
        let arguments = [
            "run".as_ref(),
            plugin.as_os_str(),
            "rows".as_ref(),
            "--data".as_ref(),
            data.as_ref(),
        ];
        run(arguments).exits(104).complains(says);
    };
    refused(
        "a.csv",
        "n,m\n1,2\n3\n",
        "line 3, column 1: this row has 1 fields",
    );
    refused(
        "b.json",
        "[{\"n\": 1},\n{\"n\" 2}]",
        "line 2, column 6: expected `:`",
    );
    refused("c.jsonl", "{}\n\n7\n", "line 3, column 1: ");
    refused("d.json", "{\"n\": 1}", "an array of objects");
    refused("e.xml", "<n/>", ".jsonl");
}

#[test]
fn the_results_say_what_was_granted_and_their_plan_can_be_read_back() {
    let _machine = together();
    let arguments = [
        "-i",
        "3",
        "--insecure",
        "--header",
        "x-team: shop",
        "-e",
        "TOKEN=nobody-knows-it",
    ];
    let (ran, summary, _) = taken("rows", 3, &arguments);
    ran.exits(0);
    let plan = &summary.0["plan"];
    assert_eq!(plan["grants"]["insecure"], true);
    assert_eq!(plan["http"]["headers"][0]["value"], "shop");
    assert_eq!(plan["params"][0], "TOKEN");
    let rows = &plan["grants"]["data"][0];
    assert_eq!(
        (rows["name"].as_str(), rows["rows"].as_u64()),
        (Some("rows"), Some(3))
    );
    let text = plan.to_string();
    assert!(!text.contains("nobody-knows"), "{text}");
    let read = wasmswarm::plan::Plan::read(&text).unwrap();
    assert_eq!(read.hash(), summary.0["plan_hash"]);
}
