//! One number for a plan: runs with the same hash did the same.

use super::{GrantsPlan, HttpPlan, Plan};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

/// Parts that don't change what is run: the form of the plan, where the plugin's bytes came from, which machine is
/// tested, and with how many threads.
const LEFT_OUT: [&str; 3] = ["version", "host", "threads"];

impl Plan {
    /// SHA-256, in hexadecimal, of the plan as JSON with sorted keys, without those parts. Of parts that plans didn't
    /// always have, only what differs from the default counts, so that runs of earlier versions can be compared.
    pub fn hash(&self) -> String {
        let mut value = serde_json::to_value(self).unwrap_or_default();
        if let Some(plan) = value.as_object_mut() {
            for key in LEFT_OUT {
                plan.remove(key);
            }
            leave_out_of(plan, "plugin", &["source"]);
            // Who measures, not what.
            leave_out_of(plan, "http", &["user_agent"]);
            leave_out_defaults(plan);
            leave_out_room(plan);
        }
        let digest = Sha256::digest(value.to_string());
        digest.iter().fold(String::new(), |mut text, byte| {
            // Writing to a string can't fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}

fn leave_out_of(plan: &mut Map<String, Value>, part: &str, keys: &[&str]) {
    if let Some(part) = plan.get_mut(part).and_then(Value::as_object_mut) {
        part.retain(|key, _| !keys.contains(&key.as_str()));
    }
}

fn leave_out_defaults(plan: &mut Map<String, Value>) {
    let defaults = [
        ("http", json!(HttpPlan::default())),
        ("grants", json!(GrantsPlan::default())),
        (
            "limits",
            json!({"host_memory_bytes": null, "max_memory_bytes": null}),
        ),
    ];
    for (name, defaults) in defaults {
        if let Some(part) = plan.get_mut(name).and_then(Value::as_object_mut) {
            part.retain(|key, value| defaults.get(key) != Some(value));
            if part.is_empty() {
                plan.remove(name);
            }
        }
    }
}

/// How far users may be added depends on the machine, and whether somebody does isn't in the plan.
fn leave_out_room(plan: &mut Map<String, Value>) {
    let workloads = plan.get_mut("workloads").and_then(Value::as_array_mut);
    let workloads = workloads.into_iter().flatten().filter_map(Value::as_object_mut);
    for workload in workloads {
        workload.remove("spare");
    }
}
