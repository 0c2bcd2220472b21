//! Turns: each is the right, and the duty, to start one planned iteration.

use super::crew::Retire;
use super::executor::shared_iterations::SharedIterations;
use super::open::Seat;
use crate::metrics::with_shard;
use crate::plan::Drawer;
use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use tokio::time::Instant;

/// Where the numbers of iterations begin that VUs beyond the plan run.
const BEYOND: u64 = 1 << 62;

/// One planned iteration. It is either started, or counted as dropped when it is let go.
#[derive(Debug)]
pub(super) struct Turn {
    /// Number of the iteration in its workload, from 0: the same whatever the number of threads.
    pub(super) index: u64,
    /// When it was meant to start, if the plan says so.
    pub(super) due: Option<Instant>,
    /// Its place among the iterations of its scenario, where that and `index`, not the VU, decide
    /// what is random in it.
    pub(super) position: Option<u64>,
    started: bool,
}

impl Turn {
    /// Counts an iteration as planned.
    pub(super) fn new(index: u64, due: Option<Instant>, position: Option<u64>) -> Turn {
        with_shard(|shard| shard.iterations_planned(1));
        Turn {
            index,
            due,
            position,
            started: false,
        }
    }

    /// Whose random numbers its iteration draws; none: its VU's.
    pub(super) fn drawer(&self, workload: usize) -> Option<Drawer> {
        let index = self.index;
        self.position.map(|_| Drawer::Iteration { workload, index })
    }

    /// Its iteration starts now.
    pub(super) fn start(mut self) {
        self.started = true;
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if !self.started {
            with_shard(|shard| shard.iterations_dropped(1));
        }
    }
}

/// A VU's place in its workload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// Number of the VU in its workload, from 0.
    pub(super) index: usize,
    /// VUs of the workload's plan; those beyond are live control's.
    pub(super) planned: usize,
    /// Index of its scenario.
    pub(super) scenario: u16,
}

/// Where a VU's turns come from.
#[derive(Clone)]
pub(super) enum Turns {
    /// One after the other, as long as the VU is wanted.
    Endless,
    /// So many of each VU.
    Each {
        /// How many.
        each: u64,
        /// How many this thread's VUs have had together.
        given: Rc<Cell<u64>>,
    },
    /// What is left of a number that all VUs share.
    Shared(Arc<SharedIterations>),
    /// Handed out one by one, each at its time.
    Assigned(Rc<Seat>),
}

impl Turns {
    /// The next turn of a VU that has had `done`; none when there are no more, or it must go.
    pub(super) async fn next(&self, place: Place, done: u64, retire: &Retire) -> Option<Turn> {
        if let Turns::Assigned(seat) = self {
            return seat.next(retire).await;
        }
        retire.while_paused().await;
        if retire.is_raised() {
            return None;
        }
        match self {
            Turns::Each { each, .. } if done >= *each => None,
            Turns::Shared(shared) => {
                let (index, position) = shared.claim(place.scenario)?;
                Some(Turn::new(index, None, Some(position)))
            }
            Turns::Each { given, .. } => {
                given.set(given.get() + 1);
                Some(place.turn(done))
            }
            Turns::Endless | Turns::Assigned(_) => Some(place.turn(done)),
        }
    }

    /// The VU failed to start: what it was called for can't wait for its next attempt.
    pub(super) fn refuse(&self) {
        if let Turns::Assigned(seat) = self {
            seat.refuse();
        }
    }
}

impl Place {
    /// The turn of a VU that has had `done`. VUs take turns, so that no two have the same number;
    /// those beyond the plan take theirs from far behind, so that they change nobody else's.
    fn turn(&self, done: u64) -> Turn {
        let planned = self.planned as u64;
        let index = match (self.index as u64).checked_sub(planned) {
            None => done * planned + self.index as u64,
            Some(beyond) => BEYOND + (beyond << 32) + done,
        };
        Turn::new(index, None, None)
    }
}

/// Counts planned iterations that nobody will start.
pub(super) fn drop_unused(count: u64) {
    with_shard(|shard| {
        shard.iterations_planned(count);
        shard.iterations_dropped(count);
    });
}
