//! Servers that die or misbehave during a run: failures with reasons, and a full report.

use crate::support::cli::{Background, run_plugin, wasmswarm};
use crate::support::guests;
use crate::support::summary::Summary;
use crate::support::target::Shop;
use crate::support::together;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::Duration;

#[test]
fn a_server_that_dies_leaves_failures_with_reasons() {
    let _machine = together();
    let mut shop = Shop::start(&[]);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("out.json");
    let mut command = wasmswarm();
    command.arg("run").arg(guests::plugin("quickstart"));
    command
        .args([
            "--host",
            &shop.url,
            "-u",
            "5",
            "-t",
            "5s",
            "--headless",
            "--summary-json",
        ])
        .arg(&file);
    let run = Background::start(command);
    std::thread::sleep(Duration::from_millis(2_500));
    shop.kill();
    let ran = run.finish();
    let summary = Summary::read(&file, &ran);
    ran.exits(0).within(Duration::from_secs(15));
    summary.adds_up();
    assert!(summary.with_status(200) > 50, "{}", summary.with_status(200));
    let failures = summary.failures();
    assert!(
        failures.iter().any(|(message, _)| message.contains("refused")),
        "{failures:?}"
    );
    let explained: u64 = failures.iter().map(|(_, count)| count).sum();
    assert_eq!(summary.number("/totals/failures"), explained);
    assert_eq!(summary.with_status(0), explained);
}

/// A server that sends these bytes to every connection's first request, and then closes it.
fn scripted(answer: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut request = [0; 4096];
            let _ = stream.read(&mut request);
            let _ = stream.write_all(answer);
        }
    });
    url
}

#[test]
fn broken_answers_are_failures_of_their_kind() {
    let _machine = together();
    for (answer, says, because) in [
        (
            &b"SSH-2.0-OpenSSH_9.2\r\n\r\n"[..],
            "protocol",
            "line 1, \"SSH-2.0-OpenSSH_9.2\"",
        ),
        (b"", "closed", "before it sent a complete response head"),
        (
            b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nshort",
            "closed",
            "before the body was complete",
        ),
        (
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
            "protocol",
            "'z' instead of the size of a chunk",
        ),
    ] {
        let url = scripted(answer);
        let (ran, summary) = run_plugin(
            &guests::plugin("quickstart"),
            &["--host", &url, "--iterations", "5"],
        );
        ran.exits(0);
        summary.adds_up();
        let failures = summary.failures();
        assert_eq!(summary.number("/totals/failures"), 5, "{says}");
        assert!(
            failures.iter().all(|(message, _)| message.contains(says)),
            "{says}: {failures:?}"
        );
        let row = &summary.rows("failures")[0];
        assert!(row["detail"].as_str().unwrap().contains(because), "{row}");
        // The summary's lines are broken between words, the log's aren't.
        let told = ran.err.lines().filter(|line| line.contains(because));
        assert_eq!(told.count(), 1, "{}", ran.err);
        assert!(
            ran.out.contains(because.split(' ').next_back().unwrap()),
            "{}",
            ran.out
        );
    }
}

#[test]
fn a_server_that_never_answers_runs_into_the_time_limit() {
    let _machine = together();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let arguments = [
        "--host",
        &url,
        "-u",
        "2",
        "--iterations",
        "4",
        "--timeout",
        "500ms",
    ];
    let (ran, summary) = run_plugin(&guests::plugin("quickstart"), &arguments);
    ran.exits(0).within(Duration::from_secs(8));
    summary.adds_up();
    let failures = summary.failures();
    assert_eq!(summary.number("/totals/failures"), 4);
    assert!(
        failures.iter().all(|(message, _)| message.contains("time")),
        "{failures:?}"
    );
}
