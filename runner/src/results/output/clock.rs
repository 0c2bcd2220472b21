//! When the seconds of a run ended, by the clock on the wall.

use std::time::{Duration, SystemTime};

/// Knows when the run began, from the first second that it is asked about.
#[derive(Debug, Default)]
pub(super) struct Clock(Option<SystemTime>);

impl Clock {
    /// When so much of the run had passed. The first that is asked about has ended just now.
    pub(super) fn at(&mut self, elapsed: Duration) -> SystemTime {
        let began = || {
            SystemTime::now()
                .checked_sub(elapsed)
                .unwrap_or(SystemTime::UNIX_EPOCH)
        };
        *self.0.get_or_insert_with(began) + elapsed
    }

    /// The same in seconds since 1970.
    pub(super) fn unix(&mut self, elapsed: Duration) -> f64 {
        let since = self.at(elapsed).duration_since(SystemTime::UNIX_EPOCH);
        since.unwrap_or_default().as_secs_f64()
    }
}
