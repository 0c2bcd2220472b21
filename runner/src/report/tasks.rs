//! The scenarios and tasks of a plugin, and their shares of a run.

use crate::plan::{Plan, ScenarioPlan, TaskOrder};
use crate::terminal::escape;

/// Names of scenarios and tasks, with the tags that pick tasks.
pub fn list(scenarios: &[ScenarioPlan]) -> String {
    let mut lines = Vec::new();
    for scenario in scenarios {
        lines.push(escape(&scenario.name).into_owned());
        for task in &scenario.tasks {
            let tags: Vec<_> = task.tags.iter().map(|tag| escape(tag)).collect();
            let tags = if tags.is_empty() {
                String::new()
            } else {
                format!("  [{}]", tags.join(", "))
            };
            lines.push(format!("  {}{tags}", escape(&task.name)));
        }
    }
    lines.join("\n") + "\n"
}

/// The share of each scenario of the VUs, and of each task within its scenario and in all.
pub fn ratio(plan: &Plan) -> String {
    let mut lines = vec!["of its scenario   of all   task".to_owned()];
    let vus = vus_of_each(plan);
    let total: usize = vus.iter().sum();
    for (scenario, &vus) in plan.scenarios.iter().zip(&vus) {
        let share = vus as f64 / total.max(1) as f64;
        let order = match scenario.order {
            TaskOrder::Random => "",
            TaskOrder::Sequential => " (in order)",
        };
        lines.push(format!(
            "{:>15}   {:>5.1}%   {}{order}: {vus} of {total} VUs",
            "",
            share * 100.0,
            escape(&scenario.name)
        ));
        let weights: u64 = scenario.tasks.iter().map(|task| u64::from(task.weight)).sum();
        for task in &scenario.tasks {
            let within = f64::from(task.weight) / weights.max(1) as f64;
            lines.push(format!(
                "{:>14.1}%   {:>5.1}%     {}",
                within * 100.0,
                within * share * 100.0,
                escape(&task.name)
            ));
        }
    }
    lines.join("\n") + "\n"
}

fn vus_of_each(plan: &Plan) -> Vec<usize> {
    let mut counts = vec![0; plan.scenarios.len()];
    let all = plan.workloads.iter().flat_map(|workload| &workload.vus);
    for &scenario in all {
        if let Some(count) = counts.get_mut(usize::from(scenario)) {
            *count += 1;
        }
    }
    counts
}
