//! What a source of measurements hands over, in the order in which it happened: what load threads recorded, and when
//! a second was over. Nothing here says who made the load, or on which machine.

use super::delta::Delta;
use super::process::ProcessSecond;
use super::set::Set;
use std::time::Duration;

/// One thing that is handed over. The last of a run is its end.
#[derive(Debug)]
pub enum Measured {
    /// What one load thread recorded since it last handed something over.
    Delta {
        /// What it belongs to.
        set: Set,
        /// What was recorded.
        delta: Box<Delta>,
    },
    /// A second is over, and all that was recorded in it has been handed over, as far as it came in time. The source
    /// says so because only it knows how long the last part of a second may be on its way.
    SecondOver {
        /// Time since the run began.
        elapsed: Duration,
        /// What the operating system says of the program in it.
        process: ProcessSecond,
    },
    /// The run is over, in the middle of a second as a rule.
    End {
        /// Time since the run began.
        elapsed: Duration,
    },
}
