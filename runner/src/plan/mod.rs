//! The plan: what a run will do, resolved and immutable. Pure data and arithmetic: no clock,
//! no I/O, nothing of the other modules. It is stored in every report.

mod executor_spec;
mod population;
mod scenario;
mod seed;

pub use executor_spec::ExecutorSpec;
pub use population::assign;
pub use scenario::{Population, ScenarioPlan, TaskOrder, TaskPlan, WaitTime};
pub use seed::{Stream, stream_seed};

use serde::Serialize;
use std::time::Duration;

/// Everything that a run does, decided before it starts.
#[derive(Debug, Clone, Serialize)]
pub struct Plan {
    /// What is run.
    pub plugin: PluginPlan,
    /// Base URL of the system under test, where one was given.
    pub host: Option<String>,
    /// Decides every random choice of the run.
    pub seed: u64,
    /// The plugin's scenarios. VUs refer to them by index.
    pub scenarios: Vec<ScenarioPlan>,
    /// The workloads, which run side by side.
    pub workloads: Vec<Workload>,
    /// Names of the parameters passed to the plugin; values may be secret.
    pub params: Vec<String>,
    /// How long running iterations may go on after the end, in seconds.
    #[serde(serialize_with = "seconds")]
    pub graceful_stop: Duration,
    /// What one VU and one call may use.
    pub limits: LimitsPlan,
    /// Load threads, one core each.
    pub threads: usize,
}

/// Which plugin, beyond doubt.
#[derive(Debug, Clone, Serialize)]
pub struct PluginPlan {
    /// As the operator named it.
    pub source: String,
    /// SHA-256 of the component, in hexadecimal.
    pub sha256: String,
    /// Size of the component.
    pub bytes: usize,
}

/// VUs and the rule by which their iterations start.
#[derive(Debug, Clone, Serialize)]
pub struct Workload {
    /// When iterations start.
    pub executor: ExecutorSpec,
    /// The scenario (by index) of each VU, in the order in which VUs start.
    #[serde(serialize_with = "counts")]
    pub vus: Vec<u16>,
}

/// What a VU may use before it is stopped.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct LimitsPlan {
    /// Linear memory of one VU, in bytes.
    pub vu_memory_bytes: usize,
    /// CPU time of one task, in milliseconds.
    pub task_cpu_ms: u64,
    /// CPU time of `describe`, `setup`, `teardown`, `on-start` and `on-stop`, in milliseconds.
    pub start_cpu_ms: u64,
    /// Wall-clock time of `setup` and of `teardown`, in milliseconds.
    pub setup_wall_ms: u64,
    /// Traps after which the run is aborted.
    pub max_traps: u64,
    /// Log lines per second of the whole run.
    pub log_lines_per_second: u32,
}

impl Plan {
    /// All VUs of all workloads.
    pub fn total_vus(&self) -> usize {
        self.workloads.iter().map(|w| w.vus.len()).sum()
    }

    /// Indices of the scenarios that have VUs.
    pub fn active_scenarios(&self) -> Vec<u16> {
        let all = self.workloads.iter().flat_map(|w| w.vus.iter().copied());
        all.collect::<std::collections::BTreeSet<_>>()
            .into_iter()
            .collect()
    }

    /// The length of the run, where time ends it.
    pub fn duration(&self) -> Option<Duration> {
        let ends: Option<Vec<_>> = self.workloads.iter().map(|w| w.executor.duration()).collect();
        ends?.into_iter().max()
    }

    /// Iterations that the run will start, where a number ends it.
    pub fn iterations(&self) -> Option<u64> {
        let counts = self.workloads.iter().map(|w| w.executor.iterations(w.vus.len()));
        counts.sum()
    }
}

fn seconds<S: serde::Serializer>(value: &Duration, out: S) -> Result<S::Ok, S::Error> {
    out.serialize_f64(value.as_secs_f64())
}

/// The report says how many VUs each scenario gets, not the order of 10,000 of them.
fn counts<S: serde::Serializer>(vus: &[u16], out: S) -> Result<S::Ok, S::Error> {
    let scenarios = vus.iter().copied().max().map_or(0, |m| usize::from(m) + 1);
    let mut counts = vec![0_u64; scenarios];
    for scenario in vus {
        if let Some(count) = counts.get_mut(usize::from(*scenario)) {
            *count += 1;
        }
    }
    out.collect_seq(counts)
}
