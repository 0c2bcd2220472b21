//! Guests that pause, and shapes that do worse.

use crate::cases::request;
use crate::exports::wasmswarm::scenario::scenario::{LoadTarget, NextTask, UsersTarget};
use crate::scheduled;
use crate::wasmswarm::scenario::checks::check;
use crate::wasmswarm::scenario::{http, params, vu};
use std::time::Duration;

const PAUSE: Duration = Duration::from_millis(1_500);

/// Sleeps for an hour: by the host's own call, or as the standard library does.
pub fn long_sleep(how: &str) {
    let hour = Duration::from_secs(3_600);
    if how == "sleep" {
        vu::sleep(hour.as_micros() as u64);
    } else {
        std::thread::sleep(hour);
    }
}

/// A request, a pause that must have its length, and another request.
pub fn pauses(_: u32) -> Result<NextTask, String> {
    let _ = http::send(&request("/", "first"));
    let begun = vu::now();
    if params::get("HOW").as_deref() == Some("poll") {
        std::thread::sleep(PAUSE);
    } else {
        vu::sleep(PAUSE.as_micros() as u64);
    }
    let paused = Duration::from_micros(vu::now() - begun);
    check(
        "the pause was whole",
        paused >= PAUSE - Duration::from_millis(2),
        &[],
    );
    let _ = http::send(&request("/", "second"));
    Ok(scheduled())
}

/// Sends what it draws: by the host, and by the standard library's own source.
pub fn draws(_: u32) -> Result<NextTask, String> {
    use std::hash::{BuildHasher, Hasher, RandomState};
    let own = RandomState::new().build_hasher().finish();
    let url = format!("/drawn?host={}&own={own}&vu={}", vu::random(), vu::current().id);
    let _ = http::send(&request(&url, "drawn"));
    if params::get("TRAPS").is_some() {
        panic!("on purpose");
    }
    Ok(scheduled())
}

/// What the operator asked for, from the second second on.
pub fn shape(elapsed: u64) -> Result<LoadTarget, String> {
    let mut target = UsersTarget {
        users: 2,
        spawn_rate: 0.0,
        scenarios: vec!["steady".into()],
    };
    let asked = params::get("SHAPE").unwrap_or_default();
    let number = asked.parse::<f64>();
    match (asked.as_str(), elapsed) {
        (_, 0) => {}
        ("sleep" | "poll", _) => long_sleep(&asked),
        ("request", _) => {
            let _ = http::send(&request("/never", "never"));
        }
        ("stop", _) => return Ok(LoadTarget::Stop),
        _ => {}
    }
    match (number, params::get("OF").as_deref()) {
        (Ok(rate), Some("rate")) => return Ok(LoadTarget::Rate(rate)),
        (Ok(rate), _) => {
            target.users = 3;
            target.spawn_rate = rate;
        }
        _ => {}
    }
    Ok(LoadTarget::Users(target))
}
