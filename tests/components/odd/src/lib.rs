//! Hostile and odd guests in one component: each scenario is one case. `steady` is the
//! well-behaved neighbour whose figures must not change whatever the others do.

mod cases;
mod cpu_cases;
mod data_cases;
mod greedy_cases;
mod pause_cases;
mod print_cases;
mod shared_cases;
mod tag_cases;

wit_bindgen::generate!({ path: "../../../wit", world: "plugin", additional_derives: [PartialEq] });

use cases::CASES;
use exports::wasmswarm::scenario::scenario::{
    Description, Guest, LoadTarget, NextTask, NextWait, Outcome, Population, ScenarioInfo, TaskInfo,
    TaskOrder, WaitTime,
};
use wasmswarm::scenario::{params, vu};

struct Odd;

impl Guest for Odd {
    fn describe() -> Result<Description, String> {
        if cfg!(feature = "describe-loop") {
            cases::spin();
        }
        if cfg!(feature = "describe-sleep") {
            pause_cases::long_sleep("wasi");
        }
        if cfg!(feature = "describe-trap") {
            panic!("describe gives up");
        }
        if cfg!(feature = "describe-import") {
            params::all();
        }
        if cfg!(feature = "describe-error") {
            return Err("no licence\u{1b}[31m found".into());
        }
        let scenarios = if cfg!(feature = "describe-empty") {
            Vec::new()
        } else {
            scenarios()
        };
        let options = if cfg!(feature = "describe-options") {
            "[\"users\"]"
        } else {
            ""
        };
        Ok(Description {
            about: "Hostile and odd guests".into(),
            scenarios,
            options: options.into(),
            shape: cfg!(feature = "describe-shape"),
        })
    }

    fn setup() -> Result<Vec<u8>, String> {
        misbehave("SETUP").map(|()| Vec::new())
    }

    fn teardown(_setup_data: Vec<u8>) -> Result<(), String> {
        misbehave("TEARDOWN")
    }

    fn setup_scenario(scenario: u32, setup_data: Vec<u8>) -> Result<Vec<u8>, String> {
        misbehave("SETUP_SCENARIO")?;
        shared_cases::prepare(CASES[scenario as usize].name);
        Ok([setup_data, vec![scenario as u8]].concat())
    }

    fn teardown_scenario(scenario: u32, scenario_data: Vec<u8>) -> Result<(), String> {
        misbehave("TEARDOWN_SCENARIO")?;
        shared_cases::conclude(CASES[scenario as usize].name, &scenario_data)
    }

    fn shape(elapsed: u64, _users: u32) -> Result<LoadTarget, String> {
        pause_cases::shape(elapsed)
    }

    fn on_start(scenario: u32, _setup_data: Vec<u8>, scenario_data: Vec<u8>) -> Result<(), String> {
        if scenario_data.last() != Some(&(scenario as u8)) {
            return Err("the scenario's data didn't arrive".into());
        }
        misbehave("START")?;
        match CASES[scenario as usize].name {
            "start-loop" => cases::spin(),
            "start-error" => Err("not today".into()),
            _ => Ok(()),
        }
    }

    fn run_task(scenario: u32, task: u32) -> Result<Outcome, String> {
        let next = (CASES[scenario as usize].run)(task)?;
        Ok(Outcome {
            next,
            wait: NextWait::Scheduled,
        })
    }

    fn on_stop(scenario: u32) -> Result<(), String> {
        if CASES[scenario as usize].name == "stop-trap" {
            panic!("on-stop gives up");
        }
        misbehave("STOP")
    }
}

/// What the operator asked `setup`, `teardown` or the like to do wrong.
fn misbehave(call: &str) -> Result<(), String> {
    match params::get(call).as_deref() {
        Some("loop") => cases::spin(),
        Some("trap") => panic!("{call} gives up"),
        Some("sleep" | "poll") => {
            pause_cases::long_sleep(params::get(call).as_deref().unwrap_or_default());
            Ok(())
        }
        Some("nap") => {
            vu::sleep(400_000);
            Ok(())
        }
        Some("error") => Err(format!("{call} refuses")),
        _ => Ok(()),
    }
}

fn scenarios() -> Vec<ScenarioInfo> {
    CASES
        .iter()
        .map(|case| ScenarioInfo {
            name: case.name.into(),
            population: Population::Weight(1),
            order: TaskOrder::Random,
            wait: WaitTime::None,
            tasks: (1..=case.tasks)
                .map(|n| TaskInfo {
                    name: format!("task-{n}"),
                    weight: n,
                    tags: tag_cases::labels(case.name, n),
                })
                .collect(),
        })
        .collect()
}

/// The host picks.
fn scheduled() -> NextTask {
    NextTask::Scheduled
}

export!(Odd);
