//! The API over real connections, with a run that only stands still.

use super::{End, Listener, Server};
use crate::engine::load::{Control, EndReason, RunHandle, StopHandle, StopStage};
use crate::metrics::Snapshot;
use crate::plan::{Begin, ConstantArrivalRate, ExecutorSpec, Spacing, Workload, sample};
use serde_json::Value;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;

fn rate(name: &str) -> Workload {
    Workload {
        name: name.to_owned(),
        executor: ExecutorSpec::ConstantArrivalRate(ConstantArrivalRate {
            rate: 50.0,
            duration: Duration::from_secs(60),
            spacing: Spacing::Even,
            pre_allocated_vus: 1,
        }),
        vus: vec![0],
        spare: Vec::new(),
        begin: Begin::default(),
        graceful_stop: Duration::ZERO,
        on_stop: Default::default(),
        warm_up: false,
    }
}

struct Standing {
    server: Server,
    address: String,
    handle: RunHandle,
    _snapshots: watch::Sender<Arc<Snapshot>>,
}

fn serve(workloads: Vec<Workload>) -> Standing {
    let listener = Listener::open(
        (Ipv4Addr::LOCALHOST, 0).into(),
        crate::secret::Secret::new("token-of-tests"),
    )
    .unwrap();
    let address = listener.url().replace("http://", "").replace("/v1", "");
    let plan = Arc::new(sample::plan(workloads));
    let (snapshots, seen) = watch::channel(Arc::default());
    let handle = RunHandle {
        control: Control::new(Arc::clone(&plan)),
        plan,
        stop: StopHandle::new(),
        snapshots: seen,
    };
    let server = Server::start(listener).unwrap();
    server.show(handle.clone());
    Standing {
        server,
        address,
        handle,
        _snapshots: snapshots,
    }
}

impl Standing {
    fn open(&self, request: &str, body: &str) -> TcpStream {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let head = format!(
            "{request} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\
             authorization: Bearer token-of-tests\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        stream
    }

    fn ask(&self, request: &str, body: &str) -> (String, Value) {
        let mut text = String::new();
        self.open(request, body).read_to_string(&mut text).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().to_owned();
        (status, serde_json::from_str(body).unwrap())
    }
}

#[test]
fn a_rate_is_set_by_number_or_text() {
    let run = serve(vec![rate("w")]);
    let (status, body) = run.ask("GET /v1/status", "");
    assert_eq!((&*status, &body["state"]), ("200", &"preparing".into()));
    assert_eq!(body["workloads"][0]["rate"], 50.0);
    let (status, body) = run.ask("PATCH /v1/rate", r#"{"rate": "120/m"}"#);
    assert_eq!((&*status, &body["workloads"][0]["rate"]), ("200", &2.0.into()));
    let (status, _) = run.ask("PATCH /v1/rate", r#"{"rate": 7.5, "workload": "w"}"#);
    assert_eq!(status, "200");
    assert_eq!(run.handle.control.workloads()[0].rate, Some(7.5));
    let (status, body) = run.ask("PATCH /v1/users", r#"{"users": 1}"#);
    assert_eq!(status, "409", "{body}");
    assert!(run.handle.control.was_changed());
}

#[test]
fn of_several_workloads_one_must_be_named() {
    let run = serve(vec![rate("a"), rate("b")]);
    let (status, body) = run.ask("PATCH /v1/rate", r#"{"rate": 1}"#);
    assert_eq!(status, "409");
    assert!(body["error"].as_str().unwrap().contains("a, b"), "{body}");
    assert_eq!(
        run.ask("PATCH /v1/rate", r#"{"rate": 1, "workload": "b"}"#).0,
        "200"
    );
    let rates: Vec<_> = run.handle.control.workloads().iter().map(|w| w.rate).collect();
    assert_eq!(rates, [Some(50.0), Some(1.0)]);
}

#[test]
fn pausing_and_stopping_reach_the_run() {
    let run = serve(vec![rate("w")]);
    assert_eq!(run.ask("POST /v1/pause", "").1["state"], "paused");
    assert!(run.handle.control.is_paused());
    assert_eq!(run.ask("POST /v1/resume", "").1["state"], "preparing");
    assert_eq!(run.ask("POST /v1/stop", "").1["state"], "stopping");
    assert_eq!(run.handle.stop.stage(), StopStage::Graceful);
    assert_eq!(run.ask("POST /v1/resume", "").0, "409");
    run.ask("POST /v1/abort", "");
    assert_eq!(run.handle.stop.stage(), StopStage::Hard);
    assert_eq!(run.handle.stop.reason(), Some(EndReason::StoppedByApi));
}

#[test]
fn the_end_is_told_to_whoever_listens_and_nobody_holds_it_up() {
    let run = serve(vec![rate("w")]);
    let mut events = run.open("GET /v1/events", "");
    let _silent = TcpStream::connect(&run.address).unwrap();
    let mut first = [0; 2048];
    let count = events.read(&mut first).unwrap();
    assert!(count > 0);
    let begun = std::time::Instant::now();
    run.server.end(End {
        reason: EndReason::TimeUp,
        exit_code: 99,
        snapshot: Arc::default(),
    });
    assert!(begun.elapsed() < Duration::from_secs(5));
    let mut rest = String::new();
    events.read_to_string(&mut rest).unwrap();
    let all = String::from_utf8_lossy(&first[..count]).into_owned() + &rest;
    assert!(
        all.contains("event: snapshot") && all.contains("event: end"),
        "{all}"
    );
    assert!(
        all.contains(r#""reason":"time-up""#) && all.contains(r#""exit_code":99"#),
        "{all}"
    );
}

#[test]
fn connections_that_say_nothing_keep_nobody_out() {
    let standing = serve(vec![rate("a")]);
    let idle: Vec<_> = (0..200)
        .map(|_| TcpStream::connect(&standing.address).unwrap())
        .collect();
    let begun = std::time::Instant::now();
    assert_eq!(standing.ask("GET /v1/status", "").0, "200");
    // Their heads may take ten seconds.
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    drop(idle);
}
