//! Lengths of time: people write seconds or a `Duration`, the contract has microseconds.

use std::time::Duration;

/// A length of time: a [`Duration`], or a number of seconds (`2`, `0.5`).
///
/// Negative and not finite numbers count as 0.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a length of time",
    label = "write seconds (`2`, `0.5`) or a `Duration`"
)]
pub trait IntoDuration {
    /// The same length as a `Duration`.
    fn into_duration(self) -> Duration;
}

impl IntoDuration for Duration {
    fn into_duration(self) -> Duration {
        self
    }
}

impl IntoDuration for f64 {
    fn into_duration(self) -> Duration {
        Duration::try_from_secs_f64(self).unwrap_or_default()
    }
}

impl IntoDuration for f32 {
    fn into_duration(self) -> Duration {
        f64::from(self).into_duration()
    }
}

impl IntoDuration for u64 {
    fn into_duration(self) -> Duration {
        Duration::from_secs(self)
    }
}

impl IntoDuration for u32 {
    fn into_duration(self) -> Duration {
        Duration::from_secs(u64::from(self))
    }
}

impl IntoDuration for i32 {
    fn into_duration(self) -> Duration {
        Duration::from_secs(u64::try_from(self).unwrap_or_default())
    }
}

/// Whole microseconds, as the contract counts; what doesn't fit is cut at the largest number.
pub(crate) fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_seconds() {
        assert_eq!(micros(2.into_duration()), 2_000_000);
        assert_eq!(micros(0.25.into_duration()), 250_000);
        assert_eq!(micros(Duration::from_millis(3).into_duration()), 3_000);
    }

    #[test]
    fn impossible_numbers_are_zero() {
        assert_eq!((-1).into_duration(), Duration::ZERO);
        assert_eq!((-0.5).into_duration(), Duration::ZERO);
        assert_eq!(f64::NAN.into_duration(), Duration::ZERO);
    }
}
