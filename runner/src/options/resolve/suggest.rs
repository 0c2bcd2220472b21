//! The plugin's own options, as the lowest layer. They go through the code that reads files, and
//! can't set what belongs to the operator.

use super::{Layer, Origin, Problem, asked};
use crate::options::read;
use crate::options::setting::Settings;
use crate::options::tree::Format;

/// The layer of a JSON object with the keys of the configuration file, and apart from it what the plugin can only ask the
/// operator for; empty text: nothing.
pub(super) fn both(text: &str) -> Result<(Layer, Settings), Vec<Problem>> {
    if text.trim().is_empty() {
        return Ok(Default::default());
    }
    match read::layer(Format::Json, text, &Origin::Plugin) {
        (mut layer, problems) if problems.is_empty() => {
            let wishes = asked::take(&mut layer);
            Ok((layer, wishes))
        }
        (_, problems) => Err(problems),
    }
}
