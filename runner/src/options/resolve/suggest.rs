//! The plugin's own options, as the lowest layer. They go through the code that reads files, and
//! can't set what belongs to the operator.

use super::{Layer, Origin, Problem};
use crate::options::read;
use crate::options::tree::Format;
use crate::plugin::Defaults;
use serde_json::{Map, Value};

/// The layer of what the plugin suggests.
pub(super) fn layer(defaults: &Defaults) -> Result<Layer, Vec<Problem>> {
    from_text(&text(defaults))
}

/// The layer of a JSON object with the keys of the configuration file; empty text: nothing.
pub(super) fn from_text(text: &str) -> Result<Layer, Vec<Problem>> {
    if text.trim().is_empty() {
        return Ok(Layer::default());
    }
    match read::layer(Format::Json, text, &Origin::Plugin) {
        (layer, problems) if problems.is_empty() => Ok(layer),
        (_, problems) => Err(problems),
    }
}

/// The description's defaults in the form of a file.
fn text(defaults: &Defaults) -> String {
    let mut object = Map::new();
    let mut set = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            object.insert(key.to_owned(), value);
        }
    };
    set("users", defaults.users.filter(|&n| n > 0).map(Value::from));
    set("spawn_rate", defaults.spawn_rate.map(Value::from));
    let time = defaults.run_time.filter(|time| !time.is_zero());
    set(
        "run_time",
        time.map(|time| format!("{}us", time.as_micros()).into()),
    );
    set("host", defaults.host.clone().map(Value::from));
    Value::Object(object).to_string()
}
