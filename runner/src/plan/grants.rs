//! What the operator lets the plugin reach and read, as part of the plan. The host under test and the names of
//! parameters stand in the plan itself; how much of everything may be used is in its limits.

use serde::{Deserialize, Serialize};

/// What was granted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GrantsPlan {
    /// Hosts that requests may go to besides the one under test; also where an address of this machine or of its
    /// network is granted.
    pub hosts: Vec<String>,
    /// Hosts that nothing is sent to, whatever else is granted.
    pub blocked_hosts: Vec<String>,
    /// Ranges of addresses that are never connected to.
    pub blocked_addresses: Vec<String>,
    /// Whether any certificate is accepted.
    pub insecure: bool,
    /// Whether the plugin asked for that and didn't get it: a certificate that isn't trusted then ends the run.
    pub lacks_insecure: bool,
    /// Files whose rows the plugin may read.
    pub data: Vec<DataPlan>,
}

/// A file of rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataPlan {
    /// The plugin's name for it.
    pub name: String,
    /// SHA-256 of the file, in hexadecimal.
    pub sha256: String,
    /// How many rows it has.
    pub rows: u64,
}
