//! The trait behind `#[scenario]`: one workload, as the dispatcher sees it.

use crate::bindings::exports::wasmswarm::scenario::scenario as wit;
use crate::{Outcome, Result, wait};

/// One workload. Implemented by `#[scenario]`; a value is one VU's memory.
pub trait Scenario: Default + 'static {
    /// Unique in the plugin.
    const NAME: &'static str;
    /// Its share of the VUs.
    const POPULATION: Population;
    /// In the order of the list, rather than by weight.
    const SEQUENTIAL: bool;
    /// At least one.
    const TASKS: &'static [Task];

    /// The pause between two tasks.
    fn wait() -> wait::Wait {
        wait::none()
    }

    /// Once per run, before the scenario's VUs.
    fn setup() -> Result<Vec<u8>> {
        Ok(Vec::new())
    }

    /// Once per run, after all VUs.
    fn teardown() -> Result {
        Ok(())
    }

    /// Begins a VU's life.
    fn on_start(&mut self) -> Result {
        Ok(())
    }

    /// Ends a VU's life.
    fn on_stop(&mut self) -> Result {
        Ok(())
    }

    /// One iteration.
    fn run_task(&mut self, task: u32) -> Result<Outcome>;
}

/// A scenario's share of the VUs.
#[derive(Clone, Copy, Debug)]
pub enum Population {
    /// In proportion to the other scenarios.
    Weight(u32),
    /// Exactly so many.
    Fixed(u32),
}

/// One step of a scenario.
#[derive(Clone, Copy, Debug)]
pub struct Task {
    /// Unique in its scenario.
    pub name: &'static str,
    /// Relative frequency.
    pub weight: u32,
    /// Labels by which an operator may pick it.
    pub tags: &'static [&'static str],
}

/// Answers a call for a task that the description doesn't list.
///
/// # Errors
///
/// Always: the call itself is the mistake.
#[cold]
pub fn no_such_task(task: u32) -> Result<Outcome> {
    Err(format!("the scenario has no task {task}").into())
}

/// The scenario as the host wants to see it.
pub(crate) fn info<S: Scenario>() -> Result<wit::ScenarioInfo, String> {
    let wait = S::wait()
        .into_wit()
        .map_err(|why| format!("scenario {}: {why}", S::NAME))?;
    Ok(wit::ScenarioInfo {
        name: S::NAME.to_owned(),
        population: match S::POPULATION {
            Population::Weight(weight) => wit::Population::Weight(weight),
            Population::Fixed(users) => wit::Population::Fixed(users),
        },
        order: if S::SEQUENTIAL {
            wit::TaskOrder::Sequential
        } else {
            wit::TaskOrder::Random
        },
        wait,
        tasks: S::TASKS.iter().map(task_info).collect(),
    })
}

fn task_info(task: &Task) -> wit::TaskInfo {
    wit::TaskInfo {
        name: task.name.to_owned(),
        weight: task.weight,
        tags: task.tags.iter().map(|&tag| tag.to_owned()).collect(),
    }
}
