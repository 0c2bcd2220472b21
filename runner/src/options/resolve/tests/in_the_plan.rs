//! Every option that a run depends on is in its plan, and so in its hash and in the results file.

use super::*;
use crate::options::definition;

/// Options that no plan has, and why.
const APART: &[(&str, &str)] = &[
    (
        "host",
        "which machine is tested: runs against several are compared",
    ),
    ("threads", "what the machine has; the load is the same"),
    (
        "digest",
        "it only refuses plugins; which one was run is in the plan",
    ),
    ("cache_dir", "where compiled plugins are kept"),
    ("headless", "how the run is shown"),
    ("quiet", "how the run is shown"),
    ("verbose", "how the run is shown"),
    ("log_level", "how the run is shown"),
    ("secret", "what isn't shown"),
    (
        "debug",
        "one iteration of one virtual user is what the plan says then",
    ),
    ("http_debug", "how the run is shown"),
    ("failures_log", "where failures are written"),
    ("csv", "where the results are written"),
    ("csv_full_history", "where the results are written"),
    ("hdr_log", "where the results are written"),
    ("junit", "where the results are written"),
    ("markdown", "where the results are written"),
    ("out", "where the results are written"),
    ("html", "where the results are written"),
    ("summary_json", "where the results are written"),
    ("baseline", "what the results are compared with"),
    ("exit_code_on_error", "what is made of the results"),
    ("fail_on_saturation", "what is made of the results"),
];

const RATE: &str = "--rate 10/s -t 5s";
const STAGES: &str = "--stage 5s:10";

/// Of each option of a run, two command lines that differ in it.
const OF_RUNS: &[(&str, &str, &str)] = &[
    ("users", "-t 5s -u 2", "-t 5s -u 3"),
    ("spawn_rate", "-t 5s -u 2", "-t 5s -u 2 -r 1"),
    ("run_time", "-t 5s", "-t 6s"),
    ("iterations", "-i 5", "-i 6"),
    (
        "iterations_per_vu",
        "--iterations-per-vu 5",
        "--iterations-per-vu 6",
    ),
    ("stages", STAGES, "--stage 5s:11"),
    ("start_vus", STAGES, "--stage 5s:10 --start-vus 2"),
    (
        "graceful_ramp_down",
        STAGES,
        "--stage 5s:10 --graceful-ramp-down 1s",
    ),
    ("rate", RATE, "--rate 11/s -t 5s"),
    ("arrivals", RATE, "--rate 10/s -t 5s --arrivals poisson"),
    (
        "pre_allocated_vus",
        RATE,
        "--rate 10/s -t 5s --pre-allocated-vus 3",
    ),
    ("max_vus", RATE, "--rate 10/s -t 5s --max-vus 77"),
    ("graceful_stop", "", "-s 1s"),
    ("on_stop", "", "--on-stop at-pause"),
    ("task_tags", "", "-T slow"),
    ("exclude_tags", "", "-E slow"),
    ("equal_weights", "-u 4", "-u 4 --equal-weights"),
    ("max_rate", "", "--max-rate 5/s"),
    ("seed", "--seed 1", "--seed 2"),
    ("thresholds", "", "--threshold checks:rate>0.5"),
    (
        "no_thresholds",
        "--threshold checks:rate>0.5",
        "--threshold checks:rate>0.5 --no-thresholds",
    ),
    ("tags", "", "--tag a=b"),
    ("group_urls", "", "--group-urls"),
    ("allow_host", "", "--allow-host a.test"),
    ("insecure", "", "--insecure"),
    ("ca_file", "", "--ca-file a.pem"),
    ("cert", "--cert a --key k", "--cert b --key k"),
    ("key", "--cert a --key k", "--cert a --key l"),
    ("proxy", "", "--proxy http://p:1"),
    ("resolve", "", "--resolve a.test=127.0.0.1"),
    ("source_address", "", "--source-address 127.0.0.2"),
    ("http2_prior_knowledge", "", "--http2-prior-knowledge"),
    ("http1", "", "--http1"),
    ("timeout", "", "--timeout 5s"),
    ("connect_timeout", "", "--connect-timeout 5s"),
    ("max_redirects", "", "--max-redirects 10"),
    ("max_body", "", "--max-body 1MiB"),
    ("headers", "", "--header a:b"),
    ("no_cookies", "", "--no-cookies"),
    ("traceparent", "", "--traceparent"),
    ("reset_cookies", "", "--reset-cookies"),
    ("no_compression", "", "--no-compression"),
    ("no_keep_alive", "", "--no-keep-alive"),
    ("reset_connections", "", "--reset-connections"),
    ("parallel_per_host", "", "--parallel-per-host 2"),
    ("tls_version", "", "--tls-version 1.2"),
    ("dns_ttl", "", "--dns-ttl 1s"),
    ("dns_policy", "", "--dns-policy only-ipv4"),
    ("block_ip", "", "--block-ip 10.0.0.0/8"),
    ("block_host", "", "--block-host a.test"),
    ("params", "", "-e A=b"),
    ("data", "", "--data rows=rows.csv"),
    ("vu_memory", "", "--vu-memory 32MiB"),
    ("vu_host_memory", "", "--vu-host-memory 32MiB"),
    ("host_memory", "", "--host-memory 1GiB"),
    ("max_memory", "", "--max-memory 1GiB"),
    ("max_request_body", "", "--max-request-body 1MiB"),
    ("task_cpu", "", "--task-cpu 2s"),
    ("start_cpu", "", "--start-cpu 2s"),
    ("describe_timeout", "", "--describe-timeout 2s"),
    ("setup_timeout", "", "--setup-timeout 2s"),
    ("teardown_timeout", "", "--teardown-timeout 2s"),
    ("max_traps", "", "--max-traps 2"),
    ("metrics_memory", "", "--metrics-memory 64MiB"),
];

const VUS: &str = "executor = 'constant-vus'\nduration = '5s'\nexec = 'a'\n";
const SHARED: &str = "executor = 'shared-iterations'\nexec = 'a'\n";
const RAMP: &str =
    "executor = 'ramping-arrival-rate'\nexec = 'a'\nstages = ['5s:10']\npre_allocated_vus = 9\nmax_vus = 9\n";

const REQUESTS: &str = "executor = 'constant-arrival-rate'\nexec = 'a'\nrate = '10 requests/s'\nduration = '5s'\n\
                        pre_allocated_vus = 9\nmax_vus = 9\n";

/// Of each key that only scenarios have, what all of them have and what makes the difference.
const OF_SCENARIOS: &[(&str, &str, &str, &str)] = &[
    (
        "executor",
        "exec = 'a'\n",
        "executor = 'shared-iterations'",
        "executor = 'per-vu-iterations'",
    ),
    (
        "exec",
        "executor = 'constant-vus'\nduration = '5s'\n",
        "exec = 'a'",
        "exec = 'b'",
    ),
    ("start_time", VUS, "", "start_time = '1s'"),
    ("after", VUS, "", "after = ['other']"),
    ("warm_up", VUS, "", "warm_up = true"),
    ("tags", VUS, "", "tags = { a = 'b' }"),
    ("params", VUS, "", "params = { a = 'b' }"),
    ("max_duration", SHARED, "", "max_duration = '5s'"),
    ("start_rate", RAMP, "", "start_rate = 1"),
    ("time_unit", RAMP, "", "time_unit = '1m'"),
    (
        "requests_per_iteration",
        REQUESTS,
        "",
        "requests_per_iteration = 2",
    ),
];

fn hash(line: &str) -> String {
    plan("", line).hash()
}

/// Whether it is looked at here what a field does to a plan.
fn is_known(id: &str) -> bool {
    let of_runs = OF_RUNS.iter().map(|(id, ..)| *id);
    let mut all = of_runs.chain(OF_SCENARIOS.iter().map(|(id, ..)| *id));
    all.any(|known| known == id)
}

#[test]
fn every_option_that_a_run_depends_on_changes_its_plans_hash() {
    for key in definition::run().iter() {
        let is_apart = APART.iter().any(|(id, why)| *id == key.id && !why.is_empty());
        assert!(
            is_apart != is_known(key.id),
            "is --{} in the plan, or why not?",
            key.flag
        );
    }
    for (id, one, other) in OF_RUNS {
        assert_ne!(hash(one), hash(other), "{id}");
    }
}

#[test]
fn every_key_of_a_scenario_changes_the_plans_hash() {
    for key in definition::scenario().iter() {
        assert!(is_known(key.id), "is `{}` in the plan?", key.id);
    }
    let hash = |common: &str, own: &str| {
        let toml = format!("[scenarios.one]\n{common}{own}\n[scenarios.other]\n{VUS}");
        plan(&toml, "").hash()
    };
    for (id, common, one, other) in OF_SCENARIOS {
        assert_ne!(hash(common, one), hash(common, other), "{id}");
    }
}

#[test]
fn what_no_plan_has_doesnt_change_its_hash() {
    let same = "--threads 1 --headless -L debug --secret A --summary-json f --html h --exit-code-on-error 3";
    assert_eq!(hash(same), hash(""));
}

#[test]
fn the_plan_says_whether_certificates_are_checked() {
    let json = |line: &str| serde_json::to_value(plan("", line)).unwrap();
    assert_eq!(json("--insecure")["grants"]["insecure"], true);
    assert_eq!(json("")["grants"]["insecure"], false);
}

#[test]
fn no_secret_is_in_a_plan() {
    let line = "-e TOKEN=nobody-knows-4711 --header Authorization:nobody-knows-4711 --proxy http://u:nobody-knows-4711@p:1";
    let whole = whole(&options("", &[], line).unwrap(), "").unwrap();
    let text = serde_json::to_string(&whole.plan).unwrap() + &format!("{whole:?}");
    assert!(!text.contains("nobody-knows-4711"), "{text}");
    assert_eq!(whole.secrets.params["TOKEN"].expose(), "nobody-knows-4711");
}

#[test]
fn weights_are_evened_out_but_for_those_of_nothing() {
    let plan = plan("", "-u 4 -E slow --equal-weights");
    let populations: Vec<_> = plan
        .scenarios
        .iter()
        .map(|scenario| scenario.population)
        .collect();
    assert_eq!(populations, [Population::Weight(1), Population::Weight(1)]);
    let weights: Vec<_> = plan.scenarios[0].tasks.iter().map(|task| task.weight).collect();
    assert_eq!(
        (weights, &plan.workloads[0].vus[..]),
        (vec![1, 0], &[0, 1, 0, 1][..])
    );
}
