//! `per-vu-iterations`: each VU runs the same number of iterations.

use super::all_vus;
use crate::load::closed;
use crate::load::slot::{Turns, drop_unused};
use crate::load::vu_pool::Spawn;
use crate::load::workload_part::{Part, PartEnd};
use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

pub(super) async fn run<S: Spawn>(part: &mut Part<S>, each: u64, max_duration: Option<Duration>) -> PartEnd {
    let given = Rc::new(Cell::new(0));
    part.crew.give_turns(Turns::Each {
        each,
        given: Rc::clone(&given),
    });
    let steps = all_vus(&part.workload);
    let grace = part.workload.graceful_stop;
    let end = closed::run(part, steps, max_duration, grace).await;
    if end != PartEnd::Stopped {
        let planned = part.crew.places().len() as u64 * each;
        drop_unused(planned - given.get());
    }
    end
}
