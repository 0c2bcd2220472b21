//! From one seed to one independent stream of random numbers per drawer and purpose.

use rand_pcg::Pcg32;

/// What a stream is for. Separate streams keep one purpose from disturbing another:
/// a guest that draws a number doesn't change the order of its tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// Choosing tasks.
    Tasks,
    /// Drawing wait times.
    Waits,
    /// Numbers that the guest asks the host for.
    Guest,
    /// Rows of data sets.
    Data,
    /// Arrivals of an open workload.
    Arrivals,
    /// Random bytes by way of WASI.
    Wasi,
}

/// Whose random numbers they are. No two of these have a stream in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drawer {
    /// A VU's. A life is what it lives between the loss of one instance and that of the next:
    /// a new one must not draw again what the last one drew.
    Vu {
        /// Number of the VU in the run.
        number: u64,
        /// Which of its lives, from 0.
        life: u64,
    },
    /// An iteration's, whose number in its workload alone decides what is random in it.
    Iteration {
        /// Index of the workload.
        workload: usize,
        /// Number of the iteration in it.
        index: u64,
    },
    /// A workload's own, whoever runs it.
    Workload(usize),
    /// All that have the same name in common: the order of a data set.
    Name(u64),
}

impl Drawer {
    /// What tells drawers apart.
    fn parts(self) -> [u64; 3] {
        match self {
            Drawer::Vu { number, life } => [0, number, life],
            Drawer::Iteration { workload, index } => [1, workload as u64, index],
            Drawer::Workload(workload) => [2, workload as u64, 0],
            Drawer::Name(name) => [3, name, 0],
        }
    }
}

/// The seed of one drawer's stream.
///
/// SplitMix64's finaliser (Steele, Lea, Flood: "Fast Splittable Pseudorandom Number
/// Generators", 2014), applied once per ingredient: it loses no bit of any of them.
pub fn stream_seed(seed: u64, whose: Drawer, stream: Stream) -> u64 {
    let parts = whose.parts().into_iter().chain([stream as u64]);
    parts.fold(mix(seed), |hash, part| mix(hash ^ part))
}

/// The generator of one drawer's stream.
pub fn generator(seed: u64, whose: Drawer, stream: Stream) -> Pcg32 {
    let state = stream_seed(seed, whose, stream);
    // Sequences of their own as well, so that no two streams are parts of the same one.
    Pcg32::new(state, mix(state))
}

/// The seed of one round where several runs follow each other with the same plan.
pub fn round_seed(seed: u64, round: u64) -> u64 {
    if round == 0 { seed } else { mix(seed ^ mix(round)) }
}

fn mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::super::statistics::{assert_independent, assert_unique};
    use super::*;
    use rand::Rng;

    const DRAWS: u64 = 100_000;
    const STREAMS: [Stream; 6] = [
        Stream::Tasks,
        Stream::Waits,
        Stream::Guest,
        Stream::Data,
        Stream::Arrivals,
        Stream::Wasi,
    ];

    fn first(whose: Drawer, stream: Stream) -> u64 {
        generator(7, whose, stream).next_u64()
    }

    fn vu(number: u64, life: u64) -> Drawer {
        Drawer::Vu { number, life }
    }

    fn iteration(workload: usize, index: u64) -> Drawer {
        Drawer::Iteration { workload, index }
    }

    #[test]
    fn mix_matches_the_published_first_output() {
        assert_eq!(mix(0), 0xe220_a839_7b1d_cdaf);
    }

    #[test]
    fn no_two_drawers_have_the_same_numbers_in_any_stream() {
        for stream in STREAMS {
            assert_unique((0..DRAWS).map(|index| first(iteration(0, index), stream)));
            assert_unique((0..DRAWS).map(|number| first(vu(number, 0), stream)));
            assert_unique((0..DRAWS).map(|life| first(vu(3, life), stream)));
        }
    }

    #[test]
    fn iterations_vus_and_workloads_of_the_same_numbers_differ() {
        let numbers = 0..10_000_u64;
        let draws = numbers.flat_map(|n| {
            let workload = usize::try_from(n).unwrap();
            let kinds = [
                vu(n, 0),
                vu(n, 1),
                vu(0, n + 2),
                iteration(0, n),
                iteration(1, n),
                iteration(workload + 2, 0),
                Drawer::Workload(workload),
                Drawer::Name(n),
            ];
            kinds
                .into_iter()
                .flat_map(|whose| STREAMS.map(|stream| first(whose, stream)))
        });
        assert_unique(draws);
    }

    #[test]
    fn neighbours_know_nothing_of_each_other() {
        for stream in STREAMS {
            let pair = |a: Drawer, b: Drawer| (first(a, stream), first(b, stream));
            assert_independent((0..DRAWS).map(|n| pair(iteration(0, n), iteration(0, n + 1))));
            assert_independent((0..DRAWS).map(|n| pair(iteration(0, n), iteration(1, n))));
            assert_independent((0..DRAWS).map(|n| pair(vu(n, 0), vu(n + 1, 0))));
            assert_independent((0..DRAWS).map(|n| pair(vu(n, 0), vu(n, 1))));
        }
        let across = |n| (first(vu(n, 0), Stream::Guest), first(vu(n, 0), Stream::Tasks));
        assert_independent((0..DRAWS).map(across));
    }

    #[test]
    fn a_drawers_own_numbers_know_nothing_of_each_other() {
        let mut numbers = generator(7, vu(1, 0), Stream::Guest);
        assert_independent((0..DRAWS).map(|_| (numbers.next_u64(), numbers.next_u64())));
        let (mut one, mut other) = (
            generator(7, vu(1, 0), Stream::Guest),
            generator(7, vu(2, 0), Stream::Guest),
        );
        assert_independent((0..DRAWS).map(|_| (one.next_u64(), other.next_u64())));
    }

    #[test]
    fn seeds_and_rounds_differ_and_the_first_round_is_the_run_itself() {
        assert_eq!(round_seed(7, 0), 7);
        assert_unique((0..DRAWS).map(|round| stream_seed(round_seed(7, round), vu(1, 0), Stream::Tasks)));
        assert_unique((0..DRAWS).map(|seed| stream_seed(seed, vu(1, 0), Stream::Tasks)));
        let pair = |seed| {
            let of = |seed| stream_seed(seed, vu(1, 0), Stream::Guest);
            (of(seed), of(seed + 1))
        };
        assert_independent((0..DRAWS).map(pair));
    }
}
