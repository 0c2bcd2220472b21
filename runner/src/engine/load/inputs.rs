//! What a run is made of. How it runs is in [`run`](super::run).

use super::control::Control;
use super::stop::StopHandle;
use crate::engine::host::bindings::PluginPre;
use crate::engine::host::{RunShared, VuState};
use crate::http::Transport;
use crate::plan::Plan;
use std::sync::Arc;

/// Everything that a run needs.
pub struct Run {
    /// What to do.
    pub plan: Arc<Plan>,
    /// What all VUs share.
    pub shared: Arc<RunShared>,
    /// The plugin, ready to be instantiated.
    pub pre: PluginPre<VuState>,
    /// What all connections share.
    pub transport: Arc<Transport>,
    /// What `setup` returned.
    pub setup_data: Arc<Vec<u8>>,
    /// What `setup-scenario` returned, by scenario.
    pub scenario_data: Vec<Vec<u8>>,
    /// Stops it.
    pub stop: StopHandle,
    /// Changes it while it runs.
    pub control: Control,
}
