//! A load test without a script: what `run URL` sends, counted at the server.

use crate::support::cli::{Background, run, run_in, run_plugin, wasmswarm};
use crate::support::recorder::Recorder;
use crate::support::target::Shop;
use crate::support::together;
use std::path::Path;

/// How often each first line was received.
fn count(recorder: &Recorder, line: &str) -> usize {
    recorder.lines().iter().filter(|own| *own == line).count()
}

#[test]
fn a_url_is_requested_as_often_as_was_asked() {
    let _machine = together();
    let shop = Shop::start(&[]);
    let (ran, summary) = run_plugin(Path::new(&shop.url), &["-u", "5", "-i", "400"]);
    ran.exits(0);
    assert_eq!(summary.counts(), shop.counts());
    let front = ("GET".to_owned(), "/".to_owned(), 200);
    assert_eq!(shop.counts()[&front], 400);
    let (ran, _) = run_plugin(Path::new(&shop.url), &["--rate", "200/s", "-t", "1s"]);
    ran.exits(0);
    assert_eq!(shop.counts()[&front], 600);
}

#[test]
fn thresholds_judge_a_url_as_they_judge_a_plugin() {
    let _machine = together();
    let recorder = Recorder::start();
    let url = recorder.url();
    let rule = ["--threshold", "http_req_duration: max < 0.000001"];
    run([&["run", &url, "-i", "3"][..], &rule].concat()).exits(99);
    assert_eq!(recorder.lines().len(), 3);
}

#[test]
fn several_urls_are_requested_in_turn_whatever_their_hosts() {
    let _machine = together();
    let (one, other) = (Recorder::start(), Recorder::start());
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("urls.txt");
    std::fs::write(&list, format!("# the rest\n\n{}/c?x=1\n", other.url())).unwrap();
    let ran = run([
        "run",
        &format!("{}/a", one.url()),
        &format!("{}/b", one.url()),
        "--urls",
        list.to_str().unwrap(),
        "-i",
        "30",
    ])
    .exits(0);
    for line in ["GET /a HTTP/1.1", "GET /b HTTP/1.1"] {
        assert_eq!(count(&one, line), 10, "{line}");
    }
    assert_eq!(count(&other, "GET /c?x=1 HTTP/1.1"), 10);
    assert!(ran.out.contains(&format!("{}/c", other.address)), "{}", ran.out);
}

#[test]
fn method_body_and_headers_are_sent_as_typed() {
    let _machine = together();
    let recorder = Recorder::start();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("order.json"), r#"{"n":1}"#).unwrap();
    let url = format!("{}/orders", recorder.url());
    let header = ["--header", "content-type: application/json"];
    let arguments = ["run", &url, "--body", "@order.json", "-i", "2"];
    run_in(folder.path(), &[&arguments[..], &header].concat()).exits(0);
    run(["run", &url, "-X", "PATCH", "--body", "abc"]).exits(0);
    let heads = recorder.heads();
    assert_eq!(count(&recorder, "POST /orders HTTP/1.1"), 2);
    assert!(
        heads[0].contains("content-type: application/json"),
        "{}",
        heads[0]
    );
    assert!(heads[0].contains("content-length: 7"), "{}", heads[0]);
    assert!(heads[2].starts_with("PATCH /orders") && heads[2].contains("content-length: 3"));
}

#[test]
fn a_curl_command_is_understood_with_and_without_quotes() {
    let _machine = together();
    let recorder = Recorder::start();
    let url = format!("{}/api", recorder.url());
    let rest = [
        "--curl",
        "curl",
        &url,
        "-H",
        "x-a: it's",
        "-d",
        "q=1",
        "-u",
        "me:hush-hush",
    ];
    let ran = run([&["run", "-i", "2"][..], &rest].concat()).exits(0);
    run(["run", "--curl", &format!("curl -I '{url}'"), "-i", "3"]).exits(0);
    let heads = recorder.heads();
    assert_eq!(count(&recorder, "POST /api HTTP/1.1"), 2);
    assert_eq!(count(&recorder, "HEAD /api HTTP/1.1"), 3);
    for line in [
        "x-a: it's",
        "content-type: application/x-www-form-urlencoded",
        "authorization: Basic bWU6aHVzaC1odXNo",
    ] {
        assert!(heads[0].contains(line), "{line}\n{}", heads[0]);
    }
    assert!(!ran.out.contains("hush-hush") && !ran.err.contains("hush-hush"));
    run(["run", "--curl", "curl http://127.0.0.1 -F a=b"])
        .exits(104)
        .complains("curl's -F isn't known here");
}

#[test]
fn the_address_of_a_component_is_downloaded_unless_a_request_is_asked_for() {
    let _machine = together();
    let recorder = Recorder::start();
    let url = format!("{}/plugin.wasm", recorder.url());
    run(["run", &url, "-i", "3"])
        .exits(104)
        .complains("failed to load plugin");
    assert_eq!(recorder.lines().len(), 1, "downloaded once");
    run(["run", &url, "-i", "3", "-X", "GET"]).exits(0);
    assert_eq!(recorder.lines().len(), 4);
}

#[test]
fn nothing_is_needed_but_a_url() {
    let _machine = together();
    let recorder = Recorder::start();
    let folder = tempfile::tempdir().unwrap();
    let mut command = wasmswarm();
    command
        .env_clear()
        .env("HOME", folder.path())
        .current_dir(folder.path())
        .args(["run", &recorder.url()]);
    Background::start(command).finish().exits(0);
    assert_eq!(recorder.lines(), ["GET / HTTP/1.1"]);
}

#[test]
fn a_host_beside_a_url_is_refused() {
    let _machine = together();
    run(["run", "http://127.0.0.1:1/", "--host", "http://127.0.0.1:2"])
        .exits(104)
        .complains("the URL says which host is tested");
    run(["run", "-X", "GET"]).exits(2).complains("PLUGIN|URL");
}
