//! The run that a plugin's author suggests. It travels as JSON, with the configuration file's keys.

use crate::time::{IntoDuration, micros};
use serde_json::{Map, Value, json};
use std::time::Duration;

/// Options of the run, each outranked by the operator's own.
///
/// ```
/// # use wasmswarm_sdk::prelude::*;
/// let defaults = Defaults::new()
///     .users(50)
///     .spawn_rate(5)
///     .run_time(60)
///     .host("https://shop.example")
///     .threshold("http_req_duration{name:/cart}", "p(95) < 200")
///     .tag("team", "shop");
/// # let _ = defaults;
/// ```
///
/// [`json`](Self::json) takes whatever else the configuration file can say.
#[derive(Clone, Debug, Default)]
pub struct Defaults {
    options: Map<String, Value>,
    /// The first thing that can't be written as JSON.
    problem: Option<String>,
}

impl Defaults {
    /// Nothing suggested.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What this text says: a JSON object with the configuration file's keys. The other methods
    /// add to it. A text that isn't one refuses the plugin with a message when it is loaded.
    ///
    /// ```
    /// # use wasmswarm_sdk::prelude::*;
    /// let defaults = Defaults::json(r#"{ "stages": [{ "duration": "30s", "target": 100 }] }"#).users(5);
    /// # let _ = defaults;
    /// ```
    #[must_use]
    pub fn json(text: &str) -> Self {
        match serde_json::from_str(text) {
            Ok(options) => Self {
                options,
                problem: None,
            },
            Err(error) => Self {
                options: Map::new(),
                problem: Some(format!("Defaults::json: {error}")),
            },
        }
    }

    /// How many VUs.
    #[must_use]
    pub fn users(self, users: u32) -> Self {
        self.with("users", users.into())
    }

    /// VUs started per second.
    #[must_use]
    pub fn spawn_rate(mut self, per_second: impl Into<f64>) -> Self {
        let rate = per_second.into();
        if !(rate.is_finite() && rate > 0.0) {
            let problem = format!("Defaults::spawn_rate({rate}): the rate is above 0 and finite");
            self.problem.get_or_insert(problem);
        }
        self.with("spawn_rate", rate.into())
    }

    /// Length of the run, ramp included; a number means seconds.
    #[must_use]
    pub fn run_time(self, length: impl IntoDuration) -> Self {
        self.with("run_time", text(length.into_duration()).into())
    }

    /// Base URL of the system under test. The operator still has to allow it.
    #[must_use]
    pub fn host(self, url: impl Into<String>) -> Self {
        self.with("host", url.into().into())
    }

    /// One more stage: this many VUs at its end, reached evenly; a number means seconds.
    #[must_use]
    pub fn stage(mut self, duration: impl IntoDuration, target: u32) -> Self {
        let stage = json!({ "duration": text(duration.into_duration()), "target": target });
        match self.options.entry("stages").or_insert_with(|| json!([])) {
            Value::Array(stages) => stages.push(stage),
            _ => {
                let problem = || "Defaults::json: `stages` isn't a list".to_owned();
                self.problem.get_or_insert_with(problem);
            }
        }
        self
    }

    /// One more rule that a metric has to keep, as in k6: `p(95) < 200`, `rate < 0.01`.
    #[must_use]
    pub fn threshold(mut self, metric: &str, rule: &str) -> Self {
        let Some(thresholds) = self.object("thresholds") else {
            return self;
        };
        let rules = thresholds.entry(metric).or_insert_with(|| json!([]));
        match rules {
            Value::Array(rules) => rules.push(rule.into()),
            one => *one = json!([one.take(), rule]),
        }
        self
    }

    /// A tag on everything that the run records.
    #[must_use]
    pub fn tag(mut self, key: &str, value: &str) -> Self {
        if let Some(tags) = self.object("tags") {
            tags.insert(key.to_owned(), value.into());
        }
        self
    }

    fn with(mut self, key: &str, value: Value) -> Self {
        self.options.insert(key.to_owned(), value);
        self
    }

    /// The object under a key, made if there is none. None if the author's JSON has another
    /// value there, which is a problem.
    fn object(&mut self, key: &str) -> Option<&mut Map<String, Value>> {
        let value = self.options.entry(key).or_insert_with(|| json!({}));
        if !value.is_object() {
            self.problem
                .get_or_insert_with(|| format!("Defaults::json: `{key}` isn't an object"));
        }
        value.as_object_mut()
    }

    /// The JSON text; empty if nothing is suggested.
    pub(crate) fn into_text(self) -> Result<String, String> {
        match self.problem {
            Some(problem) => Err(problem),
            None if self.options.is_empty() => Ok(String::new()),
            None => Ok(Value::Object(self.options).to_string()),
        }
    }
}

/// A time in the largest unit that tells it exactly.
fn text(time: Duration) -> String {
    let us = micros(time);
    if us.is_multiple_of(1_000_000) {
        format!("{}s", us / 1_000_000)
    } else if us.is_multiple_of(1_000) {
        format!("{}ms", us / 1_000)
    } else {
        format!("{us}us")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(defaults: Defaults) -> Value {
        serde_json::from_str(&defaults.into_text().unwrap()).unwrap()
    }

    #[test]
    fn every_part_has_its_key() {
        let defaults = Defaults::new()
            .users(5)
            .spawn_rate(2.5)
            .run_time(90)
            .host("http://a.test")
            .stage(0.25, 10)
            .stage(Duration::from_micros(7), 0)
            .threshold("checks", "rate == 1")
            .threshold("checks", "count > 0")
            .tag("team", "shop");
        let wanted = json!({
            "users": 5, "spawn_rate": 2.5, "run_time": "90s", "host": "http://a.test",
            "stages": [{ "duration": "250ms", "target": 10 }, { "duration": "7us", "target": 0 }],
            "thresholds": { "checks": ["rate == 1", "count > 0"] }, "tags": { "team": "shop" },
        });
        assert_eq!(options(defaults), wanted);
        assert_eq!(Defaults::new().into_text().unwrap(), "");
    }

    #[test]
    fn raw_json_is_added_to() {
        let raw = r#"{"pause": 1, "thresholds": {"checks": "rate == 1"}, "users": 1}"#;
        let defaults = Defaults::json(raw).users(2).threshold("checks", "count > 0");
        let wanted =
            json!({ "pause": 1, "thresholds": { "checks": ["rate == 1", "count > 0"] }, "users": 2 });
        assert_eq!(options(defaults), wanted);
    }

    #[test]
    fn what_is_no_json_says_why() {
        let problem = |defaults: Defaults| defaults.into_text().unwrap_err();
        assert!(problem(Defaults::json("[]").users(1)).starts_with("Defaults::json: invalid type"));
        assert_eq!(
            problem(Defaults::json(r#"{"tags": 1}"#).tag("a", "b")),
            "Defaults::json: `tags` isn't an object"
        );
        assert_eq!(
            problem(Defaults::new().spawn_rate(f64::NAN)),
            "Defaults::spawn_rate(NaN): the rate is above 0 and finite"
        );
    }
}
