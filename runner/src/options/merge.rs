//! Weighs the layers against each other: the operator outranks the plugin's author, the command
//! line outranks all.

use super::layer::{EXCLUSIVE, LOAD, Layer, ScenarioText, Settings, name_in};

/// What holds after all layers.
#[derive(Debug, Clone, Default)]
pub(super) struct Merged {
    pub(super) settings: Settings,
    pub(super) scenarios: Vec<ScenarioText>,
    /// What one layer took away from another, where that may surprise.
    pub(super) notes: Vec<String>,
}

/// The layers, from the least to the most important.
pub(super) fn merge<'a>(layers: impl IntoIterator<Item = &'a Layer>) -> Merged {
    let mut merged = Merged::default();
    for layer in layers {
        merged.replace_load(layer);
        for (one, other) in EXCLUSIVE {
            for (one, other) in [(one, other), (other, one)] {
                if layer.settings.has(one) {
                    merged.settings.0.remove(other);
                }
            }
        }
        for (id, settings) in &layer.settings.0 {
            let list = merged.settings.0.entry(id.clone()).or_default();
            let names: Vec<_> = settings.iter().map(|s| name_in(id, &s.text)).collect();
            // Lists of names grow, name by name; all others are replaced.
            list.retain(|old| name_in(id, &old.text).is_some_and(|name| !names.contains(&Some(name))));
            list.extend(settings.iter().cloned());
        }
    }
    merged
}

impl Merged {
    /// Takes away what a higher layer's load makes void, as k6 does: a load in short replaces
    /// scenarios and the other way round, and of the ways to give it in short, the last one counts.
    fn replace_load(&mut self, layer: &Layer) {
        let asks = |id: &&str| layer.settings.has(id);
        let mut drop = |ids: &[&str]| ids.iter().for_each(|id| drop(self.settings.0.remove(*id)));
        if !layer.scenarios.is_empty() {
            drop(&LOAD);
            self.scenarios.clone_from(&layer.scenarios);
            return;
        }
        if ["iterations", "iterations_per_vu", "stages", "rate"]
            .iter()
            .any(&asks)
        {
            drop(&["iterations", "iterations_per_vu", "stages", "rate"]);
            if !asks(&"rate") {
                drop(&["run_time"]);
            }
        } else if asks(&"run_time") {
            drop(&["iterations", "iterations_per_vu", "stages"]);
        }
        if let Some(id) = LOAD.iter().find(|id| asks(id))
            && !self.scenarios.is_empty()
        {
            self.note_scenarios(layer, id);
            self.scenarios.clear();
        }
    }

    fn note_scenarios(&mut self, layer: &Layer, id: &str) {
        let by = layer.settings.first(id).map_or(id, |setting| &setting.key);
        let whose = self.scenarios.first().map_or("", |s| s.origin.layer());
        let note = format!("{by} replaces the {} scenarios of {whose}", self.scenarios.len());
        self.notes.push(note);
    }
}
