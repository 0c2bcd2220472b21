//! Every executor against a real server: the totals are those that the plan fixes and the server
//! counted, none more and none less.

use crate::support::cli::{Background, run, run_plugin, wasmswarm};
use crate::support::guests;
use crate::support::summary::Summary;
use crate::support::target::Shop;
use crate::support::{alone, together};

/// A run of the quickstart plugin, one request per iteration, against a shop.
fn quickstart(shop: &Shop, arguments: &[&str]) -> Summary {
    let mut all = vec!["--host", &shop.url];
    all.extend(arguments);
    let (ran, summary) = run_plugin(&guests::plugin("quickstart"), &all);
    ran.exits(0);
    summary.adds_up();
    summary
}

fn served(shop: &Shop) -> u64 {
    shop.counters()["total"].as_u64().expect("a total")
}

#[track_caller]
fn assert_books(summary: &Summary, shop: &Shop, planned: u64, dropped: u64) {
    let total = |name: &str| summary.number(&format!("/totals/{name}"));
    assert_eq!(
        [
            total("iterations_planned"),
            total("iterations_started"),
            total("iterations_dropped"),
            total("requests"),
            served(shop),
        ],
        [
            planned,
            planned - dropped,
            dropped,
            planned - dropped,
            planned - dropped
        ],
        "planned, started, dropped, requests, served"
    );
}

#[test]
fn constant_arrival_rate_starts_exactly_as_many_as_planned() {
    let _machine = together();
    let shop = Shop::start(&[]);
    let summary = quickstart(&shop, &["--rate", "200/s", "-t", "3s", "--max-vus", "100"]);
    assert_books(&summary, &shop, 600, 0);
}

#[test]
fn poisson_arrivals_are_the_same_again_with_the_same_seed() {
    let _machine = together();
    let planned = |threads: &str| {
        let shop = Shop::start(&[]);
        let arguments = [
            "--rate",
            "100/s",
            "--arrivals",
            "poisson",
            "-t",
            "2s",
            "--max-vus",
            "100",
            "--seed",
            "3",
        ];
        let summary = quickstart(&shop, &[&arguments[..], &["--threads", threads]].concat());
        assert_books(&summary, &shop, summary.number("/totals/iterations_planned"), 0);
        (
            summary.number("/totals/iterations_planned"),
            summary.0["plan_hash"].clone(),
        )
    };
    let first = planned("1");
    assert_eq!(first, planned("2"));
    assert!((150..250).contains(&first.0), "{}", first.0);
}

#[test]
fn ramping_arrival_rate_starts_the_area_under_its_curve() {
    let _machine = together();
    let shop = Shop::start(&[]);
    // 0 to 100/s in 2 s, then 1 s of that: 100 + 100.
    let arguments = [
        "--rate",
        "0/s",
        "--stage",
        "2s:100",
        "--stage",
        "1s:100",
        "--max-vus",
        "100",
    ];
    assert_books(&quickstart(&shop, &arguments), &shop, 200, 0);
}

#[test]
fn arrivals_that_find_no_vu_are_dropped_and_every_one_is_counted() {
    let _machine = alone();
    let shop = Shop::start(&["--delay", "200ms"]);
    let arguments = ["--rate", "100/s", "-t", "2s", "--max-vus", "5", "--threads", "1"];
    let summary = quickstart(&shop, &arguments);
    let dropped = summary.number("/totals/iterations_dropped");
    assert_books(&summary, &shop, 200, dropped);
    // Five VUs make at most 25 requests per second, and a few more to begin and to end with.
    assert!((140..=160).contains(&dropped), "{dropped}");
}

#[test]
fn the_report_says_how_many_were_dropped() {
    let _machine = together();
    let shop = Shop::start(&["--delay", "200ms"]);
    let (ran, _) = run_plugin(
        &guests::plugin("quickstart"),
        &[
            "--host",
            &shop.url,
            "--rate",
            "50/s",
            "-t",
            "1s",
            "--max-vus",
            "1",
        ],
    );
    let ran = ran.exits(0);
    assert!(
        ran.out.contains("planned iterations were not started"),
        "{}",
        ran.out
    );
}

#[test]
fn response_time_counts_from_when_an_iteration_was_meant_to_start() {
    let _machine = alone();
    let shop = Shop::start(&["--delay", "5ms"]);
    let mut command = wasmswarm();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("out.json");
    command.arg("run").arg(guests::plugin("quickstart")).args([
        "--host",
        &shop.url,
        "--rate",
        "200/s",
        "-t",
        "6s",
        "--max-vus",
        "1000",
        "--headless",
        "--summary-json",
    ]);
    command.arg(&file);
    let run = Background::start(command);
    std::thread::sleep(std::time::Duration::from_secs(3));
    shop.freeze(1000);
    let ran = run.finish();
    let summary = Summary::read(&file, &ran);
    ran.exits(0);
    summary.adds_up();
    assert_books(&summary, &shop, 1200, 0);
    // 200 of 1,200 met the second of silence, evenly: the slowest tenth of all begins at 395 ms of it.
    let p95 = summary.number("/totals/response/p95");
    assert!((690_000..=730_000).contains(&p95), "{p95}");
}

#[test]
fn vus_ramp_up_and_down() {
    let _machine = together();
    let shop = Shop::start(&["--delay", "20ms"]);
    let arguments = [
        "--start-vus",
        "0",
        "--stage",
        "2s:20",
        "--stage",
        "1s:20",
        "--stage",
        "2s:0",
    ];
    let summary = quickstart(&shop, &arguments);
    let requests = summary.number("/totals/requests");
    assert_eq!(requests, served(&shop));
    let vus: Vec<_> = summary.0["history"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| p["vus"].as_u64().unwrap())
        .collect();
    let expected = [10, 20, 20, 10];
    assert!(
        vus.iter()
            .zip(expected)
            .all(|(&seen, plan)| seen.abs_diff(plan) <= 1),
        "{vus:?}"
    );
}

#[test]
fn a_ceiling_keeps_all_vus_together_below_a_rate() {
    let _machine = together();
    let shop = Shop::start(&[]);
    let summary = quickstart(&shop, &["-u", "20", "-t", "3s", "--max-rate", "100/s"]);
    let requests = summary.number("/totals/requests");
    assert_eq!(requests, served(&shop));
    assert!((290..=325).contains(&requests), "{requests}");
}

#[test]
fn workloads_run_after_each_other_and_warm_ups_are_reported_apart() {
    let _machine = together();
    let shop = Shop::start(&[]);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("load.toml");
    std::fs::write(
        &file,
        r#"
        [scenarios.warm]
        executor = "per-vu-iterations"
        vus = 3
        iterations = 5
        warm_up = true

        [scenarios.main]
        executor = "constant-arrival-rate"
        rate = "50/s"
        duration = "1s"
        pre_allocated_vus = 5
        after = ["warm"]
        tags = { kind = "main" }

        [scenarios.beside]
        executor = "shared-iterations"
        vus = 2
        iterations = 30
        "#,
    )
    .unwrap();
    let summary = quickstart(&shop, &["--config", file.to_str().unwrap()]);
    let started = |pointer: &str| summary.number(&format!("{pointer}/iterations_started"));
    assert_eq!([started("/totals"), started("/warm_up/totals")], [80, 15]);
    assert_eq!(
        summary.number("/totals/requests") + summary.number("/warm_up/totals/requests"),
        served(&shop)
    );
    assert_eq!(summary.iterations("main"), (50, 0, 0));
    assert_eq!(summary.iterations("beside"), (30, 0, 0));
}

/// Searches, and reads what it found.
fn find(shop: &Shop, more: &[&str]) -> (String, serde_json::Value) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("found.json");
    let (plugin, file) = (guests::plugin("quickstart"), file.to_str().unwrap());
    let mut arguments = vec!["find", plugin.to_str().unwrap(), "--host", &shop.url];
    arguments.extend(["--settle-time", "200ms", "--summary-json", file]);
    arguments.extend(more);
    let ran = run(arguments);
    let report: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    // On a machine that is busy with something else, perhaps no rate is conclusive.
    let ran = ran.exits(if report["found"].is_null() { 99 } else { 0 });
    let steps = report["steps"].as_array().unwrap();
    let requests: u64 = steps.iter().map(|step| step["requests"].as_u64().unwrap()).sum();
    assert_eq!(requests, served(shop));
    assert!(
        steps
            .iter()
            .all(|s| s["held"].as_bool().unwrap() == s["reasons"].as_array().unwrap().is_empty())
    );
    (ran.out, report)
}

/// Of a number of workers that is known. A machine that is busy with something else makes rates inconclusive, and never a
/// limit that the server doesn't have.
#[test]
fn find_locates_the_capacity_of_a_server() {
    let _machine = alone();
    let shop = Shop::start(&["--delay", "100ms", "--servers", "30"]);
    let threshold = "http_response_time: p(95)<1s";
    let (out, report) = find(
        &shop,
        &["--from", "80/s", "--step-time", "4s", "--threshold", threshold],
    );
    let found = report["found"].as_f64().unwrap_or_default();
    let unclear =
        |step: &serde_json::Value| step["verdict"] == "inconclusive" && step["rate"].as_f64() <= Some(330.0);
    let is_bounded_by_the_machine = report["steps"].as_array().unwrap().iter().any(unclear);
    assert!(
        found <= 315.0 && (found >= 285.0 || is_bounded_by_the_machine),
        "{found}\n{out}"
    );
    let limit = report["limit"].as_f64();
    assert!(limit.is_none_or(|limit| limit >= 297.0), "{limit:?}\n{out}");
}

#[test]
fn find_never_calls_its_own_lack_of_users_the_servers_limit() {
    let _machine = together();
    let shop = Shop::start(&["--delay", "50ms"]);
    let threshold = "http_req_failed: rate<1%";
    let more = [
        "--from",
        "60/s",
        "--step-time",
        "4s",
        "--precision",
        "50",
        "--max-vus",
        "6",
    ];
    let (out, report) = find(&shop, &[&more[..], &["--threshold", threshold]].concat());
    assert!(
        report["limit"].is_null() && report["found"].as_f64().unwrap_or_default() <= 126.0,
        "{out}"
    );
    let is_busy = out.contains("too slow") || out.contains("started late");
    assert!(
        is_busy || out.contains("inconclusive: all 6 virtual users were busy: raise --max-vus"),
        "{out}"
    );
}

#[test]
fn find_without_a_threshold_says_what_is_missing() {
    let plugin = guests::plugin("quickstart");
    run(["find", plugin.to_str().unwrap(), "--host", "demo"])
        .exits(104)
        .complains("at least one threshold");
}

#[test]
fn a_plugin_with_a_shape_decides_itself_how_many_users_there_are() {
    let _machine = together();
    let shop = Shop::start(&[]);
    let (ran, summary) = run_plugin(&guests::plugin("steps"), &["--host", &shop.url]);
    ran.exits(0);
    summary.adds_up();
    assert_eq!(summary.number("/totals/requests"), served(&shop));
    let vus: Vec<_> = summary.0["history"]
        .as_array()
        .unwrap()
        .iter()
        .map(|point| point["vus"].as_u64().unwrap())
        .collect();
    // At the end of each second; the change comes with the next one.
    assert!(
        vus.starts_with(&[5]) && vus.get(2) == Some(&15) && vus.get(4) == Some(&3),
        "{vus:?}"
    );
    assert!((5..=7).contains(&vus.len()), "{vus:?}");
}

#[test]
fn the_operator_outranks_a_shape() {
    let _machine = together();
    let shop = Shop::start(&[]);
    let (ran, summary) = run_plugin(
        &guests::plugin("steps"),
        &["--host", &shop.url, "-u", "2", "-i", "6"],
    );
    ran.exits(0);
    assert_books(&summary, &shop, 6, 0);
}

#[test]
fn a_k6_options_object_runs_as_it_was_pasted() {
    let _machine = together();
    let shop = Shop::start(&[]);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("options.json");
    std::fs::write(
        &file,
        r#"{
            "scenarios": {
                "smoke": { "executor": "shared-iterations", "vus": 2, "iterations": 10, "maxDuration": "30s" },
                "each": { "executor": "per-vu-iterations", "vus": 3, "iterations": 4 },
                "steady": {
                    "executor": "constant-arrival-rate", "rate": 3000, "timeUnit": "1m", "duration": "1s",
                    "startTime": "200ms", "preAllocatedVUs": 5, "maxVUs": 50, "tags": { "kind": "open" }
                },
                "ramp": {
                    "executor": "ramping-arrival-rate", "startRate": 0, "timeUnit": "1s", "preAllocatedVUs": 5,
                    "maxVUs": 50, "stages": [{ "duration": "1s", "target": 40 }], "gracefulStop": "5s"
                }
            },
            "thresholds": {
                "http_req_failed": ["rate<0.01"],
                "http_reqs{scenario:steady}": ["count==50"],
                "http_req_duration{kind:open}": [{ "threshold": "p(99)<1000", "abortOnFail": true, "delayAbortEval": "10s" }]
            },
            "tags": { "team": "shop" }
        }"#,
    )
    .unwrap();
    let (ran, summary) = run_plugin(
        &guests::plugin("quickstart"),
        &["--host", &shop.url, "-c", file.to_str().unwrap()],
    );
    ran.exits(0);
    summary.adds_up();
    let scenarios = ["smoke", "each", "steady", "ramp"].map(|name| summary.iterations(name));
    assert_eq!(scenarios, [(10, 0, 0), (12, 0, 0), (50, 0, 0), (20, 0, 0)]);
    assert_eq!(summary.number("/totals/requests"), 92);
    assert_eq!(shop.counters()["total"], 92);
}
