//! What the operating system says of this program in one second, handed over with its end. What a system doesn't say is 0.

use std::time::Duration;

/// One second of the process as a whole.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ProcessSecond {
    /// How long a quota kept it from the CPU, on all CPUs together.
    pub throttled: Duration,
    /// For how long it didn't run at all: stopped by a signal or frozen by its control group.
    pub paused: Duration,
    /// For how long the whole machine slept.
    pub suspended: Duration,
    /// Time on CPUs, of all its threads together.
    pub cpu: Duration,
    /// Files, sockets included, that it has open at the end.
    pub files: u64,
    /// How many it may have open.
    pub files_limit: u64,
    /// TCP sockets of this machine at the end that hold a port, those that wait after their end included.
    pub sockets: u64,
    /// Ports from which new connections can be made.
    pub ports: u64,
}
