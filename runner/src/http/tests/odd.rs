//! Servers that do what they may, though few do, and requests as people copy them from their browsers.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::server::{Server, Step, raw, reply};
use super::{base, client, get, response, with_net};
use crate::http::{ErrorCode, Hop, HttpSettings, Ignored, RedirectWatch, Request};

/// A server that answers once it has read so many bytes, and then holds the connection or closes it.
async fn hasty(read: usize, answer: &'static str, holds: bool) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("bind");
    let url = format!("http://{}/", listener.local_addr().expect("address"));
    tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut bytes = vec![0; read];
            let _ = socket.read_exact(&mut bytes).await;
            let _ = socket.write_all(answer.as_bytes()).await;
            if holds {
                held.push(socket);
            }
        }
    });
    url
}

#[tokio::test]
async fn an_answer_before_the_request_was_read_is_the_answer() {
    let body = vec![b'x'; 6_000_000];
    for (answer, holds) in [
        (
            "HTTP/1.1 413 Too Large\r\nconnection: close\r\ncontent-length: 4\r\n\r\nmuch",
            true,
        ),
        ("HTTP/1.1 413 Too Large\r\ncontent-length: 4\r\n\r\nmuch", true),
        (
            "HTTP/1.1 401 No\r\ntransfer-encoding: chunked\r\n\r\n4\r\nmuch\r\n0\r\n\r\n",
            true,
        ),
        ("HTTP/1.1 413 Too Large\r\nconnection: close\r\n\r\nmuch", false),
    ] {
        let url = hasty(100, answer, holds).await;
        let mut client = client(&base(&url));
        let request = Request {
            method: "PUT",
            body: &body,
            timeout: Some(Duration::from_secs(20)),
            ..get("/")
        };
        for _ in 0..2 {
            let response = response(client.send(&request).await);
            assert!(matches!(response.status, 401 | 413));
            assert_eq!(response.body(), b"much");
            // What wasn't sent can't be followed by another request.
            assert!(!response.exchange.reused);
            assert!(response.exchange.bytes_sent < body.len() as u64);
        }
    }
}

#[tokio::test]
async fn an_echo_that_begins_early_does_not_end_the_request() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("bind");
    let url = format!("http://{}/", listener.local_addr().expect("address"));
    let length = 3_000_000;
    tokio::spawn(async move {
        let (socket, _) = listener.accept().await.expect("accept");
        let (mut reading, mut writing) = socket.into_split();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(reading.read_u8().await.expect("head"));
        }
        let answer =
            format!("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n");
        writing.write_all(answer.as_bytes()).await.expect("write");
        let _ = tokio::io::copy(&mut reading, &mut writing).await;
    });
    let body: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
    let request = Request {
        method: "POST",
        body: &body,
        ..get("/")
    };
    let response = response(client(&base(&url)).send(&request).await);
    assert!(response.body() == body, "{} bytes", response.body().len());
    assert!(response.exchange.bytes_sent > length as u64);
}

#[tokio::test]
async fn a_body_that_is_not_wanted_may_be_anything() {
    let corrupt = reply("200 OK\r\ncontent-encoding: gzip", "this is no gzip");
    let large = Step::Send(
        [
            b"HTTP/1.1 200 OK\r\nx-a: 1\r\ncontent-length: 3000000\r\n\r\n".to_vec(),
            vec![0; 3_000_000],
        ]
        .concat(),
    );
    let server = Server::start(vec![vec![corrupt, large, reply("200 OK", "end")]]).await;
    let mut client = client(&HttpSettings {
        max_body_bytes: 1000,
        ..base(&server.url())
    });
    let request = Request {
        keep: false,
        ..get("/")
    };
    for received in [15, 3_000_000, 3] {
        let response = response(client.send(&request).await);
        assert_eq!((response.status, response.body()), (200, &b""[..]));
        assert!(
            response
                .header("content-length")
                .is_some_and(|length| *length == *received.to_string())
        );
        assert!(response.exchange.bytes_received > received);
    }
}

#[tokio::test]
async fn headers_that_browsers_send_fail_no_request() {
    let server = Server::start(vec![vec![
        reply("200 OK", ""),
        reply("200 OK", ""),
        reply("200 OK", ""),
    ]])
    .await;
    let mut client = client(&base(&server.url()));
    let owned = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    };
    let browsers = owned(&[
        ("Connection", "keep-alive"),
        ("Content-Length", "3"),
        ("TE", "trailers"),
        ("Upgrade-Insecure-Requests", "1"),
        ("Keep-Alive", "timeout=5"),
    ]);
    let wrong = owned(&[
        ("Transfer-Encoding", "chunked"),
        ("content-length", "99"),
        ("Upgrade", "h2c"),
        ("x-a", "1"),
    ]);
    for (headers, ignored) in [
        (&browsers, ""),
        (&wrong, "upgrade content-length transfer-encoding"),
    ] {
        let request = Request {
            method: "POST",
            headers,
            body: b"abc",
            ..get("/")
        };
        let outcome = client.send(&request).await;
        let names: Vec<_> = Ignored::names(outcome.ignored().bits()).collect();
        assert_eq!(names.join(" "), ignored);
        response(outcome);
    }
    let seen = server.seen();
    assert!(
        seen[0].contains(
            "Upgrade-Insecure-Requests: 1\r\nconnection: te\r\nte: trailers\r\ncontent-length: 3\r\n\r\nabc"
        ),
        "{}",
        seen[0]
    );
    assert!(
        seen[1].contains("x-a: 1\r\ncontent-length: 3\r\n\r\nabc"),
        "{}",
        seen[1]
    );
    for gone in ["chunked", "-length: 99", "h2c", "keep-alive", "timeout=5"] {
        assert!(!seen.iter().any(|seen| seen.contains(gone)), "{gone}");
    }
    assert!(response(client.send(&get("/")).await).exchange.reused);
}

#[tokio::test]
async fn a_connection_that_the_guest_wants_closed_is_closed() {
    let server = Server::start(vec![
        vec![reply("200 OK", ""), reply("200 OK", "")],
        vec![reply("200 OK", "")],
    ])
    .await;
    let mut client = client(&base(&server.url()));
    let headers = [("Connection".to_owned(), "Close".to_owned())];
    let request = Request {
        headers: &headers,
        ..get("/")
    };
    response(client.send(&request).await);
    assert!(server.seen()[0].contains("\r\nconnection: close\r\n"));
    let second = response(client.send(&get("/")).await).exchange;
    assert_eq!((second.reused, second.reconnects), (false, 0));
}

#[tokio::test]
async fn any_token_is_a_method_and_sent_as_it_is() {
    let methods = ["M-SEARCH", "get", "PROPFIND", "X.Y_Z!"];
    let server = Server::start(vec![methods.map(|_| reply("200 OK", "")).to_vec()]).await;
    let mut client = client(&base(&server.url()));
    for method in methods {
        response(client.send(&Request { method, ..get("/") }).await);
        let last = server.seen().pop().expect("a request");
        assert!(last.starts_with(&format!("{method} / HTTP/1.1\r\n")), "{last}");
    }
}

/// Notes hops as they come, and when each next one may begin.
#[derive(Debug, Default)]
struct Paced {
    hops: Mutex<Vec<(String, Instant)>>,
    next: Mutex<Vec<Instant>>,
}

impl RedirectWatch for Paced {
    fn redirected(&self, hop: &Hop) {
        let noted = (format!("{} {}", hop.method, hop.name), Instant::now());
        self.hops.lock().expect("lock").push(noted);
    }

    fn next_at(&self) -> Option<Instant> {
        let at = Instant::now() + Duration::from_millis(30);
        self.next.lock().expect("lock").push(at);
        Some(at)
    }
}

#[tokio::test]
async fn redirects_are_told_as_they_come_and_paced() {
    let to = |path: &str| reply(&format!("302 Found\r\nlocation: {path}"), "");
    let server = Server::start(vec![vec![to("/b"), to("/c"), Step::Silence]]).await;
    let paced = Paced::default();
    let request = Request {
        method: "POST",
        timeout: Some(Duration::from_millis(500)),
        watch: Some(&paced),
        ..get("/a")
    };
    let outcome = client(&base(&server.url())).send(&request).await;
    // The third was never answered: the two before it are known all the same.
    assert_eq!(outcome.result.expect_err("silence").code, ErrorCode::Timeout);
    let noted = paced.hops.lock().expect("lock");
    let names: Vec<_> = noted.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["POST /a", "GET /b"]);
    let next = paced.next.lock().expect("lock");
    assert!(noted[1].1 >= next[0], "the second came before it was due");
    assert_eq!(server.seen().len(), 3);
}

#[tokio::test]
async fn the_operator_bounds_redirects_whatever_a_request_asks_for() {
    for (operator, own, followed) in [
        (None, None, 10),
        (None, Some(u32::MAX), 30),
        (None, Some(20), 20),
        (Some(3), Some(u32::MAX), 3),
        (Some(3), Some(2), 2),
        (Some(40), Some(u32::MAX), 40),
    ] {
        let loops = vec![raw("HTTP/1.1 302 Found\r\nlocation: /\r\ncontent-length: 0\r\n\r\n"); 60];
        let server = Server::start(vec![loops]).await;
        let settings = HttpSettings {
            max_redirects: operator,
            ..base(&server.url())
        };
        let request = Request {
            redirects: own,
            ..get("/")
        };
        let outcome = client(&settings).send(&request).await;
        assert_eq!(
            (outcome.hops.len(), server.seen().len()),
            (followed, followed + 1)
        );
        let why = outcome.stopped.expect("loop");
        let by_operator = why.contains("--max-redirects");
        assert_eq!(by_operator, own.is_none_or(|own| own > followed as u32), "{why}");
        assert_eq!(outcome.result.expect("the last of them").status, 302);
    }
}

#[tokio::test]
async fn several_overrides_of_a_name_are_several_addresses() {
    let server = Server::start(vec![vec![reply("200 OK", "alive")]]).await;
    let port = server.port;
    let settings = with_net(base("http://two.test/"), |net| {
        net.resolve = ["127.0.0.9", "127.0.0.1"]
            .map(|address| format!("two.test={address}:{port}"))
            .to_vec();
    });
    let response = response(client(&settings).send(&get("/")).await);
    assert_eq!(
        (response.body(), response.remote.ip().to_string()),
        (&b"alive"[..], "127.0.0.1".to_owned())
    );
}
