//! Connections kept, replaced and shared out.

use std::time::Duration;

use super::server::{Server, Step, raw, reply};
use super::{base, client, get, response};
use crate::http::{ErrorCode, HttpSettings, Request};

fn ok() -> Step {
    reply("200 OK", "x")
}

#[tokio::test]
async fn keeps_a_connection_alive() {
    let server = Server::start(vec![vec![ok(), ok(), Step::Silence]]).await;
    let mut client = client(&base(&server.url()));
    assert!(!response(client.send(&get("/")).await).exchange.reused);
    let second = response(client.send(&get("/")).await).exchange;
    assert!(second.reused);
    assert_eq!((second.timings.blocked, second.timings.connect), (0, 0));
}

#[tokio::test]
async fn a_connection_closed_at_rest_is_replaced() {
    for method in ["GET", "POST"] {
        let server = Server::start(vec![vec![ok()], vec![ok()]]).await;
        let mut client = client(&base(&server.url()));
        response(client.send(&get("/")).await);
        tokio::time::sleep(Duration::from_millis(20)).await;
        let second = response(client.send(&Request { method, ..get("/") }).await).exchange;
        assert_eq!((second.reused, second.reconnects), (false, 1), "{method}");
        assert_eq!(server.seen().len(), 2);
    }
}

#[tokio::test]
async fn a_connection_closed_instead_of_an_answer_is_only_replaced_if_that_is_safe() {
    for (method, code) in [("GET", None), ("POST", Some(ErrorCode::ConnectionClosed))] {
        let server = Server::start(vec![vec![ok(), raw("")], vec![ok()]]).await;
        let mut client = client(&base(&server.url()));
        response(client.send(&get("/")).await);
        let second = client.send(&Request { method, ..get("/") }).await.result;
        assert_eq!(
            second
                .map(|response| response.exchange.reconnects)
                .map_err(|f| f.code)
                .err(),
            code,
            "{method}"
        );
    }
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_not_asked_for_again() {
    let server = Server::start(vec![vec![ok(), raw("HTTP/1.1 200")], vec![ok()]]).await;
    let mut client = client(&base(&server.url()));
    response(client.send(&get("/")).await);
    let failed = client.send(&get("/")).await.result.expect_err("broken off");
    assert_eq!(
        (failed.code, failed.exchange.reconnects),
        (ErrorCode::ConnectionClosed, 0)
    );
}

#[tokio::test]
async fn a_retry_trusts_no_other_connection_at_rest() {
    let server = Server::start(vec![vec![ok()], vec![ok()], vec![ok()]]).await;
    let mut client = client(&base(&server.url()));
    for outcome in client.send_all(&[get("/"), get("/")]).await {
        response(outcome);
    }
    tokio::time::sleep(Duration::from_millis(20)).await;
    let third = response(client.send(&get("/")).await).exchange;
    assert_eq!((third.reused, third.reconnects), (false, 1));
}

#[tokio::test]
async fn a_new_connection_is_not_replaced() {
    let server = Server::start(vec![vec![raw("")], vec![ok()]]).await;
    let failed = client(&base(&server.url()))
        .send(&get("/"))
        .await
        .result
        .expect_err("closed");
    assert_eq!(
        (failed.code, failed.exchange.reconnects),
        (ErrorCode::ConnectionClosed, 0)
    );
}

#[tokio::test]
async fn a_connection_with_surplus_bytes_is_not_used_again() {
    let server = Server::start(vec![
        vec![
            raw("HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nxHTTP/1.1 200"),
            ok(),
        ],
        vec![ok()],
    ])
    .await;
    let mut client = client(&base(&server.url()));
    assert_eq!(response(client.send(&get("/")).await).body(), b"x");
    let second = response(client.send(&get("/")).await).exchange;
    assert_eq!((second.reused, second.reconnects), (false, 0));
}

#[tokio::test]
async fn without_keep_alive_each_request_connects() {
    let server = Server::start(vec![vec![ok(), ok()], vec![ok()]]).await;
    let mut client = client(&HttpSettings {
        keep_alive: false,
        ..base(&server.url())
    });
    for _ in 0..2 {
        assert!(!response(client.send(&get("/")).await).exchange.reused);
    }
    assert!(server.seen()[1].contains("\r\nconnection: close\r\n"));
}

#[tokio::test]
async fn a_client_survives_a_request_that_was_dropped() {
    let server = Server::start(vec![vec![ok(), Step::Silence], vec![ok()]]).await;
    let mut client = client(&base(&server.url()));
    response(client.send(&get("/")).await);
    let dropped = tokio::time::timeout(Duration::from_millis(20), client.send(&get("/"))).await;
    assert!(dropped.is_err());
    assert!(!response(client.send(&get("/")).await).exchange.reused);
}

#[tokio::test]
async fn a_batch_runs_at_once_within_its_bounds() {
    let slow = || {
        Step::Drip(
            vec![vec![]; 20]
                .into_iter()
                .chain([b"HTTP/1.1 204 No\r\n\r\n".to_vec()])
                .collect(),
        )
    };
    let server = Server::start((0..2).map(|_| vec![slow(), slow(), Step::Silence]).collect()).await;
    let client = client(&HttpSettings {
        parallel_per_host: 2,
        ..base(&server.url())
    });
    let requests = [get("/0"), get("/1"), get("/2"), get("http://other.test/")];
    let mut outcomes = client.send_all(&requests).await;
    assert_eq!(
        outcomes.pop().expect("last").result.expect_err("denied").code,
        ErrorCode::HostNotAllowed
    );
    let exchanges: Vec<_> = outcomes
        .into_iter()
        .map(|outcome| response(outcome).exchange)
        .collect();
    assert_eq!(
        exchanges
            .iter()
            .map(|exchange| exchange.reused)
            .collect::<Vec<_>>(),
        [false, false, true]
    );
    assert!(
        exchanges[1].timings.blocked < exchanges[2].timings.blocked,
        "{exchanges:?}"
    );
    assert!(exchanges[2].timings.blocked >= 40_000, "{:?}", exchanges[2]);
    assert_eq!(server.seen().len(), 3);
}

#[tokio::test]
async fn a_batch_times_out_request_by_request() {
    let server = Server::start(vec![vec![Step::Silence], vec![Step::Silence]]).await;
    let client = client(&base(&server.url()));
    let request = Request {
        timeout: Some(Duration::from_millis(30)),
        ..get("/")
    };
    for outcome in client.send_all(&[request, request]).await {
        assert_eq!(outcome.result.expect_err("timeout").code, ErrorCode::Timeout);
    }
}

#[tokio::test]
async fn a_new_life_has_no_connections() {
    let server = Server::start(vec![vec![ok(), ok()], vec![ok()]]).await;
    let mut client = client(&base(&server.url()));
    response(client.send(&get("/")).await);
    client.reset();
    assert!(!response(client.send(&get("/")).await).exchange.reused);
}
