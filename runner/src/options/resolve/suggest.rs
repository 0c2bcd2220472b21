//! The plugin's own options, as the lowest layer. They go through the code that reads files, and
//! can't set what belongs to the operator.

use super::{Layer, Origin, Problem};
use crate::options::read;
use crate::options::tree::Format;

/// The layer of a JSON object with the keys of the configuration file; empty text: nothing.
pub(super) fn layer(text: &str) -> Result<Layer, Vec<Problem>> {
    if text.trim().is_empty() {
        return Ok(Layer::default());
    }
    match read::layer(Format::Json, text, &Origin::Plugin) {
        (layer, problems) if problems.is_empty() => Ok(layer),
        (_, problems) => Err(problems),
    }
}
