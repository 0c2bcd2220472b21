//! The component: what the contract and the builder call.

mod clock;
mod commonjs;
mod description;
mod engine;
mod failure;
mod library;
mod memory;
mod modules;
mod native;
mod parameters;
mod phase;
mod rejections;
mod value;

mod bindings {
    #![allow(clippy::undocumented_unsafe_blocks, reason = "generated")]
    wit_bindgen::generate!({
        path: ["../../../wit", "wit"],
        world: "wasmswarm:script/runtime",
        ownership: Borrowing { duplicate_if_necessary: false },
        generate_all,
    });
    export!(Component with_types_in self);
    use super::Component;
}

use bindings::exports::wasmswarm::scenario::scenario::{Description, Guest as Scenario, LoadTarget, Outcome};
use bindings::exports::wasmswarm::script::script::{Guest as Script, Problem, Source};
use engine::{Engine, Handler};
use value::{Raw, count};

struct Component;

impl Script for Component {
    fn evaluate(
        entry: String,
        sources: Vec<Source>,
        parameters: Vec<(String, String)>,
    ) -> Result<Vec<String>, Problem> {
        parameters::know(parameters);
        engine::evaluate(&entry, sources)?;
        Ok(parameters::finish())
    }
}

impl Scenario for Component {
    fn describe() -> Result<Description, String> {
        let engine = Engine::get()?;
        engine.call(Handler::OnDescribe, &[], |_| Ok(()))?;
        Ok(engine.description())
    }

    fn setup() -> Result<Vec<u8>, String> {
        let engine = Engine::get()?;
        engine.call(Handler::Setup, &[], |value| engine.bytes_of(value))
    }

    fn teardown(setup_data: Vec<u8>) -> Result<(), String> {
        let engine = Engine::get()?;
        engine.call_with_text(Handler::Teardown, &[], &[&setup_data], |_| Ok(()))
    }

    fn setup_scenario(scenario: u32, setup_data: Vec<u8>) -> Result<Vec<u8>, String> {
        let engine = Engine::get()?;
        engine.call_with_text(
            Handler::SetupScenario,
            &[index(scenario)],
            &[&setup_data],
            |value| engine.bytes_of(value),
        )
    }

    fn teardown_scenario(scenario: u32, scenario_data: Vec<u8>) -> Result<(), String> {
        let engine = Engine::get()?;
        engine.call_with_text(
            Handler::TeardownScenario,
            &[index(scenario)],
            &[&scenario_data],
            |_| Ok(()),
        )
    }

    fn shape(elapsed: u64, users: u32) -> Result<LoadTarget, String> {
        let engine = Engine::get()?;
        engine.call(Handler::Shape, &[count(elapsed), index(users)], |value| {
            engine.read(value, description::load_target)
        })
    }

    fn on_start(scenario: u32, setup_data: Vec<u8>, scenario_data: Vec<u8>) -> Result<(), String> {
        let engine = Engine::get()?;
        engine.call_with_text(
            Handler::OnStart,
            &[index(scenario)],
            &[&setup_data, &scenario_data],
            |_| Ok(()),
        )
    }

    fn run_task(scenario: u32, task: u32) -> Result<Outcome, String> {
        let engine = Engine::get()?;
        engine.call(Handler::RunTask, &[index(scenario), index(task)], |value| {
            if value::is_absent(value) {
                return Ok(description::SCHEDULED);
            }
            engine.read(value, description::outcome)
        })
    }

    fn on_stop(scenario: u32) -> Result<(), String> {
        Engine::get()?.call(Handler::OnStop, &[index(scenario)], |_| Ok(()))
    }
}

fn index(value: u32) -> Raw {
    count(u64::from(value))
}
