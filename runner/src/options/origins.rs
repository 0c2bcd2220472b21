//! Who said what: the values that count, for those who read a plan.

use super::definition;
use super::merge::Merged;
use super::row::Shown;
use super::setting::Setting;

/// Every value that counts, in the words of who said it, and whose it is. Values that may be
/// secret aren't shown.
pub(super) fn origins(merged: &Merged) -> Vec<(String, String, String)> {
    let settings = merged.settings.iter();
    let settings = settings.filter_map(|(id, setting)| Some((definition::run().get(id)?.rules, setting)));
    let told = settings
        .filter(|(rules, _)| !rules.is_local)
        .map(|(rules, setting)| {
            let text = if rules.shown == Shown::Never {
                "…"
            } else {
                without_name(setting)
            };
            let whose = setting.origin.layer().to_owned();
            (setting.key.clone(), text.to_owned(), whose)
        });
    told.collect()
}

/// The value alone, where the key ends with the name that the text begins with.
fn without_name(setting: &Setting) -> &str {
    let text = &setting.text;
    let ends = |name: &str| {
        setting
            .key
            .strip_suffix(name)
            .is_some_and(|path| path.ends_with('.'))
    };
    let parts = text.split_once('=').filter(|(name, _)| ends(name));
    let parts = parts.or_else(|| text.rsplit_once(": ").filter(|(name, _)| ends(name)));
    parts.map_or(text, |(_, value)| value)
}
