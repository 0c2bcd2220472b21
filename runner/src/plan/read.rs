//! Reading a plan back from its JSON. What is read passes the same gates as what options ask for: a plan that was read
//! can be run, whoever wrote it.

use super::{Plan, VERSION, check};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::value::RawValue;
use serde_json::{Map, Number, Value};
use std::collections::BTreeMap;

/// Longer texts are no plan: one of a thousand scenarios with a thousand tasks each is shorter.
const LONGEST_TEXT: usize = 64 << 20;

/// Lists and objects that may lie within each other. A plan has half as many.
const DEEPEST: usize = 16;

/// Why a text is no plan.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// Nobody reads as much.
    #[error("it is longer than 64 MiB")]
    TooLong,
    /// Lists in lists in lists.
    #[error("its lists and objects lie too deep within each other")]
    TooDeep,
    /// No number that can be calculated with.
    #[error("the number {0} can't be calculated with")]
    Number(String),
    /// Another program's.
    #[error("it has version {0}; this program reads version {VERSION}")]
    Version(String),
    /// No JSON, not of a plan, or not of one that can be run.
    #[error(transparent)]
    Form(#[from] serde_json::Error),
}

impl Plan {
    /// Reads a plan that was written as JSON.
    ///
    /// # Errors
    /// [`PlanError`] says why it can't be run.
    pub fn read(text: &str) -> Result<Plan, PlanError> {
        if text.len() > LONGEST_TEXT {
            return Err(PlanError::TooLong);
        }
        let value = exact(serde_json::from_str(text)?, DEEPEST)?;
        // Before all else: what another version has is a mistake in this one only.
        match value.get("version") {
            Some(version) if *version == VERSION => {}
            Some(other) => return Err(PlanError::Version(other.to_string())),
            None => return Err(PlanError::Version("0".to_owned())),
        }
        Ok(serde_json::from_value(value)?)
    }
}

/// JSON with its numbers to the last bit. `serde_json` reads some of them one bit off, and a rate that is off by a bit
/// may have one arrival more.
fn exact(raw: &RawValue, depth: usize) -> Result<Value, PlanError> {
    let text = raw.get();
    let deeper = || depth.checked_sub(1).ok_or(PlanError::TooDeep);
    match text.as_bytes().first() {
        Some(b'{') => {
            let depth = deeper()?;
            let members: BTreeMap<String, &RawValue> = serde_json::from_str(text)?;
            let members = members
                .into_iter()
                .map(|(key, raw)| Ok((key, exact(raw, depth)?)));
            members.collect::<Result<Map<_, _>, _>>().map(Value::Object)
        }
        Some(b'[') => {
            let depth = deeper()?;
            let items: Vec<&RawValue> = serde_json::from_str(text)?;
            let items = items.into_iter().map(|raw| exact(raw, depth));
            items.collect::<Result<_, _>>().map(Value::Array)
        }
        Some(b'-' | b'0'..=b'9') => number(text),
        _ => Ok(serde_json::from_str(text)?),
    }
}

fn number(text: &str) -> Result<Value, PlanError> {
    if let Ok(whole) = text.parse::<u64>() {
        return Ok(whole.into());
    }
    let number = text.parse().ok().and_then(Number::from_f64);
    number.map(Value::Number).ok_or_else(|| {
        let short = text.chars().take(40).collect();
        PlanError::Number(short)
    })
}

// Derived for `Plan` as if it were another's, so that what is derived can be followed by the checks.
impl Serialize for Plan {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        Plan::serialize(self, out)
    }
}

impl<'de> Deserialize<'de> for Plan {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Plan, D::Error> {
        let mut plan = Plan::deserialize(from)?;
        let problems = check::problems(&plan);
        if !problems.is_empty() {
            return Err(de::Error::custom(problems.join("; ")));
        }
        for workload in &mut plan.workloads {
            workload
                .put_in_order(&plan.scenarios)
                .map_err(de::Error::custom)?;
        }
        Ok(plan)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Result<Value, PlanError> {
        exact(serde_json::from_str(text)?, DEEPEST)
    }

    #[test]
    fn numbers_keep_their_last_bit() {
        for number in [
            0.001_157_407_407_407_407_3,
            1.0 / 3.0,
            1e-9,
            9_999_999.999_999_998,
            5e-324,
        ] {
            let text = serde_json::to_string(&number).unwrap();
            assert_eq!(value(&text).unwrap().as_f64(), Some(number), "{text}");
        }
        assert_eq!(value("18446744073709551615").unwrap().as_u64(), Some(u64::MAX));
        assert!(matches!(value("1e999"), Err(PlanError::Number(_))));
    }

    #[test]
    fn what_lies_too_deep_is_refused_without_going_there() {
        let deep = "[".repeat(100_000) + &"]".repeat(100_000);
        assert!(value(&deep).is_err());
    }

    #[test]
    fn another_version_is_named() {
        let says = |text: &str| Plan::read(text).unwrap_err().to_string();
        assert_eq!(
            says(r#"{"version": 2, "seeds": [1]}"#),
            "it has version 2; this program reads version 1"
        );
        assert_eq!(says("{}"), "it has version 0; this program reads version 1");
        assert!(says(r#"{"version": 1}"#).contains("missing field"));
    }
}
