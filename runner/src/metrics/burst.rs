//! What a thread measures in one second, kept for speed and in little room: a list of values
//! while they are few, and counters as soon as these take less.

use super::distribution::Distribution;
use super::place::{MAX_VALUE, PLACES, SINGLE, highest, place};

/// As many values are kept in a list: 8 KiB, as much as the counters of small values take.
const FEW: usize = 1_024;

/// Counters of larger values come in rows of so many.
const ROW: usize = 16;

/// How many rows there can be.
const ROWS: usize = (PLACES - SINGLE).div_ceil(ROW);

/// A thread's values of one second.
#[derive(Debug, Default)]
pub(super) struct Burst {
    few: Vec<u64>,
    many: Option<Box<Many>>,
}

/// Counters. What a value adds to the sum is known from its counter where that has only one value.
struct Many {
    small: [u32; SINGLE],
    /// For each row its number, from 1; 0: it isn't there.
    rows: [u16; ROWS],
    counts: Vec<[u32; ROW]>,
    sum: u128,
    min: u64,
    max: u64,
}

/// The values of a burst as counters in ascending order, with their exact figures.
#[derive(Debug)]
pub(super) struct Counted {
    pub(super) counts: Vec<(u16, u64)>,
    sum: u128,
    min: u64,
    max: u64,
}

impl Burst {
    /// Adds one value.
    #[inline]
    pub(super) fn record(&mut self, value: u64) {
        match &mut self.many {
            Some(many) => many.record(value),
            None if self.few.len() < FEW => self.few.push(value),
            None => self.spread(value),
        }
    }

    /// Its values as counters.
    pub(super) fn counted(&self) -> Counted {
        match &self.many {
            Some(many) => many.counted(),
            None => counted(&self.few),
        }
    }

    /// Adds all values to a distribution.
    pub(super) fn pour_into(&self, all: &mut Distribution<u64>) {
        if self.many.is_some() || !self.few.is_empty() {
            self.counted().pour_into(all);
        }
    }

    /// From the list to counters.
    #[cold]
    fn spread(&mut self, value: u64) {
        let many = self.many.insert(Many::empty());
        std::mem::take(&mut self.few)
            .into_iter()
            .chain([value])
            .for_each(|value| many.record(value));
    }
}

impl Counted {
    pub(super) fn pour_into(&self, all: &mut Distribution<u64>) {
        all.add(&self.counts, self.sum, self.min, self.max);
    }
}

impl Many {
    fn empty() -> Box<Many> {
        Box::new(Many {
            small: [0; SINGLE],
            rows: [0; ROWS],
            counts: Vec::new(),
            sum: 0,
            min: u64::MAX,
            max: 0,
        })
    }

    #[inline]
    fn record(&mut self, value: u64) {
        match usize::try_from(value).ok().and_then(|at| self.small.get_mut(at)) {
            Some(count) => *count = count.saturating_add(1),
            None => self.record_large(value),
        }
    }

    fn record_large(&mut self, value: u64) {
        let value = value.min(MAX_VALUE);
        let at = place(value) - SINGLE;
        // There is a row for every place.
        if let Some(row) = self.rows.get_mut(at / ROW) {
            if *row == 0 {
                self.counts.push([0; ROW]);
                *row = self.counts.len() as u16;
            }
            let counts = self.counts.get_mut(usize::from(*row) - 1);
            if let Some(count) = counts.and_then(|counts| counts.get_mut(at % ROW)) {
                *count = count.saturating_add(1);
            }
        }
        self.sum += u128::from(value);
        self.min = self.min.min(value);
        self.max = self.max.max(value);
    }

    fn counted(&self) -> Counted {
        let small = (0_u16..).zip(&self.small);
        let present = self.rows.iter().enumerate().filter(|(_, row)| **row > 0);
        let large = present.flat_map(|(at, row)| {
            let first = (SINGLE + at * ROW) as u16;
            let counts = self.counts.get(usize::from(*row) - 1);
            (first..).zip(counts.into_iter().flatten())
        });
        let counts: Vec<_> = small
            .chain(large)
            .filter(|(_, count)| **count > 0)
            .map(|(place, count)| (place, u64::from(*count)))
            .collect();
        let small = || {
            counts
                .iter()
                .take_while(|(place, _)| usize::from(*place) < SINGLE)
        };
        let sum: u128 = small()
            .map(|(value, count)| u128::from(*value) * u128::from(*count))
            .sum();
        let least = small().next().map_or(self.min, |(value, _)| u64::from(*value));
        let most = small().last().map_or(0, |(value, _)| u64::from(*value));
        Counted {
            sum: sum + self.sum,
            min: least,
            max: self.max.max(most),
            counts,
        }
    }
}

impl std::fmt::Debug for Many {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Many({} rows, at most {})",
            self.counts.len(),
            highest(place(self.max))
        )
    }
}

fn counted(values: &[u64]) -> Counted {
    let values = || values.iter().map(|value| (*value).min(MAX_VALUE));
    let mut places: Vec<u16> = values().map(|value| place(value) as u16).collect();
    places.sort_unstable();
    let runs = places.chunk_by(|one, next| one == next);
    Counted {
        counts: runs
            .filter_map(|run| Some((*run.first()?, run.len() as u64)))
            .collect(),
        sum: values().map(u128::from).sum(),
        min: values().min().unwrap_or(u64::MAX),
        max: values().max().unwrap_or(0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_and_many_small_and_large_values_arrive_alike() {
        let values = [0, 1, 1, 2_047, 2_048, 2_049, 5_000_000, MAX_VALUE, u64::MAX];
        for times in [1, FEW / 9, FEW / 9 + 1, 5_000] {
            let (mut burst, mut poured, mut direct) =
                (Burst::default(), Distribution::default(), Distribution::default());
            for value in values.iter().cycle().take(times * values.len()) {
                burst.record(*value);
                direct.record(*value);
            }
            burst.pour_into(&mut poured);
            assert_eq!(poured.stats(), direct.stats());
            assert_eq!(
                (poured.sum(), poured.to_histogram()),
                (direct.sum(), direct.to_histogram())
            );
            assert_eq!(direct.growth(&burst.counted().counts), 0);
        }
    }

    #[test]
    fn many_small_values_have_their_own_smallest_and_largest() {
        let mut burst = Burst::default();
        (0..2 * FEW as u64).for_each(|n| burst.record(10 + n % 7));
        let mut all = Distribution::default();
        burst.pour_into(&mut all);
        assert_eq!((all.min(), all.max(), all.count()), (10, 16, 2 * FEW as u64));
    }
}
