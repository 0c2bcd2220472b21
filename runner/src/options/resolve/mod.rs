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
use super::layer::Setting;
use super::merge::{Merged, merge};
use super::problem::{Problem, lines};
use super::values::MAX_VUS;
use super::{Layer, MeasureOptions, Origin, RunOptions};
use crate::plan::{Plan, PluginPlan, ScenarioPlan, ThresholdPlan, Workload};
use crate::plugin::Description;
pub use asked::{Asked, http};
use shape::Ask;
use std::collections::BTreeMap;

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
    let groups = Groups::of(&merged).map_err(|why| vec![why])?;
    let operators = Groups::of(&merge(&options.layers)).map_err(|why| vec![why])?;
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
        limits: groups.limits.resolve().at_most(&operators.limits.resolve()),
    })
}

/// Every value that counts, in the words of who said it, and whose it is. Values that may be
/// secret aren't shown.
pub fn origins(options: &RunOptions, description: &Description) -> Vec<(String, String, String)> {
    let suggested = suggest::layer(&description.options).unwrap_or_default();
    let merged = merge(std::iter::once(&suggested).chain(&options.layers));
    let settings = merged.settings.0.into_iter();
    let shown = settings
        .filter(|(id, _)| id != "cache_dir")
        .flat_map(|(id, list)| {
            let is_secret = ["params", "headers", "proxy"].contains(&id.as_str());
            list.into_iter().map(move |setting| {
                let text = if is_secret { "…" } else { without_name(&setting) };
                (
                    setting.key.clone(),
                    text.to_owned(),
                    setting.origin.layer().to_owned(),
                )
            })
        });
    shown.collect()
}

/// The value alone, where the key ends with the name that the text begins with.
fn without_name(setting: &Setting) -> &str {
    let text = &setting.text;
    let ends = |name: &str| {
        setting
            .key
            .strip_suffix(name)
            .is_some_and(|path| path.ends_with('.'))
    };
    let parts = text.split_once('=').filter(|(name, _)| ends(name));
    let parts = parts.or_else(|| text.rsplit_once(": ").filter(|(name, _)| ends(name)));
    parts.map_or(text, |(_, value)| value)
}

/// Problems of the load that show without the plugin.
pub(super) fn faults(merged: &Merged) -> Vec<Problem> {
    if !merged.scenarios.is_empty() {
        return workloads::faults(merged);
    }
    let Ok(groups) = Groups::of(merged) else {
        return Vec::new();
    };
    let ask = Ask::in_short(&merged.settings, &groups.load);
    // A rate may still get its run time from the plugin.
    let open = ask.setting("rate").is_some() && groups.load.shape.run_time.is_none();
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
