//! What databases and boards are told of a run is what the run's own results say: asked of real servers, and where there
//! is none, of the protocol's own decoder. A server that doesn't take it costs the run nothing.

use crate::support::cli::{Background, Ran, run_plugin, wasmswarm};
use crate::support::collector::Collector;
use crate::support::influxdb::Influx;
use crate::support::nginx::free_port;
use crate::support::prometheus::Prometheus;
use crate::support::recorder::Recorder;
use crate::support::summary::{Counts, Summary};
use crate::support::target::Shop;
use crate::support::{guests, root, together};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// By how much a percentile from a native histogram may differ: the width of a bucket, and the error of its values.
const BUCKET: f64 = 0.024;

fn run(shop: &Shop, outputs: &[String], arguments: &[&str], variables: &[(&str, &str)]) -> (Ran, Summary) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("out.json");
    let mut command = wasmswarm();
    command
        .arg("run")
        .arg(guests::plugin("storefront"))
        .args(["--headless", "--host", &shop.url, "--tag", "testid=t1"])
        .args(arguments)
        .arg("--summary-json")
        .arg(&file)
        .envs(variables.iter().copied());
    for output in outputs {
        command.args(["--out", output]);
    }
    let ran = Background::start(command).finish();
    let summary = Summary::read(&file, &ran);
    (ran, summary)
}

fn now() -> f64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs_f64()
}

/// Counts by method, name and status, as a database gives them.
fn counts(values: BTreeMap<Vec<String>, f64>) -> Counts {
    let count = |(key, value): (Vec<String>, f64)| {
        let [method, name, status] = key.try_into().unwrap();
        ((method, name, status.parse().unwrap()), value as u64)
    };
    values.into_iter().map(count).collect()
}

/// Service times of each request at one percentile, in seconds, as the results have them.
fn percentiles(summary: &Summary, percentile: &str) -> BTreeMap<Vec<String>, f64> {
    let rows = summary.0["requests"].as_array().unwrap();
    let row = |row: &Value| {
        let key = ["method", "name"].map(|key| row[key].as_str().unwrap().to_owned());
        (key.to_vec(), row["duration"][percentile].as_f64().unwrap() / 1e6)
    };
    rows.iter().map(row).collect()
}

#[track_caller]
fn assert_near(what: &str, got: &BTreeMap<Vec<String>, f64>, truth: &BTreeMap<Vec<String>, f64>, error: f64) {
    assert_eq!(
        got.keys().collect::<Vec<_>>(),
        truth.keys().collect::<Vec<_>>(),
        "{what}"
    );
    for (key, value) in truth {
        let relative = got[key] / value - 1.0;
        assert!(
            relative.abs() <= error,
            "{what} of {key:?}: {}, not {value}",
            got[key]
        );
    }
}

/// All lines that a StatsD daemon at this socket hears.
fn listen(socket: UdpSocket) -> Receiver<String> {
    let (tell, heard) = channel();
    std::thread::spawn(move || {
        let mut packet = [0; 65_536];
        while let Ok(length) = socket.recv(&mut packet) {
            let text = String::from_utf8_lossy(&packet[..length]).into_owned();
            if text.lines().any(|line| tell.send(line.to_owned()).is_err()) {
                return;
            }
        }
    });
    heard
}

#[test]
fn every_stream_tells_what_the_results_say() {
    let _machine = together();
    let shop = Shop::start(&["--delay", "sweep:2ms..40ms/200", "--error-rate", "0.05"]);
    let scraped = format!("127.0.0.1:{}", free_port());
    let (prometheus, influx) = (Prometheus::start(&scraped), Influx::start());
    let (grpc, http) = (Collector::start(true), Collector::start(false));
    let daemon = UdpSocket::bind("127.0.0.1:0").unwrap();
    let statsd = daemon.local_addr().unwrap();
    let heard = listen(daemon);
    let outputs = [
        format!("prometheus={scraped}"),
        format!(
            "experimental-prometheus-rw=http://{}/api/v1/write",
            prometheus.address
        ),
        format!("influxdb=http://{}/loads", influx.address),
        format!("opentelemetry=grpc://{}", grpc.address),
        format!("otlp=http://{}/v1/metrics", http.address),
        format!("statsd={statsd}"),
    ];
    let variables = [
        ("K6_PROMETHEUS_RW_PUSH_INTERVAL", "1s"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "x-tenant=shop%20one"),
    ];
    let (ran, summary) = run(&shop, &outputs, &["-u", "20", "-t", "6s"], &variables);
    let end = now();
    let ran = ran.exits(0);
    assert!(!ran.err.contains("output"), "{}", ran.err);
    assert_eq!(summary.counts(), shop.counts());
    for (job, at) in [("", end), ("scraped", end)] {
        check_prometheus(&prometheus, &summary, job, at);
    }
    check_board(&prometheus, end);
    check_influxdb(&influx, &summary);
    let requests = summary.number("/totals/requests") as f64;
    for collector in [&grpc, &http] {
        assert_eq!(collector.total("http_reqs"), requests);
        assert_eq!(collector.total("http_req_duration"), requests);
        assert_eq!(collector.total("http_req_failed"), requests, "by `condition`");
        assert_eq!(collector.header("x-tenant").as_deref(), Some("shop one"));
    }
    let lines = std::iter::from_fn(|| heard.recv_timeout(Duration::from_secs(1)).ok());
    let counted = lines.filter_map(|line| {
        line.strip_prefix("k6.http_reqs:")?
            .strip_suffix("|c")?
            .parse::<f64>()
            .ok()
    });
    assert_eq!(counted.sum::<f64>(), requests);
}

fn check_prometheus(prometheus: &Prometheus, summary: &Summary, job: &str, at: f64) {
    let by = ["method", "name", "status"];
    let reqs = format!("sum by (method, name, status) (k6_http_reqs_total{{job=\"{job}\", testid=\"t1\"}})");
    assert_eq!(
        counts(prometheus.query(&reqs, at, &by)),
        summary.counts(),
        "{job:?}"
    );
    let duration = format!("k6_http_req_duration_seconds{{job=\"{job}\"}}");
    let count = prometheus.number(&format!("histogram_count(sum({duration}))"), at);
    assert_eq!(count, summary.number("/totals/requests") as f64, "{job:?}");
    for (quantile, name) in [(0.5, "p50"), (0.95, "p95"), (0.99, "p99")] {
        let query = format!("histogram_quantile({quantile}, sum({duration}))");
        let (got, truth) = (
            prometheus.number(&query, at),
            summary.number(&format!("/totals/duration/{name}")) as f64 / 1e6,
        );
        assert!(
            (got / truth - 1.0).abs() <= BUCKET,
            "{job:?}: {name} is {got}, not {truth}"
        );
    }
    let query = format!("max by (method, name) (k6_http_req_duration_max{{job=\"{job}\"}})");
    let most = prometheus.query(&query, at, &["method", "name"]);
    assert_near("the largest", &most, &percentiles(summary, "max"), 1e-6);
}

/// Every query of our own board finds something.
fn check_board(prometheus: &Prometheus, at: f64) {
    let text = std::fs::read_to_string(root().join("docs/grafana/wasmswarm.json")).unwrap();
    let board: Value = serde_json::from_str(&text).unwrap();
    let mut queries = Vec::new();
    for panel in board["panels"].as_array().unwrap() {
        for target in panel["targets"].as_array().into_iter().flatten() {
            queries.push(target["expr"].as_str().unwrap().to_owned());
        }
    }
    assert!(queries.len() > 10, "{queries:?}");
    for query in queries {
        let query = query
            .replace("$__rate_interval", "10s")
            .replace("$testid", ".*")
            .replace("$scenario", ".*")
            .replace("$name", ".*");
        assert!(!query.contains('$'), "{query}");
        assert!(prometheus.found(&query, at) > 0, "nothing of {query}");
    }
}

fn check_influxdb(influx: &Influx, summary: &Summary) {
    let by = ["method", "name", "status"];
    let statement =
        "SELECT sum(\"value\") FROM http_reqs WHERE testid = 't1' GROUP BY method, \"name\", status";
    assert_eq!(counts(influx.query("loads", statement, &by)), summary.counts());
    let requests = summary.number("/totals/requests") as f64;
    let all = influx.query("loads", "SELECT sum(\"count\") FROM http_req_duration", &[]);
    assert_eq!(all[&Vec::new()], requests);
    // A handful of requests a second of each series: every one is a point of its own.
    let p95 = influx.query(
        "loads",
        "SELECT percentile(\"value\", 95) FROM http_req_duration",
        &[],
    );
    let truth = summary.number("/totals/duration/p95") as f64 / 1e3;
    assert!(
        (p95[&Vec::new()] / truth - 1.0).abs() < 0.01,
        "{p95:?}, not {truth}"
    );
}

/// A server that takes connections and treats them so; it ends with the process.
fn server(treat: fn(TcpStream)) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || treat(stream));
        }
    });
    address
}

/// Reads, and never says anything.
fn hang(mut stream: TcpStream) {
    while stream.read(&mut [0; 65_536]).is_ok_and(|read| read > 0) {}
}

/// Says more than anybody wants to hear.
fn babble(mut stream: TcpStream) {
    let _ = stream.read(&mut [0; 65_536]);
    let _ = stream.write_all(b"HTTP/1.1 500 No\r\n\r\n");
    for _ in 0..10_000 {
        if stream.write_all(&[b'\x1b'; 65_536]).is_err() {
            return;
        }
    }
}

#[test]
fn a_server_that_takes_nothing_costs_the_run_nothing() {
    let _machine = together();
    let shop = Shop::start(&["--delay", "2ms"]);
    let dead = format!("127.0.0.1:{}", free_port());
    let (silent, talkative) = (server(hang), server(babble));
    let outputs = [
        format!("prometheus-rw=http://me:pa55w0rt@{dead}/api/v1/write"),
        format!("influxdb=http://me:pa55w0rt@{silent}/loads"),
        format!("opentelemetry=http://me:pa55w0rt@{talkative}/v1/metrics"),
        format!("otlp=grpc://me:pa55w0rt@{silent}"),
    ];
    let load = ["-u", "5", "-t", "5s"];
    let (alone, _) = run(&shop, &[], &load, &[]);
    let (ran, summary) = run(&shop, &outputs, &load, &[]);
    // Outputs are waited for at most 10 seconds, all together.
    let longest = alone.took + Duration::from_secs(12);
    let ran = ran.exits(0).within(longest).says_nothing_raw();
    summary.adds_up();
    assert!(!format!("{}{}{}", ran.out, ran.err, summary.0).contains("pa55w0rt"));
    for name in ["prometheus-rw", "influxdb", "opentelemetry"] {
        assert!(ran.err.contains(name), "no word of {name}:\n{}", ran.err);
    }
    let rows = summary.0["outputs"].as_array().unwrap();
    assert_eq!(rows.len(), outputs.len());
    for row in rows {
        assert!(row["failure"].is_string(), "{row}");
        assert!(row["dropped"].as_u64().unwrap() > 0, "{row}");
    }
    for reason in ["refused", "no answer within", "status 500"] {
        assert!(ran.err.contains(reason), "no {reason:?}:\n{}", ran.err);
    }
}

/// The id of the trace that a request was sent with.
fn trace_of(head: &str) -> String {
    let header = head.lines().find_map(|line| line.strip_prefix("traceparent: "));
    let parts: Vec<_> = header
        .unwrap_or_else(|| panic!("none in {head}"))
        .split('-')
        .collect();
    let lengths: Vec<_> = parts.iter().map(|part| part.len()).collect();
    assert_eq!((parts[0], parts[3], lengths), ("00", "01", vec![2, 32, 16, 2]));
    parts[1].to_owned()
}

#[test]
fn the_slowest_requests_are_known_by_the_ids_that_the_server_was_sent() {
    let _machine = together();
    let recorder = Recorder::start();
    let arguments = ["--host", &recorder.url(), "-u", "3", "-i", "60", "--traceparent"];
    let (ran, summary) = run_plugin(&guests::plugin("quickstart"), &arguments);
    ran.exits(0);
    let sent: Vec<_> = recorder.heads().iter().map(|head| trace_of(head)).collect();
    let different: BTreeSet<_> = sent.iter().collect();
    assert_eq!((different.len(), sent.len()), (60, 60), "each has its own");
    let slowest = summary.0["slowest"].as_array().unwrap();
    assert_eq!(slowest.len(), 20);
    let times: Vec<_> = slowest
        .iter()
        .map(|row| row["response"].as_u64().unwrap())
        .collect();
    assert!(times.is_sorted_by(|a, b| a >= b), "{times:?}");
    assert_eq!(times[0], summary.number("/totals/response/max"));
    for row in slowest {
        assert!(sent.iter().any(|id| row["trace_id"] == id.as_str()), "{row}");
    }
}

#[test]
fn an_address_that_is_none_is_refused_before_the_run() {
    let _machine = together();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = format!("prometheus={}", taken.local_addr().unwrap());
    for (output, about) in [
        ("prometheus=nowhere", "ADDRESS:PORT"),
        (taken.as_str(), "nothing can listen at"),
        ("prometheus-rw=127.0.0.1:9090", "http://"),
        ("influxdb=http://127.0.0.1:1?bucket=b", "organization"),
        ("statsd=here", "ADDRESS:PORT"),
    ] {
        let mut command = wasmswarm();
        let plugin = guests::plugin("quickstart");
        command.arg("run").arg(plugin).args([
            "--headless",
            "-i",
            "1",
            "--host",
            "http://127.0.0.1:1",
            "--out",
            output,
        ]);
        Background::start(command).finish().complains(about);
    }
}
