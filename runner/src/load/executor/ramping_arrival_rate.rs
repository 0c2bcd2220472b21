//! `ramping-arrival-rate`: iterations start at a rate that changes over time.

use crate::load::open;
use crate::load::vu_pool::Spawn;
use crate::load::workload_part::{PartEnd, WorkloadPart};
use crate::plan::ExecutorSpec;

pub(super) async fn run<S: Spawn>(part: &mut WorkloadPart<S>) -> PartEnd {
    let ExecutorSpec::RampingArrivalRate {
        profile,
        spacing,
        pre_allocated_vus,
    } = part.workload.executor.clone()
    else {
        return PartEnd::Done;
    };
    open::run(part, profile, spacing, pre_allocated_vus).await
}
