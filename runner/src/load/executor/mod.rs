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
pub(super) mod shared_iterations;
#[cfg(test)]
mod tests;

use super::closed::Steps;
use super::vu_pool::Spawn;
use super::workload_part::{Part, PartEnd};
use crate::plan::{ExecutorSpec, VuStep, Workload};
use shared_iterations::SharedIterations;
use std::sync::Arc;

/// What the parts of one workload on all threads share.
#[derive(Clone)]
pub(super) enum Common {
    /// Nothing.
    Nothing,
    /// The iterations that are left.
    Iterations(Arc<SharedIterations>),
}

impl Common {
    pub(super) fn of(workload: &Workload, threads: usize) -> Common {
        match workload.executor {
            ExecutorSpec::SharedIterations { iterations, .. } => Common::Iterations(Arc::new(
                SharedIterations::new(iterations, &workload.vus, threads),
            )),
            _ => Common::Nothing,
        }
    }
}

/// Runs a part of a workload, from before its beginning until none of its VUs lives.
pub(super) async fn run<S: Spawn>(part: &mut Part<S>, common: &Common) -> PartEnd {
    let workload = Arc::clone(&part.workload);
    let end = match (&workload.executor, common) {
        (ExecutorSpec::ConstantVus { duration, .. }, _) => constant_vus::run(part, *duration).await,
        (
            ExecutorSpec::RampingVus {
                profile,
                graceful_ramp_down,
            },
            _,
        ) => ramping_vus::run(part, profile, *graceful_ramp_down).await,
        (ExecutorSpec::SharedIterations { max_duration, .. }, Common::Iterations(left)) => {
            shared_iterations::run(part, left, *max_duration).await
        }
        // Made by `Common::of` for the same workload.
        (ExecutorSpec::SharedIterations { .. }, Common::Nothing) => PartEnd::Done,
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

/// All VUs of a workload, at its spawn rate.
fn all_vus(workload: &Arc<Workload>) -> Steps {
    let workload = Arc::clone(workload);
    let count = u32::try_from(workload.vus.len()).unwrap_or(u32::MAX);
    if workload.executor.spawn_rate().is_none() {
        let at = std::time::Duration::ZERO;
        return Box::new(std::iter::once(VuStep { at, vus: count }));
    }
    Box::new((1..=count).map(move |vus| VuStep {
        at: workload.executor.start_of(vus as usize - 1),
        vus,
    }))
}
