//! `per-vu-iterations`: each VU runs the same number of iterations.

use super::Executor;

/// Counts nothing itself: each VU knows what it has done.
pub(super) struct PerVuIterations {
    each: u64,
}

impl PerVuIterations {
    pub(super) fn new(each: u64) -> PerVuIterations {
        PerVuIterations { each }
    }
}

impl Executor for PerVuIterations {
    fn claim(&self, done: u64) -> bool {
        done < self.each
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_vu_gets_its_number() {
        let executor = PerVuIterations::new(2);
        assert_eq!(
            [executor.claim(0), executor.claim(1), executor.claim(2)],
            [true, true, false]
        );
    }
}
