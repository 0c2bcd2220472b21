//! Servers that die or misbehave during a run: failures with reasons, and a full report.

use crate::support::cli::{Background, run_plugin, wasmswarm};
use crate::support::guests;
use crate::support::summary::Summary;
use crate::support::target::Shop;
use crate::support::together;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
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
        let ran = ran.exits(0);
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

/// A server that sends everybody on for ever, and counts whom.
fn sending_on() -> (String, Arc<AtomicU64>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let count = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&count);
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let counted = Arc::clone(&counted);
            std::thread::spawn(move || {
                let mut request = [0; 4096];
                // Each request comes as one piece.
                while stream.read(&mut request).is_ok_and(|read| read > 0) {
                    counted.fetch_add(1, Ordering::SeqCst);
                    let answer = b"HTTP/1.1 302 Found\r\nlocation: /on\r\ncontent-length: 0\r\n\r\n";
                    if stream.write_all(answer).is_err() {
                        return;
                    }
                }
            });
        }
    });
    (url, count)
}

#[test]
fn redirects_are_requests_counted_paced_and_bounded() {
    let _machine = together();
    let (url, seen) = sending_on();
    let endless = [
        "--host",
        &url,
        "-u",
        "1",
        "--iterations-per-vu",
        "2",
        "--max-redirects",
        "4",
    ];
    let (ran, summary) = run_plugin(&guests::plugin("quickstart"), &endless);
    ran.exits(0);
    summary.adds_up();
    assert_eq!(seen.load(Ordering::SeqCst), 10);
    assert_eq!(summary.number("/totals/requests"), 10);
    assert_eq!(summary.failures(), [("too-many-redirects".to_owned(), 2)]);

    let paced = [
        "--host",
        &url,
        "-u",
        "1",
        "-t",
        "2s",
        "-s",
        "0s",
        "--max-rate",
        "10/s",
    ];
    let (ran, summary) = run_plugin(&guests::plugin("quickstart"), &paced);
    ran.exits(0);
    summary.adds_up();
    let seen = seen.load(Ordering::SeqCst) - 10;
    assert!((5..=22).contains(&seen), "{seen} requests within 2 s of 10/s");
    // The last one may have been cut short.
    let counted = summary.number("/totals/requests_started");
    assert!(
        (seen..=seen + 1).contains(&counted),
        "the server saw {seen}, the results have {counted}"
    );
    assert!(summary.number("/totals/requests") + 1 >= seen);
}
