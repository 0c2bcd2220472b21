//! What a plugin's own options ask for that isn't the plugin's to decide.

use super::super::HttpOptions;
use super::super::definition;
use super::super::layer::Layer;
use super::super::row::Setter;
use super::super::setting::Settings;

/// One thing that a plugin asks for, and that the operator didn't say anything about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Asked {
    /// Another address for a name: `NAME[:PORT]=ADDRESS[:PORT]`.
    Resolve(String),
    /// A client certificate.
    ClientCertificate,
    /// Addresses to connect from.
    SourceAddress,
    /// No checks of certificates.
    Insecure,
}

/// What the operator didn't decide.
pub(super) fn open(wishes: &Settings, own: &Settings) -> Vec<Asked> {
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
