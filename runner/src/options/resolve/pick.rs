//! Picks tasks by their tags, as Locust does: one of the wanted, none of the excluded. A task that
//! isn't picked keeps its place with weight 0: guests know tasks by their place.

use crate::options::ShapeOptions;
use crate::plan::ScenarioPlan;

/// Whether anything is picked.
pub(super) fn is_asked(shape: &ShapeOptions) -> bool {
    !shape.task_tags.is_empty() || !shape.exclude_tags.is_empty()
}

/// Takes away the tasks that aren't picked. Whether one is left. Of `shapes`, from the most important on, the first that
/// names tags is the one that counts.
pub(super) fn tasks(scenario: &mut ScenarioPlan, shapes: &[&ShapeOptions]) -> bool {
    let wanted = first_named(shapes, |shape| &shape.task_tags);
    let excluded = first_named(shapes, |shape| &shape.exclude_tags);
    for task in &mut scenario.tasks {
        let has = |tags: &[String]| task.tags.iter().any(|tag| tags.contains(tag));
        let is_wanted = wanted.is_empty() || has(wanted);
        if !is_wanted || has(excluded) {
            task.weight = 0;
        }
    }
    scenario.tasks.iter().any(|task| task.weight > 0)
}

fn first_named<'a>(shapes: &[&'a ShapeOptions], tags: fn(&ShapeOptions) -> &Vec<String>) -> &'a [String] {
    let named = shapes.iter().map(|shape| tags(shape).as_slice());
    named
        .into_iter()
        .find(|tags| !tags.is_empty())
        .unwrap_or_default()
}
