//! `ramping-vus`: as many VUs iterate as a profile says, second by second.

use crate::load::closed;
use crate::load::slot_source::SlotSource;
use crate::load::vu_pool::Spawn;
use crate::load::workload_part::{PartEnd, WorkloadPart};
use crate::plan::{Profile, vu_steps};
use std::time::Duration;

pub(super) async fn run<S: Spawn>(part: &mut WorkloadPart<S>, profile: &Profile, grace: Duration) -> PartEnd {
    part.pool.give_slots(SlotSource::Endless);
    let steps = Box::new(vu_steps(profile));
    closed::run(part, steps, Some(profile.duration()), grace).await
}
