//! Ctrl-C at any moment: the run ends, with its report and an exit code of its own.

use crate::support::cli::{Background, Ran, wasmswarm};
use crate::support::guests;
use crate::support::summary::Summary;
use crate::support::target::Shop;
use crate::support::together;
use std::path::Path;
use std::time::Duration;

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
