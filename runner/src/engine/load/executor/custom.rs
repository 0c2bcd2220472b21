//! `custom`: the plugin's own shape says how much load there is. Its answers come as live changes
//! (see [`shape`](crate::engine::load::shape)); the first one decides whether it is VUs or a rate.

use crate::engine::load::control::LoadLevel;
use crate::engine::load::slot_source::SlotSource;
use crate::engine::load::vu_pool::Spawn;
use crate::engine::load::workload_part::{PartEnd, WorkloadPart};
use crate::engine::load::{closed, open};
use crate::plan::{Custom, LONGEST, Profile, Spacing};

pub(super) async fn run<S: Spawn>(part: &mut WorkloadPart<S>, spec: &Custom) -> PartEnd {
    let Some(first) = part.first_change().await else {
        return PartEnd::Stopped;
    };
    match first.to {
        LoadLevel::Rate(_) => {
            // A shape may have no end of its own; a profile must have one.
            let nothing = Profile::constant(0.0, spec.max_duration.unwrap_or(LONGEST));
            open::run(part, nothing, Spacing::Even, 0).await
        }
        LoadLevel::Users { .. } | LoadLevel::End => {
            part.pool.give_slots(SlotSource::Endless);
            let grace = part.workload.graceful_stop;
            closed::run(part, Box::new(std::iter::empty()), spec.max_duration, grace).await
        }
    }
}
