//! Groups and tags: what is recorded inside of them, and misuse.

use crate::cases::request;
use crate::exports::wasmswarm::scenario::scenario::NextTask;
use crate::scheduled;
use crate::wasmswarm::scenario::http;
use crate::wasmswarm::scenario::metrics::{self, MetricType};
use crate::wasmswarm::scenario::vu;

/// Labels of a task: one that is a tag, and one that isn't.
pub fn labels(case: &str, task: u32) -> Vec<String> {
    match case {
        "tagged" => vec!["browse".into(), format!("part={task}")],
        _ => Vec::new(),
    }
}

/// One request outside of any group, one in `outer`, and one in `inner` of `outer`, which is
/// left open.
pub fn tagged(_: u32) -> Result<NextTask, String> {
    send("outside")?;
    vu::enter_group("outer");
    send("within")?;
    vu::enter_group("inner");
    send("deep")?;
    metrics::add("seen", MetricType::Counter, 1.0, &[("own".into(), "yes".into())]);
    Ok(scheduled())
}

fn send(name: &str) -> Result<(), String> {
    http::send(&request("/", name))
        .map(|_| ())
        .map_err(|e| format!("{e:?}"))
}

pub fn deep(_: u32) -> Result<NextTask, String> {
    for _ in 0..9 {
        vu::enter_group("x");
    }
    Ok(scheduled())
}

pub fn stray_leave(_: u32) -> Result<NextTask, String> {
    vu::enter_group("x");
    vu::leave_group();
    vu::leave_group();
    Ok(scheduled())
}

pub fn odd_name(_: u32) -> Result<NextTask, String> {
    vu::enter_group("a::b");
    Ok(scheduled())
}
