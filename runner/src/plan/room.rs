//! Room for users beyond the plan, which live changes may bring, and a search for the highest rate.

use super::population::continued;
use super::{MOST_VUS, ScenarioPlan, Workload, peak_vus};

/// Room that there is at least for more users, besides as many again as the plan has.
const LEAST: usize = 100;

/// How far the users of a workload may grow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Room {
    /// Not at all: nobody can change them.
    Closed,
    /// As usual, but to no more than this machine allows, which is so many VUs in all.
    Usual(usize),
    /// To so many, whatever this machine allows.
    UpTo(usize),
    /// Those at a rate, which isn't known yet: to so many.
    OfRates(usize),
}

impl Room {
    /// Fills the spare part of all workloads whose number of VUs can be changed, as far as a run has VUs at all.
    pub fn make(self, workloads: &mut [Workload], scenarios: &[ScenarioPlan]) {
        let planned: usize = workloads.iter().map(|workload| workload.vus.len()).sum();
        let most = match self {
            Room::Closed => return,
            Room::Usual(most) => most.saturating_sub(peak_vus(workloads)),
            Room::UpTo(_) | Room::OfRates(_) => usize::MAX,
        };
        let growing = workloads.iter().filter(|w| self.is_for(w)).count();
        let left = most.min(MOST_VUS.saturating_sub(planned));
        let each = left / growing.max(1);
        let populations: Vec<_> = scenarios.iter().map(|scenario| scenario.population).collect();
        for workload in workloads.iter_mut().filter(|w| self.is_for(w)) {
            let planned = workload.vus.len();
            let wanted = match self {
                Room::UpTo(users) | Room::OfRates(users) => users.saturating_sub(planned),
                Room::Usual(_) | Room::Closed => planned.max(LEAST),
            };
            workload.spare = continued(&workload.vus, &populations, wanted.min(each));
        }
    }

    fn is_for(self, workload: &Workload) -> bool {
        match self {
            Room::OfRates(_) => workload.executor.kind().has_rate(),
            _ => can_grow(workload),
        }
    }
}

/// Whether a workload that can grow has more VUs than `users` already.
pub fn is_beyond(workloads: &[Workload], users: usize) -> bool {
    let mut growing = workloads.iter().filter(|w| can_grow(w));
    growing.any(|workload| workload.vus.len() > users)
}

fn can_grow(workload: &Workload) -> bool {
    workload.executor.kind().has_users()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{
        Begin, ConstantArrivalRate, ConstantVus, ExecutorSpec, PerVuIterations, Population, TaskOrder,
        WaitTime,
    };
    use std::time::Duration;

    fn scenario(weight: u32) -> ScenarioPlan {
        ScenarioPlan {
            name: String::new(),
            exec: 0,
            population: Population::Weight(weight),
            order: TaskOrder::Random,
            wait: WaitTime::None,
            tasks: Vec::new(),
            tags: Default::default(),
            params: Default::default(),
        }
    }

    fn workload(executor: ExecutorSpec, vus: &[u16]) -> Workload {
        Workload {
            name: String::new(),
            executor,
            vus: vus.to_vec(),
            spare: Vec::new(),
            begin: Begin::default(),
            graceful_stop: Duration::ZERO,
            on_stop: Default::default(),
            warm_up: false,
        }
    }

    const CONSTANT: ExecutorSpec = ExecutorSpec::ConstantVus(ConstantVus {
        spawn_rate: None,
        duration: None,
    });
    const EACH: ExecutorSpec = ExecutorSpec::PerVuIterations(PerVuIterations {
        spawn_rate: None,
        iterations: 1,
        max_duration: None,
    });

    /// How many VUs each workload has room for, once this was made.
    fn rooms(room: Room, mut workloads: Vec<Workload>) -> Vec<usize> {
        room.make(&mut workloads, &[scenario(3), scenario(1)]);
        workloads.iter().map(Workload::room).collect()
    }

    #[test]
    fn users_may_double_and_grow_by_a_hundred_as_far_as_the_machine_goes() {
        let small = || vec![workload(CONSTANT, &[0; 4]), workload(EACH, &[0; 7])];
        assert_eq!(rooms(Room::Usual(100_000), small()), [104, 7]);
        assert_eq!(rooms(Room::Usual(0), small()), [4, 7]);
        let large = || vec![workload(CONSTANT, &[0; 500])];
        assert_eq!(rooms(Room::Usual(900), large()), [900]);
        assert_eq!(rooms(Room::Usual(5_000), large()), [1_000]);
    }

    #[test]
    fn what_was_asked_for_is_what_there_is() {
        let asked = || vec![workload(CONSTANT, &[0; 5]), workload(CONSTANT, &[0; 20])];
        assert_eq!(rooms(Room::UpTo(15), asked()), [15, 20]);
        assert!(is_beyond(&asked(), 15) && !is_beyond(&asked(), 20));
        assert_eq!(rooms(Room::Closed, asked()), [5, 20]);
    }

    #[test]
    fn all_workloads_together_have_room_for_as_many_vus_as_a_run_may_have() {
        let three = vec![workload(CONSTANT, &[0; 5]); 3];
        let rooms = rooms(Room::UpTo(MOST_VUS), three);
        assert!(rooms.iter().sum::<usize>() <= MOST_VUS, "{rooms:?}");
    }

    #[test]
    fn a_search_has_room_whatever_its_first_rate_needs() {
        let rate = ExecutorSpec::ConstantArrivalRate(ConstantArrivalRate {
            rate: 10.0,
            duration: Duration::from_secs(1),
            spacing: Default::default(),
            pre_allocated_vus: 1,
        });
        let search = || vec![workload(rate.clone(), &[0; 4]), workload(CONSTANT, &[0; 4])];
        assert_eq!(rooms(Room::OfRates(1_000), search()), [1_000, 4]);
        assert_eq!(rooms(Room::OfRates(2), search()), [4, 4]);
    }
}
