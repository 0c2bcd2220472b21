//! The drivers of executors: how iterations come to start when the plan wants them to. One file each; what an executor is
//! asked to do is in `plan::executor`.
//!
//! Each load thread runs its own part of every workload. Executors of VUs over time have
//! [`closed`](super::closed) in common, those of rates [`open`](super::open).

mod constant_arrival_rate;
mod constant_vus;
mod custom;
mod per_vu_iterations;
mod ramping_arrival_rate;
mod ramping_vus;
mod shared_iterations;
#[cfg(test)]
mod tests;

use super::iterations_left::IterationsLeft;
use super::vu_pool::Spawn;
use super::workload_part::{PartEnd, WorkloadPart};
use crate::plan::ExecutorSpec;
use std::sync::Arc;

/// Runs a part of a workload, from before its beginning until none of its VUs lives. `left`: what it has in common with
/// the parts of other threads, if anything.
pub(super) async fn run<S: Spawn>(part: &mut WorkloadPart<S>, left: Option<&Arc<IterationsLeft>>) -> PartEnd {
    let workload = Arc::clone(&part.workload);
    let end = match &workload.executor {
        ExecutorSpec::ConstantVus(spec) => constant_vus::run(part, spec).await,
        ExecutorSpec::RampingVus(spec) => ramping_vus::run(part, spec).await,
        ExecutorSpec::SharedIterations(spec) => shared_iterations::run(part, spec, left).await,
        ExecutorSpec::PerVuIterations(spec) => per_vu_iterations::run(part, spec).await,
        ExecutorSpec::ConstantArrivalRate(spec) => constant_arrival_rate::run(part, spec).await,
        ExecutorSpec::RampingArrivalRate(spec) => ramping_arrival_rate::run(part, spec).await,
        ExecutorSpec::Custom(spec) => custom::run(part, spec).await,
    };
    part.dismiss().await;
    end
}
