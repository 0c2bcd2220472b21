//! What VUs share: counters, queues and keys are exact however many VUs and threads use
//! them. Also what surrounds a task: set-up per scenario, groups and tags.

use crate::support::cli::{Ran, run_plugin};
use crate::support::guests::odd;
use crate::support::summary::Summary;
use crate::support::target::Shop;
use crate::support::together;

fn run(arguments: &[&str]) -> (Ran, Summary, Shop) {
    let shop = Shop::start(&[]);
    let mut all = arguments.to_vec();
    all.extend(["--host", &shop.url]);
    let (ran, summary) = run_plugin(&odd(), &all);
    (ran, summary, shop)
}

#[test]
fn a_shared_counter_loses_nothing() {
    let _machine = together();
    // `teardown-scenario` compares the counter with what it was told, and fails the run.
    let arguments = [
        "count",
        "-u",
        "20",
        "--iterations",
        "5000",
        "--threads",
        "2",
        "-e",
    ];
    let (ran, summary, _) = run(&[&arguments[..], &["TOTAL=10000"]].concat());
    ran.exits(0);
    assert_eq!(summary.iterations("count"), (5000, 0, 0));
    let (ran, _, _) = run(&[&arguments[..], &["TOTAL=9999"]].concat());
    let ran = ran.exits(107);
    assert!(
        ran.out.contains("scenario `count`: the counter says 10000"),
        "{}",
        ran.out
    );
}

#[test]
fn a_queue_hands_each_element_out_once() {
    let _machine = together();
    let (ran, summary, _) = run(&["hand-out", "-u", "20", "--iterations", "1000", "--threads", "2"]);
    ran.exits(0);
    assert_eq!(
        summary.iterations("hand-out"),
        (1000, 0, 0),
        "{:?}",
        summary.errors("hand-out")
    );
    assert_eq!(summary.check("handed out once"), (1000, 0));
    assert_eq!(summary.check("keeps who took it"), (1000, 0));
}

#[test]
fn an_empty_queue_is_no_error_of_the_host() {
    let _machine = together();
    let (ran, summary, _) = run(&["hand-out", "-u", "5", "--iterations", "1100", "--threads", "2"]);
    ran.exits(0);
    assert_eq!(summary.iterations("hand-out"), (1000, 100, 0));
}

#[test]
fn a_key_has_one_owner_at_a_time() {
    let _machine = together();
    let (ran, summary, _) = run(&["leaders", "-u", "20", "--iterations", "4000", "--threads", "2"]);
    ran.exits(0);
    let (owned, wrong) = summary.check("is the leader");
    assert!(owned > 0 && wrong == 0, "{owned} {wrong}");
    for check in ["nobody else is", "swears in", "resigns"] {
        assert_eq!(summary.check(check), (owned, 0), "{check}");
    }
}

#[test]
fn a_hoarder_meets_the_limits() {
    let _machine = together();
    let (ran, summary, _) = run(&["hoard", "--iterations", "2", "--task-cpu", "30s"]);
    ran.exits(0);
    assert_eq!(
        summary.iterations("hoard"),
        (2, 0, 0),
        "{:?}",
        summary.errors("hoard")
    );
    for (check, times) in [
        ("too large", 2),
        ("16 MiB in all", 2),
        ("10,000 names", 2),
        ("full", 4),
    ] {
        assert_eq!(summary.check(check), (times, 0), "{check}");
    }
}

#[test]
fn misuse_of_names_and_groups_is_a_trap() {
    let _machine = together();
    for (case, says) in [("bad-name", "200 bytes"), ("stray-leave", "no group to leave")] {
        let (ran, summary, _) = run(&[case, "--iterations", "3"]);
        ran.exits(0).says_nothing_raw();
        assert_eq!(summary.iterations(case), (0, 0, 3), "{case}");
        let errors = summary.errors(case);
        assert!(
            errors.iter().all(|(message, _)| message.contains(says)),
            "{errors:?}"
        );
    }
}

#[test]
fn groups_that_are_too_deep_or_have_odd_names_do_no_harm() {
    let _machine = together();
    let eighth = format!("group={}", "::x".repeat(8));
    for (case, group) in [
        ("deep-groups", eighth.as_str()),
        ("odd-group-name", "group=::a__b"),
    ] {
        let (ran, summary, _) = run(&[case, "--iterations", "3"]);
        ran.exits(0);
        assert_eq!(summary.iterations(case), (3, 0, 0), "{case}");
        assert_eq!(summary.samples("group_duration", group), 3, "{case}");
        assert_eq!(summary.number("/flags/labels_altered"), 3, "{case}");
    }
}

#[test]
fn a_scenarios_own_setup_can_refuse_the_run() {
    let _machine = together();
    for how in ["error", "trap"] {
        let wish = format!("SETUP_SCENARIO={how}");
        let (ran, _, shop) = run(&["steady", "--iterations", "3", "-e", &wish]);
        ran.exits(107);
        assert_eq!(shop.counts().values().sum::<u64>(), 0, "{how}");
    }
    let (ran, _, shop) = run(&["steady", "--iterations", "3", "-e", "TEARDOWN_SCENARIO=error"]);
    ran.exits(107);
    assert_eq!(shop.counts().values().sum::<u64>(), 3);
}

#[test]
fn requests_carry_their_group_and_the_tags_of_their_task() {
    let _machine = together();
    let (ran, summary, _) = run(&["tagged", "-u", "2", "--iterations", "60"]);
    ran.exits(0);
    let series = summary.tagged_requests();
    let of = |name: &str, tags: &str| {
        let found = series.iter().filter(|(n, t, _)| n == name && t.starts_with(tags));
        found.map(|(_, _, count)| count).sum::<u64>()
    };
    // Two tasks of weight 1 and 2, whose labels say `part=1` and `part=2`.
    let (one, two) = (of("outside", "part=1"), of("outside", "part=2"));
    assert_eq!(one + two, 60);
    assert!(one > 5 && two > 20, "{one} {two}");
    assert_eq!(of("within", "group=::outer,part=1"), one);
    assert_eq!(of("deep", "group=::outer::inner,part=2"), two);
    assert_eq!(summary.counters("seen", "own"), [("yes".to_owned(), 60)].into());
    // Of the two that were entered, both were left open.
    assert_eq!(summary.samples("group_duration", "group=::outer,"), 60);
    assert_eq!(summary.samples("group_duration", "group=::outer::inner,"), 60);
}
