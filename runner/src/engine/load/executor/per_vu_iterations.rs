//! `per-vu-iterations`: each VU runs the same number of iterations.

use crate::engine::load::closed;
use crate::engine::load::slot::drop_unused;
use crate::engine::load::slot_source::SlotSource;
use crate::engine::load::vu_pool::Spawn;
use crate::engine::load::workload_part::{PartEnd, WorkloadPart};
use crate::plan::PerVuIterations;
use std::cell::Cell;
use std::rc::Rc;

pub(super) async fn run<S: Spawn>(part: &mut WorkloadPart<S>, spec: &PerVuIterations) -> PartEnd {
    let each = spec.iterations;
    let given = Rc::new(Cell::new(0));
    part.pool.give_slots(SlotSource::Each {
        each,
        given: Rc::clone(&given),
    });
    let steps = closed::all_vus(&part.workload);
    let grace = part.workload.graceful_stop;
    let end = closed::run(part, steps, spec.max_duration, grace).await;
    if end != PartEnd::Stopped {
        let planned = part.pool.places().len() as u64 * each;
        drop_unused(planned - given.get());
    }
    end
}
