//! The pause between two tasks of one VU: what `wait = …` of [`scenario`](macro@crate::scenario) takes.
//!
//! The host waits, outside the guest; nothing here sleeps. A number means seconds. An impossible
//! wait, such as `between(3, 1)`, refuses the plugin with a message when it is loaded.

use crate::bindings::exports::wasmswarm::scenario::scenario::WaitTime;
use crate::time::{IntoDuration, micros};
use std::time::Duration;

/// How long a VU pauses between two tasks.
#[derive(Clone, Debug)]
pub struct Wait(Result<WaitTime, String>);

/// No pause: the next task starts at once.
#[must_use]
pub fn none() -> Wait {
    Wait(Ok(WaitTime::None))
}

/// Always the same pause.
#[must_use]
pub fn constant(pause: impl IntoDuration) -> Wait {
    Wait(Ok(WaitTime::Constant(micros(pause.into_duration()))))
}

/// A pause drawn evenly from `shortest` to `longest`, both included.
#[must_use]
pub fn between(shortest: impl IntoDuration, longest: impl IntoDuration) -> Wait {
    let (shortest, longest) = (shortest.into_duration(), longest.into_duration());
    if shortest > longest {
        return Wait(Err(format!(
            "between({shortest:?}, {longest:?}): the shortest pause comes first"
        )));
    }
    Wait(Ok(WaitTime::Uniform((micros(shortest), micros(longest)))))
}

/// Tasks start at least `distance` apart; one that took longer is followed at once.
#[must_use]
pub fn pacing(distance: impl IntoDuration) -> Wait {
    Wait(Ok(WaitTime::Pacing(micros(distance.into_duration()))))
}

/// At most `per_second` task starts per second and VU.
#[must_use]
pub fn throughput(per_second: impl Into<f64>) -> Wait {
    let rate = per_second.into();
    if rate.is_finite() && rate > 0.0 {
        Wait(Ok(WaitTime::Throughput(rate)))
    } else {
        Wait(Err(format!("throughput({rate}): the rate is above 0 and finite")))
    }
}

/// A pause drawn from the exponential distribution with this mean, as of independent visitors.
#[must_use]
pub fn exponential(mean: impl IntoDuration) -> Wait {
    let mean = mean.into_duration();
    if mean == Duration::ZERO {
        return Wait(Err("exponential(0): the mean is above 0".to_owned()));
    }
    Wait(Ok(WaitTime::Exponential(micros(mean))))
}

impl Wait {
    pub(crate) fn into_wit(self) -> Result<WaitTime, String> {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_become_microseconds() {
        assert!(matches!(
            between(0.5, 2).into_wit(),
            Ok(WaitTime::Uniform((500_000, 2_000_000)))
        ));
        assert!(matches!(
            constant(Duration::from_millis(5)).into_wit(),
            Ok(WaitTime::Constant(5_000))
        ));
        assert!(matches!(throughput(4).into_wit(), Ok(WaitTime::Throughput(4.0))));
    }

    #[test]
    fn impossible_waits_say_why() {
        let text = |wait: Wait| wait.into_wit().unwrap_err();
        assert_eq!(
            text(between(3, 1)),
            "between(3s, 1s): the shortest pause comes first"
        );
        assert_eq!(
            text(throughput(0)),
            "throughput(0): the rate is above 0 and finite"
        );
        assert_eq!(text(exponential(0.0)), "exponential(0): the mean is above 0");
    }
}
