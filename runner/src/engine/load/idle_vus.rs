//! Where the VUs of a workload at a rate wait, and arrivals are handed to them.

use super::idle_vu::{IdleStack, IdleVu};
use super::slot::Slot;
use super::slot_source::SlotSource;
use super::stop::StopStage;
use super::vu_pool::Spawn;
use super::workload_part::WorkloadPart;
use std::rc::Rc;
use std::time::Duration;

/// How long a workload waits for its first VUs.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where VUs wait and arrivals are handed to them.
pub(super) struct IdleVus {
    /// By scenario.
    free: Vec<Rc<IdleStack>>,
}

impl IdleVus {
    pub(super) fn new<S: Spawn>(part: &WorkloadPart<S>) -> IdleVus {
        let scenarios = part.pool.places().iter().map(|place| place.scenario).max();
        IdleVus {
            free: (0..=scenarios.unwrap_or(0)).map(|_| Rc::default()).collect(),
        }
    }

    /// Makes the first VUs, and waits until they are free.
    pub(super) async fn prepare<S: Spawn>(&mut self, part: &WorkloadPart<S>, count: u32) {
        let first = part
            .pool
            .places()
            .into_iter()
            .filter(|place| place.index < count as usize);
        for place in first {
            if let Some(free) = self.free.get(usize::from(place.scenario)) {
                part.pool
                    .add(place.scenario, SlotSource::Assigned(IdleVu::new(free, None)));
                free.made_one();
            }
            tokio::task::yield_now().await;
        }
        tokio::select! {
            () = self.all_free() => {}
            // A VU whose start fails tries again and again; the run doesn't wait for it for ever.
            () = tokio::time::sleep(PATIENCE) => {}
            () = part.stop.reached(StopStage::Graceful) => {}
        }
    }

    /// Returns when all VUs that were made are free.
    async fn all_free(&self) {
        for free in &self.free {
            free.all_free().await;
        }
    }

    /// Hands a slot to a VU of this scenario that is free, or to a new one. With neither, it is dropped.
    pub(super) fn hand<S: Spawn>(&mut self, part: &WorkloadPart<S>, scenario: u16, slot: Slot) {
        let Some(free) = self.free.get(usize::from(scenario)) else {
            return;
        };
        match free.pop() {
            Some(vu) => vu.call(slot),
            None => {
                part.pool
                    .add(scenario, SlotSource::Assigned(IdleVu::new(free, Some(slot))));
            }
        }
    }
}
