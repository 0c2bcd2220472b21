//! From one seed to one independent stream of random numbers per VU and purpose.

/// What a stream is for. Separate streams keep one purpose from disturbing another:
/// a guest that draws a number doesn't change the order of its tasks.
#[derive(Debug, Clone, Copy)]
pub enum Stream {
    /// Choosing tasks.
    Tasks,
    /// Drawing wait times.
    Waits,
    /// Numbers that the guest sees.
    Guest,
    /// Rows of data sets.
    Data,
    /// Arrivals of an open workload; in place of the VU, its index.
    Arrivals,
}

/// The seed of one VU's stream.
///
/// SplitMix64's finaliser (Steele, Lea, Flood: "Fast Splittable Pseudorandom Number
/// Generators", 2014), applied once per ingredient.
pub fn stream_seed(seed: u64, vu: u64, stream: Stream) -> u64 {
    mix(mix(mix(seed) ^ vu) ^ stream as u64)
}

/// What stands in the place of a VU for the streams of an iteration whose number alone decides
/// what is random in it. Different from every VU's number.
pub fn iteration_key(workload: usize, index: u64) -> u64 {
    (1 << 63) | (mix(workload as u64) ^ index) >> 1
}

fn mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_and_vus_differ() {
        let one = stream_seed(1, 1, Stream::Tasks);
        assert_ne!(one, stream_seed(1, 1, Stream::Waits));
        assert_ne!(one, stream_seed(1, 2, Stream::Tasks));
        assert_eq!(one, stream_seed(1, 1, Stream::Tasks));
    }

    #[test]
    fn mix_matches_the_published_first_output() {
        assert_eq!(mix(0), 0xe220_a839_7b1d_cdaf);
    }
}
