//! `constant-vus`: every VU iterates until the run is stopped.

use super::Executor;

/// Never refuses.
pub(super) struct ConstantVus;

impl Executor for ConstantVus {
    fn claim(&self, _done: u64) -> bool {
        true
    }
}
