//! Asks a plugin what it offers, and checks the answer.

use super::PluginError;
use crate::engine::host::bindings::PluginPre;
use crate::engine::host::bindings::exported::{self, WaitTime as WitWait};
use crate::engine::host::{
    Purpose, RunShared, StopFlag, VuIdentity, VuState, explain_call, instantiate, limits, new_store,
    tag_of_label,
};
use crate::plan::{Population, ScenarioPlan, TaskOrder, TaskPlan, WaitTime};
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;
use std::time::Duration;

/// Scenarios, and tasks per scenario, that a plugin may have.
const MAX_ITEMS: usize = 1000;

/// Longest wait that makes sense in a load test.
const MAX_WAIT: Duration = Duration::from_secs(24 * 3600);

/// What a plugin offers, checked.
#[derive(Debug, Clone, Default)]
pub struct Description {
    /// Text for people.
    pub about: String,
    /// At least one.
    pub scenarios: Vec<ScenarioPlan>,
    /// What the author suggests: a JSON object with the keys of a configuration file; empty for nothing.
    pub options: String,
    /// Base URL of the system under test that the author suggests.
    pub host: Option<String>,
    /// Whether the plugin's `shape` decides how much load there is.
    pub shape: bool,
}

/// Calls `describe` in an instance of its own that may use `cpu` time, and take `wall` time.
///
/// # Errors
/// [`PluginError`] if the call fails or its answer can't be used.
pub async fn describe(
    pre: &PluginPre<VuState>,
    run: Arc<RunShared>,
    (cpu, wall): (Duration, Duration),
) -> Result<Description, PluginError> {
    let answer = tokio::time::timeout(wall, ask(pre, run, cpu)).await;
    let answer = answer.unwrap_or_else(|_| {
        let seconds = wall.as_secs_f64();
        let why = format!("it didn't answer within {seconds} s (--describe-timeout)");
        Err(PluginError::Describe(why))
    });
    check(answer?).map_err(PluginError::Description)
}

async fn ask(
    pre: &PluginPre<VuState>,
    run: Arc<RunShared>,
    cpu: Duration,
) -> Result<exported::Description, PluginError> {
    let state = VuState::new(
        run,
        Arc::new(StopFlag::default()),
        VuIdentity::default(),
        Purpose::Describe,
    );
    let mut store = new_store(pre, state, cpu);
    let plugin = instantiate(pre, &mut store).await;
    let plugin = plugin.map_err(PluginError::Describe)?;
    let answer = plugin
        .wasmswarm_scenario_scenario()
        .call_describe(&mut store)
        .await;
    answer
        .unwrap_or_else(|trap| Err(explain_call(store.data(), &trap)))
        .map_err(PluginError::Describe)
}

fn check(answer: exported::Description) -> Result<Description, String> {
    if answer.scenarios.is_empty() {
        return Err("it has no scenarios".to_owned());
    }
    if answer.scenarios.len() > MAX_ITEMS {
        return Err(format!("it has more than {MAX_ITEMS} scenarios"));
    }
    let names: HashSet<_> = answer.scenarios.iter().map(|s| &s.name).collect();
    if names.len() < answer.scenarios.len() {
        return Err("two scenarios have the same name".to_owned());
    }
    let scenarios: Result<Vec<_>, _> = (0..).zip(answer.scenarios).map(scenario).collect();
    Ok(Description {
        about: answer.about,
        scenarios: scenarios?,
        host: suggested_host(&answer.options)?,
        options: answer.options,
        shape: answer.shape,
    })
}

/// The host in what a plugin suggests; the rest of that is the options' business.
fn suggested_host(options: &str) -> Result<Option<String>, String> {
    let (bytes, limit) = (options.len(), limits::OPTIONS_BYTES);
    if bytes > limit {
        return Err(format!(
            "its suggested options have {bytes} bytes (limit {limit})"
        ));
    }
    if options.trim().is_empty() {
        return Ok(None);
    }
    let object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(options)
        .map_err(|error| format!("its suggested options aren't a JSON object: {error}"))?;
    Ok(object
        .get("host")
        .and_then(|host| host.as_str())
        .map(str::to_owned))
}

fn scenario((exec, info): (u32, exported::ScenarioInfo)) -> Result<ScenarioPlan, String> {
    let name = info.name;
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if name.is_empty() || name.len() > 200 || !name.chars().all(plain) {
        return Err(format!(
            "the scenario name {name:?} isn't made of letters, digits, `-` and `_`"
        ));
    }
    let within = |what: String| format!("scenario `{name}`: {what}");
    let tasks = tasks(info.tasks).map_err(within)?;
    let order = match info.order {
        exported::TaskOrder::Random => TaskOrder::Random,
        exported::TaskOrder::Sequential => TaskOrder::Sequential,
    };
    let population = match info.population {
        exported::Population::Weight(w) => Population::Weight(w),
        exported::Population::Fixed(n) => Population::Fixed(n),
    };
    let wait = wait_time(info.wait).map_err(within)?;
    Ok(ScenarioPlan {
        name,
        exec,
        population,
        order,
        wait,
        tasks,
        tags: BTreeMap::new(),
        params: BTreeSet::new(),
    })
}

fn tasks(infos: Vec<exported::TaskInfo>) -> Result<Vec<TaskPlan>, String> {
    if infos.is_empty() || infos.len() > MAX_ITEMS {
        return Err(format!(
            "it must have 1 to {MAX_ITEMS} tasks, not {}",
            infos.len()
        ));
    }
    if infos.iter().all(|t| t.weight == 0) {
        return Err("all its tasks have weight 0".to_owned());
    }
    let mut seen = HashSet::new();
    for task in &infos {
        check_labels(task)?;
        if task.name.is_empty() || task.name.len() > 200 || task.name.chars().any(char::is_control) {
            return Err(format!(
                "the task name {:?} is empty, too long or not printable",
                task.name
            ));
        }
        if !seen.insert(task.name.clone()) {
            return Err(format!("two tasks are called {:?}", task.name));
        }
    }
    Ok(infos
        .into_iter()
        .map(|t| TaskPlan {
            name: t.name,
            weight: t.weight,
            tags: t.tags,
        })
        .collect())
}

/// Those labels that are tags keep the limits of tags.
fn check_labels(task: &exported::TaskInfo) -> Result<(), String> {
    let within = |why: String| format!("task {:?}: {why}", task.name);
    let mut tags = 0;
    for label in &task.tags {
        tags += usize::from(tag_of_label(label).map_err(within)?.is_some());
    }
    if tags > limits::TAGS {
        return Err(within(format!("more than {} tags", limits::TAGS)));
    }
    Ok(())
}

fn wait_time(wait: WitWait) -> Result<WaitTime, String> {
    let time = |us: u64| {
        let d = Duration::from_micros(us);
        if d > MAX_WAIT {
            Err("its wait time is longer than a day".to_owned())
        } else {
            Ok(d)
        }
    };
    Ok(match wait {
        WitWait::None => WaitTime::None,
        WitWait::Constant(us) => WaitTime::Constant(time(us)?),
        WitWait::Uniform((low, high)) if low <= high => WaitTime::Uniform(time(low)?, time(high)?),
        WitWait::Uniform(_) => return Err("its wait time's lower bound is above the upper one".to_owned()),
        WitWait::Pacing(us) => WaitTime::Pacing(time(us)?),
        WitWait::Throughput(rate) if rate.is_finite() && rate >= 1.0 / MAX_WAIT.as_secs_f64() => {
            WaitTime::Pacing(Duration::from_secs_f64(1.0 / rate))
        }
        WitWait::Throughput(_) => return Err("its throughput must be above 0 and finite".to_owned()),
        WitWait::Exponential(us) => WaitTime::Exponential(time(us)?),
    })
}
