//! Redirects, cookies, proxies and address overrides.

use super::server::{Server, Step, raw, reply};
use super::{base, client, get, response, with_net};
use crate::http::{ErrorCode, HttpSettings, Request};

fn to(location: &str) -> Step {
    reply(&format!("302 Found\r\nlocation: {location}"), "")
}

#[tokio::test]
async fn follows_redirects_and_reports_each_hop() {
    let server = Server::start(vec![vec![to("/b?x=1"), to("c"), reply("200 OK", "end")]]).await;
    let headers = [("content-type".to_owned(), "text/plain".to_owned())];
    let request = Request {
        method: "POST",
        url: "/a",
        headers: &headers,
        body: b"body",
        ..get("/")
    };
    let outcome = client(&base(&server.url())).send(&request).await;
    let hops: Vec<_> = outcome
        .hops
        .iter()
        .map(|h| (h.method.as_str(), h.name.as_str(), h.status))
        .collect();
    assert_eq!(hops, [("POST", "/a", 302), ("GET", "/b", 302)]);
    let landing = outcome.landing().expect("redirected");
    assert_eq!((landing.method.as_str(), landing.name.as_str()), ("GET", "/c"));
    let last = response(outcome);
    assert_eq!((last.body(), last.exchange.reused), (&b"end"[..], true));
    assert_eq!(last.final_url(), format!("{}c", server.url()));
    let second = &server.seen()[1];
    assert!(
        second.starts_with("GET /b?x=1 ") && !second.contains("content-"),
        "{second}"
    );
}

#[tokio::test]
async fn returns_a_redirect_that_is_not_to_be_followed() {
    let server = Server::start(vec![vec![to("/b")]]).await;
    let request = Request {
        redirects: Some(0),
        ..get("/")
    };
    let outcome = client(&base(&server.url())).send(&request).await;
    assert!(outcome.hops.is_empty());
    assert_eq!(response(outcome).status, 302);
}

#[tokio::test]
async fn stops_after_the_allowed_number_of_redirects() {
    let server = Server::start(vec![vec![to("/"), to("/"), to("/"), to("/")]]).await;
    let request = Request {
        redirects: Some(2),
        keep: false,
        ..get("/")
    };
    let outcome = client(&base(&server.url())).send(&request).await;
    // Two that were followed, and the one that wasn't.
    assert_eq!((outcome.hops.len(), server.seen().len()), (2, 3));
    let why = outcome.stopped.expect("too many");
    assert!(why.starts_with("more than 2 redirects, the last to"), "{why}");
    let last = outcome.result.expect("the redirect that wasn't followed");
    assert_eq!(last.status, 302);
    assert!(last.exchange.bytes_received > 0);
}

#[tokio::test]
async fn a_redirect_to_a_host_that_is_not_allowed_is_not_followed() {
    let server = Server::start(vec![vec![to("http://evil.test/")]]).await;
    let outcome = client(&base(&server.url())).send(&get("/")).await;
    assert_eq!((outcome.hops.len(), server.seen().len()), (0, 1));
    assert_eq!(
        outcome.result.expect_err("denied").code,
        ErrorCode::HostNotAllowed
    );
}

/// A server at `127.0.0.1`, and a client whose granted names lead there.
async fn misled(scripts: Vec<Vec<Step>>, first: &str) -> (Server, crate::http::Client, u16) {
    let server = Server::start(scripts).await;
    let port = server.port;
    let settings = with_net(base(&format!("http://{first}:{port}/")), |net| {
        net.allow = vec!["shop.test".into(), "*.wild.test".into()];
    });
    let transport = super::transport(&settings);
    for name in ["base.test", "shop.test", "a.wild.test"] {
        transport
            .network
            .remember(name, &["127.0.0.1".parse().expect("address")])
            .await;
    }
    (server, crate::http::Client::new(transport, 0), port)
}

#[tokio::test]
async fn a_name_that_leads_to_this_machine_is_dialled_only_if_the_run_is_for_it() {
    let (server, mut client, port) = misled(vec![vec![reply("200 OK", "")]], "base.test").await;
    for name in ["shop.test", "a.wild.test"] {
        let url = format!("http://{name}:{port}/");
        let failure = client.send(&get(&url)).await.result.expect_err("denied");
        assert_eq!(failure.code, ErrorCode::HostNotAllowed);
        assert!(
            failure.detail.contains("leads to 127.0.0.1"),
            "{}",
            failure.detail
        );
    }
    assert!(server.seen().is_empty());
    response(client.send(&get("/")).await);
}

#[tokio::test]
async fn a_redirect_leads_to_this_machine_no_more_than_a_request() {
    let step = |port: u16| to(&format!("http://shop.test:{port}/secret"));
    let aimed = Server::start(vec![vec![reply("200 OK", "secret")]]).await;
    let (server, mut client, _) = misled(vec![vec![step(aimed.port)]], "base.test").await;
    let outcome = client.send(&get("/")).await;
    assert_eq!(
        outcome.result.expect_err("denied").code,
        ErrorCode::HostNotAllowed
    );
    assert_eq!((server.seen().len(), aimed.seen().len()), (1, 0));
}

#[tokio::test]
async fn a_location_that_is_empty_leads_nowhere() {
    let server = Server::start(vec![vec![to(""), reply("302 Found", "here")]]).await;
    let mut client = client(&base(&server.url()));
    for body in ["", "here"] {
        let outcome = client.send(&get("/")).await;
        assert!(outcome.hops.is_empty());
        let response = response(outcome);
        assert_eq!((response.status, response.body()), (302, body.as_bytes()));
    }
}

#[tokio::test]
async fn a_location_beyond_ascii_is_sent_back_byte_by_byte() {
    let found = |location: &[u8]| {
        let head = [
            b"HTTP/1.1 302 Found\r\ncontent-length: 0\r\nlocation: ",
            location,
            b"\r\n\r\n",
        ];
        Step::Send(head.concat())
    };
    let script = vec![
        found(b"/caf\xe9?q=\xfc"),
        found("/café".as_bytes()),
        found(b"/a b"),
        reply("200 OK", "end"),
    ];
    let server = Server::start(vec![script]).await;
    let outcome = client(&base(&server.url())).send(&get("/")).await;
    let names: Vec<_> = outcome.hops.iter().map(|hop| hop.name.as_str()).collect();
    assert_eq!(names, ["/", "/caf%E9", "/caf%C3%A9"]);
    let end = response(outcome);
    assert!(end.final_url().ends_with("/a%20b"), "{}", end.final_url());
    let asked = server.seen();
    assert!(asked[1].starts_with("GET /caf%E9?q=%FC "), "{}", asked[1]);
}

#[tokio::test]
async fn credentials_do_not_follow_to_another_origin() {
    let other = Server::start(vec![vec![reply("200 OK", "")]]).await;
    let server = Server::start(vec![vec![to(&other.url())]]).await;
    let settings = with_net(base(&server.url()), |net| net.allow = vec!["127.0.0.1".into()]);
    let headers = [
        ("Authorization".to_owned(), "Bearer x".to_owned()),
        ("x-a".to_owned(), "1".to_owned()),
    ];
    response(
        client(&settings)
            .send(&Request {
                headers: &headers,
                ..get("/")
            })
            .await,
    );
    assert!(server.seen()[0].contains("Bearer x"));
    assert!(!other.seen()[0].contains("Bearer x") && other.seen()[0].contains("x-a: 1"));
}

#[tokio::test]
async fn returns_cookies_unless_told_not_to() {
    for cookies in [true, false] {
        let set = reply("200 OK\r\nset-cookie: a=1\r\nset-cookie: b=2; Path=/", "");
        let server = Server::start(vec![vec![set, reply("200 OK", "")]]).await;
        let mut client = client(&HttpSettings {
            cookies,
            ..base(&server.url())
        });
        response(
            client
                .send(&Request {
                    keep: false,
                    ..get("/")
                })
                .await,
        );
        response(client.send(&get("/")).await);
        let second = &server.seen()[1];
        assert_eq!(
            second.contains("a=1") && second.contains("b=2"),
            cookies,
            "{second}"
        );
    }
}

#[tokio::test]
async fn overrides_change_the_address_but_not_the_name() {
    let server = Server::start(vec![vec![reply("200 OK", "")]]).await;
    let resolve = vec![format!("api.test=127.0.0.1:{}", server.port)];
    let settings = with_net(base("http://api.test/"), |net| net.resolve = resolve);
    let response = response(client(&settings).send(&get("/")).await);
    assert_eq!(response.remote.port(), server.port);
    assert!(server.seen()[0].contains("\r\nhost: api.test\r\n"));
}

#[tokio::test]
async fn asks_a_proxy_for_whole_urls() {
    let proxy = Server::start(vec![vec![reply("200 OK", "")]]).await;
    let settings = with_net(base("http://api.test/"), |net| {
        net.proxy = Some(format!("http://u:p@127.0.0.1:{}", proxy.port));
    });
    response(client(&settings).send(&get("/a")).await);
    let seen = &proxy.seen()[0];
    assert!(
        seen.starts_with("GET http://api.test/a HTTP/1.1\r\nhost: api.test\r\n"),
        "{seen}"
    );
    assert!(seen.contains("\r\nproxy-authorization: Basic dTpw\r\n"), "{seen}");
}

#[tokio::test]
async fn a_proxy_that_refuses_a_tunnel_is_a_proxy_error() {
    let proxy = Server::start(vec![vec![raw("HTTP/1.1 403 No\r\ncontent-length: 0\r\n\r\n")]]).await;
    let settings = with_net(base("https://api.test/"), |net| net.proxy = Some(proxy.url()));
    let failure = client(&settings)
        .send(&get("/"))
        .await
        .result
        .expect_err("refused");
    assert_eq!(failure.code, ErrorCode::Proxy);
    assert!(failure.detail.contains("403"), "{}", failure.detail);
    assert!(proxy.seen()[0].starts_with("CONNECT api.test:443 HTTP/1.1\r\nhost: api.test:443\r\n"));
}

#[tokio::test]
async fn connects_from_the_source_address_of_the_vu() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("bind");
    let url = format!("http://{}/", listener.local_addr().expect("address"));
    let sources = vec![
        "127.0.0.2".parse().expect("address"),
        "127.0.0.3".parse().expect("address"),
    ];
    let shared = super::transport(&with_net(base(&url), |net| net.source_addresses = sources));
    for (vu, source) in [(0, "127.0.0.2"), (1, "127.0.0.3"), (2, "127.0.0.2")] {
        let mut client = crate::http::Client::new(shared.clone(), vu);
        let sending = tokio::spawn(async move { client.send(&get("/")).await.result.is_ok() });
        let (_, peer) = listener.accept().await.expect("accept");
        assert_eq!(peer.ip().to_string(), source);
        sending.abort();
    }
}
