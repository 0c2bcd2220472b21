//! `ramping-vus`: as many VUs iterate as a profile says, second by second.

use crate::load::closed;
use crate::load::slot::Turns;
use crate::load::vu_pool::Spawn;
use crate::load::workload_part::{Part, PartEnd};
use crate::plan::{Profile, vu_steps};
use std::time::Duration;

pub(super) async fn run<S: Spawn>(part: &mut Part<S>, profile: &Profile, grace: Duration) -> PartEnd {
    part.crew.give_turns(Turns::Endless);
    let steps = Box::new(vu_steps(profile));
    closed::run(part, steps, Some(profile.duration()), grace).await
}
