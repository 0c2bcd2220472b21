//! Requests and responses.

use super::nothing;
use crate::bindings::wasmswarm::scenario::http::{
    self, ErrorCode, KeepPolicy, RedirectPolicy, Request, Response,
};
use crate::value::{Answer, Bytes, Call, Elements, Pairs, Text, Thrown, bool, count};
use rquickjs::{Ctx, qjs};
use std::cell::Cell;

/// Names of properties, made once.
#[derive(Clone, Copy)]
struct Names {
    response: [qjs::JSAtom; 4],
    timings: [qjs::JSAtom; 7],
}

thread_local! {
    static NAMES: Cell<Names> = const { Cell::new(Names { response: [0; 4], timings: [0; 7] }) };
}

/// Makes the names that results need.
pub(super) fn prepare(context: &Ctx<'_>) {
    // SAFETY: the context lives on after this call.
    let js = unsafe { crate::value::Js::new(context.as_raw()) };
    NAMES.set(Names {
        response: ["id", "status", "ok", "duration"].map(|name| js.atom(name)),
        timings: [
            "blocked",
            "dns",
            "connect",
            "tls",
            "sending",
            "waiting",
            "receiving",
        ]
        .map(|name| js.atom(name)),
    });
}

/// What was given for a request, held while it is sent.
struct Given {
    method: Text,
    url: Text,
    headers: Pairs,
    name: Text,
    tags: Pairs,
    timeout: u64,
    redirects: RedirectPolicy,
    expected: Vec<(u16, u16)>,
    keep: KeepPolicy,
}

impl Given {
    /// All but the body.
    fn read(call: &Call<'_>) -> Result<Given, Thrown> {
        Ok(Given {
            method: call.text(0)?,
            url: call.text(1)?,
            headers: call.pairs(2)?,
            name: call.text(4)?,
            tags: call.pairs(5)?,
            timeout: call.count(6)?,
            redirects: redirects(call)?,
            expected: expected(call)?,
            keep: if call.is_true(9) {
                KeepPolicy::All
            } else {
                KeepPolicy::Nothing
            },
        })
    }

    fn request<'a>(
        &'a self,
        headers: &'a [(&'a str, &'a str)],
        tags: &'a [(&'a str, &'a str)],
        body: &'a Bytes,
    ) -> Request<'a> {
        Request {
            method: &self.method,
            url: &self.url,
            headers,
            body,
            name: &self.name,
            tags,
            timeout: self.timeout,
            redirects: self.redirects,
            expected: &self.expected,
            keep: self.keep,
        }
    }
}

fn redirects(call: &Call<'_>) -> Result<RedirectPolicy, Thrown> {
    if crate::value::is_absent(call.at(7)) {
        return Ok(RedirectPolicy::Inherit);
    }
    Ok(match call.number(7)? {
        given if given <= -2.0 => RedirectPolicy::Inherit,
        given if given < 0.0 => RedirectPolicy::None,
        given => RedirectPolicy::Follow(given as u32),
    })
}

fn expected(call: &Call<'_>) -> Result<Vec<(u16, u16)>, Thrown> {
    let mut ranges = Vec::new();
    for range in Elements::of(call.js, call.at(8))?.values() {
        let range = Elements::of(call.js, *range)?;
        let range = range.as_call();
        ranges.push((range.number(0)? as u16, range.number(1)? as u16));
    }
    Ok(ranges)
}

/// Stands for a request's own body among the numbers of shared ones.
const OWN_BODY: u64 = u64::MAX;

/// The number of the body that the host has; `OWN_BODY` if there is none.
fn shared(call: &Call<'_>) -> Result<u64, Thrown> {
    if crate::value::is_absent(call.at(10)) {
        return Ok(OWN_BODY);
    }
    call.count(10)
}

pub(super) fn send(call: &Call<'_>) -> Answer {
    let given = Given::read(call)?;
    let shared = shared(call)?;
    // Last, for nothing may run between taking the bytes and sending them.
    let body = call.bytes(3)?;
    let (headers, tags) = (given.headers.borrowed(), given.tags.borrowed());
    let request = given.request(&headers, &tags, &body);
    let result = match shared {
        OWN_BODY => http::send(request),
        number => http::send_shared(request, number),
    };
    answer(call, result)
}

/// The number under which the host has a body from now on; undefined if it has no room for it.
pub(super) fn share_body(call: &Call<'_>) -> Answer {
    match http::share_body(&call.bytes(0)?) {
        Ok(number) => Ok(count(number)),
        Err(_) => nothing(),
    }
}

pub(super) fn failure(call: &Call<'_>) -> Answer {
    call.js.text(&http::failure(call.count(0)? as u32))
}

pub(super) fn send_all(call: &Call<'_>) -> Answer {
    let elements = Elements::of(call.js, call.at(0))?;
    let mut arguments = Vec::new();
    let mut all = Vec::new();
    for element in elements.values() {
        let of_one = Elements::of(call.js, *element)?;
        all.push(Given::read(&of_one.as_call())?);
        arguments.push(of_one);
    }
    let (mut bodies, mut shared_bodies) = (Vec::new(), Vec::new());
    for of_one in &arguments {
        shared_bodies.push(shared(&of_one.as_call())?);
    }
    for of_one in &arguments {
        bodies.push(of_one.as_call().bytes(3)?);
    }
    let pairs: Vec<_> = all
        .iter()
        .map(|given| (given.headers.borrowed(), given.tags.borrowed()))
        .collect();
    let requests: Vec<_> = all
        .iter()
        .zip(&bodies)
        .zip(&pairs)
        .map(|((given, body), (headers, tags))| given.request(headers, tags, body))
        .collect();
    let mut results = Vec::with_capacity(requests.len());
    for result in http::send_all_shared(&requests, &shared_bodies) {
        results.push(answer(call, result)?);
    }
    call.js.array(&results)
}

fn answer(call: &Call<'_>, result: Result<Response, ErrorCode>) -> Answer {
    match result {
        Ok(response) => object(call, &response),
        Err(code) => call.js.text(name_of(code)),
    }
}

fn object(call: &Call<'_>, response: &Response) -> Answer {
    let values = [
        count(response.id),
        count(u64::from(response.status)),
        bool(response.ok),
        count(response.duration),
    ];
    call.js.object(&NAMES.get().response, values)
}

pub(super) fn last_redirect(call: &Call<'_>) -> Answer {
    match http::last_redirect(call.count(0)? as u32) {
        Some(response) => object(call, &response),
        None => nothing(),
    }
}

fn name_of(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::InvalidUrl => "invalid-url",
        ErrorCode::InvalidRequest => "invalid-request",
        ErrorCode::HostNotAllowed => "host-not-allowed",
        ErrorCode::Dns => "dns",
        ErrorCode::ConnectionRefused => "connection-refused",
        ErrorCode::Connect => "connect",
        ErrorCode::Tls => "tls",
        ErrorCode::Certificate => "certificate",
        ErrorCode::Timeout => "timeout",
        ErrorCode::ConnectionClosed => "connection-closed",
        ErrorCode::Protocol => "protocol",
        ErrorCode::ResponseTooLarge => "response-too-large",
        ErrorCode::Decode => "decode",
        ErrorCode::TooManyRedirects => "too-many-redirects",
        ErrorCode::Proxy => "proxy",
        ErrorCode::Exhausted => "exhausted",
        ErrorCode::Interrupted => "interrupted",
    }
}

pub(super) fn body(call: &Call<'_>) -> Answer {
    call.js.array_buffer(&http::body(call.count(0)?))
}

pub(super) fn body_text(call: &Call<'_>) -> Answer {
    call.js.lossy_text(&http::body(call.count(0)?))
}

pub(super) fn body_json(call: &Call<'_>) -> Answer {
    call.js.json(http::body(call.count(0)?))
}

pub(super) fn header(call: &Call<'_>) -> Answer {
    match http::header(call.count(0)?, &call.text(1)?) {
        Some(value) => call.js.text(&value),
        None => nothing(),
    }
}

pub(super) fn headers(call: &Call<'_>) -> Answer {
    call.js.pairs(&http::headers(call.count(0)?))
}

pub(super) fn timings(call: &Call<'_>) -> Answer {
    let times = http::get_timings(call.count(0)?);
    let values = [
        count(times.blocked),
        count(times.dns),
        count(times.connect),
        count(times.tls),
        count(times.sending),
        count(times.waiting),
        count(times.receiving),
    ];
    call.js.object(&NAMES.get().timings, values)
}

pub(super) fn remote_address(call: &Call<'_>) -> Answer {
    call.js.text(&http::remote_address(call.count(0)?))
}

pub(super) fn final_url(call: &Call<'_>) -> Answer {
    call.js.text(&http::final_url(call.count(0)?))
}

pub(super) fn pass(call: &Call<'_>) -> Answer {
    http::pass(call.count(0)?);
    nothing()
}

pub(super) fn fail(call: &Call<'_>) -> Answer {
    http::fail(call.count(0)?, &call.text(1)?);
    nothing()
}
