//! `constant-vus`: a number of VUs iterate until the time is up.

use crate::engine::load::closed;
use crate::engine::load::slot_source::SlotSource;
use crate::engine::load::vu_pool::Spawn;
use crate::engine::load::workload_part::{PartEnd, WorkloadPart};
use crate::plan::ConstantVus;

pub(super) async fn run<S: Spawn>(part: &mut WorkloadPart<S>, spec: &ConstantVus) -> PartEnd {
    part.pool.give_slots(SlotSource::Endless);
    let steps = closed::all_vus(&part.workload);
    // Only a live change takes VUs away.
    let grace = part.workload.graceful_stop;
    closed::run(part, steps, spec.duration, grace).await
}
