//! What a guest says when it gives up reaches the operator in the guest's own words: in the summary for people, in that
//! for machines, and, once for each message, in the log.

use crate::support::cli::{Ran, run, run_plugin};
use crate::support::guests::{odd, odd_with};
use crate::support::summary::Summary;
use crate::support::target::Shop;
use crate::support::together;

/// One VU runs `case` so often.
fn odd_run(case: &str, times: u32, more: &[&str]) -> (Ran, Summary) {
    let _machine = together();
    let shop = Shop::start(&[]);
    let times = times.to_string();
    let mut arguments = vec![
        case,
        "--host",
        &shop.url,
        "-u",
        "1",
        "--iterations-per-vu",
        &times,
    ];
    arguments.extend(more);
    let (ran, summary) = run_plugin(&odd(), &arguments);
    summary.adds_up();
    (ran.says_nothing_raw(), summary)
}

/// Lines of the log with this text in them.
fn told(ran: &Ran, text: &str) -> usize {
    ran.err.lines().filter(|line| line.contains(text)).count()
}

/// The only message of the case's iterations, which is told once, and in the table.
#[track_caller]
fn only_message((ran, summary): (Ran, Summary), case: &str, times: u64) -> String {
    let ran = ran.exits(0);
    let errors = summary.errors(case);
    let [(message, count)] = &errors[..] else {
        panic!("one message, please: {errors:?}");
    };
    assert_eq!(*count, times);
    assert_eq!(told(&ran, "crashed: "), 1, "{}", ran.err);
    let begins = message.chars().take(40).collect::<String>();
    assert!(ran.out.contains(&begins), "no {begins:?} in\n{}", ran.out);
    message.clone()
}

#[test]
fn a_panic_is_told_with_its_place_each_once() {
    let (ran, summary) = odd_run("panics", 9, &[]);
    let ran = ran.exits(0);
    let mut errors = summary.errors("panics");
    errors.sort();
    assert_eq!(errors.len(), 3, "{errors:?}");
    for (number, (message, count)) in errors.iter().enumerate() {
        assert!(
            message.starts_with("panicked at odd/src/print_cases.rs:"),
            "{message}"
        );
        assert!(message.ends_with(&format!(": gave up on {number}")), "{message}");
        assert_eq!(*count, 3);
        assert_eq!(told(&ran, &format!("crashed: {message}")), 1, "{}", ran.err);
    }
    // What else was printed comes with it, and the note about backtraces isn't the message.
    assert!(told(&ran, "looking around") >= 1, "{}", ran.err);
}

#[test]
fn what_the_log_tells_of_crashes_is_bounded_and_the_results_have_them_all() {
    let (ran, summary) = odd_run("panics-differently", 150, &[]);
    let ran = ran.exits(0);
    assert_eq!(summary.errors("panics-differently").len(), 150);
    assert_eq!(told(&ran, "crashed: "), 100);
}

#[test]
fn a_misuse_is_told_as_the_host_sees_it() {
    let message = only_message(odd_run("misuses", 5, &[]), "misuses", 5);
    assert!(message.contains("response 987654 is unknown"), "{message}");
}

#[test]
fn silence_leaves_the_traps_own_words() {
    let message = only_message(odd_run("last-words", 2, &[]), "last-words", 2);
    assert!(
        message.contains("`unreachable` instruction executed in "),
        "{message}"
    );
}

#[test]
fn an_exit_is_told_by_what_was_printed_before_it() {
    assert_eq!(
        only_message(odd_run("exits", 3, &[]), "exits", 3),
        "leaving early"
    );
}

/// What the runtimes of other languages print; the text comes with `-e`, the trap is real.
#[test]
fn other_languages_have_their_own_forms() {
    for (words, expected) in [
        (
            "panic: crash on purpose\n\ngoroutine 1 [running]:\nmain.crash(...)\n\t/src/main.go:12\n",
            "panic: crash on purpose (main.go:12)",
        ),
        (
            "thread 1 panic: crash on purpose\nUnable to dump stack trace\n",
            "crash on purpose",
        ),
        (
            "Assertion failed: a == b (main.c: run: 7)\n",
            "Assertion failed: a == b (main.c: run: 7)",
        ),
        (
            "abort: crash on purpose in assembly/index.ts(12:5)\n",
            "abort: crash on purpose in assembly/index.ts(12:5)",
        ),
        (
            "Traceback (most recent call last):\n  File \"app.py\", line 12, in goodbye\n    crash()\nValueError: crash on purpose\n",
            "ValueError: crash on purpose (app.py:12)",
        ),
    ] {
        let run = odd_run("last-words", 1, &["-e", &format!("WORDS={words}")]);
        let lines = words.lines().filter(|line| !line.is_empty());
        if lines.clone().count() > 1 {
            for line in lines {
                assert_eq!(
                    told(&run.0, line.trim()),
                    1 + usize::from(expected.contains(line.trim())),
                    "{}",
                    run.0.err
                );
            }
        }
        assert_eq!(only_message(run, "last-words", 1), expected);
    }
}

#[test]
fn what_is_printed_is_a_log_line_at_level_info() {
    let (ran, summary) = odd_run("prints", 3, &[]);
    let ran = ran.exits(0);
    assert_eq!(summary.iterations("prints"), (3, 0, 0));
    for line in [
        "info  VU 1: to standard output\\u{1b}[31m",
        "info  VU 1: to standard error",
        "info  VU 1: without an end",
    ] {
        assert_eq!(
            ran.err.lines().filter(|shown| *shown == line).count(),
            3,
            "{line:?} in\n{}",
            ran.err
        );
    }
    let (ran, _) = odd_run("prints", 3, &["--log-level", "warn"]);
    assert_eq!(told(&ran.exits(0), "standard"), 0);
}

#[test]
fn a_flood_is_limited_counted_and_doesnt_hide_the_reason() {
    let (ran, summary) = odd_run("floods", 2, &["--task-cpu", "30s"]);
    let ran = ran.exits(0);
    let errors = summary.errors("floods");
    assert!(
        matches!(&errors[..], [(message, 2)] if message.ends_with(": drowned")),
        "{errors:?}"
    );
    assert!(told(&ran, "flood") <= 3_200, "100 lines a second");
    assert!(summary.number("/flags/logs_dropped") > 70_000);
}

/// The calls around a run have their words too.
#[test]
fn describe_setup_and_teardown_speak_for_themselves() {
    let _machine = together();
    let shop = Shop::start(&[]);
    let describe = odd_with("describe-trap");
    let ran = run([
        "run".as_ref(),
        describe.as_os_str(),
        "--host".as_ref(),
        shop.url.as_ref(),
    ]);
    ran.exits(104).complains("describe gives up");
    for call in ["SETUP", "TEARDOWN"] {
        let wish = format!("{call}=trap");
        let odd = odd();
        let arguments = [
            "steady",
            "--host",
            &shop.url,
            "--headless",
            "--iterations",
            "3",
            "-e",
            &wish,
        ];
        let arguments = arguments.iter().map(AsRef::as_ref);
        let ran = run(["run".as_ref(), odd.as_os_str()].into_iter().chain(arguments)).exits(107);
        let says = format!(": {call} gives up");
        assert!(
            ran.err.contains(&says),
            "no {says:?} in\n{}\n{}",
            ran.err,
            ran.out
        );
    }
}
