//! Executors: when the iterations of a workload start. One file each.
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
use crate::plan::{ExecutorSpec, Workload};
use std::sync::Arc;

/// What the parts of one workload on all threads share.
#[derive(Clone)]
pub(super) enum SharedWork {
    /// Nothing.
    Nothing,
    /// The iterations that are left.
    Iterations(Arc<IterationsLeft>),
}

impl SharedWork {
    pub(super) fn of(workload: &Workload, threads: usize) -> SharedWork {
        match workload.executor {
            ExecutorSpec::SharedIterations { iterations, .. } => {
                SharedWork::Iterations(Arc::new(IterationsLeft::new(iterations, &workload.vus, threads)))
            }
            _ => SharedWork::Nothing,
        }
    }
}

/// Runs a part of a workload, from before its beginning until none of its VUs lives.
pub(super) async fn run<S: Spawn>(part: &mut WorkloadPart<S>, shared_work: &SharedWork) -> PartEnd {
    let workload = Arc::clone(&part.workload);
    let end = match (&workload.executor, shared_work) {
        (ExecutorSpec::ConstantVus { duration, .. }, _) => constant_vus::run(part, *duration).await,
        (
            ExecutorSpec::RampingVus {
                profile,
                graceful_ramp_down,
            },
            _,
        ) => ramping_vus::run(part, profile, *graceful_ramp_down).await,
        (ExecutorSpec::SharedIterations { max_duration, .. }, SharedWork::Iterations(left)) => {
            shared_iterations::run(part, left, *max_duration).await
        }
        // Made by `SharedWork::of` for the same workload.
        (ExecutorSpec::SharedIterations { .. }, SharedWork::Nothing) => PartEnd::Done,
        (
            ExecutorSpec::PerVuIterations {
                iterations,
                max_duration,
                ..
            },
            _,
        ) => per_vu_iterations::run(part, *iterations, *max_duration).await,
        (ExecutorSpec::ConstantArrivalRate { .. }, _) => constant_arrival_rate::run(part).await,
        (ExecutorSpec::RampingArrivalRate { .. }, _) => ramping_arrival_rate::run(part).await,
        (ExecutorSpec::Custom { max_duration }, _) => custom::run(part, *max_duration).await,
    };
    part.dismiss().await;
    end
}
