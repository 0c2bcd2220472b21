//! Cookies on the wire: beside those of a request's own, across redirects, of other jars, under the base's path.

use super::server::{Server, Step, reply};
use super::{base, client, get, response};
use crate::http::{HttpSettings, JarUse, Request};

/// The `cookie` fields of what the server has seen, and the targets.
fn seen(server: &Server) -> Vec<(String, Vec<String>)> {
    let parse = |request: String| {
        let target = request.split(' ').nth(1).unwrap_or_default().to_owned();
        let fields = request.lines().filter_map(|line| line.split_once(": "));
        let cookies = fields.filter(|(name, _)| name.eq_ignore_ascii_case("cookie"));
        (target, cookies.map(|(_, value)| value.to_owned()).collect())
    };
    server.seen().into_iter().map(parse).collect()
}

fn ok(times: usize) -> Vec<Step> {
    (0..times).map(|_| reply("200 OK", "")).collect()
}

fn own(value: &str) -> Vec<(String, String)> {
    vec![("Cookie".to_owned(), value.to_owned())]
}

#[tokio::test]
async fn a_requests_own_cookies_come_first_and_outrank_those_of_the_jar() {
    let server = Server::start(vec![ok(4)]).await;
    let mut client = client(&base(&server.url()));
    for text in ["sid=7", "theme=dark"] {
        assert!(client.cookies().set(0, "/", text));
    }
    for headers in [
        own("key=1"),
        own("theme=light; key=1"),
        own("theme=light; sid=8"),
        own(""),
    ] {
        let request = Request {
            headers: &headers,
            ..get("/")
        };
        response(client.send(&request).await);
    }
    let cookies: Vec<_> = seen(&server)
        .into_iter()
        .map(|(_, cookies)| cookies.join("|"))
        .collect();
    let due = [
        "key=1; sid=7; theme=dark",
        "theme=light; key=1; sid=7",
        "theme=light; sid=8",
        "sid=7; theme=dark",
    ];
    assert_eq!(cookies, due);
}

#[tokio::test]
async fn an_operators_cookies_are_joined_too() {
    let server = Server::start(vec![ok(2)]).await;
    let mut client = client(&HttpSettings {
        headers: own("tenant=a"),
        ..base(&server.url())
    });
    response(client.send(&get("/")).await);
    client.cookies().set(0, "/", "sid=7");
    response(client.send(&get("/")).await);
    let cookies: Vec<_> = seen(&server).into_iter().map(|(_, cookies)| cookies).collect();
    assert_eq!(
        cookies,
        [vec!["tenant=a".to_owned()], vec!["tenant=a; sid=7".to_owned()]]
    );
}

#[tokio::test]
async fn what_a_redirect_sets_takes_the_place_of_a_requests_own() {
    let hop = reply("302 Found\r\nlocation: /home\r\nset-cookie: sid=new; Path=/", "");
    let server = Server::start(vec![vec![hop, reply("200 OK", "")]]).await;
    let headers = own("sid=old; lang=en");
    let request = Request {
        headers: &headers,
        ..get("/login")
    };
    response(client(&base(&server.url())).send(&request).await);
    let cookies: Vec<_> = seen(&server)
        .into_iter()
        .map(|(_, cookies)| cookies.join("|"))
        .collect();
    assert_eq!(cookies, ["sid=old; lang=en", "lang=en; sid=new"]);
}

#[tokio::test]
async fn each_request_uses_the_jar_that_it_names() {
    let set = |text: &str| reply(&format!("200 OK\r\nset-cookie: {text}; Path=/"), "");
    let script = vec![set("a=own"), set("a=other"), set("a=lost"), set("a=kept")];
    let server = Server::start(vec![script.into_iter().chain(ok(2)).collect()]).await;
    let mut client = client(&base(&server.url()));
    let jar = client.cookies().make();
    let uses = [
        (0, true),
        (jar, true),
        (JarUse::NONE, true),
        (jar, false),
        (jar, true),
        (0, true),
    ];
    for (jar, sends) in uses {
        let request = Request {
            jar: JarUse { jar, sends },
            ..get("/")
        };
        response(client.send(&request).await);
    }
    let cookies: Vec<_> = seen(&server)
        .into_iter()
        .map(|(_, cookies)| cookies.join("|"))
        .collect();
    assert_eq!(cookies, ["", "", "", "", "a=kept", "a=own"]);
}

#[tokio::test]
async fn relative_urls_lie_under_the_path_of_the_base() {
    let server = Server::start(vec![ok(7)]).await;
    let url = format!("{}api/v0", server.url());
    let mut client = client(&base(&url));
    client.cookies().set(0, "/login", "a=1");
    let absolute = format!("{}top", server.url());
    for url in ["/users", "users/1?x=/y", "?q=1", "", "/a b", "/../up", &absolute] {
        response(client.send(&get(url)).await);
    }
    let due = [
        ("/api/v0/users", "a=1"),
        ("/api/v0/users/1?x=/y", "a=1"),
        ("/api/v0?q=1", "a=1"),
        ("/api/v0", "a=1"),
        ("/api/v0/a%20b", "a=1"),
        ("/api/up", ""),
        ("/top", ""),
    ];
    let seen: Vec<_> = seen(&server)
        .into_iter()
        .map(|(target, cookies)| (target, cookies.join("|")))
        .collect();
    assert_eq!(
        seen,
        due.map(|(target, cookies)| (target.to_owned(), cookies.to_owned()))
    );
}
