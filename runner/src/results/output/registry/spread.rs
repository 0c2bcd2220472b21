//! Stands for all values of a second by a few of them: what goes to databases that know single values and no
//! distributions. It is no random sample: the values stand at equal distances among all values in their order, so that
//! percentiles of them are those of all, up to half a distance.

/// Values that stand for a second of one series.
pub(in super::super) const MOST_VALUES: u64 = 100;

/// Of values in ascending order with how often each came: some, each with how many it stands for; all of them where they
/// are few.
pub(in super::super) fn spread(values: &[(f64, u64)]) -> Vec<(f64, u64)> {
    let count: u64 = values.iter().map(|(_, times)| times).sum();
    let parts = count.min(MOST_VALUES);
    let begin = |part: u64| (u128::from(part) * u128::from(count) / u128::from(parts.max(1))) as u64;
    let mut counted = values.iter();
    let (mut passed, mut value) = (0, 0.0);
    let part = |part: u64| {
        let (first, next) = (begin(part), begin(part + 1));
        // The one in the middle of its part, counted from 1.
        let rank = first + (next - first).div_ceil(2);
        while passed < rank
            && let Some(&(own, times)) = counted.next()
        {
            value = own;
            passed += times;
        }
        (value, next - first)
    };
    (0..parts).map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: impl IntoIterator<Item = u32>) -> Vec<(f64, u64)> {
        let values: Vec<_> = values.into_iter().map(|value| (f64::from(value), 1)).collect();
        spread(&values)
    }

    #[test]
    fn few_values_are_all_there() {
        assert_eq!(of([10, 10, 30]), [(10.0, 1), (10.0, 1), (30.0, 1)]);
        assert_eq!(of([]), []);
    }

    #[test]
    fn many_are_stood_for_evenly_and_none_is_lost() {
        let spread = of(1..=1_050);
        assert_eq!(spread.len(), 100);
        assert_eq!(spread.iter().map(|(_, count)| count).sum::<u64>(), 1_050);
        for (percent, expected) in [(50, 525.0), (95, 997.5), (99, 1_039.5)] {
            let (value, _) = spread[percent - 1];
            assert!(
                (value - expected).abs() <= 11.0,
                "p{percent}: {value}, not {expected}"
            );
        }
    }
}
