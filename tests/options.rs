//! What is asked for, from flags, variables and files, up to the plan: nothing is run here.

use crate::support::cli::{Background, Ran, run, wasmswarm};
use crate::support::{guests, root, together};
use std::path::{Path, PathBuf};

/// `wasmswarm run storefront …`
fn storefront(arguments: &[&str]) -> Ran {
    let plugin = guests::plugin("storefront");
    let mut all = vec!["run".into(), plugin.into_os_string()];
    all.extend(arguments.iter().map(Into::into));
    run(all)
}

fn dry_run(arguments: &[&str]) -> serde_json::Value {
    let mut all = arguments.to_vec();
    all.push("--dry-run=json");
    let ran = storefront(&all).exits(0);
    serde_json::from_str(&ran.out).expect("a plan as JSON")
}

fn example(name: &str) -> String {
    root().join("docs/examples").join(name).display().to_string()
}

fn file(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

#[test]
fn a_plan_is_shown_and_not_run() {
    let _machine = together();
    let ran = storefront(&[
        "--dry-run",
        "--host",
        "http://nowhere.invalid",
        "-u",
        "40",
        "-r",
        "4",
        "-t",
        "30s",
    ])
    .exits(0);
    for line in [
        "VUs         40 at most",
        "default (constant-vus)",
        "  load      40 VUs, 4 started per second",
        "  runs      40 × Shopper",
        "VUs over time",
        "  command line    --users = 40",
    ] {
        assert!(ran.out.contains(line), "{line}\n{}", ran.out);
    }
    let plan = dry_run(&["--rate", "250/s", "-t", "8s", "--seed", "1"]);
    assert_eq!(plan["workloads"][0]["iterations"], 2000);
    assert_eq!(
        plan["plan"]["workloads"][0]["executor"]["type"],
        "constant-arrival-rate"
    );
    assert_eq!(plan["plan_hash"].as_str().unwrap().len(), 64);
    let again = dry_run(&[
        "--rate",
        "250/s",
        "-t",
        "8s",
        "--seed",
        "1",
        "--host",
        "http://other.invalid",
    ]);
    assert_eq!(plan["plan_hash"], again["plan_hash"]);
}

#[test]
fn a_k6_options_file_is_understood_as_it_is() {
    let _machine = together();
    let plan = dry_run(&["-c", &example("k6-options.json")]);
    let workloads = plan["plan"]["workloads"].as_array().unwrap();
    let kinds: Vec<_> = workloads
        .iter()
        .map(|w| format!("{} {}", w["name"], w["executor"]["type"]))
        .collect();
    assert_eq!(
        kinds,
        [
            "\"smoke\" \"shared-iterations\"",
            "\"ramp\" \"ramping-vus\"",
            "\"steady\" \"constant-arrival-rate\""
        ]
    );
    assert_eq!(plan["plan"]["thresholds"].as_array().unwrap().len(), 3);
    assert_eq!(plan["plan"]["max_rate"], 500.0);
    assert_eq!(plan["plan"]["tags"]["team"], "shop");
    assert_eq!(plan["plan"]["limits"]["teardown_wall_ms"], 10_000);
    assert_eq!(plan["workloads"][2]["iterations"], 600);
    assert_eq!(plan["seconds"], 240.0);
}

#[test]
fn the_same_load_in_toml_and_yaml() {
    let _machine = together();
    let plan = dry_run(&["--config", &example("load.toml")]);
    assert_eq!(plan["workloads"].as_array().unwrap().len(), 3);
    assert_eq!(plan["plan"]["workloads"][0]["warm_up"], true);
    let folder = tempfile::tempdir().unwrap();
    let yaml = file(
        folder.path(),
        "load.yaml",
        "scenarios:\n  a:\n    executor: ramping-vus\n    stages:\n      - {duration: 5s, target: 7}\n      - 5s:0\n",
    );
    let plan = dry_run(&["-c", yaml.to_str().unwrap()]);
    assert_eq!((&plan["peak_vus"], &plan["seconds"]), (&7.into(), &10.0.into()));
}

#[test]
fn flags_outrank_variables_and_these_the_file() {
    let _machine = together();
    let folder = tempfile::tempdir().unwrap();
    let config = file(
        folder.path(),
        "load.toml",
        "users = 10\nrun_time = '10s'\nseed = 5\n",
    );
    let mut command = wasmswarm();
    command
        .args([
            "run",
            guests::plugin("storefront").to_str().unwrap(),
            "--dry-run=json",
            "-t",
            "30s",
        ])
        .env("WASMSWARM_CONFIG", &config)
        .env("WASMSWARM_USERS", "20")
        .env("WASMSWARM_RUN_TIME", "20s");
    let ran = Background::start(command).finish().exits(0);
    let plan: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(
        (&plan["peak_vus"], &plan["seconds"], &plan["plan"]["seed"]),
        (&20.into(), &30.0.into(), &5.into())
    );
}

#[test]
fn a_locust_command_line_works_as_typed() {
    let _machine = together();
    let line = "--headless -u 100 -r 10 -t 1m -H http://127.0.0.1:1 --stop-timeout 10 --exit-code-on-error 1 -L INFO \
        --only-summary Shopper --tags browse --exclude-tags slow --dry-run=json";
    let ran = storefront(&line.split_whitespace().collect::<Vec<_>>()).exits(0);
    let plan: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let workload = &plan["plan"]["workloads"][0];
    assert_eq!(workload["executor"]["spawn_rate"], 10.0);
    assert_eq!(workload["graceful_stop"], 10.0);
    storefront(&["--reset-stats"]).exits(2).complains("warm_up");
    storefront(&["--processes", "4"])
        .exits(2)
        .complains("--threads N");
}

#[test]
fn scenarios_and_tasks_are_listed_with_their_shares() {
    let _machine = together();
    let ran = storefront(&["--list"]).exits(0);
    assert!(ran.out.contains("Shopper\n  home  [browse]\n"), "{}", ran.out);
    let ran = storefront(&["--task-ratio", "-u", "10"]).exits(0);
    assert!(ran.out.contains("Shopper: 10 of 10 VUs"), "{}", ran.out);
}

#[test]
fn every_problem_of_a_file_is_named_with_its_place() {
    let _machine = together();
    let folder = tempfile::tempdir().unwrap();
    let text = "usres = 5\nspawn_rate = -1\nrun_time = \"soon\"\n\n[scenarios.main]\nexecutor = \"ramping-vus\"\n\
        stagse = [\"\\u001b[31m\"]\n";
    let config = file(folder.path(), "load.toml", text);
    let ran = storefront(&["-c", config.to_str().unwrap()]).exits(104);
    for says in [
        "load.toml:1:1: unknown key \"usres\" (did you mean \"users\"?)",
        "load.toml:2:14: spawn_rate: \"-1\": it must be from 0.001 to 10,000,000 per second",
        "load.toml:3:12: run_time: \"soon\": write it as 10s, 1m30s or 250ms",
        "load.toml:7:1: unknown key \"stagse\" (did you mean \"stages\"?)",
    ] {
        assert!(ran.err.contains(says), "{says}\n{}", ran.err);
    }
    ran.complains("4 options can't be used");
}

#[test]
fn files_that_cant_be_read_are_refused() {
    let _machine = together();
    let folder = tempfile::tempdir().unwrap();
    let bomb = (1..12).fold(
        "l0: &l0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned(),
        |text, level| {
            let before = format!("*l{}", level - 1);
            text + &format!("l{level}: &l{level} [{}]\n", [before.as_str(); 10].join(", "))
        },
    );
    for (name, text, says) in [
        (
            "bomb.yaml",
            bomb.as_str(),
            "bomb.yaml:5:25: it has more than 50000 values",
        ),
        ("deep.json", &"[".repeat(100_000), "deep"),
        ("cut.toml", "users = \n", "cut.toml:1:"),
        ("load.ini", "users = 5", ".toml, .json, .yaml"),
        ("list.json", "[]", "list.json:1:1: it must be a table of options"),
        ("huge.json", &" ".repeat((1 << 20) + 1), "larger than 1 MiB"),
    ] {
        let config = file(folder.path(), name, text);
        storefront(&["-c", config.to_str().unwrap()])
            .exits(104)
            .complains(says);
    }
    storefront(&["-c", "/no/such.toml"])
        .exits(104)
        .complains("/no/such.toml");
    let folder = folder.path().join("d.toml");
    std::fs::create_dir(&folder).unwrap();
    storefront(&["-c", folder.to_str().unwrap()])
        .exits(104)
        .complains("it is a folder");
}

#[test]
fn numbers_beyond_all_measure_are_refused() {
    let _machine = together();
    for (arguments, says) in [
        (&["-u", "1e9"][..], "1,000,000"),
        (&["--rate", "1e12/s", "-t", "1s"], "10,000,000 per second"),
        (&["--rate", "NaN", "-t", "1s"], "0 or more"),
        (&["--stage", "1s:NaN"], "target"),
        (&["--stage", "99999999999999999999s:1"], "longer than a year"),
        (&["-t", "99999999999999999999h"], "longer than a year"),
        (&["--max-rate", "-5/s"], "0 or more"),
        (&["--rate", "0/s", "-t", "1s", "--dry-run"], "never an iteration"),
        (&["--rate", "10/s", "--dry-run"], "run time"),
    ] {
        let ran = storefront(arguments);
        assert!([2, 104].contains(&ran.code), "{arguments:?} {}", ran.err);
        ran.complains(says);
    }
}

#[test]
fn the_schema_in_the_tree_is_the_programs() {
    let path = root().join("runner/config.schema.json");
    let ran = run(["schema"]).exits(0);
    assert_eq!(
        std::fs::read_to_string(path).unwrap().trim(),
        ran.out.trim(),
        "write it again: cargo xtask schema"
    );
    let schema: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let scenario = &schema["properties"]["scenarios"]["additionalProperties"]["properties"];
    for key in [
        "executor",
        "vus",
        "preAllocatedVUs",
        "start_time",
        "gracefulStop",
        "stages",
    ] {
        assert!(scenario[key].is_object(), "{key}");
    }
}

#[test]
fn shells_and_man_have_their_texts() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ran = run(["completions", shell]).exits(0);
        assert!(ran.out.contains("spawn-rate"), "{shell}");
    }
    assert!(run(["man"]).exits(0).out.contains(".TH"));
    assert!(run(["man", "run"]).exits(0).out.contains("graceful"));
    run(["man", "nothing"]).exits(104).complains("nothing");
}
