//! Chooses a VU's next task and the pause before it: all of the randomness of the load itself.

use crate::plan::{ScenarioPlan, Stream, TaskOrder, stream_seed};
use rand::Rng;
use rand_pcg::Pcg32;
use std::time::Duration;

/// One VU's choices. The same seed, VU and plan give the same sequence.
#[derive(Debug)]
pub(super) struct Picker {
    tasks: Pcg32,
    waits: Pcg32,
    /// Position in one round of a sequential scenario.
    position: u64,
}

impl Picker {
    /// The choices of VU `vu` in a run with this seed.
    pub(super) fn new(seed: u64, vu: u64) -> Picker {
        let stream = |s| Pcg32::new(stream_seed(seed, vu, s), vu);
        Picker {
            tasks: stream(Stream::Tasks),
            waits: stream(Stream::Waits),
            position: 0,
        }
    }

    /// The choices of the iteration of this number, whichever VU runs it. `key` stands for it.
    pub(super) fn of_iteration(seed: u64, key: u64, index: u64) -> Picker {
        Picker {
            position: index,
            ..Picker::new(seed, key)
        }
    }

    /// The next task by the scenario's order.
    pub(super) fn task(&mut self, scenario: &ScenarioPlan) -> u32 {
        let total: u64 = scenario.tasks.iter().map(|t| u64::from(t.weight)).sum();
        let total = total.max(1);
        let mut at = match scenario.order {
            TaskOrder::Random => self.tasks.next_u64() % total,
            TaskOrder::Sequential => {
                let at = self.position % total;
                self.position = at + 1;
                at
            }
        };
        for (index, task) in scenario.tasks.iter().enumerate() {
            if at < u64::from(task.weight) {
                return index as u32;
            }
            at -= u64::from(task.weight);
        }
        0
    }

    /// The pause by the scenario's wait time, after a task that took `busy`.
    pub(super) fn pause(&mut self, scenario: &ScenarioPlan, busy: Duration) -> Duration {
        // 53 bits: every value is exact, and 1.0 is never reached.
        let unit = (self.waits.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
        scenario.wait.pause(busy, unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Population, TaskPlan, WaitTime};

    fn scenario(order: TaskOrder, weights: &[u32]) -> ScenarioPlan {
        let task = |(i, &weight): (usize, &u32)| TaskPlan {
            name: i.to_string(),
            weight,
            tags: Vec::new(),
        };
        ScenarioPlan {
            name: "s".to_owned(),
            exec: 0,
            tags: Default::default(),
            params: Default::default(),
            population: Population::Weight(1),
            order,
            wait: WaitTime::None,
            tasks: weights.iter().enumerate().map(task).collect(),
        }
    }

    fn first(seed: u64, vu: u64, scenario: &ScenarioPlan, count: usize) -> Vec<u32> {
        let mut picker = Picker::new(seed, vu);
        (0..count).map(|_| picker.task(scenario)).collect()
    }

    #[test]
    fn sequential_repeats_by_weight_and_skips_zero() {
        let s = scenario(TaskOrder::Sequential, &[2, 0, 1]);
        assert_eq!(first(1, 1, &s, 7), [0, 0, 2, 0, 0, 2, 0]);
    }

    #[test]
    fn the_seed_decides_the_sequence() {
        let s = scenario(TaskOrder::Random, &[1, 1, 1, 1]);
        assert_eq!(first(7, 3, &s, 50), first(7, 3, &s, 50));
        assert_ne!(first(7, 3, &s, 50), first(8, 3, &s, 50));
        assert_ne!(first(7, 3, &s, 50), first(7, 4, &s, 50));
    }

    #[test]
    fn random_follows_the_weights() {
        let s = scenario(TaskOrder::Random, &[9, 0, 1]);
        let picked = first(1, 1, &s, 10_000);
        let rare = picked.iter().filter(|&&t| t == 2).count();
        assert!((900..1100).contains(&rare), "{rare}");
        assert!(!picked.contains(&1));
    }
}
