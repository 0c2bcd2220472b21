//! Executors: who may start an iteration, and how many there are. One file each.
//!
//! An executor is shared by all VUs of its workload and asked before each iteration. It
//! never waits: pauses are the VU's, and the end of the planned time is the run's.

mod constant_vus;
mod per_vu_iterations;
mod shared_iterations;

use crate::plan::ExecutorSpec;
use std::sync::Arc;

/// Decides whether a VU may start one more iteration.
pub(super) trait Executor: Send + Sync {
    /// Claims an iteration for a VU that has begun `done` of them. False ends the VU.
    fn claim(&self, done: u64) -> bool;
}

/// The executor for a workload.
pub(super) fn build(spec: &ExecutorSpec) -> Arc<dyn Executor> {
    match spec {
        // Nothing resolves to the others yet.
        ExecutorSpec::ConstantVus { .. }
        | ExecutorSpec::RampingVus { .. }
        | ExecutorSpec::ConstantArrivalRate { .. }
        | ExecutorSpec::RampingArrivalRate { .. }
        | ExecutorSpec::Custom { .. } => Arc::new(constant_vus::ConstantVus),
        ExecutorSpec::SharedIterations { iterations, .. } => {
            Arc::new(shared_iterations::SharedIterations::new(*iterations))
        }
        ExecutorSpec::PerVuIterations { iterations, .. } => {
            Arc::new(per_vu_iterations::PerVuIterations::new(*iterations))
        }
    }
}
