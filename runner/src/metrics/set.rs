//! The two sets of measurements that a run may have, which are never added to each other.

/// What a measurement belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Set {
    /// The results of the run.
    Main,
    /// A warm-up, reported apart.
    WarmUp,
}

impl Set {
    /// Both.
    pub const ALL: [Set; 2] = [Set::Main, Set::WarmUp];

    /// The set of a workload that does, or doesn't, only warm up.
    pub fn of(warm_up: bool) -> Set {
        if warm_up { Set::WarmUp } else { Set::Main }
    }
}
