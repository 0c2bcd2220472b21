//! Which scenario each arrival of a workload belongs to.

use crate::plan::Workload;

/// Which scenario each arrival belongs to, and its place among those of the same scenario. Were its
/// number its place, scenarios that take turns would each get only every other step of a sequence.
#[derive(Debug)]
pub(super) enum ArrivalScenarios {
    /// All arrivals belong to this scenario.
    One(u16),
    /// By place of a VU, its scenario and its number in that; by scenario, its number of places.
    Mixed(Vec<(u16, u32)>, Vec<u32>),
}

impl ArrivalScenarios {
    pub(super) fn new(workload: &Workload) -> ArrivalScenarios {
        let scenarios: Vec<u16> = (0..workload.room())
            .filter_map(|place| workload.scenario_of(place))
            .collect();
        let first = scenarios.first().copied().unwrap_or(0);
        if scenarios.iter().all(|scenario| *scenario == first) {
            return ArrivalScenarios::One(first);
        }
        let mut counts = vec![0_u32; scenarios.iter().max().map_or(0, |last| usize::from(*last) + 1)];
        let numbered = scenarios.iter().map(|&scenario| {
            let count = &mut counts[usize::from(scenario)];
            *count += 1;
            (scenario, *count - 1)
        });
        ArrivalScenarios::Mixed(numbered.collect(), counts)
    }

    pub(super) fn of(&self, index: u64) -> (u16, u64) {
        let (places, counts) = match self {
            ArrivalScenarios::One(scenario) => return (*scenario, index),
            ArrivalScenarios::Mixed(places, counts) => (places, counts),
        };
        let (round, place) = (index / places.len() as u64, index % places.len() as u64);
        let (scenario, number) = places.get(place as usize).copied().unwrap_or_default();
        let each = counts.get(usize::from(scenario)).copied().unwrap_or(0);
        (scenario, round * u64::from(each) + u64::from(number))
    }
}
