//! The JSON schema of the configuration file, from the fields that define its keys.

use super::definition::{self, Definition, Definitions, Kind};
use super::stage;
use crate::plan::ExecutorType;
use serde_json::{Map, Value, json};

/// The schema, for editors.
pub fn schema() -> Value {
    let mut run = properties(definition::run());
    run.insert("scenarios".to_owned(), scenarios());
    run.insert("thresholds".to_owned(), thresholds());
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "wasmswarm configuration",
        "description": "What `wasmswarm run --config FILE` reads. Flags and environment variables outrank it.",
        "type": "object",
        "additionalProperties": false,
        "properties": run,
    })
}

fn scenarios() -> Value {
    let mut properties = properties(definition::scenario());
    let names = ExecutorType::ALL.iter().map(|executor| executor.name());
    if let Some(Value::Object(executor)) = properties.get_mut("executor") {
        executor.insert("enum".to_owned(), names.collect());
    }
    json!({
        "description": "Workloads by name, side by side or one after another; they replace the load in short.",
        "type": "object",
        "minProperties": 1,
        "propertyNames": { "pattern": "^[0-9A-Za-z_-]+$" },
        "additionalProperties": {
            "type": "object",
            "required": ["executor"],
            "additionalProperties": false,
            "properties": properties,
        },
    })
}

fn thresholds() -> Value {
    let rule = json!({
        "oneOf": [
            { "type": "string" },
            {
                "type": "object",
                "required": ["threshold"],
                "additionalProperties": false,
                "properties": {
                    "threshold": { "type": "string", "description": "The rule, such as p(95)<200" },
                    "abort_on_fail": { "type": "boolean", "description": "End the run when it is broken" },
                    "abortOnFail": { "type": "boolean", "description": "As abort_on_fail" },
                    "delay_abort_eval": { "type": "string", "description": "But not before this time" },
                    "delayAbortEval": { "type": "string", "description": "As delay_abort_eval" },
                },
            },
        ],
    });
    json!({
        "description": "Metrics, with a selector or without, and the rules that they must keep to.",
        "type": "object",
        "additionalProperties": { "oneOf": [rule.clone(), { "type": "array", "items": rule }] },
    })
}

/// All names of all keys: their own, k6's or Locust's, and the forms with capitals.
fn properties(options: &Definitions) -> Map<String, Value> {
    let mut all = Map::new();
    for option in options.iter() {
        all.insert(option.id.to_owned(), property(option));
        let names: Vec<_> = std::iter::once(option.id.to_owned())
            .chain(option.other_keys())
            .collect();
        let capitals: Vec<_> = names.iter().map(|name| camel(name)).collect();
        for name in names.into_iter().chain(capitals) {
            if all.contains_key(&name) || options.get(&name).is_some() {
                continue;
            }
            let mut alias = property(option);
            alias["description"] = json!(format!("As {}", option.id));
            all.insert(name, alias);
        }
    }
    all
}

/// k6's form: `preAllocatedVUs`.
fn camel(name: &str) -> String {
    let words = name.split('_').enumerate().map(|(at, word)| match (at, word) {
        (0, word) => word.to_owned(),
        (_, "vus") => "VUs".to_owned(),
        (_, word) => word[..1].to_ascii_uppercase() + &word[1..],
    });
    words.collect()
}

fn property(option: &Definition) -> Value {
    let one = match option.kind {
        Kind::Stage => {
            return json!({ "description": option.help, "type": "array", "items": stage_schema() });
        }
        Kind::Flag => json!({ "type": "boolean" }),
        Kind::Integer => json!({ "type": "integer", "minimum": 0 }),
        Kind::Number => json!({ "type": ["number", "string"] }),
        Kind::Time => json!({ "type": "string", "examples": ["10s", "1m30s", "250ms"] }),
        Kind::Rate => json!({ "type": ["number", "string"], "examples": ["500/s"] }),
        Kind::Text => json!({ "type": "string" }),
    };
    let mut schema = match (option.is_list, option.separator()) {
        (_, Some(_)) => json!({
            "oneOf": [
                { "type": "object", "additionalProperties": { "type": ["string", "number", "boolean"] } },
                { "type": "array", "items": { "type": "string" } },
            ],
        }),
        (true, None) => json!({ "oneOf": [one.clone(), { "type": "array", "items": one }] }),
        (false, None) => one,
    };
    schema["description"] = json!(option.help);
    schema
}

fn stage_schema() -> Value {
    json!({
        "oneOf": [
            { "type": "string", "examples": ["30s:100", "30s:100:exponential"] },
            {
                "type": "object",
                "required": ["duration", "target"],
                "additionalProperties": false,
                "properties": {
                    "duration": { "type": "string", "description": "How long it lasts; 0s is a jump" },
                    "target": { "type": "number", "minimum": 0, "description": "Where it leads; the peak of a spike, the mean of a sine" },
                    "curve": { "enum": stage::CURVES, "description": "How it gets there [default: linear]" },
                    "amplitude": { "type": "number", "minimum": 0, "description": "Of a sine: largest distance from the target" },
                    "period": { "type": "string", "description": "Of a sine: length of one wave" },
                },
            },
        ],
    })
}
