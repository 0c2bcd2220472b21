//! Weighs the layers against each other: the operator outranks the plugin's author, the command
//! line outranks all.

use super::definition;
use super::layer::{Layer, ScenarioText};
use super::load::ShapeOptions;
use super::problem::Problem;
use super::row::Merge;
use super::setting::Settings;

/// What holds after all layers.
#[derive(Debug, Clone, Default)]
pub struct Merged {
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
        for (one, other) in definition::run().exclusive() {
            for (one, other) in [(one, other), (other, one)] {
                if layer.settings.has(one) {
                    merged.settings.0.remove(other);
                }
            }
        }
        merged.take(&layer.settings);
    }
    merged
}

impl Merged {
    /// Lists of names grow, name by name; all others are replaced.
    fn take(&mut self, settings: &Settings) {
        for (id, new) in &settings.0 {
            let merge = definition::run()
                .get(id)
                .map_or(Merge::Replace, |option| option.rules.merge);
            let list = self.settings.0.entry(id).or_default();
            let names: Vec<_> = new.iter().map(|setting| merge.name(setting)).collect();
            list.retain(|old| merge.name(old).is_some_and(|name| !names.contains(&Some(name))));
            list.extend(new.iter().cloned());
        }
    }

    /// Takes away what a higher layer's load makes void, as k6 does: a load in short replaces
    /// scenarios and the other way round, and of the ways to give it in short, the last one counts.
    fn replace_load(&mut self, layer: &Layer) {
        let options = definition::run();
        let asks = |id: &str| layer.settings.has(id);
        if !layer.scenarios.is_empty() {
            options.load().for_each(|option| self.drop(option.id));
            self.scenarios.clone_from(&layer.scenarios);
            return;
        }
        if options.deciding().any(|option| asks(option.id)) {
            options.deciding().for_each(|option| self.drop(option.id));
            // A rate needs a time, and takes it from wherever there is one; iterations and stages end by themselves.
            if !asks(ShapeOptions::rate) {
                self.drop(ShapeOptions::run_time);
            }
        } else if asks(ShapeOptions::run_time) {
            let others = options
                .deciding()
                .filter(|option| option.id != ShapeOptions::rate);
            others.for_each(|option| self.drop(option.id));
        }
        if let Some(option) = options.load().find(|option| asks(option.id))
            && !self.scenarios.is_empty()
        {
            self.note_scenarios(layer, option.id);
            self.scenarios.clear();
        }
    }

    fn drop(&mut self, id: &str) {
        self.settings.0.remove(id);
    }

    fn note_scenarios(&mut self, layer: &Layer, id: &str) {
        let by = layer.settings.first(id).map_or(id, |setting| &setting.key);
        let whose = self.scenarios.first().map_or("", |s| s.origin.layer());
        let note = format!("{by} replaces the {} scenarios of {whose}", self.scenarios.len());
        self.notes.push(note);
    }

    /// Options that mean nothing without another one, which isn't there.
    pub(super) fn incomplete(&self) -> Vec<Problem> {
        let lonely = definition::run().iter().filter_map(|option| {
            let needed = option.rules.needs.filter(|needed| !self.settings.has(needed))?;
            let setting = self.settings.first(option.id)?;
            Some(setting.problem(format!("it needs `{needed}` as well")))
        });
        lonely.collect()
    }
}
