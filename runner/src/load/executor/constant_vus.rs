//! `constant-vus`: a number of VUs iterate until the time is up.

use super::all_vus;
use crate::load::closed;
use crate::load::slot::Turns;
use crate::load::vu_pool::Spawn;
use crate::load::workload_part::{Part, PartEnd};
use std::time::Duration;

pub(super) async fn run<S: Spawn>(part: &mut Part<S>, duration: Option<Duration>) -> PartEnd {
    part.crew.give_turns(Turns::Endless);
    let steps = all_vus(&part.workload);
    // Only a live change takes VUs away.
    let grace = part.workload.graceful_stop;
    closed::run(part, steps, duration, grace).await
}
