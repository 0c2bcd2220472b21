//! The one gate for numbers from outside, whoever says them: a flag, a file, the API or the plugin.
//! What has passed it can be calculated with: no rate is so small or so large that a time made of it
//! fits no clock, and none of them is not a number.

use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Least iterations or requests per second: one in thirty years.
const LEAST_RATE: f64 = 1e-9;

/// Most iterations or requests per second. Beyond it a thread would have no time for anything but
/// being late.
pub const MOST_RATE: f64 = 1e7;

/// Most VUs of a run.
pub const MOST_VUS: usize = 1_000_000;

/// The longest time that a plan may have anywhere in it. More than any test: beyond is a slip of the finger.
pub const LONGEST: Duration = Duration::from_secs(366 * 24 * 3600);

/// Least VUs started per second.
const LEAST_SPAWN_RATE: f64 = 1e-3;

/// Iterations or requests per second: 0, or a number that makes sense.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct Rate(f64);

/// VUs per second.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(into = "f64", try_from = "f64")]
pub struct SpawnRate(f64);

/// What is wrong with a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Beyond {
    /// It is negative, or no number.
    #[error("it must be a number of 0 or more")]
    NoNumber,
    /// A rate that is never reached.
    #[error("it must be 0, or at least 0.000000001 per second")]
    TooSlow,
    /// A rate that nothing reaches.
    #[error("it must be at most 10,000,000 per second")]
    TooFast,
    /// Not a spawn rate.
    #[error("it must be from 0.001 to 10,000,000 per second")]
    SpawnRate,
}

impl Rate {
    /// Nothing.
    pub const ZERO: Rate = Rate(0.0);

    /// A rate, per second.
    ///
    /// # Errors
    /// [`Beyond`] what can be calculated with.
    pub fn new(per_second: f64) -> Result<Rate, Beyond> {
        match per_second {
            rate if rate > MOST_RATE => Err(Beyond::TooFast),
            rate if rate >= LEAST_RATE => Ok(Rate(rate)),
            0.0 => Ok(Rate::ZERO),
            rate if rate > 0.0 => Err(Beyond::TooSlow),
            _ => Err(Beyond::NoNumber),
        }
    }

    /// As a number.
    pub fn per_second(self) -> f64 {
        self.0
    }
}

impl TryFrom<f64> for SpawnRate {
    type Error = Beyond;

    fn try_from(per_second: f64) -> Result<SpawnRate, Beyond> {
        SpawnRate::new(per_second)
    }
}

impl From<SpawnRate> for f64 {
    fn from(rate: SpawnRate) -> f64 {
        rate.0
    }
}

impl SpawnRate {
    /// VUs per second.
    ///
    /// # Errors
    /// [`Beyond`] what can be calculated with.
    pub fn new(per_second: f64) -> Result<SpawnRate, Beyond> {
        if (LEAST_SPAWN_RATE..=MOST_RATE).contains(&per_second) {
            Ok(SpawnRate(per_second))
        } else {
            Err(Beyond::SpawnRate)
        }
    }

    /// As a number.
    pub fn per_second(self) -> f64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_rates_that_a_clock_can_bear_pass() {
        assert_eq!(Rate::new(0.0), Ok(Rate::ZERO));
        assert_eq!(Rate::new(-0.0), Ok(Rate::ZERO));
        for fine in [1e-9, 1.0 / 86_400.0, 1.0, 1e7] {
            assert_eq!(Rate::new(fine).map(Rate::per_second), Ok(fine));
            let _ = Duration::from_secs_f64(1e6 / fine);
        }
        for wrong in [f64::NAN, f64::NEG_INFINITY, -1.0, -5e-324] {
            assert_eq!(Rate::new(wrong), Err(Beyond::NoNumber), "{wrong}");
        }
        for slow in [5e-324, f64::MIN_POSITIVE, 1e-300, 9e-10] {
            assert_eq!(Rate::new(slow), Err(Beyond::TooSlow), "{slow}");
        }
        for fast in [1.000_000_1e7, 1e9, f64::MAX, f64::INFINITY] {
            assert_eq!(Rate::new(fast), Err(Beyond::TooFast), "{fast}");
        }
    }

    #[test]
    fn a_spawn_rate_is_never_nothing() {
        for fine in [0.001, 1.0, 1e7] {
            assert_eq!(SpawnRate::new(fine).map(SpawnRate::per_second), Ok(fine));
        }
        for wrong in [0.0, -1.0, 5e-324, 1e-4, 1.1e7, f64::NAN, f64::INFINITY] {
            assert_eq!(SpawnRate::new(wrong), Err(Beyond::SpawnRate), "{wrong}");
        }
    }
}
