//! Requests, made and measured by the host.
//!
//! ```no_run
//! # use wasmswarm_sdk::prelude::*;
//! # fn task() -> Result {
//! let id = random::range(1..=1000);
//! http::get(format!("/items/{id}")).name("/items/{id}").send()?;
//!
//! let login = http::post("/login").json(&json!({"user": "ann"})).send()?.error_for_status()?;
//! let token = login.json::<Value>()?["token"].to_string();
//! # Ok(()) }
//! ```
//!
//! A URL is absolute, or relative to the run's host, under whose path it then goes: with `--host http://h/api`,
//! `/items` is `http://h/api/items`. A response with a bad status is not an `Err`:
//! the host has already counted it as failed. `Err` means that there is no response.

mod body;
mod error;
mod request;
mod response;
mod statuses;
mod text;

pub use crate::bindings::wasmswarm::scenario::http::{ErrorCode, Timings};
pub use body::{IntoBody, SharedBody, share};
pub use error::{BodyError, Error, StatusError};
pub use request::Request;
pub use response::Response;
pub use statuses::Statuses;

use crate::bindings::wasmswarm::scenario::http as wit;
use crate::cookies;
use std::borrow::Cow;

/// A `GET` request.
pub fn get<'a>(url: impl Into<Cow<'a, str>>) -> Request<'a> {
    request("GET", url)
}

/// A `HEAD` request.
pub fn head<'a>(url: impl Into<Cow<'a, str>>) -> Request<'a> {
    request("HEAD", url)
}

/// A `POST` request.
pub fn post<'a>(url: impl Into<Cow<'a, str>>) -> Request<'a> {
    request("POST", url)
}

/// A `PUT` request.
pub fn put<'a>(url: impl Into<Cow<'a, str>>) -> Request<'a> {
    request("PUT", url)
}

/// A `PATCH` request.
pub fn patch<'a>(url: impl Into<Cow<'a, str>>) -> Request<'a> {
    request("PATCH", url)
}

/// A `DELETE` request.
pub fn delete<'a>(url: impl Into<Cow<'a, str>>) -> Request<'a> {
    request("DELETE", url)
}

/// An `OPTIONS` request.
pub fn options<'a>(url: impl Into<Cow<'a, str>>) -> Request<'a> {
    request("OPTIONS", url)
}

/// A request with any method, in upper case.
pub fn request<'a>(method: &'a str, url: impl Into<Cow<'a, str>>) -> Request<'a> {
    Request::new(method, url.into())
}

/// Sends all requests at once and waits for all; results are in the order of the requests.
///
/// At most 64 at a time. A request that can't be built (its JSON fails) is not sent, and neither
/// are the others: its error is the result of each.
///
/// ```no_run
/// # use wasmswarm_sdk::prelude::*;
/// # fn task() -> Result {
/// for response in http::batch([http::get("/style.css"), http::get("/app.js")]) {
///     check!("asset is there", response?.ok());
/// }
/// # Ok(()) }
/// ```
pub fn batch<'a>(requests: impl IntoIterator<Item = Request<'a>>) -> Vec<Result<Response, Error>> {
    let requests: Vec<Request<'a>> = requests.into_iter().collect();
    if let Some(error) = requests.iter().find_map(Request::build_error) {
        return requests.iter().map(|_| Err(error.clone())).collect();
    }
    let lists: Vec<_> = requests.iter().map(Request::lists).collect();
    let raw: Vec<wit::Request<'_>> = requests
        .iter()
        .zip(&lists)
        .map(|(request, lists)| request.raw(lists))
        .collect();
    cookies::each_using(&requests.iter().map(Request::jar_number).collect::<Vec<_>>());
    let bodies: Vec<u64> = requests.iter().map(Request::body_number).collect();
    let results = wit::send_all_shared(&raw, &bodies);
    requests
        .iter()
        .zip(results)
        .zip(0..)
        .map(|((request, result), index)| request.received(index, result))
        .collect()
}
