//! The load in short: one workload of all scenarios, by the plugin's weights.

use super::executor;
use super::shape::Ask;
use super::{Merged, Origin, Params, Problem, Work, pick};
use crate::engine::plugin::Description;
use crate::options::definition;
use crate::options::row::LoadRole;
use crate::options::{LoadOptions, ShapeOptions};
use crate::plan::{
    Begin, ExecutorType, ExecutorWithVus, Population, ScenarioPlan, Workload, assign, starts_in_time,
};
use std::time::Duration;

/// The one workload.
pub(super) fn work(
    merged: &Merged,
    load: &LoadOptions,
    wanted: &[String],
    description: &Description,
) -> Result<Work, Vec<Problem>> {
    let offered = description.scenarios.as_slice();
    let mut scenarios = offered.to_vec();
    let ask = Ask::in_short(&merged.settings, load);
    let mut problems = unknown(wanted, offered);
    select(&mut scenarios, wanted);
    let before = populated(&scenarios);
    for scenario in &mut scenarios {
        if !pick::tasks(scenario, &[&load.shape]) {
            scenario.population = Population::Weight(0);
        }
    }
    if pick::is_asked(&load.shape) && before && !populated(&scenarios) {
        let id = if load.shape.task_tags.is_empty() {
            ShapeOptions::exclude_tags
        } else {
            ShapeOptions::task_tags
        };
        problems.push(ask.problem(id, "no task is left to run"));
    } else if problems.is_empty() && !populated(&scenarios) {
        problems.push(said(
            "no scenario may have a virtual user: all their weights are 0",
        ));
    }
    let asked = if description.shape && !asks_for_load(merged) {
        own_shape(&ask)
    } else {
        executor::load(&ask)
    };
    let asked = match asked {
        Ok(asked) => asked,
        Err(more) => return Err(problems.into_iter().chain(more).collect()),
    };
    let populations: Vec<_> = scenarios.iter().map(|s| s.population).collect();
    let vus = asked.vus.map_or_else(|| needed(&populations), |vus| vus as usize);
    if asked
        .spec
        .spawn_rate()
        .is_some_and(|rate| !starts_in_time(vus, rate))
    {
        problems.push(ask.problem(
            ShapeOptions::spawn_rate,
            "the last virtual user would start after more than a year",
        ));
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let workload = Workload {
        name: "default".to_owned(),
        executor: asked.spec,
        vus: assign(vus, &populations),
        spare: Vec::new(),
        begin: Begin::default(),
        graceful_stop: load.shape.graceful_stop.unwrap_or(Duration::from_secs(30)),
        on_stop: load.shape.on_stop.unwrap_or_default(),
        warm_up: false,
    };
    Ok(Work {
        params: vec![Params::default(); scenarios.len()],
        scenarios,
        workloads: vec![workload],
    })
}

/// The plugin's own shape, with as many VUs as it may ask for.
fn own_shape(ask: &Ask<'_>) -> Result<ExecutorWithVus, Vec<Problem>> {
    let own = ExecutorType::Custom.ask(&executor::asked(ask));
    own.map_err(|faults| faults.iter().map(|fault| executor::problem(ask, fault)).collect())
}

/// Whether somebody asks for another load than the plugin's own shape. Its limits may be set.
fn asks_for_load(merged: &Merged) -> bool {
    let load = definition::run().load();
    let mut beyond_limits = load.filter(|option| option.rules.role != LoadRole::Limits);
    beyond_limits.any(|option| merged.settings.has(option.id))
}

fn said(what: impl Into<String>) -> Problem {
    Problem::new(Origin::CommandLine, "", what)
}

/// The names that don't exist.
pub(super) fn unknown(wanted: &[String], offered: &[ScenarioPlan]) -> Vec<Problem> {
    let known: Vec<&str> = offered.iter().map(|s| s.name.as_str()).collect();
    let unknown = wanted.iter().filter(|name| !known.contains(&name.as_str()));
    let problem = |name: &String| {
        let meant = crate::options::names::did_you_mean(name, &known);
        said(format!(
            "there is no scenario {name:?}{meant}; the plugin has: {}",
            known.join(", ")
        ))
    };
    unknown.map(problem).collect()
}

/// Takes the VUs away from scenarios that weren't asked for; they keep their index.
fn select(scenarios: &mut [ScenarioPlan], wanted: &[String]) {
    if wanted.is_empty() {
        return;
    }
    for scenario in scenarios.iter_mut().filter(|s| !wanted.contains(&s.name)) {
        scenario.population = Population::Weight(0);
    }
}

fn populated(scenarios: &[ScenarioPlan]) -> bool {
    scenarios
        .iter()
        .any(|s| !matches!(s.population, Population::Weight(0) | Population::Fixed(0)))
}

/// As many as the fixed scenarios need, else one.
fn needed(populations: &[Population]) -> usize {
    let fixed: usize = populations
        .iter()
        .map(|population| match population {
            Population::Fixed(n) => *n as usize,
            Population::Weight(_) => 0,
        })
        .sum();
    fixed.clamp(1, 1_000_000)
}
