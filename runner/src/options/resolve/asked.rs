//! What a plugin's own options ask for that isn't the plugin's to decide.

use super::super::definition;
use super::super::layer::Layer;
use super::super::merge::merge;
use super::super::row::Setter;
use super::super::setting::Settings;
use super::super::{HttpOptions, RunOptions};
use super::{Groups, lines, suggest};
use crate::plugin::Description;

/// One thing that a plugin asks for, and that the operator didn't say anything about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// Another address for a name: `NAME[:PORT]=ADDRESS[:PORT]`.
    Resolve(String),
    /// A client certificate.
    ClientCertificate,
    /// Addresses to connect from.
    SourceAddress,
    /// No checks of certificates.
    Insecure,
}

/// The HTTP options with what the plugin may decide by itself, and what else it asks for.
///
/// # Errors
/// All problems with what the plugin suggests, one line each.
pub fn http(
    options: &RunOptions,
    description: &Description,
) -> Result<(HttpOptions, Vec<Asked>), Vec<String>> {
    let (suggested, wishes) = suggest::both(&description.options).map_err(lines)?;
    let own = merge(&options.layers);
    let merged = merge(std::iter::once(&suggested).chain(&options.layers));
    let groups = Groups::of(&merged);
    Ok((groups.http, open(&wishes, &own.settings)))
}

/// What the operator didn't decide.
fn open(wishes: &Settings, own: &Settings) -> Vec<Asked> {
    let mut asked = Vec::new();
    for setting in wishes.all(HttpOptions::resolve) {
        let name = |text: &str| text.split_once('=').map(|(name, _)| name.to_ascii_lowercase());
        let is_own = own
            .all(HttpOptions::resolve)
            .iter()
            .any(|other| name(&other.text) == name(&setting.text));
        if !is_own {
            asked.push(Asked::Resolve(setting.text.clone()));
        }
    }
    for (id, what) in [
        (HttpOptions::cert, Asked::ClientCertificate),
        (HttpOptions::source_address, Asked::SourceAddress),
        (HttpOptions::insecure, Asked::Insecure),
    ] {
        if wishes.has(id) && !own.has(id) {
            asked.push(what);
        }
    }
    asked
}

/// Takes out of a plugin's layer what it can only ask for.
pub(super) fn take(layer: &mut Layer) -> Settings {
    let mut wishes = Settings::default();
    let on_request = definition::run().iter();
    for option in on_request.filter(|option| option.rules.setter == Setter::OnRequest) {
        if let Some(settings) = layer.settings.0.remove(option.id) {
            wishes.0.insert(option.id, settings);
        }
    }
    wishes
}
