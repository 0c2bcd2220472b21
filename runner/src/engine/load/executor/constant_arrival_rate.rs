//! `constant-arrival-rate`: iterations start at a fixed rate, whatever the system under test does.

use crate::engine::load::open;
use crate::engine::load::vu_pool::Spawn;
use crate::engine::load::workload_part::{PartEnd, WorkloadPart};
use crate::plan::{ConstantArrivalRate, Profile};

pub(super) async fn run<S: Spawn>(part: &mut WorkloadPart<S>, spec: &ConstantArrivalRate) -> PartEnd {
    let profile = Profile::constant(spec.rate, spec.duration);
    open::run(part, profile, spec.spacing, spec.pre_allocated_vus).await
}
