//! Tags in the form in which results are keyed by them: `k=v,k2=v2`, sorted by key.

use super::limits;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The tag that holds the path of groups.
const GROUP: &str = "group";

/// A list of tags.
type Pairs = Vec<(String, String)>;

/// The tags on whatever a VU records, as canonical text. They come in layers, each of which
/// outranks those before it: its scenario's, its task's, its own, its group's, and those of
/// the single request, check or value.
#[derive(Debug, Default)]
pub(super) struct Tags {
    scenario: Pairs,
    task: Pairs,
    own: Pairs,
    group: Option<String>,
    /// All layers but the last; none if there are no tags.
    text: Option<Arc<str>>,
}

impl Tags {
    /// Those of a VU of a scenario with these tags.
    pub(super) fn new(scenario: Option<&BTreeMap<String, String>>) -> Tags {
        let pairs = scenario.into_iter().flatten();
        let mut tags = Tags {
            scenario: pairs.map(|(k, v)| (k.clone(), v.clone())).collect(),
            ..Tags::default()
        };
        tags.write();
        tags
    }

    /// Sets or (with an empty value) removes a tag of the VU.
    pub(super) fn set(&mut self, key: String, value: String) -> Result<(), String> {
        check_pair(&key, &value)?;
        self.own.retain(|(k, _)| *k != key);
        if !value.is_empty() {
            self.own.push((key, value));
        }
        if self.own.len() > limits::TAGS {
            return Err(format!("more than {} tags", limits::TAGS));
        }
        self.write();
        Ok(())
    }

    /// Makes the labels of the form `key=value` the task's tags.
    pub(super) fn set_task(&mut self, labels: &[String]) {
        let pairs = || labels.iter().filter_map(|label| label.split_once('='));
        let current = self.task.iter().map(|(k, v)| (k.as_str(), v.as_str()));
        if pairs().eq(current) {
            return;
        }
        self.task = pairs().map(|(k, v)| (k.to_owned(), v.to_owned())).collect();
        self.write();
    }

    /// Sets the path of the group, or removes it with an empty one.
    pub(super) fn set_group(&mut self, path: &str) {
        self.group = (!path.is_empty()).then(|| path.to_owned());
        self.write();
    }

    /// The VU's tags, without those of a single request; none if there are none.
    pub(super) fn own(&self) -> Option<Arc<str>> {
        self.text.clone()
    }

    /// The VU's tags overlaid with `extra`. None if `extra` breaks a limit.
    pub(super) fn with(&self, extra: &[(String, String)]) -> Option<Arc<str>> {
        if extra.len() > limits::TAGS || extra.iter().any(|(k, v)| check_pair(k, v).is_err()) {
            return None;
        }
        Some(self.overlaid(extra))
    }

    /// The VU's tags overlaid with `extra`, without a copy where there is nothing to overlay; none
    /// if there are none.
    ///
    /// # Errors
    /// `extra` breaks a limit: misuse, which traps the guest.
    pub(super) fn over(&self, extra: &[(String, String)]) -> wasmtime::Result<Option<Arc<str>>> {
        if extra.is_empty() {
            return Ok(self.own());
        }
        let text = self.with(extra).map(Some);
        text.ok_or_else(|| wasmtime::Error::msg("a tag breaks a limit"))
    }

    fn write(&mut self) {
        self.text = Some(self.overlaid(&[])).filter(|text| !text.is_empty());
    }

    fn overlaid(&self, extra: &[(String, String)]) -> Arc<str> {
        let group = self.group.as_deref().map(|path| (GROUP, path));
        let layers = self.scenario.iter().chain(&self.task).chain(&self.own);
        let layers = layers.map(|(k, v)| (k.as_str(), v.as_str())).chain(group);
        // Of one key, the last layer stays.
        let all: BTreeMap<&str, &str> = layers
            .chain(extra.iter().map(|(k, v)| (k.as_str(), v.as_str())))
            .collect();
        let mut text = String::new();
        for (key, value) in all {
            if !text.is_empty() {
                text.push(',');
            }
            text.extend([key, "=", value]);
        }
        text.into()
    }
}

/// The tag that a task's label is, if it is one.
///
/// # Errors
/// It has the form of a tag, and breaks a limit of tags.
pub fn tag_of_label(label: &str) -> Result<Option<(&str, &str)>, String> {
    let Some((key, value)) = label.split_once('=') else {
        return Ok(None);
    };
    check_pair(key, value)?;
    Ok(Some((key, value)))
}

fn check_pair(key: &str, value: &str) -> Result<(), String> {
    if key.is_empty() || key.contains(['=', ',']) || value.contains(',') {
        return Err("a tag's key must not be empty or hold `=` or `,`, its value no `,`".to_owned());
    }
    check_name(key)?;
    check_name(value)
}

/// Names that results are keyed by: short, and without control characters.
pub(super) fn check_name(name: &str) -> Result<(), String> {
    if name.len() > limits::NAME_BYTES {
        return Err(format!(
            "a name or tag has more than {} bytes",
            limits::NAME_BYTES
        ));
    }
    if name.chars().any(char::is_control) {
        return Err("a name or tag holds a control character".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(k: &str, v: &str) -> (String, String) {
        (k.to_owned(), v.to_owned())
    }

    #[test]
    fn request_tags_overlay_the_vus_own() {
        let mut tags = Tags::default();
        tags.set("b".to_owned(), "1".to_owned()).unwrap();
        tags.set("a".to_owned(), "1".to_owned()).unwrap();
        assert_eq!(tags.own().as_deref(), Some("a=1,b=1"));
        assert_eq!(&*tags.with(&[pair("a", "2")]).unwrap(), "a=2,b=1");
        tags.set("a".to_owned(), String::new()).unwrap();
        assert_eq!(tags.own().as_deref(), Some("b=1"));
    }

    #[test]
    fn each_layer_outranks_those_before_it() {
        let scenario = BTreeMap::from([pair("k", "scenario"), pair("team", "x")]);
        let mut tags = Tags::new(Some(&scenario));
        assert_eq!(tags.own().as_deref(), Some("k=scenario,team=x"));
        tags.set_task(&["slow".to_owned(), "k=task".to_owned()]);
        assert_eq!(tags.own().as_deref(), Some("k=task,team=x"));
        tags.set("k".to_owned(), "vu".to_owned()).unwrap();
        assert_eq!(tags.own().as_deref(), Some("k=vu,team=x"));
        tags.set_group("::login");
        assert_eq!(tags.own().as_deref(), Some("group=::login,k=vu,team=x"));
        assert_eq!(
            tags.over(&[pair("k", "call")]).unwrap().as_deref(),
            Some("group=::login,k=call,team=x")
        );
        tags.set_group("");
        tags.set("k".to_owned(), String::new()).unwrap();
        tags.set_task(&[]);
        assert_eq!(tags.own().as_deref(), Some("k=scenario,team=x"));
    }

    #[test]
    fn refuses_what_would_break_the_key() {
        assert!(Tags::default().with(&[pair("a,b", "1")]).is_none());
        assert!(Tags::default().with(&[pair("a", "x\n")]).is_none());
        assert!(Tags::default().over(&[pair("a", "x\n")]).is_err());
        assert!(tag_of_label("=1").is_err() && tag_of_label("a=b=c").is_ok());
        assert_eq!(tag_of_label("browse"), Ok(None));
    }
}
