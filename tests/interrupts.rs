//! Ctrl-C at any moment: the run ends, with its report and an exit code of its own.

use crate::support::cli::{Background, Ran, wasmswarm};
use crate::support::guests;
use crate::support::summary::Summary;
use crate::support::target::Shop;
use crate::support::together;
use std::path::Path;
use std::time::{Duration, Instant};

fn start(shop: &Shop, plugin: &Path, file: &Path, more: &[&str]) -> Background {
    let mut command = wasmswarm();
    command
        .arg("run")
        .arg(plugin)
        .args(["--host", &shop.url, "--headless", "--summary-json"])
        .arg(file)
        .args(more);
    Background::start(command)
}

fn interrupted_after(wait: Duration, plugin: &Path, more: &[&str]) -> (Ran, Option<Summary>, Shop) {
    let shop = Shop::start(&[]);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("out.json");
    let run = start(&shop, plugin, &file, more);
    std::thread::sleep(wait);
    run.signal("INT");
    let ran = run.finish();
    let summary = file.exists().then(|| Summary::read(&file, &ran));
    (ran, summary, shop)
}

#[test]
fn the_report_of_an_interrupted_run_is_whole() {
    let _machine = together();
    let plugin = guests::plugin("storefront");
    let (ran, summary, shop) = interrupted_after(Duration::from_secs(3), &plugin, &["-u", "20", "-t", "60s"]);
    let ran = ran.exits(105).within(Duration::from_secs(10));
    assert!(
        ran.out.contains("/catalogue") || ran.err.contains("/catalogue"),
        "{}\n{}",
        ran.out,
        ran.err
    );
    let summary = summary.expect("a results file");
    summary.adds_up();
    assert_eq!(summary.counts(), shop.counts());
    assert!(summary.number("/totals/requests") > 50);
}

#[test]
fn any_moment_will_do() {
    let _machine = together();
    let plugin = guests::plugin("quickstart");
    // Once, so that the plugin is compiled.
    interrupted_after(Duration::from_secs(2), &plugin, &["-u", "2", "-t", "60s"])
        .0
        .exits(105);
    for wait in [30, 60, 120, 250, 500, 1_000] {
        let (ran, _, _) = interrupted_after(
            Duration::from_millis(wait),
            &plugin,
            &["-u", "50", "-r", "20", "-t", "60s"],
        );
        let ran = ran.exits(105).within(Duration::from_secs(5));
        assert!(!ran.err.contains("panicked"), "{}", ran.err);
    }
}

#[test]
fn even_while_every_guest_spins_or_sleeps() {
    let _machine = together();
    for case in ["loop", "sleeper"] {
        let more = [
            case,
            "-u",
            "4",
            "-t",
            "60s",
            "--task-cpu",
            "50s",
            "--graceful-stop",
            "1s",
        ];
        let (ran, summary, _) = interrupted_after(Duration::from_secs(2), &guests::odd(), &more);
        ran.exits(105).within(Duration::from_secs(8));
        assert!(summary.is_some(), "no results file after {case}");
    }
}

#[test]
fn a_second_signal_doesnt_wait() {
    let _machine = together();
    let shop = Shop::start(&[]);
    let folder = tempfile::tempdir().unwrap();
    let more = ["sleeper", "-u", "2", "-t", "60s", "--graceful-stop", "60s"];
    let run = start(&shop, &guests::odd(), &folder.path().join("out.json"), &more);
    std::thread::sleep(Duration::from_secs(2));
    run.signal("INT");
    std::thread::sleep(Duration::from_millis(300));
    run.signal("INT");
    run.finish().exits(105).within(Duration::from_secs(6));
}

#[test]
fn being_terminated_is_as_good_as_ctrl_c() {
    let _machine = together();
    let shop = Shop::start(&[]);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("out.json");
    let run = start(
        &shop,
        &guests::plugin("quickstart"),
        &file,
        &["-u", "2", "-t", "60s"],
    );
    std::thread::sleep(Duration::from_secs(2));
    run.signal("TERM");
    run.finish().exits(105).within(Duration::from_secs(6));
    assert!(file.exists());
}

#[test]
fn a_terminal_that_goes_away_costs_no_results() {
    let _machine = together();
    let shop = Shop::start(&[]);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("out.json");
    let run = start(&shop, &guests::odd(), &file, &["steady", "-u", "2", "-t", "60s"]);
    std::thread::sleep(Duration::from_secs(2));
    run.signal("HUP");
    let ran = run.finish().exits(105).within(Duration::from_secs(8));
    assert_eq!(Summary::read(&file, &ran).counts(), shop.counts());
}

/// A moment at which signals come, the signals, and what the guest does then.
struct Interruption {
    phase: &'static str,
    at_ms: u64,
    signals: &'static [&'static str],
    more: &'static [&'static str],
}

const fn at(
    phase: &'static str,
    at_ms: u64,
    signals: &'static [&'static str],
    more: &'static [&'static str],
) -> Interruption {
    Interruption {
        phase,
        at_ms,
        signals,
        more,
    }
}

/// One to three signals in every phase of a run.
const INTERRUPTIONS: [Interruption; 12] = [
    at("start", 20, &["INT"], &["steady"]),
    at("start", 90, &["TERM", "TERM"], &["steady"]),
    at("setup", 700, &["INT"], &["steady", "-e", "SETUP=sleep"]),
    at(
        "setup",
        800,
        &["HUP", "INT"],
        &["steady", "-e", "SETUP_SCENARIO=poll"],
    ),
    at(
        "setup",
        600,
        &["INT", "INT", "INT"],
        &["steady", "-e", "SETUP=loop", "--start-cpu", "50s"],
    ),
    at("load", 900, &["TERM"], &["steady", "pauses"]),
    at("load", 1100, &["INT", "TERM", "HUP"], &["sleeper"]),
    at("load", 900, &["INT", "INT"], &["loop", "--task-cpu", "50s"]),
    at("starting users", 900, &["INT"], &["steady", "-e", "START=poll"]),
    at("stop", 1600, &["INT"], &["sleeper", "-t", "1s", "-s", "3s"]),
    at(
        "teardown",
        1600,
        &["INT", "INT"],
        &["steady", "-t", "300ms", "-e", "TEARDOWN=poll"],
    ),
    at("report", 1350, &["INT", "INT", "INT"], &["steady", "-t", "800ms"]),
];

/// How long a run may take for its end after the last signal, on a machine that does nothing else.
const PATIENCE: Duration = Duration::from_secs(5);

/// A crowded machine may need so long to start a program.
const STARTING: Duration = Duration::from_millis(250);

/// How many more runs are asked for.
fn more_runs() -> usize {
    std::env::var("WASMSWARM_INTERRUPTIONS").map_or(0, |count| count.parse().expect("a number"))
}

#[track_caller]
fn interrupt(shop: &Shop, interruption: &Interruption, delay: Duration) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("out.json");
    let given = |flag: &str| interruption.more.contains(&flag);
    let usual = [["-u", "4"], ["-t", "60s"], ["-s", "1s"]];
    let usual = usual.iter().filter(|pair| !given(pair[0])).flatten();
    let more: Vec<_> = usual.chain(interruption.more).copied().collect();
    let run = start(shop, &guests::odd(), &file, &more);
    std::thread::sleep(delay);
    for signal in interruption.signals {
        run.signal(signal);
        std::thread::sleep(Duration::from_millis(120));
    }
    let last = Instant::now();
    let ran = run.finish();
    let what = format!(
        "{} after {delay:?}: {:?}, exit code {}\n{}",
        interruption.phase, interruption.signals, ran.code, ran.err
    );
    // Beside other tests a run may have to wait for a core.
    let patience = if more_runs() > 0 { PATIENCE } else { PATIENCE * 4 };
    assert!(last.elapsed() < patience, "took {:?}: {what}", last.elapsed());
    if delay < STARTING && ran.code == -1 {
        // The signal was there before anybody could hear it, and before there was anything to lose.
        return;
    }
    assert!(!ran.err.contains("panicked"), "{what}");
    // The run may have been over before the signals came.
    assert!([0, 105].contains(&ran.code), "{what}");
    if file.exists() {
        Summary::read(&file, &ran).adds_up();
    } else {
        let says_why = |line: &str| line.starts_with("error: ");
        assert!(
            ran.err.lines().any(says_why),
            "neither results nor a reason: {what}"
        );
    }
}

/// `WASMSWARM_INTERRUPTIONS=50` tries as many more, at other moments.
#[test]
fn signals_in_any_phase_end_the_run_with_results_or_a_reason() {
    let _machine = together();
    let shop = Shop::start(&[]);
    // Once, so that the plugin is compiled.
    interrupt(
        &shop,
        &at("compile", 0, &[], &["steady", "-t", "100ms"]),
        Duration::ZERO,
    );
    for interruption in &INTERRUPTIONS {
        interrupt(&shop, interruption, Duration::from_millis(interruption.at_ms));
    }
    for number in 0..more_runs() {
        let interruption = &INTERRUPTIONS[number % INTERRUPTIONS.len()];
        // Spread over more than two seconds, by a step that meets no moment twice.
        let delay = Duration::from_millis((number as u64 * 787) % 2_300);
        interrupt(&shop, interruption, delay);
    }
}

/// With users there is no rate that could be missed, and what was measured looks like the server's.
#[test]
fn a_generator_that_is_kept_from_its_cpu_says_so_with_users_too() {
    let _machine = together();
    let (shop, folder) = (Shop::start(&[]), tempfile::tempdir().unwrap());
    let file = folder.path().join("out.json");
    let run = start(
        &shop,
        &guests::plugin("quickstart"),
        &file,
        &["-u", "10", "-t", "4s"],
    );
    std::thread::sleep(Duration::from_millis(700));
    for _ in 0..25 {
        run.signal("STOP");
        std::thread::sleep(Duration::from_millis(80));
        run.signal("CONT");
        std::thread::sleep(Duration::from_millis(20));
    }
    let ran = run.finish().exits(0);
    let summary = Summary::read(&file, &ran);
    assert!(summary.number("/health/red_seconds") >= 2, "{}", ran.out);
    assert!(
        format!("{}{}", ran.out, ran.err).contains("this machine was too slow"),
        "{}",
        ran.out
    );
}
