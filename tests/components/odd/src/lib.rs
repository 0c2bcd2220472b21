//! Hostile and odd guests in one component: each scenario is one case. `steady` is the
//! well-behaved neighbour whose figures must not change whatever the others do.

mod cases;

wit_bindgen::generate!({ path: "../../../wit", world: "plugin", additional_derives: [PartialEq] });

use cases::CASES;
use exports::wasmswarm::scenario::scenario::{
    DefaultOptions, Description, Guest, NextTask, NextWait, Outcome, Population, ScenarioInfo, TaskInfo,
    TaskOrder, WaitTime,
};
use wasmswarm::scenario::params;

struct Odd;

impl Guest for Odd {
    fn describe() -> Result<Description, String> {
        if cfg!(feature = "describe-loop") {
            cases::spin();
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
        let defaults = DefaultOptions {
            users: None,
            spawn_rate: None,
            run_time: None,
            host: None,
        };
        Ok(Description {
            about: "Hostile and odd guests".into(),
            scenarios,
            defaults,
        })
    }

    fn setup() -> Result<Vec<u8>, String> {
        misbehave("SETUP").map(|()| Vec::new())
    }

    fn teardown(_setup_data: Vec<u8>) -> Result<(), String> {
        misbehave("TEARDOWN")
    }

    fn on_start(scenario: u32, _setup_data: Vec<u8>) -> Result<(), String> {
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
        Ok(())
    }
}

/// What the operator asked `setup` or `teardown` to do wrong.
fn misbehave(call: &str) -> Result<(), String> {
    match params::get(call).as_deref() {
        Some("loop") => cases::spin(),
        Some("trap") => panic!("{call} gives up"),
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
                    tags: Vec::new(),
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
