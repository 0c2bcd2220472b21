//! Which VU an instance is, and what it is there for.

use crate::plan::Drawer;

/// Which VU this is.
#[derive(Debug, Clone, Copy, Default)]
pub struct VuIdentity {
    /// From 1; 0 in `setup`, `teardown` and their likes.
    pub vu: u64,
    /// Index of its scenario.
    pub scenario: u16,
    /// Which of its instances, or of the calls around the load, from 0: no two draw the same numbers.
    pub life: u64,
}

impl VuIdentity {
    pub(super) fn drawer(self) -> Drawer {
        Drawer::Vu {
            number: self.vu,
            life: self.life,
        }
    }
}

/// What an instance is there for, which decides what its guest may call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// `describe`: nothing but `log`.
    Describe,
    /// `setup`, `teardown` and `shape`: everything, but nothing is recorded.
    Setup,
    /// `setup-scenario` and `teardown-scenario`: as `Setup`, for the identity's scenario.
    ScenarioSetup,
    /// A VU's calls.
    Load,
}
