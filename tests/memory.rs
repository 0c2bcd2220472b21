//! What the host holds for guests: each VU has a budget, the run has one, and before memory ends the run does, with
//! its results.

use crate::support::cli::run_plugin;
use crate::support::guests;
use crate::support::summary::Summary;
use crate::support::target::Shop;
use crate::support::together;
use std::time::Duration;

fn hoard(more: &[&str]) -> (crate::support::cli::Ran, Summary, Shop) {
    let shop = Shop::start(&[]);
    let url = format!("URL={}", shop.url);
    let mut arguments = vec!["hoarder", "--host", &shop.url, "-e", &url, "--task-cpu", "20s"];
    arguments.extend(more);
    let (ran, summary) = run_plugin(&guests::wasi_http(), &arguments);
    summary.adds_up();
    (ran, summary, shop)
}

fn refusals(summary: &Summary) -> u64 {
    let rows = summary.0["denials"].as_array().unwrap();
    let of_memory = rows.iter().filter(|row| row["kind"] == "memory on the host");
    of_memory.map(|row| row["count"].as_u64().unwrap()).sum()
}

#[test]
fn whatever_a_guest_hoards_it_meets_the_same_limit() {
    let _machine = together();
    // Each task once: a round has seven.
    let (ran, summary, shop) = hoard(&["-u", "1", "--iterations-per-vu", "7", "--vu-host-memory", "4MiB"]);
    let ran = ran.exits(0).says_nothing_raw();
    let (ok, failed, trapped) = summary.iterations("hoarder");
    let errors = summary.errors("hoarder");
    assert_eq!((ok, failed, trapped), (0, 2, 5), "{errors:?}");
    let met = errors.iter().filter(|(why, _)| why.contains("--vu-host-memory"));
    assert_eq!(met.map(|(_, count)| count).sum::<u64>(), 5, "{errors:?}");
    // Four megabytes hold three or fewer of one megabyte each, in buffers that double.
    for (why, _) in errors.iter().filter(|(why, _)| why.contains("are kept")) {
        let kept = why.split(' ').find_map(|word| word.parse::<u64>().ok());
        assert!(kept.is_some_and(|kept| (1..=4).contains(&kept)), "{why}");
    }
    assert!(refusals(&summary) >= 7, "{}", summary.0["denials"]);
    assert!(
        ran.out.contains("the sandbox refused memory on the host"),
        "{}",
        ran.out
    );
    // What didn't fit was still sent, and is counted.
    let asked: u64 = shop.counts().values().sum();
    let counted: u64 = summary.counts().values().sum();
    assert_eq!(
        counted + 1,
        asked,
        "the request of `setup` is no part of the load"
    );
}

#[test]
fn users_share_the_runs_budget() {
    let _machine = together();
    let tight = [
        "-u",
        "4",
        "--iterations-per-vu",
        "7",
        "--vu-host-memory",
        "64MiB",
        "--host-memory",
        "8MiB",
    ];
    let (ran, summary, _) = hoard(&tight);
    ran.exits(0);
    assert!(refusals(&summary) > 0);
    assert_eq!(
        summary.iterations("hoarder").0,
        0,
        "{:?}",
        summary.errors("hoarder")
    );
}

#[test]
fn a_run_that_nearly_fills_the_memory_ends_with_its_results() {
    let _machine = together();
    let shop = Shop::start(&[]);
    // Users that each fill what they may, one after the other.
    let arguments = [
        "grow",
        "--host",
        &shop.url,
        "-u",
        "40",
        "-r",
        "10",
        "-t",
        "60s",
        "--max-memory",
        "500MiB",
        "--task-cpu",
        "20s",
        "--vu-memory",
        "64MiB",
    ];
    let (ran, summary) = run_plugin(&guests::odd(), &arguments);
    let ran = ran.exits(111).within(Duration::from_secs(40));
    assert!(ran.err.contains("memory was nearly used up"), "{}", ran.err);
    assert!(ran.err.contains("40 virtual users may fill"), "{}", ran.err);
    assert_eq!(summary.0["end"]["code"], 111, "{}", summary.0["end"]);
    summary.adds_up();
}
