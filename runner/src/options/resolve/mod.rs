//! From options, what the plugin suggests and facts of the machine to the plan, which nothing changes after that.
//! Pure: no clock, no I/O.

mod asked;
mod executor;
mod grants;
mod http;
mod machine;
mod pick;
mod secrets;
mod shape;
mod short;
mod suggest;
mod workloads;

#[cfg(test)]
mod tests;

use super::groups::Groups;
use super::merge::{Merged, merge};
use super::origins::origins;
use super::problem::{Problem, lines};
use super::row::Group;
use super::{Layer, LoadOptions, MeasureOptions, Origin, RunOptions};
use crate::engine::plugin::Description;
use crate::plan::{self, DataPlan, MOST_VUS, Plan, PluginPlan, Room, ScenarioPlan, ThresholdPlan, Workload};
use crate::secret::Secret;
use asked::Asked;
pub use grants::NotGranted;
pub use machine::Machine;
pub use secrets::{Params, Secrets};
use shape::Ask;
use url::Url;

/// Most VUs of a search, unless somebody says otherwise.
const MOST_SEARCHING: usize = 10_000;

/// The facts that a plan needs besides the options and the plugin's description.
#[derive(Debug, Clone)]
pub struct Given {
    /// Which plugin it is.
    pub plugin: PluginPlan,
    /// The system under test, as it is shown.
    pub host: Option<String>,
    /// What relative URLs refer to; none if it isn't known before the run.
    pub base: Option<Url>,
    /// Files of rows that were granted.
    pub data: Vec<DataPlan>,
    /// The seed to take if none was asked for.
    pub seed: u64,
    /// The machine that it is run on.
    pub machine: Machine,
    /// Who may need more VUs than the load that was asked for.
    pub room_for: RoomFor,
}

/// Who may need more VUs than the load that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RoomFor {
    /// Nobody.
    Nobody,
    /// Whoever steers the run.
    Operator,
    /// A search, which tries rates that aren't known yet.
    Search,
}

/// A plan, and what goes with it.
#[derive(Debug)]
pub struct ResolvedPlan {
    /// All that the run will do.
    pub plan: Plan,
    /// What the plan names and doesn't show.
    pub secrets: Secrets,
    /// What the plugin asks for beyond the operator's grants: reasons not to begin.
    pub not_granted: Vec<NotGranted>,
    /// Every value that counts, in the words of who said it, and whose it is. Values that may be secret aren't shown.
    pub origins: Vec<(String, String, String)>,
}

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// The options don't fit the plugin, or each other: all problems, one line each.
    Misfit(Vec<String>),
    /// The load has more users than this, the most that live changes may lead to.
    TooManyUsers(usize),
    /// The machine doesn't allow as many VUs.
    Machine {
        /// VUs that the plan has at once.
        vus: usize,
        /// What stands in the way, one line each.
        problems: Vec<String>,
    },
}

/// What VUs run, and when.
struct Work {
    scenarios: Vec<ScenarioPlan>,
    /// The parameters of each scenario.
    params: Vec<Params>,
    workloads: Vec<Workload>,
}

/// Decides everything about a run.
///
/// # Errors
/// [`Refused`] says why there is no such run.
pub fn resolve(
    options: &RunOptions,
    description: &Description,
    given: Given,
) -> Result<ResolvedPlan, Refused> {
    let (suggested, wishes) = suggest::both(&description.options).map_err(misfit)?;
    let merged = merge(std::iter::once(&suggested).chain(&options.layers));
    let groups = Groups::of(&merged);
    let asked = asked::open(&wishes, &options.merged.settings);
    let (granted, not_granted) = grants::decide(&asked, &options.http, given.base.as_ref());
    let work = work(&merged, &groups, options, description)?;
    let http = http::plan(options, &groups.http, &granted);
    let (workloads, threads) = size(&work, options, &groups, &given, http.source_addresses.len())?;
    let params = secrets::params(&options.given.params);
    let plan = Plan {
        version: plan::VERSION,
        plugin: given.plugin,
        host: given.host,
        seed: groups.load.seed.unwrap_or(given.seed),
        scenarios: work.scenarios,
        workloads,
        params: params.keys().cloned().collect(),
        tags: groups.measure.tags.iter().cloned().collect(),
        thresholds: thresholds(&groups.measure),
        max_rate: groups.load.max_rate,
        group_urls: groups.measure.group_urls,
        reset_cookies: groups.http.reset_cookies,
        reset_connections: groups.http.reset_connections,
        http,
        grants: http::grants(&groups.http, &granted, &asked, given.data),
        // The plugin may do with less than the operator allows, never take more.
        limits: groups.limits.resolve().at_most(&options.limits.resolve()),
        threads,
    };
    Ok(ResolvedPlan {
        plan,
        secrets: Secrets {
            base: given.base.map(Secret::new),
            proxy: groups.http.proxy.as_deref().map(Secret::new),
            headers: http::header_values(&groups.http),
            params,
            scenario_params: work.params,
        },
        not_granted,
        origins: origins(&merged),
    })
}

fn misfit(problems: Vec<Problem>) -> Refused {
    Refused::Misfit(lines(problems))
}

/// The load: of the file's scenarios, or in short.
fn work(
    merged: &Merged,
    groups: &Groups,
    options: &RunOptions,
    description: &Description,
) -> Result<Work, Refused> {
    let work = if merged.scenarios.is_empty() {
        short::work(merged, &groups.load, &options.scenarios, description)
    } else {
        workloads::work(merged, &groups.load, &options.scenarios, &description.scenarios)
    };
    let work = work.map_err(misfit)?;
    let vus = planned_vus(&work.workloads);
    if vus > MOST_VUS {
        return Err(Refused::Misfit(vec![format!(
            "the scenarios together have {vus} virtual users: at most 1,000,000 are possible"
        )]));
    }
    Ok(work)
}

fn planned_vus(workloads: &[Workload]) -> usize {
    workloads.iter().map(|workload| workload.vus.len()).sum()
}

/// The workloads with room for the users that live changes may bring, and the threads that run them all, if the machine
/// allows it. `sources`: addresses to connect from.
fn size(
    work: &Work,
    options: &RunOptions,
    groups: &Groups,
    given: &Given,
    sources: usize,
) -> Result<(Vec<Workload>, usize), Refused> {
    let mut workloads = work.workloads.clone();
    let most = options.control.max_users.map(|users| users as usize);
    if let Some(users) = most.filter(|users| plan::is_beyond(&workloads, *users)) {
        return Err(Refused::TooManyUsers(users));
    }
    let machine = &given.machine;
    let room = match (given.room_for, most) {
        (RoomFor::Nobody, _) => Room::Closed,
        (RoomFor::Operator, Some(users)) => Room::UpTo(users),
        (RoomFor::Operator, None) => Room::Usual(machine.most_vus(sources)),
        (RoomFor::Search, _) if options.load.shape.max_vus.is_some() => Room::Closed,
        (RoomFor::Search, _) => Room::OfRates(MOST_SEARCHING.min(machine.most_vus(sources))),
    };
    room.make(&mut workloads, &work.scenarios);
    let peak = plan::peak_vus(&workloads);
    let problems = machine.problems(peak, sources);
    if !problems.is_empty() {
        return Err(Refused::Machine { vus: peak, problems });
    }
    let planned = planned_vus(&workloads);
    let threads = match groups.load.threads {
        Some(threads) => usize::from(threads).min(planned),
        // One more user may be one thread more.
        None => machine.cores.min(planned.max(peak)),
    };
    Ok((workloads, threads.max(1)))
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
