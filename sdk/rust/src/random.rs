//! Random choices from the VU's own generator, which the run's `--seed` determines.

use crate::bindings::wasmswarm::scenario::vu;
use std::ops::RangeInclusive;

/// Any 64 bits.
#[must_use]
pub fn number() -> u64 {
    vu::random()
}

/// A whole number of the range, both ends included. An empty range gives its start.
///
/// ```no_run
/// # use wasmswarm_sdk::prelude::*;
/// let id = random::range(1..=1000);
/// ```
#[must_use]
pub fn range(range: RangeInclusive<u64>) -> u64 {
    let (start, end) = range.into_inner();
    start + below(end.saturating_sub(start).saturating_add(1), number())
}

/// One element of an array that isn't empty, which the compiler sees to.
///
/// ```no_run
/// # use wasmswarm_sdk::prelude::*;
/// let term = random::pick(&["mug", "pen", "lamp"]);
/// ```
#[must_use]
pub fn pick<T, const N: usize>(items: &[T; N]) -> &T {
    const { assert!(N > 0, "nothing to pick from") };
    &items[index(N)]
}

/// One element of a slice, or nothing if it is empty.
#[must_use]
pub fn choose<T>(items: &[T]) -> Option<&T> {
    if items.is_empty() {
        None
    } else {
        items.get(index(items.len()))
    }
}

/// True with this probability, from 0 to 1.
#[must_use]
pub fn chance(probability: f64) -> bool {
    unit(number()) < probability
}

fn index(length: usize) -> usize {
    usize::try_from(below(length as u64, number())).unwrap_or_default()
}

/// Lemire's reduction: the high half of a 128-bit product, without the rejection step, whose bias
/// (below 2⁻³² for ranges below 2³²) no load test can see.
fn below(bound: u64, bits: u64) -> u64 {
    ((u128::from(bits) * u128::from(bound)) >> 64) as u64
}

/// The upper 53 bits as a fraction of 1, excluding 1.
fn unit(bits: u64) -> f64 {
    (bits >> 11) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_and_largest_bits_give_the_ends() {
        assert_eq!(below(1000, 0), 0);
        assert_eq!(below(1000, u64::MAX), 999);
        assert_eq!(below(1, u64::MAX), 0);
        assert_eq!(unit(0), 0.0);
        assert!(unit(u64::MAX) < 1.0);
    }

    #[test]
    fn an_empty_slice_has_no_choice() {
        assert_eq!(choose::<u8>(&[]), None);
    }
}
