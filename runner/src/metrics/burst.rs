//! What a thread measures in one second, kept for speed: small values are counted in a plain
//! array, with one addition each, and only the others go to a histogram.

use super::distribution::Distribution;

/// Values below this have a count of their own, as they have in the histogram.
const SMALL: usize = 2_048;

/// A thread's values of one second.
#[derive(Debug, Default)]
pub(super) struct Burst {
    small: Option<Box<[u32]>>,
    large: Distribution<u32>,
}

impl Burst {
    /// Adds one value.
    #[inline]
    pub(super) fn record(&mut self, value: u64) {
        let small = self
            .small
            .get_or_insert_with(|| vec![0; SMALL].into_boxed_slice());
        match usize::try_from(value).ok().and_then(|at| small.get_mut(at)) {
            Some(count) => *count += 1,
            None => self.large.record(value),
        }
    }

    /// Adds all values to a distribution.
    pub(super) fn pour_into(&self, all: &mut Distribution<u64>) {
        for (value, count) in (0..).zip(self.small.iter().flatten()) {
            all.record_times(value, u64::from(*count));
        }
        all.absorb(&self.large);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_and_large_values_arrive_alike() {
        let values = [0, 1, 1, 2_047, 2_048, 5_000_000, u64::MAX];
        let (mut burst, mut poured, mut direct) =
            (Burst::default(), Distribution::default(), Distribution::default());
        for value in values {
            burst.record(value);
            direct.record(value);
        }
        burst.pour_into(&mut poured);
        assert_eq!(poured.stats(), direct.stats());
        assert_eq!(
            (poured.sum(), poured.to_histogram()),
            (direct.sum(), direct.to_histogram())
        );
    }
}
