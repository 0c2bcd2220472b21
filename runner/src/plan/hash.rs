//! One number for a plan: runs with the same hash did the same.

use super::Plan;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

/// Parts that don't change what is run: where the plugin's bytes came from, which machine is tested,
/// and with how many threads.
const LEFT_OUT: [&str; 2] = ["host", "threads"];

impl Plan {
    /// SHA-256, in hexadecimal, of the plan as JSON with sorted keys, without those parts.
    pub fn hash(&self) -> String {
        let mut value = serde_json::to_value(self).unwrap_or_default();
        if let Some(plan) = value.as_object_mut() {
            for key in LEFT_OUT {
                plan.remove(key);
            }
            if let Some(plugin) = plan.get_mut("plugin").and_then(|plugin| plugin.as_object_mut()) {
                plugin.remove("source");
            }
        }
        let digest = Sha256::digest(value.to_string());
        digest.iter().fold(String::new(), |mut text, byte| {
            // Writing to a string can't fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}
