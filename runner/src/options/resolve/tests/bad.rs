//! What can't be used: the exact words, and where.

use super::{options, problem, problems};
use crate::plan::ExecutorType;

/// A file and what is said about it, without `f.toml:`.
const BAD: &[(&str, &str)] = &[
    (
        "stagse = 1",
        "1:1: unknown key \"stagse\" (did you mean \"stages\"?)",
    ),
    (
        "users = 1e9",
        "1:9: users: \"1e9\": it must be a whole number from 1 to 1,000,000",
    ),
    (
        "users = 0",
        "1:9: users: \"0\": it must be a whole number from 1 to 1,000,000",
    ),
    (
        "users = nan",
        "1:9: users: \"nan\": it must be a whole number from 1 to 1,000,000",
    ),
    ("users = [1]", "1:9: users: it must be one value, not a list"),
    (
        "users = 1\nvus = 2",
        "2:1: vus: it is given twice: the other time as users",
    ),
    (
        "run_time = 10",
        "1:12: run_time: 10: write it with its unit, such as \"10s\"",
    ),
    (
        "run_time = '-1s'",
        "1:12: run_time: \"-1s\": it must not be negative",
    ),
    (
        "run_time = '9999999999h'",
        "1:12: run_time: \"9999999999h\": it is longer than a year",
    ),
    (
        "rate = 1e12\nrun_time='1s'",
        "1:8: rate: \"1e12\": it must be at most 10,000,000 per second",
    ),
    (
        "rate = '2e7/s'\nrun_time='1s'",
        "1:8: rate: \"2e7/s\": it must be at most 10,000,000 per second",
    ),
    (
        "rate = '5e-324/s'\nrun_time='1s'",
        "1:8: rate: \"5e-324/s\": it must be 0, or at least 0.000000001 per second",
    ),
    (
        "spawn_rate = 5e-324\nrun_time='1s'",
        "1:14: spawn_rate: \"5e-324\": it must be from 0.001 to 10,000,000 per second",
    ),
    (
        "rate = 1\nstages = ['1s:1e-320', '1s:5']",
        "2:11: stages[0]: it must be 0, or at least 0.000000001 per second",
    ),
    (
        "stages = ['1s:4e-323']",
        "1:11: stages[0]: it must be 0, or at least 0.000000001 per second",
    ),
    (
        "stages = ['9s:5:sine:1e-310:1s']",
        "1:11: stages[0]: it must be 0, or at least 0.000000001 per second",
    ),
    (
        "rate = '1 requests/s'\nrequests_per_iteration = 1e-320\nrun_time='1s'",
        "2:26: requests_per_iteration: \"1e-320\": it must be a number from 0.001 to 1,000,000",
    ),
    (
        "max_rate = '1e-300/s'\nrun_time='1s'",
        "1:12: max_rate: \"1e-300/s\": it must be 0, or at least 0.000000001 per second",
    ),
    (
        "rate = '1e7/s'\nrun_time='300d'",
        "1:8: rate: it amounts to 2.6e14 iterations: too many",
    ),
    (
        "rate = '5 apples/s'",
        "1:8: rate: \"5 apples/s\": write it as 500/s, 300/m or '500 requests/s'",
    ),
    (
        "insecure = 'yes'",
        "1:12: insecure: \"yes\": it must be true or false",
    ),
    ("tags = ['a']", "1:9: tags: \"a\": write it as NAME=VALUE"),
    (
        "stages = ['1s:2', { duration = '1s' }]",
        "1:19: stages[1]: it has no target",
    ),
    (
        "stages = [{ duration = 5, target = 1 }]",
        "1:24: stages[0].duration: 5: write it with its unit, such as \"10s\"",
    ),
    (
        "stages = [{ duration = '1s', target = -1 }]",
        "1:39: stages[0].target: \"-1\": it must be a number, 0 or above",
    ),
    (
        "stages = ['0s:5']",
        "1:11: stages: all stages together take no time",
    ),
    (
        "stages = ['1s:2000000']",
        "1:11: stages[0]: it must be at most 1,000,000 virtual users",
    ),
    (
        "stages = ['1s:0', '1s:5:exponential']",
        "1:19: stages[1]: an exponential stage can't begin or end at 0",
    ),
    (
        "stages = ['300d:1', '300d:1']",
        "1:11: stages: all stages together take longer than a year",
    ),
    (
        "start_vus = 0\nstages = ['1s:0']",
        "2:11: stages: there is never a virtual user",
    ),
    (
        "users = 1000000\nspawn_rate = 0.001\nrun_time='1s'",
        "2:14: spawn_rate: 1000000 virtual users would take longer than a year to start",
    ),
    (
        "iterations = 5\niterations_per_vu = 5",
        "2:21: iterations_per_vu: `iterations` is given as well: only one of the two can be",
    ),
    (
        "iterations = 5\narrivals = 'even'",
        "2:12: arrivals: it has no meaning for shared-iterations, which the other options ask for",
    ),
    (
        "tlsAuth = []",
        "1:1: \"tlsAuth\" of k6 doesn't exist here: `cert` and `key` give a client certificate",
    ),
    (
        "users = 5\n[scenarios.a]\nexecutor = 'custom'\nmax_vus = 1",
        "1:9: users: there are `scenarios` as well: give the load in one of the two places",
    ),
    (
        "[scenarios]",
        "1:1: scenarios: it must have 1 to 1000 scenarios, not 0",
    ),
    (
        "[scenarios.'a b']\nexecutor = 'custom'\nmax_vus = 1",
        "1:12: scenarios.a b: a name is made of letters, digits, `-` and `_`",
    ),
    (
        "[thresholds]\nchecks = 5",
        "2:10: thresholds.checks: a rule must be a text, such as \"p(95)<200\"",
    ),
    (
        "[thresholds]\nchecks = { threshold = 'rate>0', abortOnFial = true }",
        "2:34: unknown key \"abortOnFial\" (did you mean \"abort_on_fail\"?)",
    ),
];

#[test]
fn bad_files_say_where_what_and_why() {
    let wrong: Vec<_> = BAD
        .iter()
        .map(|(toml, expected)| (toml, problems(toml, ""), vec![format!("f.toml:{expected}")]))
        .filter(|(_, said, expected)| said != expected)
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The body of a scenario `a`, and what is said about it; its first line is line 2.
const BAD_SCENARIOS: &[(&str, &str)] = &[
    (
        "",
        "1:12: scenarios.a: it has no `executor`; there are {executors}",
    ),
    (
        "executor = 'constant-vus'",
        "1:12: scenarios.a: constant-vus needs `duration`",
    ),
    ("executor = 'custom'", "1:12: scenarios.a: custom needs `max_vus`"),
    (
        "executor = 'ramping-vus'",
        "1:12: scenarios.a: ramping-vus needs `stages`",
    ),
    (
        "executor = 'constant-arrival-rate'\nrate = 1\nduration = '1s'",
        "1:12: scenarios.a: constant-arrival-rate needs `pre_allocated_vus`",
    ),
    (
        "executor = 'constant-arrival-rate'\nrate = 1\nduration = '1s'\npreAllocatedVUs = 5\nmaxVUs = 2",
        "6:10: scenarios.a.maxVUs: it must not be below the 5 virtual users that are made beforehand",
    ),
    (
        "executor = 'constant-arrival-rate'\nrate = '1/s'\ntimeUnit = '1m'\nduration = '1s'\npreAllocatedVUs = 5",
        "4:12: scenarios.a.timeUnit: the rate has a unit of its own: give one of the two",
    ),
    (
        "executor = 'constant-vus'\nduration = '1s'\nrate = 5",
        "4:8: scenarios.a.rate: constant-vus doesn't take it; it takes vus, spawn_rate, duration",
    ),
    (
        "executor = 'custom'\nmax_vus = 1\nafter = ['a']",
        "4:10: scenarios.a.after: a scenario can't wait for itself",
    ),
    (
        "executor = 'custom'\nmax_vus = 1\nafter = 'aa'",
        "4:9: scenarios.a.after: there is no scenario \"aa\" in `scenarios` (did you mean \"a\"?)",
    ),
    (
        "executor = 'custom'\nmax_vus = 1\nwarm_up = true",
        "4:11: scenarios.a.warm_up: all scenarios only warm up: there would be nothing to report",
    ),
    (
        "executor = 'custom'\nmax_vus = 1\nexec = 'c'",
        "4:8: scenarios.a.exec: the plugin has no scenario \"c\"; it has: a, b",
    ),
    (
        "executor = 'custom'\nmax_vus = 1\ntask_tags = ['x']",
        "4:14: scenarios.a.task_tags: no task of \"a\" is left to run",
    ),
    (
        "executor = 'custom'\nmax_vus = 1\noptions = {}",
        "4:1: \"options\" of k6 doesn't exist here: remove it",
    ),
];

#[test]
fn bad_scenarios_say_where_what_and_why() {
    let executors: Vec<_> = ExecutorType::ALL.iter().map(|executor| executor.name()).collect();
    for (body, expected) in BAD_SCENARIOS {
        let toml = format!("[scenarios.a]\n{body}");
        let expected = expected.replace("{executors}", &executors.join(", "));
        assert_eq!(problem(&toml, ""), format!("f.toml:{expected}"), "{body}");
    }
}

#[test]
fn scenarios_that_wait_for_each_other_are_named() {
    let one = |name: &str, after: &str| {
        format!("[scenarios.{name}]\nexecutor='custom'\nmax_vus=1\nexec='a'\nafter=['{after}']\n")
    };
    let toml = one("x", "y") + &one("y", "z") + &one("z", "y");
    assert_eq!(
        problem(&toml, ""),
        "f.toml:5:8: scenarios.x.after: these scenarios wait for each other: x, y, z"
    );
}

#[test]
fn a_scenario_must_say_what_it_runs() {
    let toml = "[scenarios.c]\nexecutor = 'custom'\nmax_vus = 1";
    assert_eq!(
        problem(toml, ""),
        "f.toml:1:12: scenarios.c: say with `exec` which of the plugin's scenarios it runs: a, b"
    );
}

#[test]
fn too_many_vus_in_all() {
    let one = |name: &str| format!("[scenarios.{name}]\nexecutor='custom'\nmax_vus=600000\n");
    assert_eq!(
        problem(&(one("a") + &one("b")), ""),
        "the scenarios together have 1200000 virtual users: at most 1,000,000 are possible"
    );
}

#[test]
fn every_problem_is_named_at_once() {
    let names = problems("", "x y");
    assert_eq!(names[0], "there is no scenario \"x\"; the plugin has: a, b");
    assert_eq!(names.len(), 2);
    let toml =
        "usres = 1\nrun_time = 5\n[scenarios.a]\nexecutor = 'cunstom'\n[scenarios.b]\nrate = nan\nx = 1";
    assert_eq!(problems(toml, "").len(), 5, "{:#?}", problems(toml, ""));
}

#[test]
fn flags_and_variables_are_named_as_they_were_typed() {
    assert_eq!(
        problem("", "--rate 5/s"),
        "--rate: constant-arrival-rate needs a run time (-t)"
    );
    assert_eq!(
        problem("", "--stage 1s:0:exponential"),
        "--stage: an exponential stage can't begin or end at 0"
    );
    let wrong = options("", &[("WASMSWARM_USERS", "many"), ("WASMSWARM_RATE", "x")], "").unwrap_err();
    assert_eq!(
        wrong[0],
        "WASMSWARM_USERS: \"many\": it must be a whole number from 1 to 1,000,000"
    );
    assert_eq!(wrong.len(), 2);
}
