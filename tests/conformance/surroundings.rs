//! The server that the task `surroundings` meets, and what it must have seen.

use super::Checks;
use crate::support::recorder::Recorder;
use std::time::{SystemTime, UNIX_EPOCH};

/// Cookies of a folder come before those above it, though they were set later.
const COOKIES: &str = "set-cookie: a=1; Path=/base\r\nset-cookie: b=2; Path=/base/deep\r\n\
                       set-cookie: gone=1; Path=/base; Max-Age=0\r\n";

pub(super) fn start() -> Recorder {
    Recorder::answering(|head| match head.split(' ').nth(1) {
        Some("/base/clock") => (String::new(), format!("{{\"ms\": {}}}", unix_ms())),
        Some("/base/set") => (COOKIES.to_owned(), String::new()),
        _ => (String::new(), "ok".to_owned()),
    })
}

fn unix_ms() -> u128 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.expect("it is after 1970").as_millis()
}

#[track_caller]
pub(super) fn assert_checks(checks: &Checks, has_wall_clock: bool) {
    let mut names = vec![
        "random numbers differ",
        "clocks agree",
        "cookies are read in order",
        "the reason is said",
    ];
    names.extend(has_wall_clock.then_some("the wall clock is right"));
    for name in names {
        let counts = checks.get(&("Once".to_owned(), name.to_owned()));
        assert_eq!(counts, Some(&(1, 0)), "{name}: {checks:?}");
    }
}

/// Relative URLs lie under the host's path; each request has the cookies of its jar; bodies are whole.
#[track_caller]
pub(super) fn assert_seen(heads: &[String]) {
    let field = |head: &str, name: &str| {
        let lines = head.lines().filter_map(|line| line.split_once(": "));
        let found = lines.into_iter().find(|(own, _)| own.eq_ignore_ascii_case(name));
        found.map_or(String::new(), |(_, value)| value.to_owned())
    };
    let seen = heads.iter().map(|head| {
        let line = head.lines().next().unwrap_or_default().replace(" HTTP/1.1", "");
        (line, field(head, "cookie"), field(head, "content-length"))
    });
    let seen: Vec<_> = seen.collect();
    let due = [
        ("GET /base/clock", "", ""),
        ("GET /base/set", "", ""),
        ("GET /base/deep/x", "b=2; c=3", ""),
        ("GET /base/deep/x", "j=4", ""),
        ("GET /base/deep/x", "", ""),
        ("POST /base/upload", "c=3", "50000"),
        ("POST /base/upload", "c=3", "50000"),
    ];
    let due = due.map(|(line, cookie, length)| (line.to_owned(), cookie.to_owned(), length.to_owned()));
    assert_eq!(seen, due);
}
