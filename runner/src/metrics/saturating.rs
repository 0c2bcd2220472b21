//! Sums of what others counted. They stay at the end of their range instead of beginning anew: a count that is too large
//! is seen, one that has wrapped looks right.

/// A sum that stays within its range.
pub(super) trait Saturating {
    /// Adds to it.
    fn raise(&mut self, by: Self);
}

impl Saturating for u64 {
    #[inline]
    fn raise(&mut self, by: u64) {
        *self = self.saturating_add(by);
    }
}

impl Saturating for i64 {
    #[inline]
    fn raise(&mut self, by: i64) {
        *self = self.saturating_add(by);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_stays_at_the_end_of_its_range() {
        let (mut up, mut down) = (u64::MAX - 1, i64::MIN + 1);
        up.raise(1);
        down.raise(-1);
        assert_eq!((up, down), (u64::MAX, i64::MIN));
        up.raise(2);
        down.raise(-2);
        assert_eq!((up, down), (u64::MAX, i64::MIN));
    }
}
