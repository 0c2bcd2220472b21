//! Tags in the form in which results are keyed by them: `k=v,k2=v2`, sorted by key.

use super::limits;
use std::sync::Arc;

/// A VU's own tags plus those of one request, as canonical text.
#[derive(Debug, Default)]
pub(super) struct Tags {
    own: Vec<(String, String)>,
    own_text: Option<Arc<str>>,
}

impl Tags {
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
        self.own_text = (!self.own.is_empty()).then(|| canonical(&mut self.own.clone()));
        Ok(())
    }

    /// The VU's tags only; none if it has none.
    pub(super) fn own(&self) -> Option<Arc<str>> {
        self.own_text.clone()
    }

    /// The VU's tags overlaid with `extra`. None if `extra` breaks a limit.
    pub(super) fn with(&self, extra: &[(String, String)]) -> Option<Arc<str>> {
        if extra.len() > limits::TAGS || extra.iter().any(|(k, v)| check_pair(k, v).is_err()) {
            return None;
        }
        let kept = self
            .own
            .iter()
            .filter(|(k, _)| !extra.iter().any(|(e, _)| e == k));
        let mut all: Vec<_> = kept.chain(extra).cloned().collect();
        Some(canonical(&mut all))
    }
}

fn canonical(pairs: &mut [(String, String)]) -> Arc<str> {
    pairs.sort();
    let pairs: Vec<_> = pairs.iter().map(|(k, v)| format!("{k}={v}")).collect();
    pairs.join(",").into()
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
    fn refuses_what_would_break_the_key() {
        assert!(Tags::default().with(&[pair("a,b", "1")]).is_none());
        assert!(Tags::default().with(&[pair("a", "x\n")]).is_none());
    }
}
