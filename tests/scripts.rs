//! Scripts in k6's shape end with the verdict that k6 gives them, counted as the server saw it.

use crate::support::cli::{Ran, run_in, run_plugin, wasmswarm};
use crate::support::summary::Summary;
use crate::support::together;
use serde_json::Value;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

/// A server that answers by the request's target, and remembers what it was asked.
struct Server {
    url: String,
    port: u16,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// `answer` makes the head, without the length, and the body of a target.
    fn start(answer: impl Fn(&str) -> (String, Vec<u8>) + Send + Sync + 'static) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let seen: Arc<Mutex<Vec<String>>> = Arc::default();
        let (noted, answer) = (Arc::clone(&seen), Arc::new(answer));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (noted, answer) = (Arc::clone(&noted), Arc::clone(&answer));
                std::thread::spawn(move || {
                    let mut reader = BufReader::new(stream.try_clone().unwrap());
                    let mut writer = stream;
                    while let Some(line) = request(&mut reader) {
                        let target = line.split(' ').nth(1).unwrap_or_default().to_owned();
                        noted.lock().unwrap().push(line);
                        let (head, body) = answer(&target);
                        let head = format!("{head}content-length: {}\r\n\r\n", body.len());
                        if writer
                            .write_all(head.as_bytes())
                            .and_then(|()| writer.write_all(&body))
                            .is_err()
                        {
                            return;
                        }
                    }
                });
            }
        });
        Server {
            url: format!("http://{address}"),
            port: address.port(),
            seen,
        }
    }

    /// Method and target of all requests so far.
    fn lines(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

/// Reads a request, and gives its method and target.
fn request(reader: &mut impl BufRead) -> Option<String> {
    let (mut first, mut length) = (String::new(), 0);
    reader.read_line(&mut first).ok().filter(|read| *read > 0)?;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
        if line == "\r\n" {
            break;
        }
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
    }
    reader.read_exact(&mut vec![0; length]).ok()?;
    Some(first.rsplit_once(' ')?.0.to_owned())
}

fn ok(head: &str, body: &[u8]) -> (String, Vec<u8>) {
    (format!("HTTP/1.1 200 OK\r\n{head}"), body.to_vec())
}

/// Runs a script whose text is this.
fn run(script: &str, arguments: &[&str]) -> (Ran, Summary) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("script.js");
    std::fs::write(&path, script).unwrap();
    run_plugin(&path, arguments)
}

/// The JSON that a script printed after this word.
fn printed(ran: &Ran, word: &str) -> Value {
    let (_, rest) = ran
        .err
        .split_once(word)
        .unwrap_or_else(|| panic!("no {word} in\n{}", ran.err));
    serde_json::from_str(rest.lines().next().unwrap().trim()).unwrap()
}

fn now_ms() -> f64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs_f64()
        * 1e3
}

#[test]
fn clocks_are_those_of_the_machine() {
    let _machine = together();
    let script = r#"
        import { sleep } from "k6";
        export default function () {
          const [began, date, fine] = [Date.now(), new Date(), performance.now()];
          sleep(0.3);
          const [ended, later, finer] = [Date.now(), new Date(), performance.now()];
          console.log("clocks: " + JSON.stringify({
            began, ended, slept: ended - began, dates: later - date, fine: finer - fine,
            apart: Math.abs(date.getTime() - began), zone: date.getTimezoneOffset(),
            iso: later.toISOString(), parsed: Date.parse(later.toISOString()) - later.getTime(),
            year: new Date(Date.UTC(2024, 1, 29, 12)).toISOString(),
          }));
        }"#;
    let before = now_ms();
    let server = Server::start(|_| ok("", b""));
    let (ran, _) = run(script, &["--host", &server.url, "-i", "1"]);
    let after = now_ms();
    let clocks = printed(&ran.exits(0), "clocks: ");
    let number = |key: &str| {
        clocks[key]
            .as_f64()
            .unwrap_or_else(|| panic!("{key} in {clocks}"))
    };
    assert!(
        before - 1.0 <= number("began") && number("ended") <= after + 1.0,
        "{before} {clocks} {after}"
    );
    for elapsed in ["slept", "dates", "fine"] {
        assert!(
            (298.0..after - before).contains(&number(elapsed)),
            "{elapsed} in {clocks}"
        );
    }
    assert!(
        number("apart") < after - before && number("zone") == 0.0 && number("parsed") == 0.0,
        "{clocks}"
    );
    assert_eq!(clocks["year"], "2024-02-29T12:00:00.000Z");
}

#[test]
fn headers_have_the_names_that_go_writes() {
    let _machine = together();
    let head = "x-trace-ID: a\r\nETAG: b\r\nwww-authenticate: c\r\nX-RateLimit-Reset: d\r\nx_odd.name: e\r\nVary: f\r\nvary: g\r\n";
    let server = Server::start(move |_| ok(head, b""));
    let script = r#"
        import http from "k6/http";
        export default function () {
          const sent = http.get("/", { headers: { "x-own-ID": "1" } });
          console.log("names: " + JSON.stringify([sent.headers, sent.request.headers]));
        }"#;
    let (ran, _) = run(script, &["--host", &server.url, "-i", "1"]);
    let names = printed(&ran.exits(0), "names: ");
    let wanted = serde_json::json!({
        "X-Trace-Id": "a", "Etag": "b", "Www-Authenticate": "c", "X-Ratelimit-Reset": "d", "X_odd.name": "e",
        "Vary": "f, g", "Content-Length": "0",
    });
    assert_eq!(names[0], wanted);
    assert_eq!(names[1], serde_json::json!({ "X-Own-Id": ["1"] }));
}

#[test]
fn a_discarded_body_is_neither_limited_nor_decoded() {
    let _machine = together();
    let server = Server::start(|target| match target {
        "/large" => ok("x-size: large\r\n", &vec![b'x'; 17 << 20]),
        _ => ok(
            "content-encoding: gzip\r\nset-cookie: a=1\r\n",
            b"this is no gzip",
        ),
    });
    let script = r#"
        import http from "k6/http";
        import { check } from "k6";
        export const options = { discardResponseBodies: true };
        export default function () {
          check(http.get("/large"), { large: (r) => r.status === 200 && r.body === null && r.headers["X-Size"] === "large" });
          check(http.get("/odd", { responseType: "none" }), { odd: (r) => r.status === 200 && r.cookies.a[0].value === "1" });
          check(http.get("/odd", { responseType: "text" }), { "but one that is wanted is": (r) => r.status === 0 });
        }"#;
    let (ran, summary) = run(script, &["--host", &server.url, "-i", "1"]);
    ran.exits(0);
    assert_eq!((summary.checks(), server.lines().len()), ((3, 0), 3));
}

#[test]
fn what_cannot_be_sent_is_an_error_that_names_it() {
    let _machine = together();
    let server = Server::start(|_| ok("", b""));
    let script = r#"
        import http from "k6/http";
        import { check, group, sleep } from "k6";
        import { http as own } from "wasmswarm";
        const cases = [
          [() => http.get(undefined), "the URL must be a string, not undefined"],
          [() => http.post(null, "a"), "http.post: the URL must be a string, not null"],
          [() => http.del(7), "http.del: the URL must be a string, not number"],
          [() => own.get(), "the URL must be a string, not undefined"],
          [() => http.request(undefined, "/"), "the method must be a string"],
          [() => http.batch(), "http.batch: a list or an object of requests is needed, not undefined"],
          [() => http.batch([["GET"]]), "the URL must be a string, not undefined"],
          [() => http.post("/", [1, 2]), "an object of the kind Array"],
          [() => http.post("/", () => 1), "not function"],
          [() => own.post("/", { body: { a: 1 } }), "body: a string or an ArrayBuffer is needed, not an object"],
          [() => http.get("/", { headers: "a: b" }), "headers: an object of names and values is needed, not string"],
          [() => check(1), "check: the second argument must be an object"],
          [() => group("g"), "the second argument must be a function"],
          [() => sleep("long"), "sleep: a number of seconds is needed, not string"],
        ];
        export const options = { iterations: cases.length };
        export default function () {
          for (const [act, text] of cases) {
            let said = "nothing";
            try { act(); } catch (error) { said = `${error.name}: ${error.message}`; }
            if (!said.startsWith("TypeError: ") || !said.includes(text)) throw new Error(`${text}? ${said}`);
          }
          http.post("/", new DataView(new Uint8Array([1, 2, 3, 4]).buffer, 1, 2));
          http.post("/", new Uint16Array([1, 2]).subarray(1));
        }"#;
    let (ran, summary) = run(script, &["--host", &server.url, "-i", "1"]);
    let ran = ran.exits(0);
    assert_eq!(summary.number("/totals/iterations/failed"), 0, "{}", ran.err);
    assert_eq!(server.lines(), ["POST /", "POST /"]);
}

#[test]
fn a_script_may_come_from_standard_input() {
    let _machine = together();
    let server = Server::start(|_| ok("", b""));
    let mut command = wasmswarm();
    command.args(["run", "-", "--host", &server.url, "--headless", "-i", "2"]);
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    let script = b"import http from 'k6/http';\nexport default function () { http.get('/piped'); }\n";
    child.stdin.take().unwrap().write_all(script).unwrap();
    let done = child.wait_with_output().unwrap();
    assert_eq!(
        done.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    assert_eq!(server.lines(), ["GET /piped", "GET /piped"]);
}

#[test]
fn a_run_that_a_script_calls_a_failure_ends_with_110() {
    let _machine = together();
    let server = Server::start(|_| ok("", b""));
    let script = r#"
        import http from "k6/http";
        import exec from "k6/execution";
        export default function () { http.get("/"); exec.test.fail("not today"); http.get("/"); }"#;
    let (ran, summary) = run(script, &["--host", &server.url, "-i", "2"]);
    let ran = ran.exits(110);
    assert!(ran.out.contains("not today"), "{}", ran.out);
    assert_eq!(summary.number("/totals/iterations/failed"), 0);
    assert_eq!(server.lines().len(), 4);
}

/// `/hop/N` redirects N times.
fn hops(target: &str) -> (String, Vec<u8>) {
    match target
        .strip_prefix("/hop/")
        .map(|left| left.parse::<u32>().unwrap())
    {
        Some(left) if left > 0 => {
            let head = format!("HTTP/1.1 302 Found\r\nlocation: /hop/{}\r\n", left - 1);
            (head, Vec::new())
        }
        _ => ok("", b"there"),
    }
}

#[test]
fn redirects_are_counted_as_the_server_saw_them() {
    let _machine = together();
    let server = Server::start(hops);
    let script = r#"
        import http from "k6/http";
        import { check } from "k6";
        export const options = { maxRedirects: 3, thresholds: {
          "http_reqs{name:log in}": ["count==3"], "http_reqs{method:POST}": ["count==2"], http_req_failed: ["rate==0"],
        } };
        export default function () {
          check(http.get("/hop/2", { tags: { name: "log in" } }), { there: (r) => r.body === "there" });
          check(http.post("/hop/1", "body"), { "and by GET": (r) => r.status === 200 });
          check(http.get("/hop/9"), { "the last one": (r) => r.status === 302 && r.headers.Location === "/hop/5" && r.error === "" });
          check(http.post("/hop/9", "", { redirects: 0 }), { "not at all": (r) => r.status === 302 });
          const both = http.batch([["GET", "/hop/8", null, { redirects: 1 }], ["GET", "/hop/1"]]);
          check(both, { "in a batch": ([a, b]) => a.status === 302 && a.url.endsWith("/hop/7") && b.status === 200 });
        }"#;
    let (ran, summary) = run(script, &["--host", &server.url, "-i", "1"]);
    ran.exits(0);
    let lines = server.lines();
    assert_eq!(summary.number("/totals/requests") as usize, lines.len());
    assert_eq!(lines.len(), 3 + 2 + 4 + 1 + 2 + 2);
    let posts = lines.iter().filter(|line| line.starts_with("POST ")).count();
    assert_eq!(posts, 2, "{lines:?}");
    assert_eq!(summary.checks(), (5, 0));
}

#[test]
fn the_operators_limit_of_redirects_is_an_error() {
    let _machine = together();
    let server = Server::start(hops);
    let script = r#"
        import http from "k6/http";
        import { check } from "k6";
        export const options = { maxRedirects: 9 };
        export default function () {
          check(http.get("/hop/9"), { told: (r) => r.status === 0 && r.error.startsWith("too-many-redirects") });
        }"#;
    let (ran, summary) = run(
        script,
        &["--host", &server.url, "-i", "1", "--max-redirects", "2"],
    );
    ran.exits(0);
    assert_eq!(server.lines(), ["GET /hop/9", "GET /hop/8", "GET /hop/7"]);
    assert_eq!(
        (
            summary.number("/totals/requests"),
            summary.number("/totals/failures")
        ),
        (3, 1)
    );
    assert_eq!(summary.checks(), (1, 0));
}

#[test]
fn thresholds_on_urls_select_what_k6_selects() {
    let _machine = together();
    let server = Server::start(hops);
    let url = &server.url;
    let script = format!(
        r#"
        import http from "k6/http";
        export const options = {{ thresholds: {{
          "http_reqs{{name:{url}/cart?id=7}}": ["count==2"],
          "http_reqs{{url:{url}/cart}}": ["count==1"],
          "http_req_duration{{url:{url}/hop/0}}": ["max>=0"],
          "http_reqs{{name:{url}/hop/0,status:200}}": ["count==1"],
          "http_reqs{{name:/cart}}": ["count==4"],
          "http_reqs{{url:named}}": ["count==1"],
        }} }};
        export default function () {{
          http.get("{url}/cart?id=7");
          http.get("/cart?id=7");
          http.get("/cart?id=8");
          http.get("{url}/cart");
          http.get("/hop/1");
          http.get("{url}/cart", {{ tags: {{ name: "named" }} }});
        }}"#
    );
    let (ran, summary) = run(&script, &["--host", url, "-i", "1"]);
    ran.exits(0);
    assert_eq!(summary.number("/totals/requests") as usize, server.lines().len());
    let other = script.replace("count==4", "count==5");
    run(&other, &["--host", url, "-i", "1"]).0.exits(99);
}

#[test]
fn negative_values_of_a_trend_count() {
    let _machine = together();
    let server = Server::start(|_| ok("", b""));
    let script = r#"
        import { Trend } from "k6/metrics";
        const drift = new Trend("drift");
        export const options = { thresholds: { drift: ["min==-40", "max==10", "avg==-9", "med==-2", "p(100)==10"] } };
        export default function () { for (const value of [-40, -13, -2, 0, 10]) drift.add(value); }"#;
    run(script, &["--host", &server.url, "-i", "1"]).0.exits(0);
}

#[test]
fn options_that_decide_the_result_are_taken_or_named() {
    let _machine = together();
    let server = Server::start(|_| ok("", b""));
    let script = |options: &str, url: &str| {
        format!(
            r#"import http from "k6/http";
            export const options = {options};
            export default function () {{ const r = http.get("{url}"); if (r.status !== 200) throw new Error(r.error); }}"#
        )
    };
    // Where the host leads is granted already.
    let other = format!("http://api.test:{}/by-name", server.port);
    let hosts = script(
        "{ hosts: { 'api.test': '127.0.0.1' }, insecureSkipTLSVerify: true, batchPerHost: 2 }",
        &other,
    );
    let (ran, summary) = run(&hosts, &["--host", &server.url, "-i", "1"]);
    ran.exits(0);
    assert_eq!(summary.number("/totals/failures"), 0);
    assert_eq!(server.lines(), ["GET /by-name"]);
    // Anything else in private networks isn't.
    for (options, flag) in [
        (
            "{ hosts: { 'api.test': '10.0.0.1' } }",
            "--resolve api.test=10.0.0.1",
        ),
        ("{ tlsAuth: [{ cert: 'a', key: 'b' }] }", "--cert FILE --key FILE"),
        ("{ localIPs: '127.0.0.2' }", "--source-address"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("s.js"), script(options, "/")).unwrap();
        let ran = run_in(folder.path(), &["run", "s.js", "--host", &server.url, "-i", "1"]);
        ran.exits(77).complains(flag);
    }
    let blocked = script("{ blacklistIPs: ['127.0.0.0/8'] }", "/");
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("s.js"), blocked).unwrap();
    run_in(folder.path(), &["run", "s.js", "--host", &server.url, "-i", "1"])
        .exits(104)
        .complains("--block-ip");
    assert_eq!(server.lines().len(), 1, "nothing was sent by those");
}
