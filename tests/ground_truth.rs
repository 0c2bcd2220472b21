//! What a run says against what is known of it from elsewhere: a server that stands still for a known time, answers that never
//! come, a generator that is stopped. `truth` has delays that are known in advance.
//!
//! A busy machine only ever adds to times and never takes requests away, so counts are compared exactly, and times from below,
//! with room above.

use crate::support::cli::{Background, run_plugin, wasmswarm};
use crate::support::guests;
use crate::support::summary::Summary;
use crate::support::target::Shop;
use crate::support::together;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::sleep;
use std::time::Duration;

/// Planned arrivals of the tests with a server that stands still.
const PLANNED: u64 = 800;

/// 200 requests a second for 4 s to a shop that answers after 5 ms, and not at all for 1 s in between.
fn stalled(most_vus: &str) -> Summary {
    let shop = Shop::start(&["--delay", "5ms"]);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("out.json");
    let mut command = wasmswarm();
    command.arg("run").arg(guests::plugin("quickstart"));
    command.args([
        "--host",
        &shop.url,
        "--rate",
        "200/s",
        "-t",
        "4s",
        "--max-vus",
        most_vus,
    ]);
    command.args(["--headless", "--summary-json"]).arg(&file);
    let run = Background::start(command);
    while shop.counters()["total"].as_u64().unwrap() < 200 {
        sleep(Duration::from_millis(5));
    }
    shop.freeze(1_000);
    let ran = run.finish();
    let summary = Summary::read(&file, &ran);
    ran.exits(0);
    summary.adds_up();
    assert_eq!(summary.number("/totals/iterations_planned"), PLANNED);
    summary
}

#[test]
fn a_server_that_stands_still_is_seen_in_the_response_times_of_all_who_were_due_meanwhile() {
    let _machine = together();
    let summary = stalled("400");
    // Whoever became due while it stood still waited for the rest of that second: of 800, the eighth slowest, which is the
    // 99th percentile, some 960 ms. A tool that waits for one answer before it asks again would say 5 ms.
    let of = |name: &str| summary.number(&format!("/totals/response/{name}"));
    assert!(of("p99") >= 900_000, "p99 {} µs", of("p99"));
    assert!(of("max") >= 950_000, "max {} µs", of("max"));
    let slow = |point: &&serde_json::Value| point["response"]["max"].as_u64().unwrap() >= 900_000;
    assert!(
        summary.rows("history").iter().any(|point| slow(&point)),
        "the second itself"
    );
    let row = &summary.rows("requests")[0];
    let history = row["history"].as_array().unwrap();
    let requests: u64 = history
        .iter()
        .map(|point| point["requests"].as_u64().unwrap())
        .sum();
    assert_eq!(Some(requests), row["requests"].as_u64());
    assert!(
        history.iter().any(|point| slow(&point)),
        "the request's own history"
    );
}

#[test]
fn arrivals_that_found_no_user_while_the_server_stood_still_are_dropped_and_counted() {
    let _machine = together();
    let summary = stalled("20");
    let (started, dropped) = (
        summary.number("/totals/iterations_started"),
        summary.number("/totals/iterations_dropped"),
    );
    assert_eq!(started + dropped, PLANNED);
    // 200 were due in that second, and 20 users could take one each.
    assert!(dropped >= 150, "{dropped} dropped");
}

/// Answers at once, but each fiftieth request never.
struct Forgetful {
    url: String,
    asked: Arc<AtomicU64>,
}

impl Forgetful {
    fn start() -> Forgetful {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::<AtomicU64>::default();
        let count = Arc::clone(&asked);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let count = Arc::clone(&count);
                std::thread::spawn(move || serve(stream, &count));
            }
        });
        Forgetful { url, asked }
    }
}

/// Until the client hangs up.
fn serve(stream: TcpStream, asked: &AtomicU64) -> Option<()> {
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut writer = stream;
    let mut line = String::new();
    loop {
        line.clear();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if line == "\r\n"
            && !asked
                .fetch_add(1, Ordering::SeqCst)
                .wrapping_add(1)
                .is_multiple_of(50)
        {
            writer
                .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
                .ok()?;
        }
    }
}

#[test]
fn answers_that_never_come_are_counted_exactly_and_are_the_tail() {
    let _machine = together();
    let server = Forgetful::start();
    let arguments = [
        "--host",
        &server.url,
        "-u",
        "20",
        "--iterations",
        "1000",
        "--timeout",
        "1s",
    ];
    let (ran, summary) = run_plugin(&guests::plugin("quickstart"), &arguments);
    ran.exits(0);
    summary.adds_up();
    let asked = server.asked.load(Ordering::SeqCst);
    assert_eq!((asked, summary.number("/totals/requests")), (1_000, 1_000));
    assert_eq!(
        (summary.with_status(0), summary.number("/totals/failures")),
        (20, 20)
    );
    // 2 % of the requests are 20; the 99th percentile is one of them.
    assert!(summary.number("/totals/duration/p99") >= 990_000);
    let answered = summary
        .rows("series")
        .iter()
        .find(|row| row["class"] == "2xx")
        .unwrap();
    assert_eq!(answered["requests"], 980);
    assert!(
        answered["duration"]["p99"].as_u64().unwrap() < 990_000,
        "{answered}"
    );
}

#[test]
fn a_generator_that_was_stopped_says_so_and_exits_with_3_if_asked() {
    let _machine = together();
    let shop = Shop::start(&[]);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("out.json");
    let mut command = wasmswarm();
    command.arg("run").arg(guests::plugin("quickstart"));
    command.args(["--host", &shop.url, "-u", "5", "-t", "5s", "--fail-on-saturation"]);
    command.args(["--headless", "--summary-json"]).arg(&file);
    let run = Background::start(command);
    while shop.counters()["total"].as_u64().unwrap() < 50 {
        sleep(Duration::from_millis(5));
    }
    run.signal("STOP");
    sleep(Duration::from_secs(1));
    run.signal("CONT");
    let ran = run.finish();
    let summary = Summary::read(&file, &ran);
    let ran = ran.exits(3);
    assert!(ran.out.contains("not trustworthy: "), "{}", ran.out);
    let paused = summary.number("/health/paused_us");
    assert!((900_000..2_000_000).contains(&paused), "{paused} µs");
    assert_eq!(summary.0["health"]["trustworthy"], false);
    // A busy machine may have made other seconds slow for other reasons.
    let slow = summary.0["health"]["slow"].as_array().unwrap();
    let mut causes = slow
        .iter()
        .flat_map(|stretch| stretch["causes"].as_array().unwrap());
    assert!(causes.any(|cause| cause["cause"] == "paused"), "{slow:?}");
    assert!(summary.number("/health/unread/count") > 0);
}
