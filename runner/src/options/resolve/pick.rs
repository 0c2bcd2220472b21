//! Picks tasks by their tags, as Locust does: one of the wanted, none of the excluded. A task that
//! isn't picked keeps its place with weight 0: guests know tasks by their place.

use crate::options::ShapeOptions;
use crate::plan::ScenarioPlan;

/// Whether anything is picked.
pub(super) fn is_asked(shape: &ShapeOptions) -> bool {
    !shape.task_tags.is_empty() || !shape.exclude_tags.is_empty()
}

/// Takes away the tasks that aren't picked. Whether one is left.
pub(super) fn tasks(scenario: &mut ScenarioPlan, shape: &ShapeOptions) -> bool {
    for task in &mut scenario.tasks {
        let has = |tags: &[String]| task.tags.iter().any(|tag| tags.contains(tag));
        let is_wanted = shape.task_tags.is_empty() || has(&shape.task_tags);
        if !is_wanted || has(&shape.exclude_tags) {
            task.weight = 0;
        }
    }
    scenario.tasks.iter().any(|task| task.weight > 0)
}
