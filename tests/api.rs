//! The HTTP API: changes are followed within a second and kept in the history, and nobody without
//! the token gets in.

use crate::support::api::Steered;
use crate::support::cli::{run, wasmswarm};
use crate::support::guests;
use crate::support::summary::Summary;
use crate::support::target::Shop;
use crate::support::{alone, together};
use serde_json::Value;
use std::net::TcpListener;
use std::time::Duration;

fn vus(snapshot: &Value) -> u64 {
    snapshot["vus"].as_u64().unwrap()
}

/// A column of the history.
fn history(summary: &Summary, column: &str) -> Vec<u64> {
    let points = summary.0["history"].as_array().unwrap().iter();
    points.map(|point| point[column].as_u64().unwrap()).collect()
}

/// The position at which these numbers stand one after another, with others in between.
fn contains_in_order(list: &[u64], wanted: &[u64]) -> bool {
    let mut rest = list.iter();
    wanted.iter().all(|number| rest.any(|other| other == number))
}

#[test]
fn users_change_within_a_second() {
    let _machine = alone();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("out.json");
    let plugin = guests::plugin("quickstart");
    let path = file.to_str().unwrap();
    let arguments = ["--host", "demo", "-u", "5", "-t", "60s", "--summary-json", path];
    let Steered { run, api } = Steered::start(&plugin, &arguments);
    let mut events = api.events();
    assert_eq!(vus(&events.first_second()), 5);
    let changed = api.patch("/v1/users", r#"{"users": 15}"#);
    assert_eq!(changed.status, 200, "{changed:?}");
    assert_eq!(changed.body["workloads"][0]["users"], 15);
    assert_eq!(vus(&events.snapshot()), 15);
    assert_eq!(
        api.patch("/v1/users", r#"{"users": 3, "workload": "default"}"#)
            .status,
        200
    );
    assert_eq!(vus(&events.snapshot()), 3);
    assert_eq!(
        api.patch("/v1/users", r#"{"users": 13, "spawn_rate": 4}"#).status,
        200
    );
    let growing = vus(&events.snapshot());
    assert!((4..13).contains(&growing), "{growing}");
    assert_eq!(api.get("/v1/status").body["state"], "running");
    assert_eq!(api.post("/v1/stop").status, 200);
    let end = events.end();
    assert_eq!(end["end"]["reason"], "stopped-by-api");
    assert_eq!(
        (&end["state"], &end["end"]["exit_code"]),
        (&"ended".into(), &105.into())
    );
    let ran = run.finish().exits(105);
    let summary = Summary::read(&file, &ran);
    summary.adds_up();
    assert_eq!(summary.0["end"]["text"], "stopped through the API");
    assert!(
        contains_in_order(&history(&summary, "vus"), &[5, 15, 3, growing]),
        "{:?}",
        history(&summary, "vus")
    );
}

#[test]
fn nothing_starts_during_a_pause() {
    let _machine = together();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("out.json");
    let path = file.to_str().unwrap();
    let plugin = guests::plugin("quickstart");
    let arguments = ["--host", "demo", "-u", "4", "-t", "4s", "--summary-json", path];
    let Steered { run, api } = Steered::start(&plugin, &arguments);
    let mut events = api.events();
    events.first_second();
    assert_eq!(api.post("/v1/pause").body["state"], "paused");
    let before = events.snapshot();
    assert_eq!(before["state"], "paused");
    let after = [events.snapshot(), events.snapshot()];
    assert!(
        after.iter().all(|s| s["requests"] == before["requests"]),
        "{after:?}"
    );
    assert_eq!(api.post("/v1/resume").body["state"], "running");
    let end = events.end();
    assert_eq!(end["end"]["reason"], "time-up");
    let ran = run.finish().exits(0);
    let summary = Summary::read(&file, &ran);
    summary.adds_up();
    let started = history(&summary, "started");
    let first = started
        .iter()
        .position(|started| *started == 0)
        .expect("a quiet second");
    assert_eq!(started[first + 1], 0, "{started:?}");
    assert!(started[first - 1] > 0 && started[first + 3] > 0, "{started:?}");
    assert!(
        summary.0["seconds"].as_f64().unwrap() > 5.9,
        "the pause isn't part of the 4 s"
    );
}

#[test]
fn a_stop_waits_for_iterations_and_an_abort_does_not() {
    let _machine = together();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("out.json");
    let path = file.to_str().unwrap();
    let shop = Shop::start(&["--delay", "30s"]);
    let plugin = guests::plugin("quickstart");
    let arguments = [
        "--host",
        &shop.url,
        "-u",
        "2",
        "-t",
        "60s",
        "--graceful-stop",
        "60s",
        "--summary-json",
        path,
    ];
    let Steered { run, api } = Steered::start(&plugin, &arguments);
    api.events().first_second();
    assert_eq!(api.post("/v1/stop").body["state"], "stopping");
    for late in [api.patch("/v1/users", r#"{"users": 1}"#), api.post("/v1/pause")] {
        assert_eq!(late.status, 409, "{late:?}");
    }
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(api.get("/v1/status").body["state"], "stopping");
    assert_eq!(api.post("/v1/abort").status, 200);
    let ran = run.finish().exits(105).within(Duration::from_secs(15));
    let summary = Summary::read(&file, &ran);
    summary.adds_up();
    assert_eq!(summary.number("/totals/iterations/interrupted"), 2);
}

#[test]
fn nobody_gets_in_without_the_token_or_by_another_name() {
    let _machine = together();
    let plugin = guests::plugin("quickstart");
    let Steered { run, api } = Steered::start(&plugin, &["--host", "demo", "-t", "60s"]);
    api.events().first_second();
    let host = format!("host: {}\r\n", api.address);
    let wrong = format!("{host}authorization: Bearer {}x\r\n", api.token);
    for headers in [&host, &wrong] {
        for (method, path) in [("GET", "/v1/status"), ("POST", "/v1/abort"), ("GET", "/nowhere")] {
            let refused = api.send(method, path, headers, "");
            assert_eq!(refused.status, 401, "{refused:?}");
            assert!(refused.head.contains("www-authenticate: Bearer"), "{refused:?}");
        }
    }
    let port = api.address.rsplit(':').next().unwrap();
    for (name, status) in [("evil.test", 403), ("localhost", 200), ("[::1]", 200)] {
        let headers = format!("host: {name}:{port}\r\nauthorization: Bearer {}\r\n", api.token);
        assert_eq!(
            api.send("GET", "/v1/status", &headers, "").status,
            status,
            "{name}"
        );
    }
    assert_eq!(api.get("/v1/status").body["state"], "running");
    run.signal("INT");
    run.finish().exits(105);
}

#[test]
fn what_cannot_be_done_is_said_with_a_hint() {
    let _machine = together();
    let plugin = guests::plugin("quickstart");
    let arguments = ["--host", "demo", "-u", "2", "-t", "60s", "--max-users", "8"];
    let Steered { run, api } = Steered::start(&plugin, &arguments);
    api.events().first_second();
    let large = format!(r#"{{"users": 1{}}}"#, " ".repeat(65 << 10));
    for (path, body, status) in [
        ("/v1/users", "", 400),
        ("/v1/users", "{", 400),
        ("/v1/users", r#"{"users": 9}"#, 409),
        ("/v1/users", r#"{"users": 1, "workload": "x"}"#, 404),
        ("/v1/users", r#"{"users": 1, "more": 1}"#, 422),
        ("/v1/users", r#"{"users": 1, "spawn_rate": 1e-300}"#, 422),
        ("/v1/users", r#"{"users": -1}"#, 422),
        ("/v1/users", &large, 413),
        ("/v1/rate", r#"{"rate": 10}"#, 409),
        ("/v1/rate", r#"{"rate": "fast"}"#, 422),
        ("/v1/rate", r#"{"rate": 1e12}"#, 422),
        ("/v1/pause", "", 405),
        ("/v1/nowhere", "", 404),
    ] {
        let refused = api.patch(path, body);
        assert_eq!(refused.status, status, "{path} {body}: {refused:?}");
        assert!(
            refused.body["error"].is_string() && refused.body["hint"].is_string(),
            "{refused:?}"
        );
    }
    let limit = api.patch("/v1/users", r#"{"users": 9}"#).body;
    assert!(limit["error"].as_str().unwrap().contains("at most 8"), "{limit}");
    assert_eq!(api.patch("/v1/users", r#"{"users": 8}"#).status, 200);
    run.signal("INT");
    run.finish().exits(105);
}

#[test]
fn readers_are_limited_and_slow_ones_hold_up_nobody() {
    let _machine = together();
    let plugin = guests::plugin("quickstart");
    let Steered { run, api } = Steered::start(&plugin, &["--host", "demo", "-t", "8s"]);
    let mut readers: Vec<_> = (0..16).map(|_| api.events()).collect();
    assert_eq!(api.get("/v1/events").status, 503);
    drop(readers.pop());
    // A reader that has gone is noticed when it is written to.
    std::thread::sleep(Duration::from_millis(2500));
    let snapshots = api.events().filter(|(name, _)| name == "snapshot").count();
    assert!(snapshots >= 1, "{snapshots}");
    // The others never read, and get all of it in the end.
    let (snapshots, ends): (Vec<_>, Vec<_>) = readers.remove(0).partition(|(name, _)| name == "snapshot");
    assert!(snapshots.len() >= 2 && ends.len() == 1, "{snapshots:?} {ends:?}");
    run.finish().exits(0).within(Duration::from_secs(20));
}

#[test]
fn metrics_are_those_of_the_summary() {
    let _machine = together();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("out.json");
    let path = file.to_str().unwrap();
    let plugin = guests::plugin("storefront");
    let arguments = ["--host", "demo", "-u", "3", "-t", "4s", "--summary-json", path];
    let Steered { run, api } = Steered::start(&plugin, &arguments);
    let mut events = api.events();
    events.first_second();
    let (status, metrics) = (api.get("/v1/status"), api.get("/v1/metrics"));
    assert_eq!((status.status, metrics.status), (200, 200));
    assert_eq!(status.body["workloads"][0]["executor"], "constant-vus");
    assert_eq!(status.body["scenarios"][0], "Shopper");
    events.end();
    let ran = run.finish().exits(0);
    let summary = Summary::read(&file, &ran);
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    for part in ["totals", "flags", "health"] {
        assert_eq!(keys(&metrics.body[part]), keys(&summary.0[part]), "{part}");
    }
    for list in ["requests", "checks", "iterations", "history"] {
        let mut expected = keys(&summary.0[list][0]);
        // The histories of single requests are made once, at the end.
        expected.retain(|key| (list, &**key) != ("requests", "history"));
        assert_eq!(keys(&metrics.body[list][0]), expected, "{list}");
    }
    assert!(metrics.body["totals"]["requests"].as_u64() <= summary.0["totals"]["requests"].as_u64());
}

#[test]
fn addresses_and_limits_that_make_no_sense_are_refused_before_the_run() {
    let _machine = together();
    let plugin = guests::plugin("quickstart");
    let plugin = plugin.to_str().unwrap();
    let start = |more: &[&str]| run([&["run", plugin, "--host", "demo"], more].concat());
    start(&["--api", "0.0.0.0:0"]).exits(104).complains("loopback");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    start(&["--api", &address]).exits(104).complains(&address);
    start(&["--api", "nonsense"])
        .exits(2)
        .complains("after the plugin");
    start(&["--api-token", "short"]).exits(2).complains("8 to 256");
    start(&["-u", "5", "-t", "1s", "--max-users", "4"])
        .exits(104)
        .complains("--max-users 4");
    let usual = start(&["-u", "1"]).exits(0);
    assert!(!usual.err.contains("API"), "{}", usual.err);
}

#[test]
fn a_token_of_the_operators_is_not_shown() {
    let _machine = together();
    let mut command = wasmswarm();
    command
        .arg("run")
        .arg(guests::plugin("quickstart"))
        .args(["--host", "demo", "--headless", "--api", "127.0.0.1:0"])
        .env("WASMSWARM_API_TOKEN", "secret-of-mine");
    let ran = crate::support::cli::Background::start(command).finish().exits(0);
    assert!(ran.err.contains("$WASMSWARM_API_TOKEN"), "{}", ran.err);
    assert!(!ran.err.contains("secret-of-mine") && !ran.out.contains("secret-of-mine"));
}

#[test]
fn a_rate_changes_within_a_second() {
    let _machine = alone();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("out.json");
    let path = file.to_str().unwrap();
    let plugin = guests::plugin("quickstart");
    let arguments = [
        "--host",
        "demo",
        "--rate",
        "100/s",
        "-t",
        "60s",
        "--summary-json",
        path,
    ];
    let Steered { run, api } = Steered::start(&plugin, &arguments);
    let mut events = api.events();
    events.first_second();
    let changed = api.patch("/v1/rate", r#"{"rate": "300/s"}"#);
    assert_eq!(changed.body["workloads"][0]["rate"], 300.0, "{changed:?}");
    // The second in which it changed, and a whole one.
    (0..2).for_each(|_| drop(events.snapshot()));
    assert_eq!(api.patch("/v1/rate", r#"{"rate": 20}"#).status, 200);
    (0..2).for_each(|_| drop(events.snapshot()));
    api.post("/v1/stop");
    let ran = run.finish().exits(105);
    let summary = Summary::read(&file, &ran);
    summary.adds_up();
    let started = history(&summary, "started");
    let near = |wanted: u64| {
        started
            .iter()
            .any(|started| started.abs_diff(wanted) <= wanted / 50)
    };
    assert!([100, 300, 20].into_iter().all(near), "{started:?}");
}

#[test]
fn a_run_is_never_aimed_at_itself() {
    let _machine = together();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (host, api) = (format!("http://{free}"), free.to_string());
    let plugin = guests::plugin("quickstart");
    let arguments = [
        "run".as_ref(),
        plugin.as_os_str(),
        "--host".as_ref(),
        host.as_ref(),
        "--api".as_ref(),
        api.as_ref(),
    ];
    let ran = run(arguments);
    ran.exits(104).complains("served by this run itself");
}
