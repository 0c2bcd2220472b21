//! `shared-iterations`: all VUs together run a number of iterations; the faster do more.

use crate::engine::load::closed;
use crate::engine::load::iterations_left::IterationsLeft;
use crate::engine::load::slot::drop_unused;
use crate::engine::load::slot_source::SlotSource;
use crate::engine::load::vu_pool::Spawn;
use crate::engine::load::workload_part::{PartEnd, WorkloadPart};
use crate::plan::SharedIterations;
use std::sync::Arc;

pub(super) async fn run<S: Spawn>(
    part: &mut WorkloadPart<S>,
    spec: &SharedIterations,
    left: Option<&Arc<IterationsLeft>>,
) -> PartEnd {
    // Made of the same plan, so it is there.
    let Some(left) = left else {
        return PartEnd::Done;
    };
    part.pool.give_slots(SlotSource::Shared(Arc::clone(left)));
    let steps = closed::all_vus(&part.workload);
    let grace = part.workload.graceful_stop;
    let end = closed::run(part, steps, spec.max_duration, grace).await;
    let nobodys = left.leave();
    if end != PartEnd::Stopped {
        drop_unused(nobodys);
    }
    end
}
