//! Tests of randomness, for tests: every draw once, neighbours that know nothing of each other, and
//! distributions as they should be. With fixed seeds they always come out the same; the bounds are
//! such that of 10,000 other seeds nearly all would pass as well.

use std::collections::HashSet;

/// No number comes twice.
#[track_caller]
pub(crate) fn assert_unique(numbers: impl IntoIterator<Item = u64>) {
    let mut seen = HashSet::new();
    for (at, number) in numbers.into_iter().enumerate() {
        assert!(seen.insert(number), "draw {at}, {number:#x}, came before");
    }
    assert!(seen.len() > 1, "nothing was drawn");
}

/// The two numbers of each pair are evenly distributed and independent: by their highest and lowest
/// four bits, and bit by bit.
#[track_caller]
pub(crate) fn assert_independent(pairs: impl IntoIterator<Item = (u64, u64)>) {
    let mut high = vec![0_u64; 256];
    let mut low = vec![0_u64; 256];
    let mut different = [0_u64; 64];
    let mut count = 0_u64;
    for (one, other) in pairs {
        count += 1;
        high[((one >> 60 << 4) | other >> 60) as usize] += 1;
        low[(((one & 15) << 4) | other & 15) as usize] += 1;
        for (bit, times) in different.iter_mut().enumerate() {
            *times += (one ^ other) >> bit & 1;
        }
    }
    assert_weights(&high, &[1; 256]);
    assert_weights(&low, &[1; 256]);
    let half = count as f64 / 2.0;
    for (bit, times) in different.into_iter().enumerate() {
        let off = (times as f64 - half).abs();
        assert!(
            off < 5.0 * half.sqrt() / 2_f64.sqrt(),
            "bit {bit} differs {times} times of {count}"
        );
    }
}

/// Counts follow the weights, by Pearson's chi-square test; what has weight 0 never came.
#[track_caller]
pub(crate) fn assert_weights(counts: &[u64], weights: &[u32]) {
    let drawn: u64 = counts.iter().sum();
    let total: f64 = weights.iter().map(|&w| f64::from(w)).sum();
    let mut sum = 0.0;
    let mut kinds = 0.0;
    for (&count, &weight) in counts.iter().zip(weights) {
        if weight == 0 {
            assert_eq!(count, 0, "of weight 0");
            continue;
        }
        let expected = drawn as f64 * f64::from(weight) / total;
        assert!(expected >= 5.0, "too few draws to judge");
        sum += (count as f64 - expected).powi(2) / expected;
        kinds += 1.0;
    }
    let freedom: f64 = kinds - 1.0;
    // The mean is the degrees of freedom, the variance twice as much; to the right it falls slowly.
    let most = freedom + 4.0 * (2.0 * freedom).sqrt() + 12.0;
    assert!(sum < most, "chi-square {sum} of {freedom} degrees of freedom");
    assert!(
        sum > freedom - 5.0 * (2.0 * freedom).sqrt(),
        "chi-square {sum} is too good to be random"
    );
}

/// Values follow a distribution, by Kolmogorov and Smirnov's test.
#[track_caller]
pub(crate) fn assert_distributed(values: impl IntoIterator<Item = f64>, distribution: impl Fn(f64) -> f64) {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_unstable_by(f64::total_cmp);
    let count = values.len() as f64;
    let mut distance = 0.0_f64;
    for (at, &value) in values.iter().enumerate() {
        let expected = distribution(value);
        let (below, above) = (at as f64 / count, (at + 1) as f64 / count);
        distance = distance
            .max((expected - below).abs())
            .max((above - expected).abs());
    }
    // Above 2.23 one seed in 10,000 fails.
    let scaled = distance * count.sqrt();
    assert!(
        count >= 1000.0 && scaled < 2.23,
        "distance {distance} of {count} values"
    );
}

#[test]
fn what_comes_in_pairs_or_follows_its_neighbour_is_noticed() {
    let noticed = |test: fn()| std::panic::catch_unwind(test).is_err();
    let wrong: [fn(); 4] = [
        || assert_unique((0..10_u64).map(|n| n >> 1)),
        || assert_independent((0..10_000_u64).map(|n| (n.wrapping_mul(0x9e37_79b9_7f4a_7c15), 1))),
        || assert_weights(&[5_300, 4_700], &[1, 1]),
        || assert_distributed((0..10_000).map(|n| f64::from(n) / 10_400.0), |x| x),
    ];
    assert_eq!(wrong.map(noticed), [true; 4]);
}
