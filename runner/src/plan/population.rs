//! Shares VUs out among scenarios.

use super::Population;

/// The scenario index of each of `vus` VUs, in the order in which they start.
///
/// Fixed counts come first, in the order of the scenarios, as far as `vus` reaches. The
/// rest is shared by weight so that every prefix is as close to the weights as it can be
/// (the largest remaining entitlement goes next; ties to the lower index).
///
/// Empty if `vus` is 0 or no scenario may have a VU.
pub fn assign(vus: usize, populations: &[Population]) -> Vec<u16> {
    let mut order = fixed_part(vus, populations);
    let weights: Vec<u64> = populations.iter().map(|p| weight_of(*p)).collect();
    let total: u64 = weights.iter().sum();
    if total == 0 {
        return order;
    }
    let mut given = vec![0_u64; weights.len()];
    for n in 1..=(vus - order.len()) as u64 {
        let entitled =
            |i: usize, w: u64| i128::from(w) * i128::from(n) - i128::from(given[i]) * i128::from(total);
        let next = weights
            .iter()
            .enumerate()
            .max_by_key(|&(i, &w)| (entitled(i, w), std::cmp::Reverse(i)));
        let next = next.map_or(0, |(i, _)| i);
        given[next] += 1;
        order.push(next as u16);
    }
    order
}

/// The scenarios of `more` VUs after these: by the scenarios' weights if these follow them, else
/// in the same order again.
pub(super) fn continued(vus: &[u16], populations: &[Population], more: usize) -> Vec<u16> {
    let by_weight = assign(vus.len() + more, populations);
    match by_weight.get(vus.len()..) {
        Some(rest) if by_weight.starts_with(vus) => rest.to_vec(),
        _ => vus.iter().copied().cycle().skip(vus.len()).take(more).collect(),
    }
}

fn fixed_part(vus: usize, populations: &[Population]) -> Vec<u16> {
    let fixed = populations.iter().enumerate().flat_map(|(i, p)| match p {
        Population::Fixed(n) => std::iter::repeat_n(i as u16, *n as usize),
        Population::Weight(_) => std::iter::repeat_n(0, 0),
    });
    fixed.take(vus).collect()
}

fn weight_of(population: Population) -> u64 {
    match population {
        Population::Weight(w) => u64::from(w),
        Population::Fixed(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Population::{Fixed, Weight};

    #[test]
    fn every_prefix_follows_the_weights() {
        assert_eq!(assign(8, &[Weight(3), Weight(1)]), [0, 0, 1, 0, 0, 0, 1, 0]);
    }

    #[test]
    fn fixed_counts_come_first() {
        assert_eq!(assign(5, &[Weight(1), Fixed(2)]), [1, 1, 0, 0, 0]);
        assert_eq!(assign(1, &[Weight(1), Fixed(2)]), [1]);
    }

    #[test]
    fn weights_of_zero_get_nobody() {
        assert_eq!(assign(3, &[Weight(0), Weight(1)]), [1, 1, 1]);
        assert_eq!(assign(3, &[Weight(0)]), [] as [u16; 0]);
    }

    #[test]
    fn more_users_follow_the_weights() {
        let both = [Weight(3), Weight(1)];
        assert_eq!(continued(&[0, 0, 1], &both, 5), [0, 0, 0, 1, 0]);
        assert_eq!(
            continued(&[1, 1], &both, 3),
            [1, 1, 1],
            "a workload of one scenario"
        );
    }
}
