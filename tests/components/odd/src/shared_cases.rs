//! State that all VUs share: what they add up and hand out must be exact.

use crate::exports::wasmswarm::scenario::scenario::NextTask;
use crate::scheduled;
use crate::wasmswarm::scenario::checks::check;
use crate::wasmswarm::scenario::shared::{self, Error};
use crate::wasmswarm::scenario::{params, vu};

const ELEMENTS: u32 = 1000;

/// `setup-scenario` fills the queue.
pub fn prepare(case: &str) {
    if case == "hand-out" {
        for n in 0..ELEMENTS {
            shared::push("jobs", &n.to_le_bytes()).expect("there is room");
        }
    }
}

/// `teardown-scenario` finds what the VUs left behind.
pub fn conclude(case: &str, scenario_data: &[u8]) -> Result<(), String> {
    if scenario_data.is_empty() {
        return Err("the scenario's data didn't arrive".into());
    }
    let wanted: i64 = params::get("TOTAL").and_then(|n| n.parse().ok()).unwrap_or(0);
    let (total, left) = (shared::total("count"), shared::length("jobs"));
    match case {
        "count" if total != wanted => Err(format!("the counter says {total}")),
        "hand-out" if left != 0 => Err(format!("{left} jobs are left")),
        _ => Ok(()),
    }
}

/// Each iteration adds 3 and takes 1 away.
pub fn count(_: u32) -> Result<NextTask, String> {
    let up = shared::add("count", 3);
    let down = shared::add("count", -1);
    check("counts up and down", up > 0 && down >= up - 1, &[]);
    Ok(scheduled())
}

/// Each job is handed out once: a second one to the same number finds its key taken.
pub fn hand_out(_: u32) -> Result<NextTask, String> {
    let job = shared::pop("jobs").ok_or("the queue is empty")?;
    let key = format!("job {job:?}");
    let first = shared::write_new(&key, &vu::current().id.to_le_bytes());
    check("handed out once", first == Ok(true), &[]);
    check(
        "keeps who took it",
        shared::read(&key) == Some(vu::current().id.to_le_bytes().into()),
        &[],
    );
    Ok(scheduled())
}

/// Whoever finds the key free takes it for a moment; there is never a second one.
pub fn leaders(_: u32) -> Result<NextTask, String> {
    let me = vu::current().id.to_le_bytes();
    if shared::write_new("leader", &me) == Ok(true) {
        check("is the leader", shared::read("leader") == Some(me.into()), &[]);
        check(
            "nobody else is",
            shared::compare_and_set("leader", b"x", b"y") == Ok(false),
            &[],
        );
        check(
            "swears in",
            shared::compare_and_set("leader", &me, b"sworn in") == Ok(true),
            &[],
        );
        check("resigns", shared::remove("leader"), &[]);
    }
    Ok(scheduled())
}

/// Takes all there is; the limits are errors, and the host lives on.
pub fn hoard(_: u32) -> Result<NextTask, String> {
    let large = vec![0; (64 << 10) + 1];
    check(
        "too large",
        shared::push("hoard", &large) == Err(Error::TooLarge),
        &[],
    );
    let taken = (0..10_000)
        .take_while(|_| shared::push("hoard", &large[1..]).is_ok())
        .count();
    check("16 MiB in all", taken == 255, &[]);
    check(
        "full",
        shared::write("one more", &large[1..]) == Err(Error::Full),
        &[],
    );
    while shared::pop("hoard").is_some() {}
    let names = (0..100_000)
        .take_while(|n| shared::write(&n.to_string(), &[]).is_ok())
        .count();
    check("10,000 names", names == 10_000, &[]);
    check("full", shared::push("one more", &[]) == Err(Error::Full), &[]);
    for n in 0..10_000 {
        shared::remove(&n.to_string());
    }
    Ok(scheduled())
}

pub fn bad_name(_: u32) -> Result<NextTask, String> {
    Ok(match shared::read(&"x".repeat(201)) {
        None => NextTask::Stop,
        Some(_) => scheduled(),
    })
}
