//! `custom`: the plugin's own shape says how much load there is. Its answers come as live changes
//! (see [`shape`](crate::load::shape)); the first one decides whether it is VUs or a rate.

use crate::load::control::Target;
use crate::load::slot_source::SlotSource;
use crate::load::vu_pool::Spawn;
use crate::load::workload_part::{PartEnd, WorkloadPart};
use crate::load::{closed, open};
use crate::plan::{Profile, Spacing};
use std::time::Duration;

/// Longest run of a shape that has no end of its own.
const FOREVER: Duration = Duration::from_secs(366 * 24 * 3600);

pub(super) async fn run<S: Spawn>(part: &mut WorkloadPart<S>, max_duration: Option<Duration>) -> PartEnd {
    let Some(first) = part.first_change().await else {
        return PartEnd::Stopped;
    };
    match first.to {
        Target::Rate(_) => {
            let nothing = Profile::constant(0.0, max_duration.unwrap_or(FOREVER));
            open::run(part, nothing, Spacing::Even, 0).await
        }
        Target::Users { .. } | Target::End => {
            part.pool.give_slots(SlotSource::Endless);
            let grace = part.workload.graceful_stop;
            closed::run(part, Box::new(std::iter::empty()), max_duration, grace).await
        }
    }
}
