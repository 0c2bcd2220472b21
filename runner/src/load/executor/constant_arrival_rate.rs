//! `constant-arrival-rate`: iterations start at a fixed rate, whatever the system under test does.

use crate::load::open;
use crate::load::vu_pool::Spawn;
use crate::load::workload_part::{PartEnd, WorkloadPart};
use crate::plan::{ExecutorSpec, Profile};

pub(super) async fn run<S: Spawn>(part: &mut WorkloadPart<S>) -> PartEnd {
    let ExecutorSpec::ConstantArrivalRate {
        rate,
        duration,
        spacing,
        pre_allocated_vus,
    } = part.workload.executor
    else {
        return PartEnd::Done;
    };
    open::run(
        part,
        Profile::constant(rate, duration),
        spacing,
        pre_allocated_vus,
    )
    .await
}
