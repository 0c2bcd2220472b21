//! Chooses a VU's next task and the pause before it: all of the randomness of the load itself.

use crate::plan::{Drawer, ScenarioPlan, Stream, TaskOrder, generator};
use rand::Rng;
use rand_pcg::Pcg32;
use std::time::Duration;

/// One drawer's choices. The same seed, drawer and plan give the same sequence.
#[derive(Debug)]
pub(super) struct Picker {
    tasks: Pcg32,
    waits: Pcg32,
    /// Position in one round of a sequential scenario.
    position: u64,
}

impl Picker {
    /// The choices of a VU, or of an iteration, in a run with this seed. `position`: where a sequence begins.
    pub(super) fn new(seed: u64, whose: Drawer, position: u64) -> Picker {
        Picker {
            tasks: generator(seed, whose, Stream::Tasks),
            waits: generator(seed, whose, Stream::Waits),
            position,
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
    use crate::plan::statistics::{assert_distributed, assert_weights};
    use crate::plan::{Population, TaskPlan, WaitTime};

    const DRAWS: u64 = 100_000;

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

    fn of_vu(seed: u64, number: u64) -> Picker {
        Picker::new(seed, Drawer::Vu { number, life: 0 }, 0)
    }

    fn of_iteration(index: u64) -> Picker {
        Picker::new(7, Drawer::Iteration { workload: 0, index }, index)
    }

    fn first(seed: u64, vu: u64, scenario: &ScenarioPlan, count: usize) -> Vec<u32> {
        let mut picker = of_vu(seed, vu);
        (0..count).map(|_| picker.task(scenario)).collect()
    }

    /// Tasks that one VU, the first of many VUs, and those of many iterations draw.
    fn draws(scenario: &ScenarioPlan) -> [Vec<u32>; 3] {
        let of_one = first(7, 1, scenario, DRAWS as usize);
        let of_vus = (0..DRAWS).map(|vu| of_vu(7, vu).task(scenario)).collect();
        let of_iterations = (0..DRAWS)
            .map(|index| of_iteration(index).task(scenario))
            .collect();
        [of_one, of_vus, of_iterations]
    }

    /// The same of waits, in seconds.
    fn waits(wait: WaitTime) -> [Vec<f64>; 3] {
        let scenario = ScenarioPlan {
            wait,
            ..scenario(TaskOrder::Random, &[1])
        };
        let pause = |mut picker: Picker| picker.pause(&scenario, Duration::ZERO).as_secs_f64();
        let mut one = of_vu(7, 1);
        let mut next = || one.pause(&scenario, Duration::ZERO).as_secs_f64();
        [
            (0..DRAWS).map(|_| next()).collect(),
            (0..DRAWS).map(|vu| pause(of_vu(7, vu))).collect(),
            (0..DRAWS).map(|index| pause(of_iteration(index))).collect(),
        ]
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
    fn random_tasks_follow_the_weights_whoever_draws() {
        for weights in [&[9, 0, 1][..], &[1, 1], &[1, 2, 3, 4, 5], &[997, 1, 2]] {
            for picked in draws(&scenario(TaskOrder::Random, weights)) {
                let mut counts = vec![0; weights.len()];
                picked.iter().for_each(|&task| counts[task as usize] += 1);
                assert_weights(&counts, weights);
            }
        }
    }

    #[test]
    fn a_task_says_nothing_of_the_next_one() {
        for picked in draws(&scenario(TaskOrder::Random, &[1, 2, 1])) {
            let mut pairs = vec![0; 9];
            picked
                .windows(2)
                .for_each(|pair| pairs[(pair[0] * 3 + pair[1]) as usize] += 1);
            assert_weights(&pairs, &[1, 2, 1, 2, 4, 2, 1, 2, 1]);
        }
    }

    #[test]
    fn waits_are_distributed_as_asked_whoever_draws() {
        for waits in waits(WaitTime::Uniform(Duration::from_secs(2), Duration::from_secs(5))) {
            assert_distributed(waits, |seconds| (seconds - 2.0) / 3.0);
        }
        for waits in waits(WaitTime::Exponential(Duration::from_secs(4))) {
            assert_distributed(waits, |seconds| 1.0 - (-seconds / 4.0).exp());
        }
    }

    #[test]
    fn a_wait_says_nothing_of_the_next_one() {
        for waits in waits(WaitTime::Uniform(Duration::ZERO, Duration::from_secs(1))) {
            let part = |wait: f64| ((wait * 16.0) as usize).min(15);
            let mut pairs = vec![0; 256];
            waits
                .windows(2)
                .for_each(|pair| pairs[part(pair[0]) * 16 + part(pair[1])] += 1);
            assert_weights(&pairs, &[1; 256]);
        }
    }

    #[test]
    fn iterations_of_a_sequence_go_through_it_by_their_place() {
        let s = scenario(TaskOrder::Sequential, &[2, 0, 1]);
        let tasks: Vec<_> = (0..7).map(|index| of_iteration(index).task(&s)).collect();
        assert_eq!(tasks, [0, 0, 2, 0, 0, 2, 0]);
    }
}
