//! Where a value is counted: the counters of an HDR histogram with three significant digits, by
//! number. Below 2,048 each value has its own; above, each power of two has 1,024.

/// Largest value that is recorded as it is, of whatever unit.
pub(super) const MAX_VALUE: u64 = 3_600_000_000_000;

/// Values below this have a counter of their own.
pub(super) const SINGLE: usize = 2_048;

/// How many counters there are.
pub(super) const PLACES: usize = place(MAX_VALUE) + 1;

/// The counter of a value; values beyond the limit count as the limit.
#[inline]
pub(super) const fn place(value: u64) -> usize {
    let value = if value < MAX_VALUE { value } else { MAX_VALUE };
    if value < SINGLE as u64 {
        return value as usize;
    }
    let shift = 53 - value.leading_zeros();
    ((shift as usize) << 10) + (value >> shift) as usize
}

/// The highest value that a counter counts.
pub(super) const fn highest(place: usize) -> u64 {
    if place < SINGLE {
        return place as u64;
    }
    let shift = (place >> 10) - 1;
    (((place & 1_023) as u64 + 1_025) << shift) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_are_those_of_the_histogram_that_results_are_written_as() {
        let own = hdrhistogram::Histogram::<u64>::new_with_bounds(1, MAX_VALUE, 3).unwrap();
        let near = |value: u64| value.saturating_sub(2)..=(value + 2).min(MAX_VALUE);
        let powers = (0..=41).flat_map(|power| near(1 << power));
        let spread = (0..1_000_u64).map(|n| n * n * n * 3_599);
        for value in powers
            .chain(spread)
            .chain(near(MAX_VALUE))
            .filter(|value| *value <= MAX_VALUE)
        {
            let at = place(value);
            assert!(at < PLACES, "{value}");
            assert_eq!(highest(at), own.highest_equivalent(value), "{value}");
            assert_eq!(place(highest(at)), at.min(place(MAX_VALUE)), "{value}");
        }
    }

    #[test]
    fn counters_follow_each_other() {
        assert!((1..PLACES).all(|at| highest(at) > highest(at - 1)));
        assert!(PLACES <= usize::from(u16::MAX));
    }
}
