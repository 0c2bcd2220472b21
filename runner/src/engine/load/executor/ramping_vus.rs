//! `ramping-vus`: as many VUs iterate as a profile says, second by second.

use crate::engine::load::closed;
use crate::engine::load::slot_source::SlotSource;
use crate::engine::load::vu_pool::Spawn;
use crate::engine::load::workload_part::{PartEnd, WorkloadPart};
use crate::plan::{RampingVus, vu_steps};

pub(super) async fn run<S: Spawn>(part: &mut WorkloadPart<S>, spec: &RampingVus) -> PartEnd {
    part.pool.give_slots(SlotSource::Endless);
    let steps = Box::new(vu_steps(&spec.profile));
    closed::run(
        part,
        steps,
        Some(spec.profile.duration()),
        spec.graceful_ramp_down,
    )
    .await
}
