//! The same seed gives the same tasks in the same order, for each VU, in every run.

use crate::support::cli::run_plugin;
use crate::support::guests::odd;
use crate::support::recorder::Recorder;
use crate::support::together;

/// What each VU did, in the order of VU and iteration.
fn seen(seed: &str, threads: &str) -> Vec<String> {
    let mut lines = requests(&["-u", "4", "--iterations-per-vu", "50"], seed, threads);
    lines.sort_by_key(|line| (number(line, "vu="), number(line, "&n=")));
    lines
}

/// Task and random number of each arrival, in the order of their numbers.
fn arrivals(seed: &str, threads: &str) -> Vec<(u64, u64, u64)> {
    // More VUs than arrivals: none is dropped, however slow the machine is.
    let load = [
        "--rate",
        "200/s",
        "-t",
        "1s",
        "--max-vus",
        "300",
        "--arrivals",
        "poisson",
    ];
    let mut all: Vec<_> = requests(&load, seed, threads)
        .iter()
        .map(|line| {
            (
                number(line, "index="),
                number(line, "task="),
                number(line, "random="),
            )
        })
        .collect();
    all.sort_unstable();
    all
}

/// All requests that the server saw.
fn requests(load: &[&str], seed: &str, threads: &str) -> Vec<String> {
    let server = Recorder::start();
    let url = server.url();
    let fixed = ["sequence", "--host", &url, "--seed", seed, "--threads", threads];
    let (ran, summary) = run_plugin(&odd(), &[&fixed[..], load].concat());
    ran.exits(0);
    summary.adds_up();
    let lines: Vec<_> = server
        .lines()
        .into_iter()
        .filter(|line| line.starts_with("GET /seen?"))
        .collect();
    assert_eq!(lines.len() as u64, summary.number("/totals/iterations_planned"));
    lines
}

fn number(line: &str, key: &str) -> u64 {
    let rest = line.split(key).nth(1).expect("the key is there");
    rest.split(['&', ' '])
        .next()
        .expect("a value")
        .parse()
        .expect("a number")
}

#[test]
fn the_same_seed_gives_the_same_sequence() {
    let _machine = together();
    let first = seen("7", "2");
    assert_eq!(first, seen("7", "2"));
    assert_eq!(first, seen("7", "1"), "the number of threads must not matter");
    assert_ne!(first, seen("8", "2"));
}

#[test]
fn vus_differ_and_tasks_keep_their_weights() {
    let _machine = together();
    let lines = seen("7", "2");
    let tasks = |vu: u64| {
        lines
            .iter()
            .filter(|l| number(l, "vu=") == vu)
            .map(|l| number(l, "task="))
            .collect::<Vec<_>>()
    };
    assert_ne!(tasks(1), tasks(2));
    // The n-th of five tasks has weight n: the last one gets a third of 200, the first a fifteenth.
    let count = |task: u64| lines.iter().filter(|l| number(l, "task=") == task).count();
    assert!((45..90).contains(&count(4)), "{}", count(4));
    assert!((3..28).contains(&count(0)), "{}", count(0));
}

#[test]
fn an_arrivals_task_and_random_numbers_depend_on_its_number_alone() {
    let _machine = together();
    let first = arrivals("7", "1");
    assert_eq!(first, arrivals("7", "2"), "the number of threads must not matter");
    assert_ne!(first, arrivals("8", "2"));
    let numbers: Vec<_> = first.iter().map(|arrival| arrival.0).collect();
    assert_eq!(numbers, (0..first.len() as u64).collect::<Vec<_>>());
}

/// All values of a key, each of which must be there once.
#[track_caller]
fn all_differ(what: &str, lines: &[String], key: &str) {
    let mut values: Vec<_> = lines.iter().map(|line| number(line, key)).collect();
    let count = values.len();
    values.sort_unstable();
    values.dedup();
    assert_eq!(values.len(), count, "{what}: {key} repeats itself");
}

#[test]
fn no_random_number_is_drawn_twice_under_any_load() {
    let _machine = together();
    for (load, traps) in [
        (&["--rate", "300/s", "-t", "1s"][..], false),
        (&["-i", "300", "-u", "3"], false),
        (&["-u", "3", "--iterations-per-vu", "100"], false),
        (&["-u", "5", "-t", "700ms"], false),
        // One user whose instance is lost and made anew each time, and one that goes and comes back.
        (&["-u", "2", "--iterations-per-vu", "40", "-e", "TRAPS=1"], true),
        (
            &["--start-vus", "3", "--stage", "300ms:3,0s:0,200ms:0,0s:3,300ms:3"],
            false,
        ),
    ] {
        let server = Recorder::start();
        let url = server.url();
        let fixed = ["draws", "--host", &url, "--seed", "11", "--threads", "2"];
        let (ran, summary) = run_plugin(&odd(), &[&fixed[..], load].concat());
        ran.exits(0);
        summary.adds_up();
        let lines = server.lines();
        assert!(lines.len() >= 60, "{load:?}: only {} requests", lines.len());
        all_differ(&format!("{load:?}"), &lines, "host=");
        all_differ(&format!("{load:?}"), &lines, "&own=");
        assert_eq!(summary.number("/totals/instances_replaced") > 0, traps);
    }
}
