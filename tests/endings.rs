//! How runs end: no burst of what was left to do, and nothing that a guest says or waits for keeps a
//! run from its end or takes its results away.

use crate::support::cli::{Background, Ran, run, run_plugin, wasmswarm};
use crate::support::guests::{odd, odd_with};
use crate::support::summary::Summary;
use crate::support::target::Shop;
use crate::support::together;
use std::net::TcpListener;
use std::path::Path;
use std::time::{Duration, Instant};

const S: fn(u64) -> Duration = Duration::from_secs;

/// Requests of this name.
fn named(summary: &Summary, name: &str) -> u64 {
    let counts = summary.counts();
    let of_name = counts.iter().filter(|((_, found, _), _)| found == name);
    of_name.map(|(_, count)| count).sum()
}

/// Three users whose iterations pause for 1.5 s between two requests, for a second.
fn pausing(how: &str, more: &[&str]) -> (Ran, Summary, Shop) {
    let shop = Shop::start(&[]);
    let how = format!("HOW={how}");
    let mut arguments = vec!["pauses", "--host", &shop.url, "-u", "3", "-t", "1s", "-e", &how];
    arguments.extend(more);
    let (ran, summary) = run_plugin(&odd(), &arguments);
    summary.adds_up();
    (ran, summary, shop)
}

#[test]
fn after_the_end_an_iteration_keeps_its_pauses() {
    let _machine = together();
    for how in ["host", "poll"] {
        let (ran, summary, shop) = pausing(how, &[]);
        let ran = ran.exits(0).within(S(30));
        assert!(ran.took > S(1) + Duration::from_millis(400), "{:?}", ran.took);
        assert_eq!(
            (named(&summary, "first"), named(&summary, "second")),
            (3, 3),
            "{how}"
        );
        assert_eq!(summary.check("the pause was whole"), (3, 0), "{how}");
        assert_eq!(summary.iterations("pauses"), (3, 0, 0));
        assert_eq!(shop.counters()["total"], 6);
    }
}

#[test]
fn or_it_ends_at_its_next_pause_if_that_is_asked_for() {
    let _machine = together();
    for how in ["host", "poll"] {
        let (ran, summary, shop) = pausing(how, &["--on-stop", "at-pause"]);
        ran.exits(0).within(S(30));
        assert_eq!(
            (named(&summary, "first"), named(&summary, "second")),
            (3, 0),
            "{how}"
        );
        assert_eq!(summary.iterations("pauses"), (0, 0, 0));
        assert_eq!(summary.number("/totals/iterations/interrupted"), 3);
        assert_eq!(summary.number("/totals/instances_replaced"), 0);
        assert_eq!(shop.counters()["total"], 3);
    }
}

#[test]
fn a_ramp_that_goes_down_is_no_burst_either() {
    let _machine = together();
    let shop = Shop::start(&[]);
    // All three users are no longer wanted after 1 s, half a second before their pauses are over.
    let ramp = [
        "pauses",
        "--host",
        &shop.url,
        "--start-vus",
        "3",
        "--stage",
        "1s:3,0s:0,2s:0",
    ];
    for (grace, seconds) in [("5s", 3), ("0s", 0)] {
        let arguments = [&ramp[..], &["--graceful-ramp-down", grace]].concat();
        let (ran, summary) = run_plugin(&odd(), &arguments);
        ran.exits(0).within(S(30));
        assert_eq!(
            (named(&summary, "first"), named(&summary, "second")),
            (3, seconds)
        );
        assert_eq!(summary.check("the pause was whole"), (seconds, 0));
    }
}

/// A run of that length whose load the guest's shape decides, with a server that never answers.
fn shaped(shape: &str, length: &str, more: &[&str]) -> (Ran, Summary) {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let shape = format!("SHAPE={shape}");
    let mut arguments = vec!["steady", "--host", &url, "-t", length, "-s", "1s", "-e", &shape];
    arguments.extend(more);
    run_plugin(&odd_with("describe-shape"), &arguments)
}

#[test]
fn a_shape_that_never_answers_doesnt_hold_the_run() {
    let _machine = together();
    for shape in ["sleep", "poll", "request"] {
        let (ran, summary) = shaped(shape, "2s", &[]);
        ran.exits(0).within(S(30));
        summary.adds_up();
    }
    let (ran, _) = shaped("poll", "60s", &["--describe-timeout", "300ms"]);
    let ran = ran.exits(107).within(S(30));
    assert!(
        ran.err.contains("shape failed: it didn't answer within 0.3 s"),
        "{}",
        ran.err
    );
}

#[test]
fn a_shape_that_asks_for_what_no_clock_can_bear_is_refused() {
    let _machine = together();
    for (number, of) in [
        ("4e-320", "users"),
        ("1e-300", "rate"),
        ("3e8", "rate"),
        ("inf", "users"),
    ] {
        let of = format!("OF={of}");
        let (ran, summary) = shaped(number, "60s", &["-e", &of]);
        let ran = ran.exits(107).within(S(30));
        assert!(ran.err.contains("shape failed: it asks for a"), "{}", ran.err);
        assert!(!ran.err.contains("panicked"), "{}", ran.err);
        summary.adds_up();
    }
}

#[test]
fn describe_has_its_time_by_the_wall_clock() {
    let _machine = together();
    let plugin = odd_with("describe-sleep");
    let ran = run(["run", plugin.to_str().unwrap(), "--describe-timeout", "400ms"]);
    ran.exits(104)
        .within(S(30))
        .complains("it didn't answer within 0.4 s");
}

/// The odd guest's steady scenario for half a second, with these options.
fn short(more: &[&str]) -> (Ran, Option<Summary>) {
    let shop = Shop::start(&[]);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("out.json");
    let ran = start(&shop, &file, more).finish();
    let summary = file.exists().then(|| Summary::read(&file, &ran));
    (ran, summary)
}

fn start(shop: &Shop, file: &Path, more: &[&str]) -> Background {
    let mut command = wasmswarm();
    command
        .arg("run")
        .arg(odd())
        .args([
            "steady",
            "--host",
            &shop.url,
            "--headless",
            "-t",
            "500ms",
            "-s",
            "1s",
        ])
        .arg("--summary-json")
        .arg(file)
        .args(more);
    Background::start(command)
}

#[test]
fn set_up_and_tear_down_have_their_time_all_calls_together() {
    let _machine = together();
    for how in ["sleep", "poll"] {
        let (ran, _) = short(&["-e", &format!("SETUP={how}"), "--setup-timeout", "300ms"]);
        ran.exits(107).within(S(30)).complains("not done after 0.3 s");
    }
    // Three scenarios of 400 ms each.
    let nap = [
        "-u",
        "3",
        "-e",
        "SETUP_SCENARIO=nap",
        "--setup-timeout",
        "1s",
        "grow",
        "fail",
    ];
    let (ran, _) = short(&nap);
    ran.exits(107).within(S(30)).complains("not done after 1 s");
    let (ran, summary) = short(&["-e", "TEARDOWN=poll", "--teardown-timeout", "300ms"]);
    ran.exits(107).within(S(30)).complains("not done after 0.3 s");
    let summary = summary.expect("the results");
    assert!(summary.number("/totals/requests") > 0);
    assert!(
        summary.0["end"].to_string().contains("teardown failed"),
        "{}",
        summary.0["end"]
    );
}

#[test]
fn the_last_users_farewell_doesnt_hold_the_run() {
    let _machine = together();
    let shop = Shop::start(&[]);
    let load = [
        "-u",
        "2",
        "--iterations-per-vu",
        "3",
        "-s",
        "1s",
        "-e",
        "STOP=poll",
    ];
    let arguments = [&["steady", "--host", &shop.url], &load[..]].concat();
    let (ran, summary) = run_plugin(&odd(), &arguments);
    ran.exits(0).within(S(30));
    assert_eq!(summary.iterations("steady"), (6, 0, 0));
    let errors = summary.errors("steady");
    assert_eq!(
        errors,
        [(
            "on-stop: it was not done after 5 s (--graceful-stop)".to_owned(),
            2
        )]
    );
}

#[test]
fn results_are_written_before_the_guest_tears_down() {
    let _machine = together();
    for calls in ["TEARDOWN=sleep", "TEARDOWN_SCENARIO=poll"] {
        let shop = Shop::start(&[]);
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("out.json");
        let run = start(&shop, &file, &["-e", calls]);
        let begun = Instant::now();
        while std::fs::metadata(&file).map_or(0, |file| file.len()) < 100 {
            assert!(begun.elapsed() < S(30), "no results while the guest tears down");
            std::thread::sleep(Duration::from_millis(20));
        }
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(
            text.contains("teardown had not ended when this was written"),
            "{text}"
        );
        run.signal("INT");
        let ran = run.finish().exits(105);
        let summary = Summary::read(&file, &ran);
        assert!(
            !summary.0.to_string().contains("had not ended"),
            "written again at the end"
        );
        assert_eq!(summary.counts(), shop.counts());
    }
}
