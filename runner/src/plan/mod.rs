//! The plan: all that a run will do, resolved and immutable. Pure data and arithmetic: no clock,
//! no I/O, nothing of the other modules. It is stored in every report, so no secret is in it: those are named, and
//! their values travel beside it.

mod arrivals;
mod check;
mod executor;
mod grants;
mod hash;
mod http;
mod partition;
mod population;
mod profile;
mod quantity;
mod read;
mod room;
#[cfg(test)]
pub(crate) mod sample;
mod scenario;
mod search;
mod seconds;
mod seed;
#[cfg(test)]
pub(crate) mod statistics;
mod threshold;
mod vu_steps;
mod workload;

pub use arrivals::{Arrivals, Spacing};
// All of them, so that a new one needs no line here.
pub use executor::*;
pub use grants::{DataPlan, GrantsPlan};
pub use http::{AddressOrder, ClientCert, HeaderPlan, HttpPlan, HttpProtocol, TlsRange};
pub use partition::{PartArrivals, Partition};
pub use population::assign;
pub use profile::{Curve, Profile, Stage};
pub use quantity::{Beyond, LONGEST, MOST_RATE, MOST_VUS, Rate, SpawnRate};
pub use read::PlanError;
pub use room::{Room, is_beyond};
pub use scenario::{Population, ScenarioPlan, TaskOrder, TaskPlan, WaitTime};
pub use search::{Climb, Search, SearchPlan, Tried};
pub use seed::{Drawer, Stream, generator, round_seed, stream_seed};
pub use threshold::ThresholdPlan;
pub use vu_steps::{VuStep, vu_steps};
pub use workload::{Begin, OnStop, Workload, peak_vus, timeline};

use seconds::{read_seconds, seconds};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

/// The version of a plan's form. A change that an older program would misread gets a new one.
pub const VERSION: u32 = 1;

/// Everything that a run does, decided before it starts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct Plan {
    /// The version of its form: [`VERSION`].
    pub version: u32,
    /// What is run.
    pub plugin: PluginPlan,
    /// Base URL of the system under test, where one was given.
    pub host: Option<String>,
    /// Decides every random choice of the run.
    pub seed: u64,
    /// What VUs run. They refer to them by index.
    pub scenarios: Vec<ScenarioPlan>,
    /// The workloads: side by side, or one after another.
    #[serde(deserialize_with = "workload::read_all")]
    pub workloads: Vec<Workload>,
    /// Names of the parameters passed to the plugin; values may be secret.
    pub params: Vec<String>,
    /// Tags of everything that is measured.
    pub tags: BTreeMap<String, String>,
    /// What the run must keep to.
    pub thresholds: Vec<ThresholdPlan>,
    /// Most requests per second of the whole run.
    pub max_rate: Option<f64>,
    /// Whether ids in the paths of requests without a name are replaced.
    pub group_urls: bool,
    /// Whether a VU's cookies are forgotten before each of its iterations.
    pub reset_cookies: bool,
    /// Whether a VU's connections are closed before each of its iterations.
    pub reset_connections: bool,
    /// How requests travel.
    pub http: HttpPlan,
    /// What the plugin may reach and read.
    pub grants: GrantsPlan,
    /// What one VU and one call may use.
    pub limits: LimitsPlan,
    /// Load threads, one core each.
    pub threads: usize,
}

/// Which plugin, beyond doubt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PluginPlan {
    /// As the operator named it.
    pub source: String,
    /// SHA-256 of the component, in hexadecimal.
    pub sha256: String,
    /// Size of the component.
    pub bytes: usize,
}

/// What a VU may use before it is stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitsPlan {
    /// Linear memory of one VU, in bytes.
    pub vu_memory_bytes: usize,
    /// What the host may hold for one VU, in bytes.
    pub vu_host_memory_bytes: usize,
    /// What the host may hold for all VUs together, in bytes; none: half of the machine's memory.
    pub host_memory_bytes: Option<usize>,
    /// Memory of the whole run, in bytes; none: the machine's.
    pub max_memory_bytes: Option<usize>,
    /// The largest body of a request.
    pub max_request_body_bytes: usize,
    /// CPU time of one task, in milliseconds.
    pub task_cpu_ms: u64,
    /// CPU time of `describe`, `setup`, `teardown`, `on-start` and `on-stop`, in milliseconds.
    pub start_cpu_ms: u64,
    /// Wall-clock time of `describe`, and of each answer of `shape`, in milliseconds.
    pub describe_wall_ms: u64,
    /// Wall-clock time of `setup` and all `setup-scenario` together, in milliseconds.
    pub setup_wall_ms: u64,
    /// Wall-clock time of `teardown` and all `teardown-scenario` together, in milliseconds.
    pub teardown_wall_ms: u64,
    /// Traps after which the run is aborted.
    pub max_traps: u64,
    /// Memory for the distributions of all that is measured and for histories, in bytes.
    pub metrics_bytes: usize,
    /// Log lines per second of the whole run.
    pub log_lines_per_second: u32,
}

impl LimitsPlan {
    /// These limits, none of them above those of `others`.
    #[must_use]
    pub fn at_most(self, others: &LimitsPlan) -> LimitsPlan {
        LimitsPlan {
            vu_memory_bytes: self.vu_memory_bytes.min(others.vu_memory_bytes),
            vu_host_memory_bytes: self.vu_host_memory_bytes.min(others.vu_host_memory_bytes),
            // The operator's alone.
            host_memory_bytes: others.host_memory_bytes,
            max_memory_bytes: others.max_memory_bytes,
            max_request_body_bytes: self.max_request_body_bytes.min(others.max_request_body_bytes),
            task_cpu_ms: self.task_cpu_ms.min(others.task_cpu_ms),
            start_cpu_ms: self.start_cpu_ms.min(others.start_cpu_ms),
            describe_wall_ms: self.describe_wall_ms.min(others.describe_wall_ms),
            setup_wall_ms: self.setup_wall_ms.min(others.setup_wall_ms),
            teardown_wall_ms: self.teardown_wall_ms.min(others.teardown_wall_ms),
            max_traps: self.max_traps.min(others.max_traps),
            metrics_bytes: self.metrics_bytes.min(others.metrics_bytes),
            log_lines_per_second: self.log_lines_per_second.min(others.log_lines_per_second),
        }
    }
}

impl Plan {
    /// Most VUs at once.
    pub fn peak_vus(&self) -> usize {
        peak_vus(&self.workloads)
    }

    /// Indices of the scenarios that have VUs.
    pub fn active_scenarios(&self) -> Vec<u16> {
        let all = self.workloads.iter().flat_map(|w| w.vus.iter().copied());
        all.collect::<std::collections::BTreeSet<_>>()
            .into_iter()
            .collect()
    }

    /// The length of the run, where time ends it. Running iterations may go on after it.
    pub fn duration(&self) -> Option<Duration> {
        let times: Option<Vec<_>> = timeline(&self.workloads).into_iter().collect();
        times?.into_iter().map(|(_, end)| end).max()
    }

    /// The seed of a workload's arrivals.
    pub fn arrival_seed(&self, workload: usize) -> u64 {
        stream_seed(self.seed, Drawer::Workload(workload), Stream::Arrivals)
    }

    /// Iterations that the run will start, where the plan fixes a number. `warm_up`: of the
    /// workloads that warm up, else of the others.
    pub fn iterations(&self, warm_up: bool) -> Option<u64> {
        let counted = self
            .workloads
            .iter()
            .enumerate()
            .filter(|(_, w)| w.warm_up == warm_up);
        counted
            .map(|(index, workload)| workload.iterations(self.arrival_seed(index)))
            .sum()
    }

    /// Whether something only warms up.
    pub fn has_warm_up(&self) -> bool {
        self.workloads.iter().any(|workload| workload.warm_up)
    }
}
