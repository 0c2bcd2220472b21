//! The load of `--debug`: one iteration of one virtual user, whatever else is asked for.

use super::layer::Layer;
use super::setting::{Setting, TypedValue};
use super::{Origin, OutputOptions, ShapeOptions};

/// What outranks all other layers if one of them asks for debugging.
pub(super) fn imposed(layers: &[Layer]) -> Option<Layer> {
    let asked = layers.iter().rev().find_map(|layer| {
        let setting = layer.settings.first(OutputOptions::debug)?;
        setting.value.get::<bool>().copied()
    });
    asked.filter(|asked| *asked).map(|_| {
        let mut layer = Layer::default();
        for (id, value) in [
            (ShapeOptions::users, TypedValue::new(1_u32)),
            (ShapeOptions::iterations, TypedValue::new(1_u64)),
        ] {
            let setting = Setting {
                text: "1".to_owned(),
                value,
                origin: Origin::CommandLine,
                key: "--debug".to_owned(),
            };
            layer.settings.push(id, setting);
        }
        layer
    })
}
