//! From options, and what the plugin suggests, to the plan. Pure: no clock, no I/O.

mod asked;
mod executor;
mod pick;
mod shape;
mod short;
mod suggest;
mod workloads;

#[cfg(test)]
mod tests;

use super::groups::Groups;
use super::merge::{Merged, merge};
use super::problem::{Problem, lines};
use super::row::Group;
use super::values::MAX_VUS;
use super::{Layer, LoadOptions, MeasureOptions, Origin, RunOptions};
use crate::plan::{Plan, PluginPlan, ScenarioPlan, ThresholdPlan, Workload};
use crate::plugin::Description;
pub use asked::{Asked, http};
use shape::Ask;
use std::collections::BTreeMap;
pub(super) use suggest::layer as suggested;

/// The facts that a plan needs besides the options and the plugin's description.
#[derive(Debug, Clone)]
pub struct Given {
    /// Which plugin it is.
    pub plugin: PluginPlan,
    /// Base URL of the system under test.
    pub host: Option<String>,
    /// The seed to take if none was asked for.
    pub seed: u64,
    /// Cores of this machine.
    pub cores: usize,
}

/// What VUs run, and when.
struct Work {
    scenarios: Vec<ScenarioPlan>,
    workloads: Vec<Workload>,
}

/// Decides everything about a run.
///
/// # Errors
/// All problems, one line each.
pub fn resolve(options: &RunOptions, description: &Description, given: Given) -> Result<Plan, Vec<String>> {
    let suggested = suggest::layer(&description.options).map_err(lines)?;
    let merged = merge(std::iter::once(&suggested).chain(&options.layers));
    let groups = Groups::of(&merged);
    let work = if merged.scenarios.is_empty() {
        short::work(&merged, &groups.load, &options.scenarios, description)
    } else {
        workloads::work(&merged, &groups.load, &options.scenarios, &description.scenarios)
    };
    let work = work.map_err(lines)?;
    let vus: usize = work.workloads.iter().map(|workload| workload.vus.len()).sum();
    if vus > MAX_VUS as usize {
        return Err(vec![format!(
            "the scenarios together have {vus} virtual users: at most 1,000,000 are possible"
        )]);
    }
    let load = &groups.load;
    Ok(Plan {
        plugin: given.plugin,
        host: given.host,
        seed: load.seed.unwrap_or(given.seed),
        scenarios: work.scenarios,
        threads: load.threads.map_or(given.cores, usize::from).min(vus).max(1),
        workloads: work.workloads,
        tags: groups.measure.tags.iter().cloned().collect(),
        thresholds: thresholds(&groups.measure),
        max_rate: load.max_rate,
        group_urls: groups.measure.group_urls,
        reset_cookies: groups.http.reset_cookies,
        reset_connections: groups.http.reset_connections,
        params: names(&options.given.params),
        // The plugin may do with less than the operator allows, never take more.
        limits: groups.limits.resolve().at_most(&options.limits.resolve()),
    })
}

/// Problems of the load that show without the plugin.
pub(super) fn faults(merged: &Merged) -> Vec<Problem> {
    if !merged.scenarios.is_empty() {
        return workloads::faults(merged);
    }
    let load: LoadOptions = Group::of(&merged.settings);
    let ask = Ask::in_short(&merged.settings, &load);
    // A rate may still get its run time from the plugin.
    let open = load.shape.rate.is_some() && load.shape.run_time.is_none();
    match executor::load(&ask) {
        Err(problems) if !open => problems,
        _ => Vec::new(),
    }
}

fn thresholds(measure: &MeasureOptions) -> Vec<ThresholdPlan> {
    if measure.no_thresholds {
        Vec::new()
    } else {
        measure.thresholds.clone()
    }
}

fn names(params: &[(String, String)]) -> Vec<String> {
    let unique: BTreeMap<_, _> = params.iter().map(|(name, value)| (name, value)).collect();
    unique.into_keys().cloned().collect()
}
