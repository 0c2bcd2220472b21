//! What a set of measurements is to know of the plan: names by which it is shown, and how many VUs there are at first.

use crate::metrics::{RunInfo, ScenarioInfo, Set};
use crate::plan::{Plan, ScenarioPlan, Workload};
use crate::secret;

/// Names and numbers by which a set of measurements of this plan is shown.
pub fn run_info(plan: &Plan, set: Set) -> RunInfo {
    // A shape may use its places or not, so these are no VUs that there are from the beginning.
    let has_all = |w: &&Workload| Set::of(w.warm_up) == set && !w.executor.kind().follows_shape();
    let counted = plan.workloads.iter().filter(has_all);
    RunInfo {
        scenarios: plan.scenarios.iter().map(scenario).collect(),
        vus: counted.map(|w| w.vus.len() as u64).sum(),
        shown: Some(secret::hide),
    }
}

fn scenario(plan: &ScenarioPlan) -> ScenarioInfo {
    ScenarioInfo {
        name: plan.name.clone(),
        tasks: plan.tasks.iter().map(|task| task.name.clone()).collect(),
    }
}
