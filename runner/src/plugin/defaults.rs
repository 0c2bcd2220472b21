//! The run that a plugin's author suggests, from the JSON text of its description.

use crate::host::limits;
use serde_json::{Map, Value};
use std::time::Duration;

/// The run that the plugin's author suggests.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Defaults {
    /// How many VUs.
    pub users: Option<u32>,
    /// VUs started per second.
    pub spawn_rate: Option<f64>,
    /// Length of the run.
    pub run_time: Option<Duration>,
    /// Base URL of the system under test.
    pub host: Option<String>,
}

impl Defaults {
    /// Reads the keys that are known here; others are left to the options.
    ///
    /// # Errors
    /// The text is too long, no JSON object, or has a key of the wrong type.
    pub(super) fn read(text: &str) -> Result<Defaults, String> {
        let (bytes, limit) = (text.len(), limits::OPTIONS_BYTES);
        if bytes > limit {
            return Err(format!(
                "its suggested options have {bytes} bytes (limit {limit})"
            ));
        }
        let object: Map<String, Value> = serde_json::from_str(text)
            .map_err(|error| format!("its suggested options aren't a JSON object: {error}"))?;
        let defaults = Defaults {
            users: read(&object, "users", "a whole number", users)?,
            spawn_rate: read(&object, "spawn_rate", "a number above 0", rate)?,
            run_time: read(&object, "run_time", "a time above 0, such as \"30s\"", time)?,
            host: read(&object, "host", "a URL", |value| {
                value.as_str().map(str::to_owned)
            })?,
        };
        Ok(defaults)
    }
}

fn read<T>(
    object: &Map<String, Value>,
    key: &str,
    wanted: &str,
    convert: impl FnOnce(&Value) -> Option<T>,
) -> Result<Option<T>, String> {
    let Some(value) = object.get(key).filter(|value| !value.is_null()) else {
        return Ok(None);
    };
    let converted = convert(value);
    let wrong = || format!("its suggested option `{key}` must be {wanted}, not {value}");
    converted.ok_or_else(wrong).map(Some)
}

fn users(value: &Value) -> Option<u32> {
    value.as_u64().and_then(|n| u32::try_from(n).ok())
}

fn rate(value: &Value) -> Option<f64> {
    value.as_f64().filter(|rate| rate.is_finite() && *rate > 0.0)
}

/// A bare number is in seconds.
fn time(value: &Value) -> Option<Duration> {
    let time = match value {
        Value::String(text) => match text.parse::<f64>() {
            Ok(seconds) => Duration::try_from_secs_f64(seconds).ok(),
            Err(_) => humantime::parse_duration(text).ok(),
        },
        other => Duration::try_from_secs_f64(other.as_f64()?).ok(),
    };
    time.filter(|time| !time.is_zero())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_keys_are_read_and_others_left() {
        let text =
            r#"{"users": 5, "spawn_rate": 2.5, "run_time": "1m30s", "host": "http://a", "stages": []}"#;
        let defaults = Defaults {
            users: Some(5),
            spawn_rate: Some(2.5),
            run_time: Some(Duration::from_secs(90)),
            host: Some("http://a".to_owned()),
        };
        assert_eq!(Defaults::read(text), Ok(defaults));
        assert_eq!(Defaults::read("{}"), Ok(Defaults::default()));
        let seconds = Defaults::read(r#"{"run_time": 0.5, "host": null}"#).unwrap();
        assert_eq!(seconds.run_time, Some(Duration::from_millis(500)));
    }

    #[test]
    fn what_is_wrong_is_named() {
        let cases = [
            ("[1]", "its suggested options aren't a JSON object: "),
            ("{\"users\"", "its suggested options aren't a JSON object: EOF"),
            (
                "{\"users\": -1}",
                "its suggested option `users` must be a whole number, not -1",
            ),
            (
                "{\"spawn_rate\": 0}",
                "its suggested option `spawn_rate` must be a number above 0, not 0",
            ),
            (
                "{\"run_time\": \"soon\"}",
                "its suggested option `run_time` must be a time above 0",
            ),
            (
                "{\"run_time\": 1e300}",
                "its suggested option `run_time` must be a time above 0",
            ),
        ];
        for (text, says) in cases {
            let error = Defaults::read(text).unwrap_err();
            assert!(error.starts_with(says), "{error}");
        }
        let long = format!("{{\"a\": \"{}\"}}", "x".repeat(70_000));
        assert!(
            Defaults::read(&long)
                .unwrap_err()
                .ends_with("bytes (limit 65536)")
        );
    }
}
