//! What WASI's random bytes are drawn from: the same generator for all of its interfaces, which the
//! host can set anew while the guest lives.

use rand::{Rng as _, TryRng};
use rand_pcg::Pcg32;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A generator that several owners share. Its VU is the only one who asks, so its lock is never
/// waited for.
#[derive(Debug, Clone)]
pub(in crate::engine::host) struct WasiRandom(Arc<Mutex<Pcg32>>);

impl WasiRandom {
    pub(in crate::engine::host) fn new(generator: Pcg32) -> WasiRandom {
        WasiRandom(Arc::new(Mutex::new(generator)))
    }

    /// Goes on with another sequence.
    pub(in crate::engine::host) fn reseed(&self, generator: Pcg32) {
        *self.generator() = generator;
    }

    fn generator(&self) -> MutexGuard<'_, Pcg32> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl TryRng for WasiRandom {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.generator().next_u32())
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.generator().next_u64())
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.generator().fill_bytes(bytes);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Drawer, Stream, generator};

    #[test]
    fn owners_draw_from_one_sequence_that_can_be_set_anew() {
        let sequence = |life| generator(7, Drawer::Vu { number: 1, life }, Stream::Wasi);
        let mut one = WasiRandom::new(sequence(0));
        let mut other = one.clone();
        let drawn = [one.next_u64(), other.next_u64(), one.next_u64()];
        let mut plain = sequence(0);
        assert_eq!(drawn, [(); 3].map(|()| plain.next_u64()));
        other.reseed(sequence(1));
        assert_eq!(one.next_u64(), sequence(1).next_u64());
    }
}
