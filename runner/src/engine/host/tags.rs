//! Tags in the form in which results are keyed by them: `k=v,k2=v2`, sorted by key.

use super::{labels, limits};
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
pub(super) struct VuTags {
    scenario: Pairs,
    task: Pairs,
    own: Pairs,
    group: Option<String>,
    /// All layers but the last; none if there are no tags.
    text: Option<Arc<str>>,
}

impl VuTags {
    /// Those of a VU of a scenario with these tags.
    pub(super) fn new(scenario: Option<&BTreeMap<String, String>>) -> VuTags {
        let pairs = scenario.into_iter().flatten();
        let mut tags = VuTags {
            scenario: pairs.map(|(k, v)| (k.clone(), v.clone())).collect(),
            ..VuTags::default()
        };
        tags.write();
        tags
    }

    /// Sets or (with an empty value) removes a tag of the VU.
    pub(super) fn set(&mut self, key: &str, value: &str) {
        let key = labels::key(key);
        self.own.retain(|(k, _)| *k != key);
        let is_full = self.own.len() == limits::TAGS;
        if key.is_empty() || (is_full && !value.is_empty()) {
            labels::altered();
        } else if !value.is_empty() {
            self.own
                .push((key.into_owned(), labels::value(value).into_owned()));
        }
        self.write();
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

    /// The VU's tags overlaid with those of `extra` that can be kept, without a copy where there is nothing to
    /// overlay; none if there are none.
    pub(super) fn over(&self, extra: &[(String, String)]) -> Option<Arc<str>> {
        if extra.is_empty() {
            return self.own();
        }
        let fits = |(key, value): &(String, String)| check_pair(key, value).is_ok() && !value.is_empty();
        if extra.len() <= limits::TAGS && extra.iter().all(fits) {
            return Some(self.overlaid(extra.iter().map(|(k, v)| (k.as_str(), v.as_str()))));
        }
        Some(self.over_fitted(extra)).filter(|text| !text.is_empty())
    }

    #[cold]
    fn over_fitted(&self, extra: &[(String, String)]) -> Arc<str> {
        let mut kept: Vec<_> = extra.iter().filter_map(|(k, v)| labels::pair(k, v)).collect();
        if kept.len() > limits::TAGS {
            labels::altered();
            kept.truncate(limits::TAGS);
        }
        self.overlaid(kept.iter().map(|(k, v)| (&**k, &**v)))
    }

    fn write(&mut self) {
        self.text = Some(self.overlaid([].into_iter())).filter(|text| !text.is_empty());
    }

    fn overlaid<'a>(&'a self, extra: impl Iterator<Item = (&'a str, &'a str)>) -> Arc<str> {
        let group = self.group.as_deref().map(|path| (GROUP, path));
        let layers = self.scenario.iter().chain(&self.task).chain(&self.own);
        let layers = layers.map(|(k, v)| (k.as_str(), v.as_str())).chain(group);
        // Of one key, the last layer stays.
        let all: BTreeMap<&str, &str> = layers.chain(extra).collect();
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
        let mut tags = VuTags::default();
        tags.set("b", "1");
        tags.set("a", "1");
        assert_eq!(tags.own().as_deref(), Some("a=1,b=1"));
        assert_eq!(tags.over(&[pair("a", "2")]).as_deref(), Some("a=2,b=1"));
        tags.set("a", "");
        assert_eq!(tags.own().as_deref(), Some("b=1"));
    }

    #[test]
    fn each_layer_outranks_those_before_it() {
        let scenario = BTreeMap::from([pair("k", "scenario"), pair("team", "x")]);
        let mut tags = VuTags::new(Some(&scenario));
        assert_eq!(tags.own().as_deref(), Some("k=scenario,team=x"));
        tags.set_task(&["slow".to_owned(), "k=task".to_owned()]);
        assert_eq!(tags.own().as_deref(), Some("k=task,team=x"));
        tags.set("k", "vu");
        assert_eq!(tags.own().as_deref(), Some("k=vu,team=x"));
        tags.set_group("::login");
        assert_eq!(tags.own().as_deref(), Some("group=::login,k=vu,team=x"));
        assert_eq!(
            tags.over(&[pair("k", "call")]).as_deref(),
            Some("group=::login,k=call,team=x")
        );
        tags.set_group("");
        tags.set("k", "");
        tags.set_task(&[]);
        assert_eq!(tags.own().as_deref(), Some("k=scenario,team=x"));
    }

    #[test]
    fn what_would_break_the_key_is_replaced_or_left_out() {
        let mut tags = VuTags::default();
        let over = |tags: &VuTags, extra: &[(String, String)]| tags.over(extra).map(|text| text.to_string());
        assert_eq!(
            over(&tags, &[pair("a,b", "1=2"), pair("", "x")]).as_deref(),
            Some("a_b=1=2")
        );
        assert_eq!(over(&tags, &[pair("a", "x\n,y")]).as_deref(), Some("a=x__y"));
        assert_eq!(over(&tags, &[pair("a", "")]), None);
        let many: Vec<_> = (10..40).map(|n| pair(&format!("t{n}"), "v")).collect();
        let kept = over(&tags, &many).unwrap();
        assert!(kept.starts_with("t10=v,") && kept.ends_with(",t25=v"), "{kept}");
        for number in 10..40 {
            tags.set(&format!("t{number}"), "v");
        }
        assert_eq!(tags.own().as_deref(), Some(&*kept));
        tags.set("t12", "w");
        assert!(tags.own().unwrap().contains("t12=w"));
        tags.set(&"k".repeat(300), "");
        assert_eq!(tags.own().unwrap().split(',').count(), 16);
    }

    #[test]
    fn a_plugins_own_labels_are_checked() {
        assert!(tag_of_label("=1").is_err() && tag_of_label("a=b=c").is_ok());
        assert_eq!(tag_of_label("browse"), Ok(None));
    }
}
