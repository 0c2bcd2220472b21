//! `ramping-arrival-rate`: iterations start at a rate that changes over time.

use crate::engine::load::open;
use crate::engine::load::vu_pool::Spawn;
use crate::engine::load::workload_part::{PartEnd, WorkloadPart};
use crate::plan::RampingArrivalRate;

pub(super) async fn run<S: Spawn>(part: &mut WorkloadPart<S>, spec: &RampingArrivalRate) -> PartEnd {
    let profile = spec.profile.clone();
    open::run(part, profile, spec.spacing, spec.pre_allocated_vus).await
}
