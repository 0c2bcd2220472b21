//! What series, failures, checks and custom metrics are told apart by.

use super::cells::Key;
use super::sample::RequestKey;
use super::text::cut;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::hash::{Hash, Hasher};

/// Name of the entry into which everything beyond a limit is folded.
pub const OTHER: &str = "__other__";

/// Index of the scenario in folded entries, where there can be several.
pub const ANY_SCENARIO: u16 = u16::MAX;

/// Index that stands, among the tasks of a scenario, for the calls around them: `on-start` and `on-stop`.
pub const STARTS: u16 = u16::MAX;

/// The hundred that a status code belongs to, or that there was no response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StatusClass(u8);

impl StatusClass {
    /// No response.
    pub const ERROR: Self = Self(0);
    /// Several classes in one folded series.
    pub const ANY: Self = Self(u8::MAX);

    /// The class of a status code; 0 means that there was none.
    pub fn of(status: u16) -> Self {
        Self(u8::try_from(status / 100).map_or(9, |class| class.min(9)))
    }

    /// `error`, `1xx` to `9xx`, or `any`.
    pub fn label(self) -> &'static str {
        const LABELS: [&str; 10] = [
            "error", "1xx", "2xx", "3xx", "4xx", "5xx", "6xx", "7xx", "8xx", "9xx",
        ];
        LABELS.get(usize::from(self.0)).copied().unwrap_or("any")
    }
}

impl StatusClass {
    /// The class with this [`label`](Self::label).
    pub fn parse(label: &str) -> Option<Self> {
        let mut classes = (0..=9).map(Self).chain([Self::ANY]);
        classes.find(|class| class.label() == label)
    }
}

impl Serialize for StatusClass {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(self.label())
    }
}

impl<'de> Deserialize<'de> for StatusClass {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let label = String::deserialize(from)?;
        Self::parse(&label)
            .ok_or_else(|| serde::de::Error::custom(format!("{label:?} is no class of status codes")))
    }
}

/// Identifies a series of requests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeriesKey {
    /// Index of the scenario; [`ANY_SCENARIO`] in the folded series.
    pub scenario: u16,
    /// Method or protocol; empty in the folded series.
    pub method: String,
    /// Name of the group; [`OTHER`] in the folded series.
    pub name: String,
    /// Class of the status.
    pub class: StatusClass,
    /// Whether these were successes at the time of the response, before the guest had its
    /// say; true in the folded series.
    pub expected: bool,
    /// `key=value` pairs, joined by commas.
    pub tags: String,
}

/// Borrowed form of [`SeriesKey`].
#[derive(Clone, Copy, PartialEq)]
pub(super) struct SeriesRef<'a> {
    scenario: u16,
    class: u8,
    expected: bool,
    method: &'a str,
    name: &'a str,
    tags: &'a str,
}

/// Fewer, larger writes than the derived one: this runs once per request.
impl Hash for SeriesRef<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let lengths = (self.method.len() as u64) << 48 ^ (self.tags.len() as u64) << 32;
        let expected = u64::from(self.expected) << 24;
        state.write_u64(lengths ^ expected ^ u64::from(self.scenario) << 8 ^ u64::from(self.class));
        state.write(self.method.as_bytes());
        state.write(self.name.as_bytes());
        if !self.tags.is_empty() {
            state.write(self.tags.as_bytes());
        }
    }
}

impl<'a> From<&RequestKey<'a>> for SeriesRef<'a> {
    fn from(key: &RequestKey<'a>) -> Self {
        let class = StatusClass::of(key.status).0;
        Self {
            scenario: key.scenario,
            class,
            expected: key.expected,
            method: key.method,
            name: key.name,
            tags: key.tags,
        }
    }
}

impl SeriesKey {
    pub(super) fn form(&self) -> SeriesRef<'_> {
        let (scenario, class) = (self.scenario, self.class.0);
        SeriesRef {
            scenario,
            class,
            expected: self.expected,
            method: &self.method,
            name: &self.name,
            tags: &self.tags,
        }
    }
}

impl Key for SeriesKey {
    type Ref<'a> = SeriesRef<'a>;

    fn is(&self, form: SeriesRef<'_>) -> bool {
        self.form() == form
    }

    fn own(form: SeriesRef<'_>) -> Self {
        Self {
            scenario: form.scenario,
            method: form.method.to_owned(),
            name: form.name.to_owned(),
            class: StatusClass(form.class),
            expected: form.expected,
            tags: form.tags.to_owned(),
        }
    }

    fn other() -> Self {
        Self {
            scenario: ANY_SCENARIO,
            method: String::new(),
            name: OTHER.to_owned(),
            class: StatusClass::ANY,
            expected: true,
            tags: String::new(),
        }
    }
}

impl SeriesKey {
    /// What the request is called, whatever came of it.
    pub(super) fn request_name(&self) -> RequestNameRef<'_> {
        (self.scenario, &self.method, &self.name)
    }
}

/// Identifies all requests of a scenario with one method and name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RequestNameKey {
    scenario: u16,
    method: String,
    name: String,
}

/// Borrowed form of [`RequestNameKey`].
pub(super) type RequestNameRef<'a> = (u16, &'a str, &'a str);

impl Key for RequestNameKey {
    type Ref<'a> = RequestNameRef<'a>;

    fn is(&self, form: RequestNameRef<'_>) -> bool {
        (self.scenario, &*self.method, &*self.name) == form
    }

    fn own((scenario, method, name): RequestNameRef<'_>) -> Self {
        Self {
            scenario,
            method: method.to_owned(),
            name: name.to_owned(),
        }
    }

    fn other() -> Self {
        Self {
            scenario: ANY_SCENARIO,
            method: String::new(),
            name: OTHER.to_owned(),
        }
    }
}

/// Identifies a kind of failed request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailureKey {
    /// Method or protocol.
    pub method: String,
    /// Name of the group.
    pub name: String,
    /// Why it failed; at most 500 bytes.
    pub message: String,
    /// The message in words, such as what was wrong with a certificate; at most 500 bytes, and often empty.
    pub detail: String,
}

/// Borrowed form of [`FailureKey`].
pub(super) type FailureRef<'a> = (&'a str, &'a str, &'a str, &'a str);

impl FailureKey {
    pub(super) fn form(&self) -> FailureRef<'_> {
        (&self.method, &self.name, &self.message, &self.detail)
    }
}

impl Key for FailureKey {
    type Ref<'a> = FailureRef<'a>;

    fn is(&self, form: FailureRef<'_>) -> bool {
        self.form() == form
    }

    fn own((method, name, message, detail): FailureRef<'_>) -> Self {
        Self {
            method: method.to_owned(),
            name: name.to_owned(),
            message: message.to_owned(),
            detail: detail.to_owned(),
        }
    }

    fn other() -> Self {
        Self {
            method: String::new(),
            name: String::new(),
            message: OTHER.to_owned(),
            detail: String::new(),
        }
    }
}

/// Identifies a task of a scenario, by their indices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct TaskKey {
    pub(super) scenario: u16,
    pub(super) task: u16,
}

impl Key for TaskKey {
    type Ref<'a> = TaskKey;

    fn is(&self, form: TaskKey) -> bool {
        *self == form
    }

    fn own(form: TaskKey) -> Self {
        form
    }

    fn other() -> Self {
        Self {
            scenario: ANY_SCENARIO,
            task: u16::MAX,
        }
    }
}

/// Identifies an error message of a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ErrorKey {
    pub(super) task: TaskKey,
    pub(super) message: String,
}

impl ErrorKey {
    pub(super) fn form(&self) -> (TaskKey, &str) {
        (self.task, &self.message)
    }
}

impl Key for ErrorKey {
    type Ref<'a> = (TaskKey, &'a str);

    fn is(&self, form: (TaskKey, &str)) -> bool {
        self.form() == form
    }

    fn own((task, message): (TaskKey, &str)) -> Self {
        Self {
            task,
            message: message.to_owned(),
        }
    }

    fn other() -> Self {
        Self {
            task: TaskKey::other(),
            message: OTHER.to_owned(),
        }
    }
}

/// Identifies something that has a name in a scenario.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NameKey {
    pub(super) scenario: u16,
    pub(super) name: String,
}

impl NameKey {
    pub(super) fn form(&self) -> (u16, &str) {
        (self.scenario, &self.name)
    }
}

impl Key for NameKey {
    type Ref<'a> = (u16, &'a str);

    fn is(&self, form: (u16, &str)) -> bool {
        self.form() == form
    }

    fn own((scenario, name): (u16, &str)) -> Self {
        Self {
            scenario,
            name: name.to_owned(),
        }
    }

    fn other() -> Self {
        Self {
            scenario: ANY_SCENARIO,
            name: OTHER.to_owned(),
        }
    }
}

/// Identifies a check or a custom metric of a scenario with its tags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TaggedKey {
    pub(super) scenario: u16,
    pub(super) name: String,
    pub(super) tags: String,
}

impl TaggedKey {
    pub(super) fn form(&self) -> (u16, &str, &str) {
        (self.scenario, &self.name, &self.tags)
    }
}

impl Key for TaggedKey {
    type Ref<'a> = (u16, &'a str, &'a str);

    fn is(&self, form: (u16, &str, &str)) -> bool {
        self.form() == form
    }

    fn own((scenario, name, tags): (u16, &str, &str)) -> Self {
        Self {
            scenario,
            name: name.to_owned(),
            tags: tags.to_owned(),
        }
    }

    fn other() -> Self {
        Self {
            scenario: ANY_SCENARIO,
            name: OTHER.to_owned(),
            tags: String::new(),
        }
    }
}

/// A failure message as it is kept.
pub(super) fn message(text: &str) -> &str {
    cut(text, 500)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_classes_have_labels() {
        let labels = [0, 99, 100, 204, 302, 404, 503, 999, u16::MAX].map(|s| StatusClass::of(s).label());
        assert_eq!(
            labels,
            ["error", "error", "1xx", "2xx", "3xx", "4xx", "5xx", "9xx", "9xx"]
        );
        assert_eq!(StatusClass::ANY.label(), "any");
    }

    #[test]
    fn an_owned_key_is_its_own_form() {
        let key = RequestKey {
            scenario: 1,
            method: "GET",
            name: "/",
            status: 201,
            expected: true,
            tags: "a=b",
        };
        let owned = SeriesKey::own(SeriesRef::from(&key));
        assert!(owned.is(SeriesRef::from(&key)));
        assert!(owned.is(SeriesRef::from(&RequestKey { status: 299, ..key })));
        assert!(!owned.is(SeriesRef::from(&RequestKey { status: 301, ..key })));
        let unexpected = RequestKey {
            expected: false,
            ..key
        };
        assert!(!owned.is(SeriesRef::from(&unexpected)));
        assert!(!owned.is(SeriesRef::from(&RequestKey { tags: "", ..key })));
    }
}
