//! The stretches of a run in which the generator, not the server, was slow, each with what made it so.

use super::saturating::Saturating as _;
use serde::{Deserialize, Serialize};

/// Stretches that are told apart. A run with more of them has a worse problem than which they were.
const MOST: usize = 50;

/// Why the generator was slow in a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SlowCause {
    /// The program didn't run at all.
    Paused,
    /// The machine slept.
    Suspended,
    /// A quota stopped the program.
    Throttled,
    /// Load threads had no CPU.
    NoCpu,
    /// Guests computed while others waited.
    Guests,
    /// Timers of the load threads fired late.
    LateTimers,
    /// Iterations began late though a VU was free.
    LateStarts,
    /// Responses had arrived, and weren't read.
    Unread,
}

impl SlowCause {
    /// What happened, for so long.
    fn words(self, us: u64) -> String {
        let time = milliseconds(us);
        match self {
            SlowCause::Paused => format!("the program was stopped for {time}"),
            SlowCause::Suspended => format!("the machine slept for {time}"),
            SlowCause::Throttled => format!("a CPU quota stopped the program for {time}"),
            SlowCause::NoCpu => format!("load threads waited for a CPU for {time}"),
            SlowCause::Guests => {
                format!("virtual users computed for {time} more than their share")
            }
            SlowCause::LateTimers => format!("the load threads' timers fired up to {time} late"),
            SlowCause::LateStarts => format!("iterations began up to {time} late"),
            SlowCause::Unread => format!("responses that had arrived waited up to {time} to be read"),
        }
    }

    /// Whether it adds up over seconds; else the largest counts.
    fn adds_up(self) -> bool {
        !matches!(
            self,
            SlowCause::LateTimers | SlowCause::LateStarts | SlowCause::Unread
        )
    }
}

fn milliseconds(us: u64) -> String {
    match us {
        0..10_000_000 => format!("{} ms", us.div_ceil(1_000)),
        _ => format!("{:.1} s", us as f64 / 1e6),
    }
}

/// For how long a cause made the generator slow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlowTime {
    /// The cause.
    pub cause: SlowCause,
    /// For so many microseconds: all in all, or at most.
    pub us: u64,
}

/// One stretch of seconds in which the generator was slow, for the same reasons.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SlowStretch {
    /// When it began, in seconds since the run did.
    pub from: f64,
    /// When it ended.
    pub to: f64,
    /// What happened.
    pub causes: Vec<SlowTime>,
    /// The same as a sentence without a full stop.
    pub text: String,
}

impl SlowStretch {
    fn new((from, to): (f64, f64), causes: Vec<SlowTime>) -> Self {
        let words: Vec<_> = causes.iter().map(|time| time.cause.words(time.us)).collect();
        Self {
            from,
            to,
            text: format!("from {from:.1} s to {to:.1} s, {}", words.join("; ")),
            causes,
        }
    }

    /// This stretch and the next as one, if it follows at once for the same reasons.
    fn joined(&self, next: &SlowStretch) -> Option<SlowStretch> {
        let pairs = || self.causes.iter().zip(&next.causes);
        let same =
            self.causes.len() == next.causes.len() && pairs().all(|(one, other)| one.cause == other.cause);
        let causes = pairs().map(|(&SlowTime { cause, mut us }, more)| {
            if cause.adds_up() {
                us.raise(more.us);
            } else {
                us = us.max(more.us);
            }
            SlowTime { cause, us }
        });
        // Both ends are the same reading of the clock where there is nothing between them.
        (same && self.to.to_bits() == next.from.to_bits())
            .then(|| SlowStretch::new((self.from, next.to), causes.collect()))
    }
}

/// All stretches so far, the first ones if there are too many.
#[derive(Debug, Default)]
pub(super) struct SlowStretches(Vec<SlowStretch>);

impl SlowStretches {
    /// Adds a second that began and ended then, with what made it slow.
    pub(super) fn push(&mut self, when: (f64, f64), causes: Vec<(SlowCause, u64)>) {
        let mut causes: Vec<_> = causes
            .into_iter()
            .map(|(cause, us)| SlowTime { cause, us })
            .collect();
        causes.sort_unstable_by_key(|time| time.cause);
        let next = SlowStretch::new(when, causes);
        match self.0.last().and_then(|last| last.joined(&next)) {
            Some(joined) => {
                self.0.pop();
                self.0.push(joined);
            }
            None if self.0.len() < MOST => self.0.push(next),
            None => {}
        }
    }

    pub(super) fn rows(&self) -> &[SlowStretch] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_of_one_cause_become_one_stretch() {
        let mut all = SlowStretches::default();
        all.push((1.0, 2.0), vec![(SlowCause::Throttled, 700_000)]);
        all.push((2.0, 3.0), vec![(SlowCause::Throttled, 100_000)]);
        all.push((4.0, 5.0), vec![(SlowCause::Throttled, 50_000)]);
        all.push(
            (5.0, 6.0),
            vec![(SlowCause::LateTimers, 30_000), (SlowCause::Paused, 1_020_000)],
        );
        let sentences: Vec<_> = all.rows().iter().map(|stretch| &stretch.text).collect();
        assert_eq!(
            sentences,
            [
                "from 1.0 s to 3.0 s, a CPU quota stopped the program for 800 ms",
                "from 4.0 s to 5.0 s, a CPU quota stopped the program for 50 ms",
                "from 5.0 s to 6.0 s, the program was stopped for 1020 ms; \
                 the load threads' timers fired up to 30 ms late"
            ]
        );
    }

    #[test]
    fn their_number_is_bounded() {
        let mut all = SlowStretches::default();
        for at in 0..1_000_u32 {
            let at = f64::from(at) * 2.0;
            all.push((at, at + 1.0), vec![(SlowCause::NoCpu, 300_000)]);
        }
        assert_eq!(all.rows().len(), MOST);
    }
}
