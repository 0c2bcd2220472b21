//! Thresholds decide the exit code: they pass, fail or are refused, and never pass on nothing.

use crate::support::cli::{Ran, run, run_plugin};
use crate::support::guests;
use crate::support::summary::Summary;
use crate::support::target::Shop;
use crate::support::together;
use serde_json::Value;
use std::path::PathBuf;
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

/// The quickstart against the built-in shop, 40 requests of `/`.
fn forty(arguments: &[&str]) -> (Ran, Summary) {
    let mut all = vec!["--host", "demo", "-u", "4", "--iterations", "40"];
    all.extend(arguments);
    run_plugin(&guests::plugin("quickstart"), &all)
}

/// The storefront, 60 tasks, always the same ones.
fn storefront(arguments: &[&str]) -> (Ran, Summary) {
    let mut all = vec!["--host", "demo", "-u", "6", "--iterations", "60", "--seed", "7"];
    all.extend(arguments);
    run_plugin(&guests::plugin("storefront"), &all)
}

/// One of the verdicts.
#[track_caller]
fn verdict(summary: &Summary, index: usize) -> &Value {
    let verdict = &summary.0["thresholds"][index];
    assert!(verdict.is_object(), "{}", summary.0["thresholds"]);
    verdict
}

/// A line of the summary, as words.
#[track_caller]
fn line<'a>(ran: &'a Ran, mark: &str, metric: &str) -> Vec<&'a str> {
    let words = |line: &'a str| line.split_whitespace().collect::<Vec<_>>();
    let mut lines = ran.out.lines().map(words);
    let found = lines.find(|words| words.first() == Some(&mark) && words.get(1) == Some(&metric));
    found.unwrap_or_else(|| panic!("no {mark} {metric} in\n{}", ran.out))
}

/// Refused before the run, with these texts: by the command line's own grammar with 2, else with 104.
#[track_caller]
fn refused(code: i32, threshold: &str, says: &[&str]) {
    let _machine = together();
    let plugin = guests::plugin("storefront");
    // Compiled and cached by this, so that the time limit is about the error alone.
    run(["inspect".as_ref(), plugin.as_os_str()]).exits(0);
    let shop = Shop::start(&[]);
    let plugin = plugin.to_str().unwrap();
    let arguments = [
        "run",
        plugin,
        "--headless",
        "--host",
        &shop.url,
        "--threshold",
        threshold,
    ];
    let mut ran = run(arguments).exits(code).within(SECOND);
    for text in says {
        ran = ran.complains(text);
    }
    assert_eq!(
        shop.counters()["total"],
        0,
        "found out before the run, not after it"
    );
}

#[test]
fn thresholds_that_hold_pass() {
    let _machine = together();
    let (ran, summary) = forty(&[
        "--threshold",
        "http_reqs: count==40",
        "--threshold",
        "http_req_failed: rate<1%",
        "--threshold",
        "http_req_duration{name:/}: p(95)<5s",
        "--threshold",
        "dropped_iterations: count==0",
        "--threshold",
        "http_reqs{expected_response:true,status:200,method:GET,scenario:Visitor}: count==40",
    ]);
    let ran = ran.exits(0);
    summary.adds_up();
    for index in 0..5 {
        assert_eq!(
            verdict(&summary, index)["ok"],
            true,
            "{}",
            summary.0["thresholds"]
        );
    }
    let first = verdict(&summary, 0);
    assert_eq!(
        (&first["metric"], &first["rule"]),
        (&"http_reqs".into(), &"count==40".into())
    );
    assert_eq!(
        (&first["observed"], &first["limit"]),
        (&40.0.into(), &40.0.into())
    );
    assert_eq!(
        line(&ran, "✓", "http_reqs"),
        ["✓", "http_reqs", "count==40", "40"]
    );
    let p95 = verdict(&summary, 2)["observed"].as_f64().unwrap();
    let shown = summary.number("/requests/0/duration/p95");
    assert_eq!(
        (p95 * 1_000.0).round() as u64,
        shown,
        "in milliseconds, where the table has microseconds"
    );
}

#[test]
fn a_threshold_that_fails_shows_what_was_observed() {
    let _machine = together();
    let (ran, summary) = forty(&[
        "--threshold",
        "http_reqs: count>40",
        "--threshold",
        "http_reqs: count>1",
    ]);
    let ran = ran.exits(99);
    let failed = verdict(&summary, 0);
    assert_eq!(
        (&failed["ok"], &failed["observed"]),
        (&false.into(), &40.0.into())
    );
    assert_eq!(verdict(&summary, 1)["ok"], true);
    assert_eq!(line(&ran, "✗", "http_reqs"), ["✗", "http_reqs", "count>40", "40"]);
    assert_eq!(
        (summary.number("/end/code"), &summary.0["end"]["reason"]),
        (99, &"finished".into())
    );
}

#[test]
fn no_data_fails_and_says_so() {
    let _machine = together();
    let (ran, summary) = forty(&[
        "--threshold",
        "checks: rate>0.9",
        "--threshold",
        "http_req_duration{name:/nowhere}: p(95)<500",
        "--threshold",
        "no_such_metric: count<5",
    ]);
    let ran = ran.exits(99);
    assert_eq!(
        line(&ran, "✗", "checks"),
        ["✗", "checks", "rate>0.9", "no", "data"]
    );
    assert!(ran.out.contains("no data matched {name:/nowhere}"), "{}", ran.out);
    for index in 0..3 {
        let verdict = verdict(&summary, index);
        assert_eq!(
            (&verdict["ok"], &verdict["observed"]),
            (&false.into(), &Value::Null)
        );
    }
}

#[test]
fn parts_of_metrics_agree_with_the_summary() {
    let _machine = together();
    let (ran, summary) = storefront(&[
        "--threshold",
        "http_reqs{name:/items/{id}}: count>0",
        "--threshold",
        "checks{check:it has a price}: rate==100%",
        "--threshold",
        "iterations{task:item}: count>0",
        "--threshold",
        "http_req_duration{name:/items/{id}}: p(99)<5s",
    ]);
    ran.exits(0);
    let items = summary.counts()[&("GET".to_owned(), "/items/{id}".to_owned(), 200)];
    assert_eq!(verdict(&summary, 0)["observed"], items as f64);
    let (passed, failed) = summary.check("it has a price");
    assert_eq!((passed, failed), (items, 0));
    assert_eq!(verdict(&summary, 1)["observed"], 1.0);
    assert_eq!(verdict(&summary, 2)["observed"], items as f64);
    let rows = summary.0["requests"].as_array().unwrap();
    let row = rows.iter().find(|row| row["name"] == "/items/{id}").unwrap();
    let p99 = verdict(&summary, 3)["observed"].as_f64().unwrap();
    assert_eq!((p99 * 1_000.0).round(), row["duration"]["p99"].as_f64().unwrap());
}

#[test]
fn slips_in_a_selector_are_refused() {
    refused(
        2,
        "http_req_duration{nme:/x}: p(99)<200",
        &["there is no tag `nme`", "column 19", "did you mean `name`?"],
    );
}

#[test]
fn broken_rules_are_refused() {
    refused(
        2,
        "http_req_duration: p(95)<<200",
        &["`<<` is no comparison", "column 6"],
    );
}

#[test]
fn unknown_metrics_are_refused() {
    refused(
        2,
        "http_req_durations: p(95)<200",
        &["did you mean `http_req_duration`?"],
    );
}

#[test]
fn figures_that_a_metric_does_not_have_are_refused() {
    refused(
        2,
        "http_reqs: p(95)<200",
        &["the metric has no `p(95)`", "a counter has `count` and `rate`"],
    );
}

#[test]
fn unknown_scenarios_are_refused() {
    refused(
        104,
        "http_reqs{scenario:Shoper}: count>1",
        &["did you mean `Shopper`?"],
    );
}

#[test]
fn a_baseline_that_is_missing_is_refused() {
    refused(
        104,
        "http_reqs: count<baseline",
        &["needs an earlier run", "--baseline FILE"],
    );
}

#[test]
fn a_file_that_is_no_summary_is_no_baseline() {
    let _machine = together();
    let plugin = guests::plugin("quickstart");
    let arguments = ["--host", "demo", "--baseline"].map(PathBuf::from);
    for (text, says) in [
        ("{", "no JSON summary"),
        ("{\"schema\":\"x/9\"}", "its schema is"),
    ] {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let mut all = vec![PathBuf::from("run"), plugin.clone()];
        all.extend(arguments.clone());
        all.push(file.path().to_owned());
        run(all).exits(104).complains(says);
    }
}

#[test]
fn abort_stops_early() {
    let _machine = together();
    let arguments = [
        "--host",
        "demo",
        "-u",
        "2",
        "-t",
        "60s",
        "--threshold",
        "http_req_duration: max<1us abort after 2s",
    ];
    let (ran, summary) = run_plugin(&guests::plugin("quickstart"), &arguments);
    ran.exits(99).within(Duration::from_secs(20));
    summary.adds_up();
    let seconds = summary.0["seconds"].as_f64().unwrap();
    assert!((2.0..10.0).contains(&seconds), "after {seconds} s");
    assert_eq!(summary.0["end"]["reason"], "aborted");
    let text = summary.0["end"]["text"].as_str().unwrap();
    assert!(text.contains("http_req_duration max<1us"), "{text}");
}

#[test]
fn an_earlier_run_is_a_baseline() {
    let _machine = together();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("earlier.json");
    let earlier = file.to_str().unwrap();
    let (ran, first) = storefront(&[]);
    ran.exits(0);
    std::fs::write(&file, first.0.to_string()).unwrap();
    let (ran, second) = storefront(&[
        "--baseline",
        earlier,
        "--threshold",
        "http_reqs{name:/catalogue}: count == baseline",
        "--threshold",
        "iterations: count < baseline * 0.5",
        "--threshold",
        "http_req_duration{name:/catalogue}: p(97) < baseline + 20s",
        "--threshold",
        "orders: count == baseline",
    ]);
    ran.exits(99);
    let catalogue = first.counts()[&("GET".to_owned(), "/catalogue".to_owned(), 200)];
    assert_eq!(verdict(&second, 0)["limit"], catalogue as f64);
    assert_eq!(verdict(&second, 1)["limit"], 30.0);
    let limit = verdict(&second, 2)["limit"].as_f64().unwrap();
    assert!(limit > 20_000.0, "{limit}");
    let passed: Vec<_> = (0..4)
        .map(|index| verdict(&second, index)["ok"].clone())
        .collect();
    assert_eq!(passed, [true, false, true, true].map(Value::from));
    let missing = storefront_refused(earlier, "checks{color:red}: rate > baseline");
    missing.complains("it doesn't hold checks by tag");
}

fn storefront_refused(baseline: &str, threshold: &str) -> Ran {
    let plugin = guests::plugin("storefront");
    let arguments = ["--host", "demo", "--baseline", baseline, "--threshold", threshold];
    let mut all = vec!["run", plugin.to_str().unwrap()];
    all.extend(arguments);
    run(all).exits(104)
}

#[test]
fn thresholds_can_be_ignored() {
    let _machine = together();
    let (ran, summary) = forty(&["--no-thresholds", "--threshold", "http_reqs: count>40"]);
    ran.exits(0);
    assert_eq!(summary.0["thresholds"], Value::Array(Vec::new()));
}

#[test]
fn ids_in_paths_are_grouped_if_asked_for() {
    let _machine = together();
    let names = |arguments: &[&str]| {
        let plugin = guests::odd();
        let mut all = vec!["get", "--host", "demo", "-e", "URL=/items/17", "-e", "NAME="];
        all.extend(arguments);
        let (ran, summary) = run_plugin(&plugin, &all);
        ran.exits(0);
        let names = summary.counts().into_keys().map(|(_, name, _)| name);
        names.collect::<Vec<_>>()
    };
    assert_eq!(names(&[]), ["/items/17"]);
    assert_eq!(names(&["--group-urls"]), ["/items/{id}"]);
}

/// The examples of the README are accepted, so that they stay right.
#[test]
fn the_readmes_thresholds_are_accepted() {
    let _machine = together();
    let (ran, _) = storefront(&[]);
    ran.exits(0);
    let readme = std::fs::read_to_string(crate::support::root().join("README.md")).unwrap();
    let part = readme
        .split("## Thresholds")
        .nth(1)
        .unwrap()
        .split("\n## ")
        .next()
        .unwrap();
    let rows = part
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    let examples: Vec<_> = rows.filter(|text| !text.contains("baseline")).collect();
    assert!(examples.len() > 5, "{examples:?}");
    let arguments: Vec<_> = examples.iter().flat_map(|text| ["--threshold", text]).collect();
    let (ran, summary) = storefront(&arguments);
    assert!(matches!(ran.code, 0 | 99), "{}", ran.err);
    assert_eq!(summary.0["thresholds"].as_array().unwrap().len(), examples.len());
}
