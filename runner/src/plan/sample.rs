//! A plan for tests: these workloads and nothing else.

use super::{GrantsPlan, HttpPlan, LimitsPlan, Plan, PluginPlan, VERSION, Workload};

/// A plan of these workloads; what they don't decide is empty or 0.
pub(crate) fn plan(workloads: Vec<Workload>) -> Plan {
    Plan {
        version: VERSION,
        plugin: PluginPlan {
            source: "p.wasm".to_owned(),
            sha256: String::new(),
            bytes: 0,
        },
        host: None,
        seed: 7,
        scenarios: Vec::new(),
        workloads,
        params: Vec::new(),
        tags: Default::default(),
        thresholds: Vec::new(),
        max_rate: None,
        group_urls: false,
        reset_cookies: false,
        reset_connections: false,
        http: HttpPlan::default(),
        grants: GrantsPlan::default(),
        limits: LimitsPlan {
            vu_memory_bytes: 0,
            vu_host_memory_bytes: 0,
            host_memory_bytes: None,
            max_memory_bytes: None,
            max_request_body_bytes: 0,
            task_cpu_ms: 0,
            start_cpu_ms: 0,
            describe_wall_ms: 0,
            setup_wall_ms: 0,
            teardown_wall_ms: 0,
            max_traps: 1,
            metrics_bytes: 256 << 20,
            log_lines_per_second: 0,
        },
        threads: 1,
    }
}
