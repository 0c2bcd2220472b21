//! The scenarios of a file: a workload for each.

use super::executor;
use super::shape::Ask;
use super::{Merged, Origin, Problem, Work, pick, secrets};
use crate::options::layer::ScenarioText;
use crate::options::names::did_you_mean;
use crate::options::setting::Setting;
use crate::options::values::MAX_VUS;
use crate::options::{LoadOptions, PluginOptions, ScenarioOptions, ShapeOptions};
use crate::plan::{Begin, ExecutorWithVus, ScenarioPlan, Workload};
use std::time::Duration;

/// Problems that show without the plugin.
pub(super) fn faults(merged: &Merged) -> Vec<Problem> {
    let whole = merged.scenarios.iter().filter(|scenario| !scenario.is_broken);
    let each = whole.flat_map(|scenario| match ask(scenario) {
        Ok((ask, loaded)) => {
            let order = order_faults(&ask, scenario, &merged.scenarios);
            loaded.err().into_iter().flatten().chain(order).collect()
        }
        Err(problem) => vec![problem],
    });
    let mut problems: Vec<_> = each.collect();
    if problems.is_empty() {
        problems.extend(circle(&merged.scenarios));
        problems.extend(warm_up_only(&merged.scenarios));
    }
    problems
}

type Asked<'a> = (Ask<'a>, Result<ExecutorWithVus, Vec<Problem>>);

fn ask(scenario: &ScenarioText) -> Result<Asked<'_>, Problem> {
    let ask = Ask::of_scenario(scenario)?;
    let load = executor::load(&ask);
    Ok((ask, load))
}

/// Unknown names, and a scenario that waits for itself.
fn order_faults(ask: &Ask<'_>, scenario: &ScenarioText, all: &[ScenarioText]) -> Vec<Problem> {
    let names: Vec<&str> = all.iter().map(|s| s.name.as_str()).collect();
    let faults = ask.settings(ScenarioOptions::after).iter().filter_map(|setting| {
        let name = setting.text.trim();
        if name == scenario.name {
            Some(setting.problem("a scenario can't wait for itself"))
        } else if names.contains(&name) {
            None
        } else {
            let meant = did_you_mean(name, &names);
            Some(setting.problem(format!("there is no scenario {name:?} in `scenarios`{meant}")))
        }
    });
    faults.collect()
}

/// Scenarios that wait for each other: what is left when all that could begin have begun.
fn circle(all: &[ScenarioText]) -> Option<Problem> {
    let mut waiting: Vec<&ScenarioText> = all.iter().collect();
    loop {
        let before = waiting.len();
        let names: Vec<&str> = waiting.iter().map(|s| s.name.as_str()).collect();
        waiting.retain(|scenario| {
            let after = scenario.settings.all(ScenarioOptions::after).iter();
            after.map(|s| s.text.trim()).any(|name| names.contains(&name))
        });
        if waiting.len() == before {
            break;
        }
    }
    let setting = waiting.first()?.settings.first(ScenarioOptions::after)?;
    let names: Vec<_> = waiting.iter().map(|s| s.name.as_str()).collect();
    Some(setting.problem(format!(
        "these scenarios wait for each other: {}",
        names.join(", ")
    )))
}

fn warm_up_only(all: &[ScenarioText]) -> Option<Problem> {
    let only = !all.is_empty()
        && all
            .iter()
            .all(|scenario| scenario.settings.has(ScenarioOptions::warm_up));
    let setting = all.first()?.settings.first(ScenarioOptions::warm_up)?;
    only.then(|| setting.problem("all scenarios only warm up: there would be nothing to report"))
}

/// A workload for each scenario that is wanted.
pub(super) fn work(
    merged: &Merged,
    load: &LoadOptions,
    wanted: &[String],
    offered: &[ScenarioPlan],
) -> Result<Work, Vec<Problem>> {
    let mut problems = faults(merged);
    problems.extend(unknown(merged, wanted));
    let mut work = Work {
        scenarios: Vec::new(),
        params: Vec::new(),
        workloads: Vec::new(),
    };
    let selected = merged.scenarios.iter();
    let selected = selected.filter(|s| wanted.is_empty() || wanted.contains(&s.name));
    let selected: Vec<_> = selected.collect();
    // Before there is a place for each of them.
    problems.extend(too_many(&selected));
    if !problems.is_empty() {
        return Err(problems);
    }
    for text in &selected {
        // What is wrong with it by itself is among the faults.
        let Ok((ask, loaded)) = ask(text) else { continue };
        match scenario(&ask, text, load, offered) {
            Ok(mut plan) if loaded.is_ok() => {
                let outranked = outranked_params(text, merged);
                let own = ask.options.params.iter();
                let params = secrets::params(own.filter(|(name, _)| !outranked.contains(&name.as_str())));
                plan.params = params.keys().cloned().collect();
                work.params.push(params);
                let index = work.scenarios.len();
                work.scenarios.push(plan);
                let begin = begin(&ask.options, &selected);
                work.workloads.extend(
                    loaded
                        .ok()
                        .map(|asked| workload(text, &ask.options, load, asked, begin, index)),
                );
            }
            Ok(_) => {}
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() {
        Ok(work)
    } else {
        Err(problems)
    }
}

/// More VUs than a run may have, all scenarios together.
fn too_many(selected: &[&ScenarioText]) -> Option<Problem> {
    let vus = selected.iter().filter_map(|text| ask(text).ok()?.1.ok());
    let vus: u64 = vus.map(|load| u64::from(load.vus.unwrap_or(1))).sum();
    (vus > u64::from(MAX_VUS)).then(|| {
        let what = format!("the scenarios together have {vus} virtual users: at most 1,000,000 are possible");
        Problem::new(Origin::CommandLine, "", what)
    })
}

fn unknown(merged: &Merged, wanted: &[String]) -> Vec<Problem> {
    let known: Vec<&str> = merged.scenarios.iter().map(|s| s.name.as_str()).collect();
    let unknown = wanted.iter().filter(|name| !known.contains(&name.as_str()));
    let problem = |name: &String| {
        let what = format!(
            "there is no scenario {name:?}{}; the file has: {}",
            did_you_mean(name, &known),
            known.join(", ")
        );
        Problem::new(Origin::CommandLine, "", what)
    };
    unknown.map(problem).collect()
}

/// Those it waits for, as far as they are run as well.
fn begin(options: &ScenarioOptions, selected: &[&ScenarioText]) -> Begin {
    let after = options.after.iter();
    let after = after.filter_map(|name| selected.iter().position(|s| s.name == *name));
    Begin {
        after: after.collect(),
        delay: options.start_time.unwrap_or_default(),
    }
}

fn workload(
    text: &ScenarioText,
    options: &ScenarioOptions,
    load: &LoadOptions,
    asked: ExecutorWithVus,
    begin: Begin,
    index: usize,
) -> Workload {
    let graceful_stop = options.shape.graceful_stop.or(load.shape.graceful_stop);
    Workload {
        name: text.name.clone(),
        executor: asked.spec,
        // At most 1000 scenarios are read.
        vus: vec![index as u16; asked.vus.unwrap_or(1) as usize],
        spare: Vec::new(),
        begin,
        graceful_stop: graceful_stop.unwrap_or(Duration::from_secs(30)),
        on_stop: options.shape.on_stop.or(load.shape.on_stop).unwrap_or_default(),
        warm_up: options.warm_up,
    }
}

/// The plugin's scenario under the file's name, with its tags, parameters and picked tasks.
fn scenario(
    ask: &Ask<'_>,
    text: &ScenarioText,
    load: &LoadOptions,
    offered: &[ScenarioPlan],
) -> Result<ScenarioPlan, Problem> {
    let options = &ask.options;
    let mut plan = exec(ask, text, offered)?.clone();
    text.name.clone_into(&mut plan.name);
    plan.tags = options.tags.iter().cloned().collect();
    let own = &options.shape;
    if pick::tasks(&mut plan, &[own, &load.shape]) {
        Ok(plan)
    } else {
        let id = if own.task_tags.is_empty() {
            ShapeOptions::exclude_tags
        } else {
            ShapeOptions::task_tags
        };
        Err(ask.problem(id, format!("no task of {:?} is left to run", text.name)))
    }
}

/// Names of parameters that the plugin suggests for a scenario, and the operator gave the whole run.
fn outranked_params<'a>(text: &'a ScenarioText, merged: &Merged) -> Vec<&'a str> {
    let name = |setting: &'a Setting| setting.text.split_once('=').map(|(name, _)| name);
    let given = |name: &str| {
        let mut given = merged.settings.all(PluginOptions::params).iter();
        given.any(|setting| setting.text.split_once('=').is_some_and(|(own, _)| own == name))
    };
    let suggested = text.settings.all(ScenarioOptions::params).iter();
    let suggested = suggested.filter(|setting| matches!(setting.origin, Origin::Plugin(_)));
    suggested.filter_map(name).filter(|name| given(name)).collect()
}

/// The plugin's scenario that is asked for, else the one of the same name, else the only one.
fn exec<'a>(
    ask: &Ask<'_>,
    text: &ScenarioText,
    offered: &'a [ScenarioPlan],
) -> Result<&'a ScenarioPlan, Problem> {
    let wanted = ask.options.exec.as_deref().unwrap_or(&text.name);
    let found = offered.iter().find(|offer| offer.name == wanted);
    let only = match (offered, &ask.options.exec) {
        ([one], None) => Some(one),
        _ => None,
    };
    found.or(only).ok_or_else(|| {
        let names: Vec<&str> = offered.iter().map(|offer| offer.name.as_str()).collect();
        let list = names.join(", ");
        match &ask.options.exec {
            Some(exec) => {
                let meant = did_you_mean(exec, &names);
                ask.problem(
                    ScenarioOptions::exec,
                    format!("the plugin has no scenario {exec:?}{meant}; it has: {list}"),
                )
            }
            None => ask.problem(
                ScenarioOptions::exec,
                format!("say with `exec` which of the plugin's scenarios it runs: {list}"),
            ),
        }
    })
}
