//! `constant-vus`: a number of VUs iterate until the time is up.

use super::all_vus;
use crate::load::closed;
use crate::load::crew::Spawn;
use crate::load::part::{Part, PartEnd};
use crate::load::turns::Turns;
use std::time::Duration;

pub(super) async fn run<S: Spawn>(part: &mut Part<S>, duration: Option<Duration>) -> PartEnd {
    part.crew.give_turns(Turns::Endless);
    let steps = all_vus(&part.workload);
    // Only a live change takes VUs away.
    let grace = part.workload.graceful_stop;
    closed::run(part, steps, duration, grace).await
}
