//! Sets of statuses: `404`, `200..=299`, `[200, 404]`.

use std::ops::RangeInclusive;

/// Statuses that count as success.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a set of statuses",
    label = "write `404`, `200..=299` or `[200, 404]`"
)]
pub trait Statuses {
    /// Adds them as ranges, both ends included.
    fn add_to(self, ranges: &mut Vec<(u16, u16)>);
}

impl Statuses for u16 {
    fn add_to(self, ranges: &mut Vec<(u16, u16)>) {
        ranges.push((self, self));
    }
}

impl Statuses for RangeInclusive<u16> {
    fn add_to(self, ranges: &mut Vec<(u16, u16)>) {
        ranges.push(self.into_inner());
    }
}

impl<const N: usize> Statuses for [u16; N] {
    fn add_to(self, ranges: &mut Vec<(u16, u16)>) {
        ranges.extend(self.map(|status| (status, status)));
    }
}
