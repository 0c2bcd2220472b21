//! The engine against real sockets. What a single file can prove is tested in that file.

mod cookies;
mod fuzz;
mod odd;
mod plain;
mod reuse;
mod routes;
mod secure;
mod server;
mod streams;

use std::sync::Arc;

use url::Url;

use super::{Client, HttpOutcome, HttpSettings, Request, Response, Transport};
use crate::net::NetSettings;

/// `GET` that keeps everything.
pub(super) fn get(url: &str) -> Request<'_> {
    Request {
        method: "GET",
        url,
        headers: &[],
        body: &[],
        timeout: None,
        redirects: None,
        keep: true,
        jar: super::JarUse::default(),
        watch: None,
    }
}

/// Settings whose base URL is this.
pub(super) fn base(url: &str) -> HttpSettings {
    HttpSettings {
        base: Some(Url::parse(url).expect("url")),
        ..HttpSettings::default()
    }
}

/// The same, but for this about its connections.
pub(super) fn with_net(mut settings: HttpSettings, change: impl FnOnce(&mut NetSettings)) -> HttpSettings {
    change(&mut settings.net);
    settings
}

pub(super) fn transport(settings: &HttpSettings) -> Arc<Transport> {
    Transport::new(settings).expect("settings")
}

pub(super) fn client(settings: &HttpSettings) -> Client {
    Client::new(transport(settings), 0)
}

pub(super) fn response(outcome: HttpOutcome) -> Response {
    outcome.result.expect("response")
}

#[test]
fn futures_and_types_are_send() {
    fn is_send<T: Send>(_: &T) {}
    let mut client = client(&base("http://127.0.0.1/"));
    is_send(&client);
    is_send(&client.send(&get("/")));
    is_send(&client.send_all(&[]));
}

#[test]
fn the_hot_future_is_small() {
    let mut client = client(&base("http://127.0.0.1/"));
    let size = std::mem::size_of_val(&client.send(&get("/")));
    assert!(size <= 1_040, "{size} bytes");
}
