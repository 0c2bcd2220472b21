//! Which answer a request gets, and under which route it is counted.

use super::answer::{self, Answer};
use super::catalogue;
use super::sessions::Shop;
use super::tools;
use http::Method;
use http::request::Parts;
use serde_json::json;

const HOME: &str =
    "<!doctype html><title>Shop</title><h1>A small shop</h1><a href=\"/catalogue\">Catalogue</a>\n";

/// An answer and the name of the route that gave it.
pub(super) type Routed = (&'static str, Answer);

/// Answers everything but `/-/`.
pub(super) fn answer(shop: &Shop, request: &Parts, body: &[u8]) -> Routed {
    let method = &request.method;
    match request.uri.path() {
        "/" => only(method, "/", || {
            answer::content(200, "text/html; charset=utf-8", HOME)
        }),
        "/catalogue" => only(method, "/catalogue", || catalogue_page(request)),
        "/search" => only(method, "/search", || search(request)),
        "/login" => (
            "/login",
            if method == Method::POST {
                shop.login(body)
            } else {
                wrong_method()
            },
        ),
        "/cart" => ("/cart", cart(shop, request, body)),
        "/checkout" => (
            "/checkout",
            if method == Method::POST {
                shop.checkout(&request.headers)
            } else {
                wrong_method()
            },
        ),
        "/api/notes" => (
            "/api/notes",
            if method == Method::POST {
                shop.create_note(body)
            } else {
                wrong_method()
            },
        ),
        "/gzip" => only(method, "/gzip", tools::gzipped),
        "/echo" => ("/echo", tools::echo(request, body)),
        path => variable(shop, request, body, path),
    }
}

/// Paths that end in a variable part.
fn variable(shop: &Shop, request: &Parts, body: &[u8], path: &str) -> Routed {
    let method = &request.method;
    let Some((folder, last)) = path.rsplit_once('/') else {
        return unknown();
    };
    match folder {
        "/items" => only(method, "/items/{id}", || item(last)),
        "/api/notes" => ("/api/notes/{id}", note(shop, request, body, last)),
        "/bytes" => only(method, "/bytes/{n}", || tools::bytes(last)),
        "/status" => ("/status/{code}", tools::status(last)),
        "/redirect" => ("/redirect/{n}", tools::redirect(last)),
        _ => unknown(),
    }
}

/// A route that is only read. HEAD gets the same answer; its body isn't sent.
fn only(method: &Method, route: &'static str, answer: impl FnOnce() -> Answer) -> Routed {
    (
        route,
        if method == Method::GET || method == Method::HEAD {
            answer()
        } else {
            wrong_method()
        },
    )
}

fn unknown() -> Routed {
    ("(unknown)", answer::error(404, "no such page"))
}

fn wrong_method() -> Answer {
    answer::error(405, "this route has other methods")
}

fn catalogue_page(request: &Parts) -> Answer {
    let page = query(request, "page")
        .and_then(|text| text.parse().ok())
        .unwrap_or(1);
    answer::json(200, &json!({ "items": catalogue::page(page), "page": page }))
}

fn search(request: &Parts) -> Answer {
    let text = query(request, "q").unwrap_or_default();
    answer::json(200, &json!({ "query": text, "items": catalogue::search(&text) }))
}

fn item(id: &str) -> Answer {
    match id.parse().ok().and_then(catalogue::item) {
        Some(item) => answer::json(200, &item),
        None => answer::error(404, "no such item"),
    }
}

fn cart(shop: &Shop, request: &Parts, body: &[u8]) -> Answer {
    match request.method {
        Method::GET | Method::HEAD => shop.cart(&request.headers),
        Method::POST => shop.add_to_cart(&request.headers, body),
        _ => wrong_method(),
    }
}

fn note(shop: &Shop, request: &Parts, body: &[u8], id: &str) -> Answer {
    match request.method {
        Method::GET | Method::HEAD => shop.read_note(id, query(request, "broken").as_deref() == Some("1")),
        Method::PUT => shop.update_note(id, body),
        Method::DELETE => shop.delete_note(id),
        _ => wrong_method(),
    }
}

fn query(request: &Parts, name: &str) -> Option<String> {
    let query = request.uri.query()?.as_bytes();
    url::form_urlencoded::parse(query)
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}
