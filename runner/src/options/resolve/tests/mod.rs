//! From texts of all layers to the plan.

mod bad;
mod fuzz;
mod in_the_plan;

use super::*;
use crate::options::tree::Format;
use crate::options::{RunOptions, read};
use crate::plan::{
    Begin, ConstantArrivalRate, ConstantVus, Curve, Custom, ExecutorSpec, PerVuIterations, Population,
    Profile, RampingArrivalRate, RampingVus, ScenarioPlan, SharedIterations, Spacing, Stage, TaskOrder,
    TaskPlan, WaitTime,
};
use clap::{Args as _, Command, FromArgMatches as _};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

const S: fn(u64) -> Duration = Duration::from_secs;

fn task(name: &str, tags: &[&str]) -> TaskPlan {
    TaskPlan {
        name: name.to_owned(),
        weight: 1,
        tags: tags.iter().map(|tag| (*tag).to_owned()).collect(),
    }
}

fn scenario(name: &str, exec: u32, population: Population) -> ScenarioPlan {
    ScenarioPlan {
        name: name.to_owned(),
        exec,
        tags: BTreeMap::new(),
        params: BTreeSet::new(),
        population,
        order: TaskOrder::Random,
        wait: WaitTime::None,
        tasks: vec![task("fast", &["browse"]), task("slow", &["browse", "slow"])],
    }
}

fn description(suggested: &str) -> Description {
    Description {
        about: String::new(),
        scenarios: vec![
            scenario("a", 0, Population::Weight(3)),
            scenario("b", 1, Population::Weight(1)),
        ],
        options: suggested.to_owned(),
        ..Description::default()
    }
}

/// A file, variables, and a command line, all at once.
fn options(toml: &str, env: &[(&str, &str)], line: &str) -> Result<RunOptions, Vec<String>> {
    let command = RunOptions::augment_args(Command::new("run").no_binary_name(true));
    let words = std::iter::once("p").chain(line.split_whitespace());
    let matches = command.try_get_matches_from(words).unwrap();
    let parsed = RunOptions::from_arg_matches(&matches).unwrap();
    let variable = |name: &str| {
        let found = env.iter().find(|(key, _)| *key == name);
        found.map(|(_, value)| value.into())
    };
    let (file, problems) = read::layer(Format::Toml, toml, &|at| Origin::File(Arc::from("f.toml"), at));
    let mut assembled = match parsed.assemble(&matches, &variable) {
        Ok(options) if problems.is_empty() => options,
        Ok(_) => return Err(lines(problems)),
        Err(more) => return Err(lines(problems).into_iter().chain(more).collect()),
    };
    let mut layers = std::mem::take(&mut assembled.layers);
    layers.insert(0, file);
    assembled.settle(layers);
    Ok(assembled)
}

/// What a plan says of a file of rows.
fn rows(name: &str) -> DataPlan {
    DataPlan {
        name: name.to_owned(),
        sha256: "1".repeat(64),
        rows: 1,
    }
}

fn whole(options: &RunOptions, suggested: &str) -> Result<ResolvedPlan, Vec<String>> {
    let plugin = PluginPlan {
        source: "p".to_owned(),
        sha256: "0".repeat(64),
        bytes: 0,
    };
    let given = Given {
        plugin,
        host: None,
        base: None,
        data: options.given.data.iter().map(|(name, _)| rows(name)).collect(),
        seed: 7,
        machine: Machine {
            cores: 2,
            ..Machine::default()
        },
        room_for: RoomFor::Nobody,
    };
    match resolve(options, &description(suggested), given) {
        Ok(resolved) => Ok(resolved),
        Err(Refused::Misfit(problems)) => Err(problems),
        Err(other) => panic!("{other:?}"),
    }
}

fn resolved(options: &RunOptions, suggested: &str) -> Result<Plan, Vec<String>> {
    whole(options, suggested).map(|resolved| resolved.plan)
}

#[track_caller]
fn plan(toml: &str, line: &str) -> Plan {
    plan_with(toml, &[], line, "")
}

#[track_caller]
fn plan_with(toml: &str, env: &[(&str, &str)], line: &str, suggested: &str) -> Plan {
    resolved(&options(toml, env, line).unwrap(), suggested).unwrap()
}

fn problems(toml: &str, line: &str) -> Vec<String> {
    match options(toml, &[], line) {
        Ok(options) => resolved(&options, "").unwrap_err(),
        Err(problems) => problems,
    }
}

#[track_caller]
fn problem(toml: &str, line: &str) -> String {
    let mut all = problems(toml, line);
    assert_eq!(all.len(), 1, "{all:#?}");
    all.remove(0)
}

const SUGGESTED: &str = r#"{"users": 10, "run_time": "60s"}"#;

fn only(plan: &Plan) -> (&ExecutorSpec, usize) {
    assert_eq!(plan.workloads.len(), 1);
    (&plan.workloads[0].executor, plan.workloads[0].vus.len())
}

fn ramp(start: f64, stages: &[(u64, f64, Curve)]) -> Profile {
    let stage = |&(seconds, target, curve): &(u64, f64, Curve)| Stage {
        duration: S(seconds),
        target,
        curve,
    };
    Profile {
        start,
        stages: stages.iter().map(stage).collect(),
    }
}

#[test]
fn without_any_wish_one_vu_runs_one_iteration() {
    let plan = plan("", "");
    assert_eq!(
        (plan.peak_vus(), plan.iterations(false), plan.seed),
        (1, Some(1), 7)
    );
}

#[test]
fn layers_outrank_each_other() {
    let env = [("WASMSWARM_USERS", "30"), ("WASMSWARM_RUN_TIME", "")];
    let users = |toml: &str, env: &[(&str, &str)], line: &str| {
        let plan = plan_with(toml, env, line, SUGGESTED);
        (plan.peak_vus(), plan.duration().unwrap().as_secs())
    };
    assert_eq!(users("", &[], ""), (10, 60));
    assert_eq!(users("users = 20", &[], ""), (20, 60));
    assert_eq!(users("users = 20\nrun_time = '5s'", &env, ""), (30, 5));
    assert_eq!(users("users = 20\nrun_time = '5s'", &env, "-u 40 -t 3s"), (40, 3));
}

#[test]
fn another_kind_of_load_replaces_the_lower_one() {
    let asked = plan_with("", &[], "-u 4 -i 100", SUGGESTED);
    assert_eq!(
        (asked.peak_vus(), asked.duration(), asked.iterations(false)),
        (4, None, Some(100))
    );
    let timed = plan("iterations = 100", "-t 5s");
    assert_eq!((timed.duration(), timed.iterations(false)), (Some(S(5)), None));
    let rate = plan_with("", &[], "--rate 5/s", SUGGESTED);
    assert_eq!(rate.iterations(false), Some(300), "the plugin's run time");
    assert_eq!(only(&rate).0.name(), "constant-arrival-rate");
    let each = plan("iterations = 100", "--iterations-per-vu 3 -u 2");
    assert_eq!(each.iterations(false), Some(6));
}

#[test]
fn a_load_in_short_replaces_scenarios_and_says_so() {
    let toml = "[scenarios.a]\nexecutor = 'constant-vus'\nduration = '5s'\n";
    assert_eq!(
        plan_with(toml, &[], "", SUGGESTED).peak_vus(),
        1,
        "nothing of the plugin's load"
    );
    let options = options(toml, &[], "-u 3").unwrap();
    assert_eq!(options.notes(), ["--users replaces the 1 scenarios of f.toml"]);
    assert_eq!(resolved(&options, "").unwrap().peak_vus(), 3);
}

#[test]
fn lists_of_names_grow_name_by_name() {
    let toml = "tags = { a = '1', b = '2' }\n[thresholds]\nchecks = 'rate>0.5'\niterations = 'count>1'";
    let plan = plan(toml, "--tag b=3 --threshold checks:rate>0.9");
    let tags: Vec<_> = plan.tags.iter().map(|(k, v)| format!("{k}{v}")).collect();
    assert_eq!(tags, ["a1", "b3"]);
    let rules: Vec<_> = plan.thresholds.iter().map(|t| t.rule.as_str()).collect();
    assert_eq!(rules, ["count>1", "rate>0.9"]);
}

#[test]
fn thresholds_in_all_of_k6s_forms() {
    let toml = "[thresholds]\na = 'count<1'\nb = ['count<1', { threshold = 'max>2', abortOnFail = true, delayAbortEval = '10s' }]\n\
        c = { threshold = 'rate<3' }";
    let plan = plan(toml, "");
    let all: Vec<_> = plan
        .thresholds
        .iter()
        .map(|t| {
            format!(
                "{} {} {} {}",
                t.metric,
                t.rule,
                t.abort_on_fail,
                t.delay_abort_eval.as_secs()
            )
        })
        .collect();
    assert_eq!(
        all,
        [
            "a count<1 false 0",
            "b count<1 false 0",
            "b max>2 abort after 10s true 10",
            "c rate<3 false 0"
        ]
    );
    assert!(super::tests::plan(toml, "--no-thresholds").thresholds.is_empty());
}

#[test]
fn executors_in_short() {
    let constant = plan("", "-u 5 -r 2 -t 10s");
    let expected = ExecutorSpec::ConstantVus(ConstantVus {
        spawn_rate: crate::plan::SpawnRate::new(2.0).ok(),
        duration: Some(S(10)),
    });
    assert_eq!(only(&constant), (&expected, 5));
    let ramping = plan(
        "",
        "--stage 30s:100 --stage 10s:5:step,1m:50:exponential --graceful-ramp-down 3s",
    );
    let stages = [
        (30, 100.0, Curve::Linear),
        (10, 5.0, Curve::Step),
        (60, 50.0, Curve::Exponential),
    ];
    let expected = ExecutorSpec::RampingVus(RampingVus {
        profile: ramp(1.0, &stages),
        graceful_ramp_down: S(3),
    });
    assert_eq!(only(&ramping), (&expected, 100));
    let rate = plan("", "--rate 500/s --arrivals poisson -t 10s");
    let expected = ExecutorSpec::ConstantArrivalRate(ConstantArrivalRate {
        rate: 500.0,
        duration: S(10),
        spacing: Spacing::Poisson,
        pre_allocated_vus: 50,
    });
    assert_eq!(only(&rate), (&expected, 500));
    let changing = plan("", "--rate 60/m --stage 10s:600 --max-vus 3");
    let expected = ExecutorSpec::RampingArrivalRate(RampingArrivalRate {
        profile: ramp(1.0, &[(10, 10.0, Curve::Linear)]),
        spacing: Spacing::Even,
        pre_allocated_vus: 1,
    });
    assert_eq!(only(&changing), (&expected, 3));
}

#[test]
fn executors_have_k6s_defaults() {
    let spec = |body: &str| {
        let plan = plan(&format!("[scenarios.a]\n{body}"), "");
        let (executor, vus) = only(&plan);
        (executor.clone(), vus, plan.workloads[0].graceful_stop.as_secs())
    };
    let ten_minutes = Some(S(600));
    let (executor, vus, stop) = spec("executor = 'shared-iterations'");
    let shared = ExecutorSpec::SharedIterations(SharedIterations {
        spawn_rate: None,
        iterations: 1,
        max_duration: ten_minutes,
    });
    assert_eq!((executor, vus, stop), (shared, 1, 30));
    let (executor, vus, _) = spec("executor = 'per-vu-iterations'\nvus = 3");
    let each = ExecutorSpec::PerVuIterations(PerVuIterations {
        spawn_rate: None,
        iterations: 1,
        max_duration: ten_minutes,
    });
    assert_eq!((executor, vus), (each, 3));
    let (executor, vus, _) = spec("executor = 'ramping-vus'\nstages = [{ duration = '10s', target = 4 }]");
    let ramping = ExecutorSpec::RampingVus(RampingVus {
        profile: ramp(1.0, &[(10, 4.0, Curve::Linear)]),
        graceful_ramp_down: S(30),
    });
    assert_eq!((executor, vus), (ramping, 4));
    let rate = "executor = 'constant-arrival-rate'\nrate = 30\ntimeUnit = '1m'\nduration = '1m'\npreAllocatedVUs = 2";
    let (executor, vus, _) = spec(rate);
    let constant = ExecutorSpec::ConstantArrivalRate(ConstantArrivalRate {
        rate: 0.5,
        duration: S(60),
        spacing: Spacing::Even,
        pre_allocated_vus: 2,
    });
    assert_eq!((executor, vus), (constant, 2));
    let rate = "executor = 'ramping-arrival-rate'\npreAllocatedVUs = 2\nmaxVUs = 9\nstages = ['10s:5']";
    let (executor, vus, _) = spec(rate);
    let ramping = ExecutorSpec::RampingArrivalRate(RampingArrivalRate {
        profile: ramp(0.0, &[(10, 5.0, Curve::Linear)]),
        spacing: Spacing::Even,
        pre_allocated_vus: 2,
    });
    assert_eq!((executor, vus), (ramping, 9));
    let (executor, vus, _) = spec("executor = 'custom'\nmax_vus = 9");
    assert_eq!(
        (executor, vus),
        (ExecutorSpec::Custom(Custom { max_duration: None }), 9)
    );
}

#[test]
fn rates_in_requests_are_shared_among_the_iterations_requests() {
    let plan = plan(
        "requests_per_iteration = 4\nrate = '100 requests/s'\nrun_time = '2s'",
        "",
    );
    assert_eq!(plan.iterations(false), Some(50));
}

#[test]
fn scenarios_follow_each_other() {
    let toml = "[scenarios.main]\nexecutor = 'constant-vus'\nduration = '5s'\nexec = 'b'\nafter = ['warm']\n\
        start_time = '2s'\ntags = { k = 'v' }\nenv = { P = 'q' }\ngracefulStop = '1s'\n\
        [scenarios.warm]\nexecutor = 'constant-vus'\nduration = '5s'\nwarm_up = true\nexec = 'a'\n";
    let both = plan(toml, "");
    let names: Vec<_> = both.scenarios.iter().map(|s| (s.name.as_str(), s.exec)).collect();
    assert_eq!(names, [("main", 1), ("warm", 0)]);
    let begin = Begin {
        after: vec![1],
        delay: S(2),
    };
    assert_eq!(both.workloads[0].begin, begin);
    assert_eq!((both.workloads[0].vus[0], both.workloads[1].vus[0]), (0, 1));
    assert!(both.workloads[1].warm_up && !both.workloads[0].warm_up);
    assert_eq!(both.workloads[0].graceful_stop, S(1));
    assert_eq!(both.scenarios[0].tags["k"], "v");
    let whole = whole(&options(toml, &[], "").unwrap(), "").unwrap();
    assert!(both.scenarios[0].params.contains("P"));
    assert_eq!(whole.secrets.scenario_params[0]["P"].expose(), "q");
    let one = plan(toml, "main");
    assert_eq!(one.workloads.len(), 1);
    assert!(
        one.workloads[0].begin.after.is_empty(),
        "what isn't run isn't waited for"
    );
}

#[test]
fn scenarios_that_were_not_asked_for_get_nobody() {
    assert_eq!(plan("", "b -u 3").workloads[0].vus, [1, 1, 1]);
}

#[test]
fn tasks_are_picked_by_their_tags() {
    let weights = |line: &str| {
        let plan = plan("", line);
        plan.scenarios[0]
            .tasks
            .iter()
            .map(|t| t.weight)
            .collect::<Vec<_>>()
    };
    assert_eq!(weights("--tags browse"), [1, 1]);
    assert_eq!(weights("--tags slow -u 1"), [0, 1]);
    assert_eq!(weights("-T browse -E slow"), [1, 0]);
    assert_eq!(problem("", "--tags nothing"), "--tags: no task is left to run");
    assert_eq!(
        problem("", "--exclude-tags browse"),
        "--exclude-tags: no task is left to run"
    );
}

#[test]
fn the_hash_is_of_what_is_run() {
    let hash = |line: &str| plan("", line).hash();
    assert_eq!(hash("-u 3"), hash("-u 3 --threads 1"));
    assert_ne!(hash("-u 3"), hash("-u 4"));
    assert_ne!(hash("--seed 1"), hash("--seed 2"));
    assert_eq!(hash("").len(), 64);
}

fn suggested_layer(text: &str) -> Result<Layer, Vec<Problem>> {
    suggest::both(text).map(|(layer, _)| layer)
}

#[test]
fn a_plugin_suggests_a_load_and_grants_itself_nothing() {
    let refused = |text: &str| {
        let problems = suggested_layer(text).unwrap_err();
        problems.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let good = r#"{"users": 5, "run_time": "1m", "host": "http://x", "tags": {"a": "b"},
        "thresholds": {"checks": "rate>0.9"}, "scenarios": {"a": {"executor": "constant-vus", "duration": "1s"}}}"#;
    assert_eq!(refused(good).len(), 2, "users and run_time beside scenarios");
    assert!(suggested_layer("").is_ok());
    assert!(suggested_layer(r#"{"users": 5, "stages": ["1s:2"]}"#).is_ok());
    assert_eq!(
        refused("{\"allow_host\": [\"*\"],\n \"userAgent\": \"x\", \"threads\": 4}"),
        [
            "the plugin's options:1:2: allow_host: a plugin can't set this: it is the operator's to say",
            "the plugin's options:2:2: userAgent: a plugin can't set this: it is the operator's to say",
            "the plugin's options:2:20: threads: a plugin can't set this: it is the operator's to say",
        ]
    );
    let wishes = suggested_layer(r#"{"insecure": true, "resolve": {"a.test": "127.0.0.1"}}"#).unwrap();
    assert!(
        !wishes.settings.has("insecure") && !wishes.settings.has("resolve"),
        "what it may only ask for isn't among its settings"
    );
    assert_eq!(
        refused(r#"{"env": {"A": "b"}}"#).len(),
        1,
        "parameters of the whole run"
    );
    assert_eq!(refused("{")[0], "the plugin's options:1:1: unterminated object");
}

#[test]
fn a_plugin_suggests_parameters_of_scenarios_and_the_time_of_setup() {
    let suggested = r#"{"setupTimeout": "5s", "teardownTimeout": "2m", "scenarios": {"main": {"exec": "a",
        "executor": "constant-vus", "duration": "1s", "env": {"SIZE": "small", "COLOUR": "red"}}}}"#;
    let with = |line: &str| whole(&options("", &[], line).unwrap(), suggested).unwrap();
    let suggests = with("");
    let plan = &suggests.plan;
    assert_eq!(
        (plan.limits.setup_wall_ms, plan.limits.teardown_wall_ms),
        (5_000, 60_000),
        "a plugin may ask for less than the operator's default, not for more"
    );
    let params = |resolved: &ResolvedPlan| {
        let (names, values) = (
            &resolved.plan.scenarios[0].params,
            &resolved.secrets.scenario_params[0],
        );
        assert!(names.iter().eq(values.keys()));
        let values = values.iter();
        values
            .map(|(name, value)| format!("{name}={}", value.expose()))
            .collect::<Vec<_>>()
    };
    assert_eq!(params(&suggests), ["COLOUR=red", "SIZE=small"]);
    // The operator's own outrank them, of whatever scope.
    let outranks = with("-e SIZE=large --setup-timeout 1s --teardown-timeout 3m");
    let plan = &outranks.plan;
    assert_eq!(
        (plan.limits.setup_wall_ms, plan.limits.teardown_wall_ms),
        (1_000, 180_000)
    );
    assert_eq!(params(&outranks), ["COLOUR=red"]);
}
