//! Which part of a plan one thread of one worker has.
//!
//! Every VU of a workload has a place, from 0, and the parts take places in turn, as cards are dealt. Iterations and
//! arrivals take places in turn as well, and belong to the part that has their place. So each part has them in
//! proportion to its VUs, and what an iteration is (its number, its intended time, what is random in it) is the same
//! whoever runs it. Rows of data go by the numbers of iterations and VUs, so they are dealt out with these.
//!
//! A part of a part is again every so manieth place: a worker's part is split among its threads, and a local run is
//! the one worker that has the whole.

use super::{Arrivals, Profile};
use std::time::Duration;

/// Every `of`th place of each workload, from `part` on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Partition {
    part: usize,
    of: usize,
}

impl Partition {
    /// All of it.
    pub const WHOLE: Partition = Partition { part: 0, of: 1 };

    /// The parts of this part, so many of them (at least one), which have all of it between them.
    pub fn split(self, into: usize) -> impl Iterator<Item = Partition> {
        let into = into.max(1);
        (0..into).map(move |nth| Partition {
            part: self.part + nth * self.of,
            of: self.of * into,
        })
    }

    /// The places that it has, of a workload with room for so many VUs.
    pub fn vus(self, room: usize) -> impl Iterator<Item = usize> {
        (self.part..room).step_by(self.of)
    }

    /// Whether it has an iteration (or arrival), by its number in the workload.
    pub fn has_iteration(self, index: u64, room: usize) -> bool {
        let place = index % room.max(1) as u64;
        place % self.of as u64 == self.part as u64
    }

    /// How many it has of so many iterations.
    pub fn iterations(self, total: u64, room: usize) -> u64 {
        let room = room.max(1) as u64;
        (total / room) * self.count(room) + self.count(total % room)
    }

    /// The number in the workload of its `nth` iteration, from 0. None: it has no place, so it has none.
    pub fn iteration(self, nth: u64, room: usize) -> Option<u64> {
        let room = room.max(1) as u64;
        let each_round = self.count(room);
        let (round, nth) = (nth.checked_div(each_round)?, nth.checked_rem(each_round)?);
        Some(round * room + self.numbered(nth))
    }

    /// The number of its `nth` of anything that all parts number for themselves, so that no two have the same one.
    pub fn numbered(self, nth: u64) -> u64 {
        nth * self.of as u64 + self.part as u64
    }

    /// The arrivals that it has, at their times.
    pub fn arrivals(self, all: Arrivals, room: usize) -> PartArrivals {
        PartArrivals {
            all,
            partition: self,
            room,
        }
    }

    /// How many of the first `places` it has.
    fn count(self, places: u64) -> u64 {
        places.saturating_sub(self.part as u64).div_ceil(self.of as u64)
    }
}

/// The arrivals of one part. Their times are those that they have in the whole: all of them are gone through, and
/// what others have is left out.
#[derive(Debug, Clone)]
pub struct PartArrivals {
    all: Arrivals,
    partition: Partition,
    room: usize,
}

impl PartArrivals {
    /// The next arrival: its number in the workload, from 0, and its time. It stays the next one.
    pub fn peek(&mut self) -> Option<(u64, Duration)> {
        if self.partition.part >= self.room {
            // Without a place it has none: going through all of them would only cost time.
            return None;
        }
        loop {
            let (index, at) = self.all.peek()?;
            if self.partition.has_iteration(index, self.room) {
                return Some((index, at));
            }
            self.all.skip_one();
        }
    }

    /// Goes on to the arrival after the next one.
    pub fn skip_one(&mut self) {
        self.all.skip_one();
    }

    /// Goes on with another profile, which must be the same up to the last arrival given.
    pub fn change(&mut self, profile: &Profile) {
        self.all.change(profile);
    }
}

#[cfg(test)]
mod tests {
    use super::super::{
        ConstantArrivalRate, ConstantVus, Curve, Custom, ExecutorSpec, PerVuIterations, RampingArrivalRate,
        RampingVus, SharedIterations, Spacing, SpawnRate, Stage,
    };
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    const MS: fn(u64) -> Duration = Duration::from_millis;

    /// A split into workers, and of each worker's part into threads.
    fn split(threads_of_workers: &[usize]) -> Vec<Partition> {
        let workers = Partition::WHOLE.split(threads_of_workers.len());
        let each = workers.zip(threads_of_workers);
        each.flat_map(|(worker, &threads)| worker.split(threads))
            .collect()
    }

    fn splits() -> impl Strategy<Value = Vec<Partition>> {
        vec(1_usize..=4, 1..=64).prop_map(|threads| split(&threads))
    }

    fn spacing() -> impl Strategy<Value = Spacing> {
        prop_oneof![Just(Spacing::Even), Just(Spacing::Poisson)]
    }

    fn profile(most: f64) -> impl Strategy<Value = Profile> {
        let curve = prop_oneof![Just(Curve::Linear), Just(Curve::Step), Just(Curve::Spike)];
        let stage = (0..2_000_u64, 0.0..most, curve).prop_map(|(ms, target, curve)| Stage {
            duration: MS(ms),
            target,
            curve,
        });
        (0.0..most, vec(stage, 1..4)).prop_map(|(start, stages)| Profile { start, stages })
    }

    fn executors() -> impl Strategy<Value = ExecutorSpec> {
        let most = || proptest::option::of((1..10_000_u64).prop_map(MS));
        let spawn_rate = || proptest::option::of((0.1..1e3).prop_map(|rate| SpawnRate::new(rate).unwrap()));
        prop_oneof![
            (spawn_rate(), most()).prop_map(|(spawn_rate, duration)| ExecutorSpec::ConstantVus(
                ConstantVus { spawn_rate, duration }
            )),
            profile(50.0).prop_map(|profile| ExecutorSpec::RampingVus(RampingVus {
                profile,
                graceful_ramp_down: Duration::ZERO
            })),
            (spawn_rate(), 0..2_000_u64, most()).prop_map(|(spawn_rate, iterations, max_duration)| {
                ExecutorSpec::SharedIterations(SharedIterations {
                    spawn_rate,
                    iterations,
                    max_duration,
                })
            }),
            (spawn_rate(), 0..20_u64, most()).prop_map(|(spawn_rate, iterations, max_duration)| {
                ExecutorSpec::PerVuIterations(PerVuIterations {
                    spawn_rate,
                    iterations,
                    max_duration,
                })
            }),
            (0.0..100.0, 1..4_000_u64, spacing()).prop_map(|(rate, ms, spacing)| {
                ExecutorSpec::ConstantArrivalRate(ConstantArrivalRate {
                    rate,
                    duration: MS(ms),
                    spacing,
                    pre_allocated_vus: 1,
                })
            }),
            (profile(100.0), spacing()).prop_map(|(profile, spacing)| ExecutorSpec::RampingArrivalRate(
                RampingArrivalRate {
                    profile,
                    spacing,
                    pre_allocated_vus: 1
                }
            )),
            most().prop_map(|max_duration| ExecutorSpec::Custom(Custom { max_duration })),
        ]
    }

    /// What all parts have, put together again. Each part has it in ascending order.
    fn united<T: Ord + Copy, I: Iterator<Item = T>>(
        parts: &[Partition],
        of_part: impl Fn(Partition) -> I,
    ) -> Vec<T> {
        let mut all = Vec::new();
        for &part in parts {
            let of_part: Vec<T> = of_part(part).collect();
            assert!(of_part.is_sorted(), "{part:?}");
            all.extend(of_part);
        }
        all.sort_unstable();
        all
    }

    /// The arrivals of a part, by number and time.
    fn arrivals(
        part: Partition,
        executor: &ExecutorSpec,
        room: usize,
    ) -> impl Iterator<Item = (u64, Duration)> {
        let mut arrivals = executor.arrivals(7).map(|all| part.arrivals(all, room));
        std::iter::from_fn(move || {
            let arrivals = arrivals.as_mut()?;
            let next = arrivals.peek()?;
            arrivals.skip_one();
            Some(next)
        })
    }

    /// The iterations of a part whose number in all is fixed, by number.
    fn iterations(part: Partition, total: u64, room: usize) -> impl Iterator<Item = u64> {
        (0..part.iterations(total, room)).filter_map(move |nth| part.iteration(nth, room))
    }

    proptest! {
        #[test]
        fn the_parts_are_the_whole_whatever_the_executor(
            executor in executors(),
            room in 1_usize..100,
            parts in splits(),
        ) {
            let whole = [Partition::WHOLE];
            let vus = |parts: &[Partition]| united(parts, |part| part.vus(room));
            prop_assert_eq!(vus(&parts), (0..room).collect::<Vec<_>>());
            let all: Vec<_> = executor.arrivals(7).into_iter().flatten().zip(0..).map(|(at, n)| (n, at)).collect();
            prop_assert_eq!(&united(&parts, |part| arrivals(part, &executor, room)), &all);
            prop_assert_eq!(united(&whole, |part| arrivals(part, &executor, room)), all);
            // Without a number of its own, as many as fit some rounds and a bit.
            let total = executor.iterations(room, 7).unwrap_or(room as u64 * 3 + 1);
            let numbers = united(&parts, |part| iterations(part, total, room));
            prop_assert_eq!(numbers, (0..total).collect::<Vec<_>>());
        }

        #[test]
        fn an_iteration_belongs_to_the_part_that_has_its_vu(room in 1_usize..100, parts in splits()) {
            for part in parts {
                for place in part.vus(room) {
                    // VUs that start iterations back to back number them in turns.
                    for done in 0..3 {
                        prop_assert!(part.has_iteration(done * room as u64 + place as u64, room));
                    }
                }
                let total = room as u64 * 2 + 1;
                let theirs = (0..total).filter(|&index| part.has_iteration(index, room));
                prop_assert!(theirs.eq(iterations(part, total, room)));
            }
        }

        #[test]
        fn no_two_parts_number_alike(parts in splits()) {
            let numbers = united(&parts, |part| (0..5).map(move |nth| part.numbered(nth)));
            prop_assert!(numbers.is_sorted_by(|one, next| one < next));
        }
    }

    #[test]
    fn a_part_without_a_place_has_nothing() {
        let parts = split(&[1; 3]);
        let all = || Arrivals::new(&Profile::constant(10.0, MS(1_000)), Spacing::Even, 0);
        assert_eq!(parts[2].vus(2).count(), 0);
        assert_eq!((parts[2].iterations(5, 2), parts[2].iteration(0, 2)), (0, None));
        assert_eq!(parts[2].arrivals(all(), 2).peek(), None);
        assert_eq!(parts[1].arrivals(all(), 2).peek(), Some((1, MS(100))));
    }

    #[test]
    fn parts_of_parts_take_places_in_turn() {
        let places: Vec<_> = split(&[2, 1])
            .into_iter()
            .map(|part| part.vus(9).collect::<Vec<_>>())
            .collect();
        assert_eq!(places, [vec![0, 4, 8], vec![2, 6], vec![1, 3, 5, 7]]);
    }
}
