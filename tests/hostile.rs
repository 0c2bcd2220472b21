//! Guests that misbehave. Whatever they do costs their own iterations: the neighbour's
//! figures stay exact, the run ends in time and says what happened.

use crate::support::cli::{Ran, run_plugin};
use crate::support::guests::{odd, odd_with};
use crate::support::recorder::Recorder;
use crate::support::summary::Summary;
use crate::support::target::Shop;
use crate::support::{cli, together};
use std::time::Duration;

const NEIGHBOURS: u64 = 20;

/// Two VUs, one of them running `case`, both for 20 iterations, with a limit of 100 ms of CPU.
fn beside_a_neighbour(case: &str, more: &[&str]) -> (Ran, Summary, Shop) {
    let shop = Shop::start(&[]);
    let mut arguments = vec!["steady", case, "--host", &shop.url, "-u", "2"];
    if !more.contains(&"--iterations-per-vu") {
        arguments.extend(["--iterations-per-vu", "20"]);
    }
    arguments.extend(["--start-cpu", "300ms"]);
    arguments.extend(if more.contains(&"--task-cpu") {
        &[][..]
    } else {
        &["--task-cpu", "100ms"]
    });
    arguments.extend(more);
    let (ran, summary) = run_plugin(&odd(), &arguments);
    (ran, summary, shop)
}

/// The neighbour's figures are what they would be without the guest beside it.
#[track_caller]
fn assert_unharmed(summary: &Summary, shop: &Shop) {
    assert_eq!(summary.iterations("steady"), (NEIGHBOURS, 0, 0));
    assert_eq!(summary.check("steady answers").1, 0);
    assert_eq!(summary.counts(), shop.counts());
    summary.adds_up();
}

/// All iterations of `case` trap, with a message that holds `says`.
#[track_caller]
fn assert_trapped(case: &str, says: &str) {
    assert_trapped_within("100ms", case, says);
}

#[track_caller]
fn assert_trapped_within(cpu: &str, case: &str, says: &str) {
    let _machine = together();
    let (ran, summary, shop) = beside_a_neighbour(case, &["--task-cpu", cpu]);
    ran.exits(0).says_nothing_raw().within(Duration::from_secs(30));
    assert_eq!(
        summary.iterations(case),
        (0, 0, NEIGHBOURS),
        "{:?}",
        summary.errors(case)
    );
    let errors = summary.errors(case);
    assert!(
        errors.iter().all(|(message, _)| message.contains(says)),
        "{errors:?}"
    );
    assert_eq!(errors.iter().map(|(_, count)| count).sum::<u64>(), NEIGHBOURS);
    assert_eq!(summary.number("/totals/instances_replaced"), NEIGHBOURS);
    assert_unharmed(&summary, &shop);
}

/// All iterations of `case` succeed, and its checks all pass.
#[track_caller]
fn assert_refused(case: &str, more: &[&str], checks: &[&str]) {
    let _machine = together();
    let (ran, summary, shop) = beside_a_neighbour(case, more);
    ran.exits(0).says_nothing_raw().within(Duration::from_secs(30));
    assert_eq!(
        summary.iterations(case),
        (NEIGHBOURS, 0, 0),
        "{:?}",
        summary.errors(case)
    );
    for check in checks {
        let (passed, failed) = summary.check(check);
        assert!(
            passed >= NEIGHBOURS && failed == 0,
            "{check}: {passed} passed, {failed} failed"
        );
    }
    assert_eq!(summary.iterations("steady"), (NEIGHBOURS, 0, 0));
    let seen: u64 = shop.counts().values().sum();
    assert_eq!(
        seen, NEIGHBOURS,
        "the shop saw requests that should have been refused"
    );
}

#[test]
fn an_infinite_loop_in_a_task_is_cut_short() {
    assert_trapped("loop", "CPU");
}

#[test]
fn an_infinite_loop_of_host_calls_is_cut_short() {
    assert_trapped("host-loop", "CPU");
}

#[test]
fn whatever_uses_cpu_time_without_waiting_is_cut_short_in_time() {
    let _machine = together();
    for case in [
        "refused-sends",
        "refused-batches",
        "foreign-sends",
        "no-pauses",
        "copies",
    ] {
        let (ran, summary, _shop) = beside_a_neighbour(case, &["--iterations-per-vu", "2"]);
        ran.exits(0).within(Duration::from_secs(20));
        let errors = summary.errors(case);
        assert_eq!(summary.iterations(case), (0, 0, 2), "{case}: {errors:?}");
        assert_eq!(summary.iterations("steady"), (2, 0, 0), "{case}");
        for (message, _) in errors {
            let used = message
                .strip_prefix("stopped after ")
                .and_then(|rest| rest.split(' ').next());
            let used: u64 = used
                .unwrap_or_default()
                .parse()
                .unwrap_or_else(|_| panic!("{message}"));
            assert!((100..300).contains(&used), "{case}: {message}");
        }
    }
}

#[test]
fn a_second_in_which_a_guest_kept_the_others_waiting_is_marked_as_its_own() {
    let _machine = together();
    let shop = Shop::start(&[]);
    let on_one_thread = |scenarios: &[&str], users: &str| {
        let mut arguments = scenarios.to_vec();
        arguments.extend(["--host", &shop.url, "-u", users, "-t", "3s", "--threads", "1"]);
        arguments.extend(["--task-cpu", "30s", "--graceful-stop", "0s"]);
        run_plugin(&odd(), &arguments)
    };
    let (ran, summary) = on_one_thread(&["steady", "loop"], "2");
    let ran = ran.exits(0);
    let marked = summary.number("/health/guest_seconds");
    assert!(
        marked >= 2 && summary.number("/health/red_seconds") >= marked,
        "{marked}"
    );
    assert_eq!(summary.0["health"]["guest_scenario"], "loop");
    let said = format!("{}{}", ran.out, ran.err);
    assert!(
        said.contains("most of all of scenario `loop`, computed so long in"),
        "{said}"
    );
    let (_, summary) = on_one_thread(&["steady"], "8");
    // A machine that stands still for a tenth of a second in the middle of a turn can't be told from a user that computes.
    let marked = summary.number("/health/guest_seconds");
    assert!(marked <= 1, "users that are alike: {marked}");
}

#[test]
fn memory_beyond_the_limit_costs_the_iteration() {
    // Filling 64 MiB takes a while on a busy machine: the memory is to be what runs out.
    assert_trapped_within("10s", "grow", "memory");
}

#[test]
fn endless_recursion_costs_the_iteration() {
    assert_trapped("recurse", "stack");
}

#[test]
fn a_panic_costs_the_iteration() {
    assert_trapped("panic", "on purpose");
}

#[test]
fn exit_ends_the_iteration_and_not_the_host() {
    assert_trapped("exit", "exit");
}

#[test]
fn a_gigabyte_log_line_that_isnt_there_costs_the_iteration() {
    assert_trapped("gigabyte-line", "");
}

#[test]
fn a_task_index_out_of_range_is_misuse() {
    assert_trapped("wrong-task", "99");
}

#[test]
fn a_response_id_that_was_never_given_is_misuse() {
    assert_trapped("unknown-response", "987654");
}

#[test]
fn a_stale_response_id_is_misuse() {
    let _machine = together();
    let (ran, summary, shop) = beside_a_neighbour("stale-response", &[]);
    ran.exits(0);
    // Each instance keeps an id in its first iteration and trips over it in its second.
    assert_eq!(
        summary.iterations("stale-response"),
        (NEIGHBOURS / 2, 0, NEIGHBOURS / 2)
    );
    assert_unharmed(&summary, &shop);
}

#[test]
fn a_loop_in_on_start_never_becomes_a_vu() {
    let _machine = together();
    let shop = Shop::start(&[]);
    let arguments = [
        "steady",
        "start-loop",
        "--host",
        &shop.url,
        "-u",
        "2",
        "-t",
        "3s",
        "--start-cpu",
        "200ms",
        "--graceful-stop",
        "1s",
    ];
    let (ran, summary) = run_plugin(&odd(), &arguments);
    ran.exits(0).within(Duration::from_secs(8));
    let (ok, failed, trapped) = summary.iterations("start-loop");
    assert!(ok == 0 && failed > 0 && trapped == 0, "{ok} {failed} {trapped}");
    let (ok, failed, trapped) = summary.iterations("steady");
    assert!(ok > 100 && failed == 0 && trapped == 0, "{ok} {failed} {trapped}");
    assert_eq!(summary.counts(), shop.counts());
}

/// A run of the scenario whose `on-start` always fails.
fn never_starts(load: &[&str]) -> (Ran, Summary) {
    let shop = Shop::start(&[]);
    let mut arguments = vec!["start-error", "--host", &shop.url, "--graceful-stop", "0s"];
    arguments.extend(load);
    let (ran, summary) = run_plugin(&odd(), &arguments);
    summary.adds_up();
    assert_eq!(summary.number("/totals/requests"), 0);
    (ran, summary)
}

#[test]
fn starts_that_fail_cost_iterations_and_are_said_first() {
    let _machine = together();
    for (load, least) in [
        (&["-u", "2", "--iterations", "3"][..], 3),
        (&["-u", "2", "--iterations-per-vu", "1"], 2),
        (&["-u", "1", "-t", "2s"], 2),
    ] {
        let (ran, summary) = never_starts(load);
        let ran = ran.exits(0).within(Duration::from_secs(8));
        let (ok, failed, trapped) = summary.iterations("start-error");
        assert!(ok == 0 && failed >= least && trapped == 0, "{load:?}: {failed}");
        let told = summary.errors("start-error");
        assert_eq!(told[0].0, "on-start: not today");
        let second = ran.out.trim_start().lines().nth(1).unwrap_or_default();
        assert!(
            second.starts_with("✗ ") && second.contains("on-start: not today"),
            "{}",
            ran.out
        );
    }
}

#[test]
fn a_run_whose_start_never_succeeds_ends_after_ten_attempts() {
    let _machine = together();
    let ends = |load: &[&str]| {
        let (ran, summary) = never_starts(load);
        let ran = ran.exits(107).within(Duration::from_secs(25));
        let why = "no virtual user could start in 10 attempts: not today";
        assert!(ran.err.contains(why), "{}", ran.err);
        summary.iterations("start-error").1
    };
    std::thread::scope(|scope| {
        let counted = scope.spawn(|| ends(&["-u", "1", "--iterations", "1000"]));
        // Virtual users that wait for arrivals have none to fail.
        let timed = scope.spawn(|| ends(&["--rate", "5", "-t", "60s", "-u", "1"]));
        assert_eq!(counted.join().expect("it ends"), 10);
        assert!(timed.join().expect("it ends") <= 1);
    });
}

#[test]
fn a_trap_in_on_stop_doesnt_change_the_result() {
    let _machine = together();
    let (ran, summary, shop) = beside_a_neighbour("stop-trap", &[]);
    ran.exits(0);
    assert_eq!(summary.iterations("stop-trap"), (NEIGHBOURS, 0, 0));
    assert_eq!(summary.number("/totals/requests"), 2 * NEIGHBOURS);
    assert_unharmed(&summary, &shop);
}

#[test]
fn an_error_of_a_task_is_a_failed_iteration_with_its_text_escaped() {
    let _machine = together();
    let (ran, summary, shop) = beside_a_neighbour("fail", &[]);
    ran.exits(0).says_nothing_raw();
    assert_eq!(summary.iterations("fail"), (0, NEIGHBOURS, 0));
    assert_eq!(
        summary.errors("fail"),
        [(
            "refused\u{1b}[31m in red\r\nand on a second line".to_owned(),
            NEIGHBOURS
        )]
    );
    assert_unharmed(&summary, &shop);
}

#[test]
fn a_million_log_lines_are_limited_and_counted() {
    let _machine = together();
    let shop = Shop::start(&[]);
    let arguments = [
        "steady",
        "million-lines",
        "--host",
        &shop.url,
        "-u",
        "2",
        "--iterations-per-vu",
        "1",
        "--task-cpu",
        "30s",
    ];
    let (ran, summary) = run_plugin(&odd(), &arguments);
    let ran = ran.exits(0).within(Duration::from_secs(30));
    let shown = ran
        .err
        .lines()
        .chain(ran.out.lines())
        .filter(|line| line.ends_with("odd") || line.ends_with("even"));
    assert!(shown.count() <= 3_200, "100 lines a second");
    assert!(summary.number("/flags/logs_dropped") > 990_000);
    assert_eq!(summary.iterations("million-lines"), (1, 0, 0));
}

#[test]
fn forged_headers_never_reach_the_wire() {
    assert_refused(
        "header-injection",
        &[],
        &["refuses a forged header", "refuses a forged method"],
    );
}

#[test]
fn hosts_that_werent_granted_are_never_asked() {
    assert_refused(
        "foreign-host",
        &[],
        &["refuses a foreign host", "refuses other schemes"],
    );
}

#[test]
fn files_and_environment_dont_exist_for_a_guest() {
    let checks = [
        "reads no file",
        "lists no folder",
        "writes no file",
        "has no environment",
        "has no arguments",
    ];
    assert_refused("files", &[], &checks);
    assert!(!std::path::Path::new("/tmp/wasmswarm-was-here").exists());
}

#[test]
fn sockets_connect_nowhere() {
    let witness = Recorder::start();
    let address = format!("ADDRESS={}", witness.address);
    let checks = [
        "connects nowhere",
        "listens nowhere",
        "sends nowhere",
        "resolves nothing",
    ];
    assert_refused("socket", &["-e", &address], &checks);
    assert_eq!(witness.connections(), 0);
}

#[test]
fn a_body_beyond_the_limit_is_never_sent() {
    let _machine = together();
    let (ran, summary, shop) = beside_a_neighbour("big-body", &[]);
    ran.exits(0);
    assert_eq!(summary.check("refuses a big body").1, 0);
    assert_eq!(shop.counts().values().sum::<u64>(), NEIGHBOURS);
}

#[test]
fn metrics_without_end_are_folded() {
    let _machine = together();
    let shop = Shop::start(&[]);
    let arguments = [
        "many-metrics",
        "--host",
        &shop.url,
        "--iterations",
        "1",
        "--task-cpu",
        "30s",
    ];
    let (ran, summary) = run_plugin(&odd(), &arguments);
    ran.exits(0);
    let custom = summary.0["custom"].as_array().unwrap();
    assert!(custom.len() <= 1_100, "{} metrics", custom.len());
    assert!(custom.iter().any(|row| row["name"] == "__other__"));
    assert!(summary.number("/flags/folded_values") >= 18_900);
    // A value below zero counts; what isn't a number doesn't.
    assert_eq!(summary.number("/flags/values_dropped"), 1);
}

#[test]
fn a_guest_that_sleeps_for_an_hour_doesnt_hold_the_run_up() {
    let _machine = together();
    let shop = Shop::start(&[]);
    let arguments = [
        "sleeper",
        "--host",
        &shop.url,
        "-u",
        "2",
        "-t",
        "1s",
        "--graceful-stop",
        "1s",
    ];
    let (ran, summary) = run_plugin(&odd(), &arguments);
    ran.exits(0).within(Duration::from_secs(5));
    summary.adds_up();
}

#[test]
fn a_scenario_may_end_the_run_with_a_report() {
    let _machine = together();
    let shop = Shop::start(&[]);
    let (ran, summary) = run_plugin(&odd(), &["abort", "--host", &shop.url, "-u", "1", "-t", "60s"]);
    ran.exits(108).says_nothing_raw().within(Duration::from_secs(5));
    assert!(
        summary.0["end"].to_string().contains("seen enough"),
        "{}",
        summary.0["end"]
    );
}

#[test]
fn a_vu_may_leave() {
    let _machine = together();
    let shop = Shop::start(&[]);
    let (ran, summary) = run_plugin(&odd(), &["leave", "--host", &shop.url, "-u", "3", "-t", "20s"]);
    ran.exits(0).within(Duration::from_secs(10));
    assert_eq!(summary.iterations("leave"), (3, 0, 0));
}

#[test]
fn too_many_traps_end_the_run() {
    let _machine = together();
    let shop = Shop::start(&[]);
    let (ran, summary) = run_plugin(
        &odd(),
        &[
            "panic",
            "--host",
            &shop.url,
            "-u",
            "1",
            "-t",
            "60s",
            "--max-traps",
            "10",
        ],
    );
    ran.exits(107).within(Duration::from_secs(10));
    assert_eq!(summary.iterations("panic").2, 10);
}

#[test]
fn describe_has_no_power() {
    let _machine = together();
    for (feature, says) in [
        ("describe-loop", "describe"),
        ("describe-trap", "describe"),
        ("describe-import", "describe"),
        ("describe-error", "no licence"),
        ("describe-empty", "scenario"),
        ("describe-options", "suggested options"),
    ] {
        let plugin = odd_with(feature);
        let ran = cli::run(
            [
                plugin.as_os_str(),
                "--host".as_ref(),
                "http://127.0.0.1:1".as_ref(),
            ]
            .map(std::ffi::OsStr::to_owned)
            .into_iter()
            .fold(
                vec!["run".into(), "--start-cpu".into(), "1s".into()],
                |mut all: Vec<std::ffi::OsString>, a| {
                    all.push(a);
                    all
                },
            ),
        );
        ran.exits(104).complains(says).within(Duration::from_secs(10));
    }
}

#[test]
fn setup_and_teardown_are_limited_too() {
    let _machine = together();
    let shop = Shop::start(&[]);
    for (call, requests) in [("SETUP", 0), ("TEARDOWN", 3)] {
        for how in ["loop", "trap", "error"] {
            let wish = format!("{call}={how}");
            let arguments = [
                "run",
                odd().to_str().unwrap(),
                "steady",
                "--host",
                &shop.url,
                "--headless",
                "--iterations",
                "3",
            ]
            .map(str::to_owned);
            let more = ["--start-cpu", "300ms", "-e", &wish].map(str::to_owned);
            let before = shop.counters()["total"].as_u64().unwrap();
            cli::run(arguments.iter().chain(&more))
                .exits(107)
                .within(Duration::from_secs(10));
            assert_eq!(
                shop.counters()["total"].as_u64().unwrap() - before,
                requests,
                "{wish}"
            );
        }
    }
}
