//! Room for users beyond the plan, which live changes may bring.

use crate::plan::{ExecutorSpec, Plan, ScenarioPlan, Workload, assign};

/// Room that there is at least for more users, besides as many again as the plan has.
const LEAST: usize = 100;

/// How far the users of a workload may grow.
#[derive(Debug, Clone, Copy)]
pub(super) enum Room {
    /// Not at all: nobody can change them.
    Closed,
    /// As usual, but to no more than this machine allows, which is so many VUs in all.
    Usual(usize),
    /// To so many, whatever this machine allows.
    UpTo(usize),
}

/// Fills the spare part of all workloads whose number of VUs can be changed.
pub(super) fn make(plan: &mut Plan, room: Room) {
    let left = match room {
        Room::Closed => return,
        Room::Usual(most) => most.saturating_sub(plan.peak_vus()),
        Room::UpTo(_) => usize::MAX,
    };
    let Plan {
        workloads, scenarios, ..
    } = plan;
    let growing = workloads.iter().filter(|w| can_grow(w)).count();
    let each = left / growing.max(1);
    for workload in workloads.iter_mut().filter(|w| can_grow(w)) {
        let planned = workload.vus.len();
        let more = match room {
            Room::UpTo(users) => users.saturating_sub(planned),
            _ => planned.max(LEAST).min(each),
        };
        workload.spare = continued(&workload.vus, scenarios, more);
    }
}

/// Fills the spare part of the workloads at a rate, up to so many VUs in each.
pub(super) fn make_for_rates(plan: &mut Plan, vus: usize) {
    let Plan {
        workloads, scenarios, ..
    } = plan;
    for workload in workloads.iter_mut().filter(|w| w.executor.rate().is_some()) {
        let more = vus.saturating_sub(workload.vus.len());
        workload.spare = continued(&workload.vus, scenarios, more);
    }
}

/// Takes the room away again.
pub(super) fn clear(plan: &mut Plan) {
    plan.workloads
        .iter_mut()
        .for_each(|workload| workload.spare = Vec::new());
}

/// Workloads that need more VUs than `users`.
pub(super) fn beyond(plan: &Plan, users: usize) -> impl Iterator<Item = &Workload> {
    let growing = plan.workloads.iter().filter(|w| can_grow(w));
    growing.filter(move |workload| workload.vus.len() > users)
}

fn can_grow(workload: &Workload) -> bool {
    matches!(
        workload.executor,
        ExecutorSpec::ConstantVus { .. } | ExecutorSpec::RampingVus { .. }
    )
}

/// The scenarios of `more` VUs after these: by the scenarios' weights if these follow them, else
/// in the same order again.
fn continued(vus: &[u16], scenarios: &[ScenarioPlan], more: usize) -> Vec<u16> {
    let populations: Vec<_> = scenarios.iter().map(|s| s.population).collect();
    let by_weight = assign(vus.len() + more, &populations);
    match by_weight.get(vus.len()..) {
        Some(rest) if by_weight.starts_with(vus) => rest.to_vec(),
        _ => vus.iter().copied().cycle().skip(vus.len()).take(more).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Begin, Population, TaskOrder, WaitTime, sample};
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

    fn plan(workloads: Vec<Workload>) -> Plan {
        Plan {
            scenarios: vec![scenario(3), scenario(1)],
            ..sample::plan(workloads)
        }
    }

    const CONSTANT: ExecutorSpec = ExecutorSpec::ConstantVus {
        spawn_rate: None,
        duration: None,
    };
    const EACH: ExecutorSpec = ExecutorSpec::PerVuIterations {
        spawn_rate: None,
        iterations: 1,
        max_duration: None,
    };

    fn rooms(plan: &Plan) -> Vec<usize> {
        plan.workloads.iter().map(Workload::room).collect()
    }

    #[test]
    fn users_may_double_and_grow_by_a_hundred_as_far_as_the_machine_goes() {
        let mut small = plan(vec![workload(CONSTANT, &[0; 4]), workload(EACH, &[0; 7])]);
        make(&mut small, Room::Usual(100_000));
        assert_eq!(rooms(&small), [104, 7]);
        make(&mut small, Room::Usual(0));
        assert_eq!(rooms(&small), [4, 7]);
        let mut large = plan(vec![workload(CONSTANT, &[0; 500])]);
        make(&mut large, Room::Usual(900));
        assert_eq!(rooms(&large), [900]);
        clear(&mut large);
        make(&mut large, Room::Usual(5_000));
        assert_eq!(rooms(&large), [1_000]);
    }

    #[test]
    fn what_was_asked_for_is_what_there_is() {
        let mut asked = plan(vec![workload(CONSTANT, &[0; 5]), workload(CONSTANT, &[0; 20])]);
        make(&mut asked, Room::UpTo(15));
        assert_eq!(rooms(&asked), [15, 20]);
        assert_eq!(beyond(&asked, 15).count(), 1);
        make(&mut asked, Room::Closed);
        assert_eq!(rooms(&asked), [15, 20], "only ever filled");
    }

    #[test]
    fn a_search_has_room_whatever_its_first_rate_needs() {
        let rate = ExecutorSpec::ConstantArrivalRate {
            rate: 10.0,
            duration: Duration::from_secs(1),
            spacing: Default::default(),
            pre_allocated_vus: 1,
        };
        let mut search = plan(vec![workload(rate, &[0; 4]), workload(CONSTANT, &[0; 4])]);
        make_for_rates(&mut search, 1_000);
        assert_eq!(rooms(&search), [1_000, 4]);
        make_for_rates(&mut search, 2);
        assert_eq!(rooms(&search), [4, 4]);
    }

    #[test]
    fn more_users_follow_the_weights() {
        let scenarios = [scenario(3), scenario(1)];
        assert_eq!(continued(&[0, 0, 1], &scenarios, 5), [0, 0, 0, 1, 0]);
        assert_eq!(
            continued(&[1, 1], &scenarios, 3),
            [1, 1, 1],
            "a workload of one scenario"
        );
    }
}
