//! The target over real connections.

use super::*;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

fn ask(target: &RunningShop, request: &str) -> String {
    let mut stream = TcpStream::connect(target.addr).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

fn get(target: &RunningShop, path: &str) -> String {
    ask(
        target,
        &format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"),
    )
}

fn send(target: &RunningShop, method: &str, path: &str, extra: &str, body: &str) -> String {
    let length = body.len();
    let head = format!("{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{extra}");
    ask(target, &format!("{head}content-length: {length}\r\n\r\n{body}"))
}

fn status(answer: &str) -> u16 {
    answer[9..12].parse().unwrap()
}

fn body(answer: &str) -> serde_json::Value {
    serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
}

#[test]
fn sells_what_was_put_into_the_cart() {
    let target = start(Options::default()).unwrap();
    assert_eq!(
        status(&send(&target, "POST", "/cart", "", r#"{"item":1,"quantity":2}"#)),
        401
    );
    assert_eq!(
        status(&send(
            &target,
            "POST",
            "/login",
            "",
            r#"{"user":"a","password":"wrong"}"#
        )),
        401
    );
    let login = send(&target, "POST", "/login", "", r#"{"user":"a","password":"b"}"#);
    let token = body(&login)["token"].as_str().unwrap().to_owned();
    assert!(
        login.contains(&format!("set-cookie: session={token};")),
        "{login}"
    );
    let bearer = format!("authorization: Bearer {token}\r\n");
    assert_eq!(status(&send(&target, "POST", "/checkout", &bearer, "")), 409);
    let cart = send(&target, "POST", "/cart", &bearer, r#"{"item":1,"quantity":2}"#);
    assert_eq!(
        (status(&cart), body(&cart)["total_cents"].as_u64()),
        (201, Some(16_236))
    );
    let cookie = format!("cookie: a=b; session={token}\r\n");
    let order = send(&target, "POST", "/checkout", &cookie, "");
    assert_eq!(
        (status(&order), body(&order)["total_cents"].as_u64()),
        (201, Some(16_236))
    );
}

#[test]
fn keeps_notes_until_they_are_deleted() {
    let target = start(Options::default()).unwrap();
    let created = send(&target, "POST", "/api/notes", "", r#"{"text":"one"}"#);
    let path = format!("/api/notes/{}", body(&created)["id"]);
    assert!(created.contains(&format!("location: {path}\r\n")), "{created}");
    assert_eq!(status(&send(&target, "PUT", &path, "", r#"{"text":"two"}"#)), 200);
    assert_eq!(body(&get(&target, &path))["text"], "two");
    let broken = get(&target, &format!("{path}?broken=1"));
    assert_eq!(
        (status(&broken), &body(&broken)["error"]),
        (200, &"storage offline".into())
    );
    assert_eq!(status(&send(&target, "DELETE", &path, "", "")), 204);
    assert_eq!(status(&get(&target, &path)), 404);
}

#[test]
fn answers_every_tool_route() {
    let target = start(Options::default()).unwrap();
    for (path, expected) in [
        ("/", 200),
        ("/catalogue?page=2", 200),
        ("/items/1000", 200),
        ("/items/1001", 404),
        ("/search?q=teal%20lamp", 200),
        ("/redirect/2", 302),
        ("/redirect/0", 200),
        ("/bytes/100000", 200),
        ("/bytes/x", 400),
        ("/status/418", 418),
        ("/status/204", 204),
        ("/echo", 200),
        ("/nowhere", 404),
        ("/login", 405),
    ] {
        assert_eq!(status(&get(&target, path)), expected, "{path}");
    }
    assert_eq!(
        get(&target, "/bytes/5").split_once("\r\n\r\n").unwrap().1,
        "xxxxx"
    );
}

#[test]
fn counts_what_it_answered_and_nothing_else() {
    let target = start(Options {
        threads: 2,
        ..Options::default()
    })
    .unwrap();
    for _ in 0..20 {
        get(&target, "/items/7");
    }
    send(&target, "POST", "/echo", "", "12345");
    let shown = body(&get(&target, "/-/counters"));
    let counters = target.counters();
    assert_eq!(counters.total, 21);
    assert_eq!(shown["by"], serde_json::to_value(&counters.by).unwrap());
    let rows: Vec<_> = counters
        .by
        .iter()
        .map(|r| (&*r.method, &*r.route, r.status, r.count))
        .collect();
    assert_eq!(rows, [("GET", "/items/{id}", 200, 20), ("POST", "/echo", 200, 1)]);
    assert_eq!(counters.by[1].bytes_in, 5);
    assert_eq!(counters.accepted, 22);
    assert_eq!(status(&send(&target, "POST", "/-/reset", "", "")), 204);
    assert_eq!(target.counters().total, 0);
}

#[test]
fn fails_the_same_requests_for_the_same_seed() {
    let failed = || {
        let target = start(Options {
            error_rate: 0.3,
            seed: 9,
            ..Options::default()
        })
        .unwrap();
        (0..100).filter(|_| status(&get(&target, "/")) == 500).count()
    };
    let first = failed();
    assert!((15..45).contains(&first), "{first}");
    assert_eq!(first, failed());
}

#[test]
fn holds_answers_back_for_the_delay_and_little_more() {
    let delay = Duration::from_millis(20);
    let target = start(Options {
        delay: Delay::Constant(delay),
        ..Options::default()
    })
    .unwrap();
    let mut lengths: Vec<_> = (0..50)
        .map(|_| {
            let start = Instant::now();
            get(&target, "/");
            start.elapsed()
        })
        .collect();
    lengths.sort();
    assert!(lengths[0] >= delay, "{:?}", lengths[0]);
    assert!(
        lengths[25] < delay + Duration::from_millis(1),
        "median {:?}",
        lengths[25]
    );
}

#[test]
fn refuses_addresses_that_others_can_reach() {
    for listen in ["0.0.0.0:0", "192.0.2.1:80", "[::]:0"] {
        let error = start(Options {
            listen: listen.parse().unwrap(),
            ..Options::default()
        })
        .unwrap_err();
        assert!(error.to_string().contains("loopback"), "{error}");
    }
}

#[test]
fn frees_the_port_when_it_is_stopped() {
    let target = start(Options::default()).unwrap();
    let addr = target.addr;
    target.stop();
    assert!(TcpStream::connect(addr).is_err());
}

#[test]
fn speaks_http2_with_prior_knowledge() {
    let target = start(Options::default()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let status = runtime.block_on(async {
        let io = hyper_util::rt::TokioIo::new(tokio::net::TcpStream::connect(target.addr).await.unwrap());
        let executor = hyper_util::rt::TokioExecutor::new();
        let (mut sender, connection) = hyper::client::conn::http2::handshake(executor, io).await.unwrap();
        tokio::spawn(connection);
        let uri = format!("http://{}/items/3", target.addr);
        let request = http::Request::get(uri)
            .body(http_body_util::Empty::<bytes::Bytes>::new())
            .unwrap();
        sender.send_request(request).await.unwrap().status()
    });
    assert_eq!(status, 200);
    assert_eq!(target.counters().total, 1);
}

#[test]
fn so_many_workers_bear_what_they_bear() {
    let target = start(Options {
        delay: Delay::Constant(Duration::from_millis(40)),
        servers: Some(2),
        ..Options::default()
    })
    .unwrap();
    let begun = Instant::now();
    std::thread::scope(|scope| {
        (0..6).for_each(|_| drop(scope.spawn(|| assert_eq!(status(&get(&target, "/")), 200))));
    });
    assert!(begun.elapsed() >= Duration::from_millis(120));
}

#[test]
fn workers_that_take_no_time_or_are_none_are_refused() {
    let options = |delay, servers| Options {
        delay,
        servers: Some(servers),
        ..Options::default()
    };
    let second = Delay::Constant(Duration::from_secs(1));
    for wrong in [
        options(Delay::None, 1),
        options(second, 0),
        options(second, usize::MAX),
    ] {
        assert!(start(wrong).is_err());
    }
}
