//! Things of the host's that a guest can make and keep, a hundred times more of them than there is room for.

use crate::wasmswarm::scenario::http as host;
use crate::wasmswarm::scenario::params;
use crate::{Error, get};
use std::iter::repeat_with;
use wasip2::clocks::monotonic_clock::subscribe_duration;
use wasip2::http::types::{Fields, Method, OutgoingRequest};

/// One for each kind of thing. The host has room for 4 MiB of any.
pub const TASKS: &[&str] = &[
    "headers",
    "copies",
    "bodies",
    "methods",
    "handles",
    "incoming",
    "responses",
];

/// Hoards one kind; none if there is no such kind. An error is what the host answers where it can.
pub async fn run(kind: &str) -> Option<Result<(), Error>> {
    match kind {
        "headers" => keep(4_000, || {
            let fields = Fields::new();
            fields.append("x-hoard", &[b'h'; 100_000]).ok()?;
            Some(fields)
        }),
        "copies" => {
            let fields = Fields::new();
            fields.append("x-hoard", &[b'c'; 100_000]).expect("room for one");
            keep(4_000, || Some(fields.clone()))
        }
        "bodies" => keep(1_000, || {
            let request = OutgoingRequest::new(Fields::new());
            let body = request.body().ok()?;
            let stream = body.write().ok()?;
            while let Ok(room @ 1..) = stream.check_write() {
                stream.write(&vec![b'b'; room as usize]).ok()?;
            }
            Some((stream, body, request))
        }),
        "methods" => keep(500, || {
            let request = OutgoingRequest::new(Fields::new());
            request.set_method(&Method::Other("M".repeat(1 << 20))).ok()?;
            Some(request)
        }),
        "handles" => keep(1_000_000, || Some(subscribe_duration(u64::MAX))),
        "incoming" => {
            let mut kept = Vec::new();
            for _ in 0..40 {
                match get("/bytes/1000000", "").await {
                    Ok(answer) => kept.push(answer),
                    Err(_) => break,
                }
            }
            return Some(Err(format!("{} responses are kept", kept.len()).into()));
        }
        "responses" => {
            let url = format!("{}/bytes/1000000", params::get("URL").unwrap_or_default());
            let request = || host::Request {
                method: "GET".into(),
                url: url.clone(),
                headers: Vec::new(),
                body: Vec::new(),
                name: String::new(),
                tags: Vec::new(),
                timeout: 0,
                redirects: host::RedirectPolicy::Inherit,
                expected: Vec::new(),
                keep: host::KeepPolicy::All,
            };
            let all: Vec<_> = repeat_with(request).take(40).collect();
            let kept = host::send_all(&all)
                .iter()
                .filter(|answer| answer.is_ok())
                .count();
            return Some(Err(format!("{kept} responses are kept").into()));
        }
        _ => return None,
    }
    Some(Ok(()))
}

/// Makes so many, and keeps them all.
fn keep<T>(count: usize, make: impl FnMut() -> Option<T>) {
    let kept: Vec<T> = repeat_with(make).take(count).map_while(|made| made).collect();
    std::hint::black_box(kept);
}
