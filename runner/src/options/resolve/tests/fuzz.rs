//! Any text as options of the operator, of a file or of a plugin: it is refused, or makes a plan
//! that can be shown and counted.

use super::*;
use crate::options::values;
use crate::plan::{Arrivals, vu_steps};
use crate::report::{PlanFacts, plan_json, plan_text};
use crate::tests::fuzz::{Dice, gate, prepared};

const TOML: &[&str] = &[
    include_str!("../../../../../docs/examples/load.toml"),
    "users = 10\nspawn_rate = 2.5\nrun_time = \"1m\"\nthresholds = { http_req_duration = [\"p(95)<200\"] }\n",
    "[scenarios.a]\nexecutor = \"ramping-arrival-rate\"\nstart_rate = 1\ntime_unit = \"1m\"\npre_allocated_vus = 5\n\
     max_vus = 50\nstages = [\"10s:100\", \"1m:100:sine:20:10s\", { duration = \"5s\", target = 3, curve = \"spike\" }]\n",
    "[scenarios.a]\nexecutor = \"ramping-vus\"\nstages = [\"10s:100:exponential\", \"5s:1\"]\nstart_vus = 3\n\
     [scenarios.b]\nexecutor = \"per-vu-iterations\"\nvus = 20\niterations = 7\nafter = [\"a\"]\nstart_time = \"3s\"\n",
    "rate = \"300/m\"\nrun_time = \"1h\"\narrivals = \"poisson\"\nmax_rate = \"5 requests/s\"\n",
];

const JSON: &[&str] = &[
    include_str!("../../../../../docs/examples/k6-options.json"),
    r#"{"stages": [{"duration": "30s", "target": 20}, {"duration": "1m30s", "target": 0}], "thresholds": {"checks": ["rate>0.9"]}}"#,
    r#"{"scenarios": {"b": {"executor": "constant-arrival-rate", "rate": 30, "timeUnit": "1s", "duration": "5s",
       "preAllocatedVUs": 2, "maxVUs": 9, "exec": "a", "env": {"A": "b"}, "tags": {"t": "v"}, "gracefulStop": "1s"}}}"#,
    r#"{"vus": 5, "iterations": 100, "setupTimeout": "5s", "tags": {"a": "b"}}"#,
];

const YAML: &[&str] = &[
    "users: 10\nrun_time: 30s\nheaders:\n  x-a: b\n",
    "scenarios:\n  a: &x\n    executor: constant-vus\n    vus: 5\n    duration: 10s\n  b: *x\n",
    "stages:\n  - 10s:5\n  - {duration: 5s, target: 1}\nthresholds:\n  http_reqs: ['count>5', {threshold: 'rate>1', abortOnFail: true}]\n",
];

const WORDS: &[&str] = &[
    "[[",
    "]]",
    "{",
    "}",
    "\"",
    "'''",
    "\n",
    ": ",
    "= ",
    "&a ",
    "*a ",
    "- ",
    "!!binary ",
    "<<: *x",
    "\u{0}",
    "\u{feff}",
    "\\u0000",
    "1979-05-27T07:32:00Z",
    "null",
    "~",
    "true",
    "vus = 1000000\n",
    "1h",
    "999999999h",
    "5e-324:",
    "1s:5e-324:exponential",
    "0s:1:step",
    "executor",
    "poisson",
    "sine:1:100ms",
    "1/d",
    "1e300/s",
];

fn read(format: Format, text: &str) -> Option<RunOptions> {
    let (layer, problems) = read::layer(format, text, &|at| Origin::File(Arc::from("f"), at));
    assert!(problems.iter().all(|problem| !problem.to_string().is_empty()));
    problems.is_empty().then(|| {
        let mut options = RunOptions::default();
        options.settle(vec![layer]);
        options
    })
}

/// All that is done with a plan before it is run.
fn show(options: &RunOptions, suggested: &str) {
    let Ok(ResolvedPlan { plan, origins, .. }) = whole(options, suggested) else {
        return;
    };
    let facts = PlanFacts {
        notes: options.notes().to_vec(),
        origins,
    };
    look_at(&plan, &facts);
    // Whatever options make a plan, it is the same once it was written and read.
    let text = serde_json::to_string(&plan).unwrap();
    assert_eq!(Plan::read(&text).unwrap(), plan, "{text}");
}

fn look_at(plan: &Plan, facts: &PlanFacts) {
    assert!(!plan_text(plan, facts, 80).is_empty());
    let json: serde_json::Value = serde_json::from_str(&plan_json(plan, facts).unwrap()).unwrap();
    assert!(json["peak_vus"].as_u64().unwrap() <= 1_000_000);
    for workload in &plan.workloads {
        if let ExecutorSpec::RampingVus(RampingVus { profile, .. }) = &workload.executor {
            let steps: Vec<_> = vu_steps(profile).take(1_000).collect();
            assert!(steps.windows(2).all(|two| two[0].at <= two[1].at));
            assert!(steps.iter().all(|step| step.vus as usize <= workload.vus.len()));
        }
        if let Some(profile) = workload.executor.rate() {
            let times: Vec<_> = Arrivals::new(&profile, Spacing::Even, 1).take(1_000).collect();
            assert!(times.windows(2).all(|two| two[0] <= two[1]), "{profile:?}");
            let all = Arrivals::even_count(&profile);
            if all < 1_000 {
                assert_eq!(times.len() as u64, all, "{profile:?}");
            }
        }
    }
}

fn one(dice: &mut Dice) {
    let (format, good) = *dice.pick(&[(Format::Toml, TOML), (Format::Json, JSON), (Format::Yaml, YAML)]);
    let text = dice.text(good, WORDS);
    if let Some(options) = read(format, &text) {
        show(&options, "");
    }
    if format == Format::Json {
        show(&RunOptions::default(), &text);
    }
}

#[test]
fn fuzz_files_of_options_are_refused_or_make_a_plan() {
    gate(2_000, one);
}

/// Plans as they are written, of all kinds that the examples ask for.
fn written() -> Vec<String> {
    let of = |format: Format, texts: &[&str]| {
        let options: Vec<_> = texts.iter().filter_map(|text| read(format, text)).collect();
        let plans = options
            .into_iter()
            .filter_map(|options| resolved(&options, "").ok());
        plans
            .map(|plan| serde_json::to_string(&plan).unwrap())
            .collect::<Vec<_>>()
    };
    let mut all = [
        of(Format::Toml, TOML),
        of(Format::Json, JSON),
        of(Format::Yaml, YAML),
    ]
    .concat();
    let whole = "--insecure --header a:b --proxy http://p:1 --cert c --key k --data r=r.csv -e A=b --source-address ::1";
    all.push(serde_json::to_string(&plan("", whole)).unwrap());
    assert!(all.len() > 6 && all.iter().all(|text| Plan::read(text).is_ok()));
    all
}

const PLAN_WORDS: &[&str] = &[
    "null",
    "[",
    "]",
    "{}",
    "1e6",
    "1000000",
    "1e400",
    "-1",
    "\"vus\":[1000000],",
    "\"spare\":999999,",
    "\"version\":1,",
    "\"after\":[0],",
    "custom",
    "ramping-vus",
    "\"exponential\"",
    "\\ud800",
];

#[test]
fn fuzz_plans_are_refused_or_can_be_shown_and_written_again() {
    prepared(written, 4_000, |written, dice| {
        let good: Vec<&str> = written.iter().map(String::as_str).collect();
        let Ok(plan) = Plan::read(&dice.text(&good, PLAN_WORDS)) else {
            return;
        };
        let facts = PlanFacts {
            notes: Vec::new(),
            origins: Vec::new(),
        };
        look_at(&plan, &facts);
        let text = serde_json::to_string(&plan).unwrap();
        assert_eq!(Plan::read(&text).unwrap(), plan, "{text}");
    });
}

#[test]
fn fuzz_numbers_in_options_are_refused_or_in_their_range() {
    let good = [
        "10s",
        "1m30s",
        "500/s",
        "5 requests/s",
        "64MiB",
        "1:2",
        "30s:100:sine:5:1s",
        "a=b",
        "n: v",
        "1.5h",
    ];
    gate(20_000, |dice| {
        let text = if dice.one_in(3) {
            dice.number()
        } else {
            dice.text(&good, WORDS)
        };
        let time = values::time_or_zero(&text);
        assert!(time.is_ok_and(|time| time <= values::LONGEST) || values::time(&text).is_err());
        assert!(values::vus_or_none(&text).map_or(true, |vus| vus <= values::MAX_VUS));
        assert!(values::max_rate(&text).map_or(true, |rate| rate > 0.0 && rate <= 1e7));
        assert!(values::memory(&text).map_or(true, |size| size >= 1 << 20));
        assert!(values::count(&text).map_or(true, |count| count > 0));
        let stage = crate::options::stage::stage(&text);
        assert!(stage.map_or(true, |stage| stage.target.is_finite() && stage.target >= 0.0));
        let _ = (values::header(&text), values::pair(&text), values::word(&text));
    });
}
