//! A VU's place in its workload, which fixes its scenario and the numbers of its iterations. Who is in it changes:
//! a VU that has gone may be followed by another.

use super::slot::Slot;
use crate::plan::{Partition, Workload};
use std::cell::Cell;

/// Where the numbers of iterations begin that VUs beyond the plan run.
const BEYOND: u64 = 1 << 62;

/// A VU's place in its workload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct VuPlace {
    /// Number of the VU in its workload, from 0.
    pub(super) index: usize,
    /// VUs of the workload's plan; those beyond are live control's.
    pub(super) planned: usize,
    /// Index of its scenario.
    pub(super) scenario: u16,
}

impl VuPlace {
    /// The slot of a VU that has had `done`. VUs take turns, so that no two have the same number;
    /// those beyond the plan take theirs from far behind, so that they change nobody else's.
    pub(super) fn slot(&self, done: u64) -> Slot {
        let planned = self.planned as u64;
        let index = match (self.index as u64).checked_sub(planned) {
            None => done * planned + self.index as u64,
            Some(beyond) => BEYOND + (beyond << 32) + done,
        };
        Slot::new(index, None, None)
    }
}

/// What the VUs that were in a place before have used up: the next one goes on after it, so that
/// none does, or draws, again what another did.
#[derive(Debug, Default)]
pub(super) struct VuHistory {
    /// Iterations that they have begun.
    pub(super) iterations: Cell<u64>,
    /// Instances that they have had.
    pub(super) lives: Cell<u64>,
}

impl VuHistory {
    /// The number of one more life, from 0.
    pub(super) fn begin_life(&self) -> u64 {
        self.lives.replace(self.lives.get() + 1)
    }

    /// The number of one more iteration, from 0.
    pub(super) fn begin_iteration(&self) -> u64 {
        self.iterations.replace(self.iterations.get() + 1)
    }
}

/// The places of VUs that a part of a workload has.
pub(super) fn places(workload: &Workload, partition: Partition) -> Vec<VuPlace> {
    let place = |index| {
        let scenario = workload.scenario_of(index)?;
        Some(VuPlace {
            index,
            planned: workload.vus.len(),
            scenario,
        })
    };
    partition.vus(workload.room()).filter_map(place).collect()
}
