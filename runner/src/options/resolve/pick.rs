//! Picks tasks by their tags, as Locust does: one of the wanted, none of the excluded. A task that
//! isn't picked keeps its place with weight 0: guests know tasks by their place. Evens out weights, as Locust does as well.

use crate::options::ShapeOptions;
use crate::plan::{Population, ScenarioPlan};

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
    if shapes.iter().any(|shape| shape.equal_weights) {
        even_out(scenario);
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

/// What has a weight at all has the same from here on. A number of users that is fixed stays.
fn even_out(scenario: &mut ScenarioPlan) {
    for task in &mut scenario.tasks {
        task.weight = task.weight.min(1);
    }
    if let Population::Weight(weight) = &mut scenario.population {
        *weight = (*weight).min(1);
    }
}
