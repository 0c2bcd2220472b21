//! A shuffle of any size that takes no memory: where each number goes is computed.
//!
//! A Feistel network permutes the numbers of an even number of bits, whatever its round
//! function; those that land outside of the range are sent through it again until one lands
//! inside ("cycle walking"). Both from J. Black, P. Rogaway: "Ciphers with Arbitrary Finite
//! Domains", CT-RSA 2002. It is here for its evenness, not for secrecy.

/// Rounds of the network. Four are enough in theory; more help where the halves are small.
const ROUNDS: u64 = 8;

/// Where `index` (below `count`) goes in the shuffle of `0..count` that `key` names.
pub(super) fn permute(index: u64, count: u64, key: u64) -> u64 {
    let bits = u64::BITS - count.saturating_sub(1).leading_zeros();
    let half = bits.div_ceil(2).max(1);
    let mut value = index;
    loop {
        // The network is at most four times as large as the range, so a few turns do.
        value = network(value, half, key);
        if value < count {
            return value;
        }
    }
}

fn network(value: u64, half: u32, key: u64) -> u64 {
    let mask = (1 << half) - 1;
    let (mut left, mut right) = (value >> half, value & mask);
    for round in 0..ROUNDS {
        let mixed = mix(right ^ mix(key.wrapping_add(round)));
        (left, right) = (right, left ^ (mixed & mask));
    }
    (left << half) | right
}

/// MurmurHash3's 64-bit finaliser (A. Appleby, public domain), after a constant that keeps 0
/// from staying 0.
pub(super) fn mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    z = (z ^ (z >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    z ^ (z >> 33)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_comes_once() {
        for count in (1..70).chain([255, 256, 257, 1000, 65_537]) {
            let mut seen = vec![false; count as usize];
            for index in 0..count {
                let to = permute(index, count, 7) as usize;
                assert!(!std::mem::replace(&mut seen[to], true), "{to} twice of {count}");
            }
        }
    }

    #[test]
    fn large_ranges_stay_in_bounds() {
        for count in [u64::from(u32::MAX), 1 << 26, (1 << 62) + 1] {
            assert!((0..1000).all(|index| permute(index, count, 3) < count));
        }
    }

    #[test]
    fn each_place_is_equally_likely() {
        const COUNT: u64 = 10;
        let mut hits = [[0_u32; COUNT as usize]; COUNT as usize];
        for key in 0..10_000 {
            for index in 0..COUNT {
                hits[index as usize][permute(index, COUNT, mix(key)) as usize] += 1;
            }
        }
        // 1000 expected, standard deviation 30.
        assert!(hits.iter().flatten().all(|n| (850..1150).contains(n)), "{hits:?}");
    }
}
