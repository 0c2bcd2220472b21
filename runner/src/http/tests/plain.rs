//! Single exchanges: what is sent, what is read, what is measured, how they fail.

use std::time::Duration;

use super::server::{Server, Step, raw, reply};
use super::{base, client, get, response, with_net};
use crate::http::{ErrorCode, Request};

async fn failure(step: Step) -> ErrorCode {
    let server = Server::start(vec![vec![step]]).await;
    let outcome = client(&base(&server.url())).send(&get("/")).await;
    outcome.result.expect_err("failure").code
}

#[tokio::test]
async fn sends_a_request_as_it_was_asked_for() {
    let server = Server::start(vec![vec![reply("200 OK", "hello")]]).await;
    let headers = [
        ("X-A".to_owned(), "1".to_owned()),
        ("User-Agent".to_owned(), "mine".to_owned()),
    ];
    let request = Request {
        method: "POST",
        url: "/p?q=1",
        headers: &headers,
        body: b"body",
        ..get("/")
    };
    let response = response(client(&base(&server.url())).send(&request).await);
    assert_eq!((response.status, response.body()), (200, &b"hello"[..]));
    let expected = format!(
        "POST /p?q=1 HTTP/1.1\r\nhost: 127.0.0.1:{}\r\naccept-encoding: gzip, deflate, br, zstd\r\n\
         X-A: 1\r\nUser-Agent: mine\r\ncontent-length: 4\r\n\r\nbody",
        server.port
    );
    assert_eq!(server.seen(), [expected.as_str()]);
    assert_eq!(response.exchange.bytes_sent, expected.len() as u64);
    assert_eq!(
        response.exchange.bytes_received,
        "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello".len() as u64
    );
    assert_eq!(
        response.final_url(),
        format!("http://127.0.0.1:{}/p?q=1", server.port)
    );
    assert_eq!(response.header("Content-LENGTH").as_deref(), Some("5"));
}

#[tokio::test]
async fn a_url_that_needs_parsing_arrives_in_normal_form() {
    let server = Server::start(vec![vec![reply("200 OK", "")]]).await;
    let url = format!("HTTP://user:pass@127.1:{}/a/../b c#fragment", server.port);
    response(client(&base(&server.url())).send(&get(&url)).await);
    let seen = server.seen().remove(0);
    assert!(seen.starts_with("GET /b%20c HTTP/1.1\r\n"), "{seen}");
    assert!(
        seen.contains("\r\nauthorization: Basic dXNlcjpwYXNz\r\n"),
        "{seen}"
    );
}

#[tokio::test]
async fn a_large_body_arrives_whole() {
    let server = Server::start(vec![vec![reply("200 OK", "")]]).await;
    let body = vec![b'x'; 5 * 1024 * 1024];
    let request = Request {
        method: "PUT",
        body: &body,
        ..get("/")
    };
    let response = response(client(&base(&server.url())).send(&request).await);
    let seen = server.seen().remove(0);
    assert_eq!(seen.matches('x').count(), body.len());
    assert_eq!(response.exchange.bytes_sent, seen.len() as u64);
}

#[tokio::test]
async fn reads_a_response_that_drips() {
    let wire = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
    let server = Server::start(vec![vec![Step::Drip(
        wire.iter().map(|&byte| vec![byte]).collect(),
    )]])
    .await;
    let response = response(client(&base(&server.url())).send(&get("/")).await);
    assert_eq!(response.body(), b"abc");
    assert!(
        response.exchange.timings.receiving >= 20_000,
        "{:?}",
        response.exchange.timings
    );
    assert_eq!(response.exchange.bytes_received, wire.len() as u64);
}

#[tokio::test]
async fn measures_the_time_to_the_first_byte() {
    let pieces = vec![b"".to_vec(); 20]
        .into_iter()
        .chain([b"HTTP/1.1 204 No Content\r\n\r\n".to_vec()])
        .collect();
    let server = Server::start(vec![vec![Step::Drip(pieces)]]).await;
    let outcome = client(&base(&server.url())).send(&get("/")).await;
    let ended = outcome.ended();
    let exchange = response(outcome).exchange;
    assert!(exchange.timings.waiting >= 40_000, "{exchange:?}");
    assert_eq!(exchange.timings.receiving, 0);
    let t = exchange.timings;
    let sum = u64::from(t.blocked + t.dns + t.connect + t.tls) + t.duration_us();
    assert_eq!(
        u128::from(sum),
        ended.duration_since(exchange.started).as_micros()
    );
}

#[tokio::test]
async fn decodes_a_kept_body_only() {
    let body = zstd::stream::encode_all(&b"hello"[..], 1).expect("zstd");
    let mut wire = format!(
        "HTTP/1.1 200 OK\r\ncontent-encoding: zstd\r\ncontent-length: {}\r\n\r\n",
        body.len()
    )
    .into_bytes();
    wire.extend(&body);
    let bad = raw("HTTP/1.1 200 OK\r\ncontent-encoding: zstd\r\ncontent-length: 3\r\n\r\nbad");
    let server = Server::start(vec![vec![Step::Send(wire), bad.clone(), bad]]).await;
    let mut client = client(&base(&server.url()));
    assert_eq!(response(client.send(&get("/")).await).body(), b"hello");
    let dropped = response(
        client
            .send(&Request {
                keep: false,
                ..get("/")
            })
            .await,
    );
    assert_eq!((dropped.body(), dropped.headers().count()), (&b""[..], 2));
    assert_eq!(
        client.send(&get("/")).await.result.expect_err("corrupt").code,
        ErrorCode::Decode
    );
}

#[tokio::test]
async fn a_part_of_a_compressed_body_is_left_as_it_is() {
    let part = raw("HTTP/1.1 206 Partial\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\npart");
    let server = Server::start(vec![vec![part]]).await;
    let response = response(client(&base(&server.url())).send(&get("/")).await);
    assert_eq!((response.body(), response.is_decoded()), (&b"part"[..], false));
}

#[tokio::test]
async fn names_what_the_server_did_wrong() {
    assert_eq!(failure(raw("")).await, ErrorCode::ConnectionClosed);
    assert_eq!(
        failure(raw("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhel")).await,
        ErrorCode::ConnectionClosed
    );
    assert_eq!(failure(raw("220 smtp ready\r\n")).await, ErrorCode::Protocol);
}

#[tokio::test]
async fn times_out_and_says_how_long_it_waited() {
    let server = Server::start(vec![vec![Step::Silence]]).await;
    let request = Request {
        timeout: Some(Duration::from_millis(50)),
        ..get("/")
    };
    let outcome = client(&base(&server.url())).send(&request).await;
    let ended = outcome.ended();
    let failure = outcome.result.expect_err("timeout");
    assert_eq!(failure.code, ErrorCode::Timeout);
    assert!(ended.duration_since(failure.exchange.started) >= Duration::from_millis(50));
    assert!(
        failure.exchange.timings.waiting > 0,
        "{:?}",
        failure.exchange.timings
    );
    assert!(failure.exchange.bytes_sent > 0);
}

#[tokio::test]
async fn names_what_keeps_it_from_connecting() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0")
        .and_then(|l| l.local_addr())
        .expect("port");
    let mut client = client(&with_net(base(&format!("http://{closed}/")), |net| {
        net.allow = vec!["no-such-name.invalid".into()];
    }));
    for (url, code) in [
        ("/", ErrorCode::ConnectionRefused),
        ("http://no-such-name.invalid/", ErrorCode::Dns),
        ("http://other.invalid/", ErrorCode::HostNotAllowed),
        ("http://", ErrorCode::InvalidUrl),
        ("file:///etc/passwd", ErrorCode::InvalidUrl),
    ] {
        assert_eq!(
            client.send(&get(url)).await.result.expect_err(url).code,
            code,
            "{url}"
        );
    }
}

#[tokio::test]
async fn refuses_what_a_guest_may_not_send() {
    let server = Server::start(vec![]).await;
    let mut client = client(&base(&server.url()));
    let host = [("host".to_owned(), "evil.test".to_owned())];
    let split = [("x".to_owned(), "a\r\nb: c".to_owned())];
    for request in [
        Request {
            headers: &host,
            ..get("/")
        },
        Request {
            headers: &split,
            ..get("/")
        },
        Request {
            method: "G ET",
            ..get("/")
        },
        Request {
            method: "CONNECT",
            ..get("/")
        },
    ] {
        assert_eq!(
            client.send(&request).await.result.expect_err("refused").code,
            ErrorCode::InvalidRequest
        );
    }
}
