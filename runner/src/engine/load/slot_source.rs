//! Where a VU's slots come from: each kind of executor gives them out in its own way.

use super::idle_vu::IdleVu;
use super::iterations_left::IterationsLeft;
use super::slot::Slot;
use super::vu_place::VuPlace;
use super::vu_signal::VuSignal;
use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

/// Where a VU's slots come from.
#[derive(Clone)]
pub(super) enum SlotSource {
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
    Shared(Arc<IterationsLeft>),
    /// Handed out one by one, each at its time.
    Assigned(Rc<IdleVu>),
}

impl SlotSource {
    /// The next slot of a VU that has had `done`; none when there are no more, or it must go.
    pub(super) async fn next(&self, place: VuPlace, done: u64, signal: &VuSignal) -> Option<Slot> {
        if let SlotSource::Assigned(idle) = self {
            return idle.next(signal).await;
        }
        signal.while_paused().await;
        if signal.is_raised() {
            return None;
        }
        match self {
            SlotSource::Each { each, .. } if done >= *each => None,
            SlotSource::Shared(left) => {
                let (index, position) = left.claim(place.scenario)?;
                Some(Slot::new(index, None, Some(position)))
            }
            SlotSource::Each { given, .. } => {
                given.set(given.get() + 1);
                Some(place.slot(done))
            }
            SlotSource::Endless | SlotSource::Assigned(_) => Some(place.slot(done)),
        }
    }

    /// The slot that a VU uses up by failing to start, so that a run of so many iterations ends even so. Where slots
    /// are handed out, only that for which the VU was made: others don't wait for its next attempt.
    pub(super) async fn of_failed_start(&self, place: VuPlace, done: u64, signal: &VuSignal) -> Option<Slot> {
        match self {
            SlotSource::Assigned(idle) => idle.given(),
            SlotSource::Endless | SlotSource::Each { .. } | SlotSource::Shared(_) => {
                self.next(place, done, signal).await
            }
        }
    }

    /// Whether a VU that finds no slot may still get one later.
    pub(super) fn hands_out(&self) -> bool {
        matches!(self, SlotSource::Assigned(_))
    }
}
